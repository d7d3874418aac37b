from odoo import models

from ..campaign.steps.companies import ensure_companies

ASKED = "_red_empresarial_campaign_open_books"


def ask_to_open_books(env):
    """Have the campaign's books opened as soon as all modules are loaded.

    Loading three charts of accounts costs more than all the business of the season, so it belongs
    to the set-up; it needs the fields of every module, so it waits for the registry, as the chart
    that Odoo itself loads at installation does.
    """
    setattr(env.registry, ASKED, True)


class ResCompany(models.Model):
    _inherit = "res.company"

    def _register_hook(self):
        result = super()._register_hook()
        if vars(self.env.registry).pop(ASKED, False):
            ensure_companies(self.env)
        return result
