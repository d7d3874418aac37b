from odoo import models
from pytz import country_timezones


class ResCompany(models.Model):
    """The time zone in which the books of a company have their days."""

    _inherit = "res.company"

    def _get_quota_timezone(self):
        """Name of the time zone: of the company's contact, else the first of its country."""
        self.ensure_one()
        company = self.sudo()
        zones = country_timezones.get(company.country_id.code or "", ())
        return company.partner_id.tz or next(iter(zones), "UTC")
