from odoo import api, models


class BusinessNetworkFundAskedRowMixin(models.AbstractModel):
    """A row that says what is asked from a day on, so it stays once that day was asked.

    A model names in ``_asked_fields`` what of it decides what is asked, and raises by
    :meth:`_check_not_asked`.
    """

    _name = "business.network.fund.asked.row.mixin"
    _inherit = "business.network.fund.access.mixin"
    _description = "What Is Asked from a Day On"
    _asked_fields = ()

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        rows._check_not_asked()
        return rows

    def write(self, vals):
        if vals.keys().isdisjoint(self._asked_fields):
            return super().write(vals)
        self._check_not_asked()
        result = super().write(vals)
        self._check_not_asked()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_unasked(self):
        self._check_not_asked()

    def _check_not_asked(self):
        """Raise UserError for a row whose day was asked already."""
        raise NotImplementedError
