from odoo import models


class BusinessNetworkFundLoan(models.Model):
    """A loan is never paid from money that was given for another use."""

    _inherit = "business.network.fund.loan"

    def _check_available(self, available):
        self._check_not_restricted(available)
        return super()._check_available(available)
