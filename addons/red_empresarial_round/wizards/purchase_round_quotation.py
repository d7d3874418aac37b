from odoo import api, fields, models
from odoo.exceptions import UserError


class BusinessNetworkPurchaseRoundQuotation(models.TransientModel):
    """Chooses the suppliers that a purchase round asks for a quotation.

    Proposes those with a price list for a product that is to be ordered; those asked already are
    left out.
    """

    _name = "business.network.purchase.round.quotation"
    _description = "Request Quotations for a Purchase Round"

    round_id = fields.Many2one("business.network.purchase.round", required=True, readonly=True)
    company_id = fields.Many2one(related="round_id.company_id")
    partner_ids = fields.Many2many(
        "res.partner",
        string="Suppliers",
        compute="_compute_partner_ids",
        store=True,
        readonly=False,
        precompute=True,
    )

    @api.depends("round_id")
    def _compute_partner_ids(self):
        for wizard in self:
            asked = wizard.round_id._get_quotations().partner_id
            wizard.partner_ids = wizard.round_id._get_suggested_suppliers() - asked

    def action_request(self):
        """Make the requests and open all of the round."""
        self.ensure_one()
        if not self.partner_ids:
            raise UserError(
                self.env._("Choose at least one supplier to ask for %s.", self.round_id.name)
            )
        self.round_id.action_request_quotations(self.partner_ids)
        return self.round_id.action_open_quotations()
