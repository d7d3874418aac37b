from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.minor_units import to_minor


class BusinessNetworkPurchaseAnnex(models.TransientModel):
    """Turns the needs of one purchase order into a dated annex that fixes its proportions.

    The expense weight of a member is the net value, in coins, of what is allocated to it; the
    revenue weights are those of the agreement.
    """

    _name = "business.network.purchase.annex"
    _description = "Make the Annex of a Joint Purchase"

    order_id = fields.Many2one("purchase.order", required=True, readonly=True)
    network_id = fields.Many2one(related="order_id.network_id")
    name = fields.Char(
        required=True, compute="_compute_name", store=True, readonly=False, precompute=True
    )
    date_from = fields.Date(
        required=True, default=fields.Date.context_today, string="In Force From"
    )
    filing_date = fields.Date(
        help="Day on which the proportions were communicated to the tax authority; it can be added "
        "later on the annex."
    )

    @api.depends("order_id")
    def _compute_name(self):
        for wizard in self:
            wizard.name = self.env._("Annex of %s", wizard.order_id.name)

    def action_make_annex(self):
        """Create the annex, put it in force and name it on the order."""
        self.ensure_one()
        if not self.order_id.network_id:
            raise UserError(self.env._("%s has no network. Choose one first.", self.order_id.name))
        annex = self.order_id.network_id._create_annex_of_needs(
            self._get_needs(),
            name=self.name,
            date_from=self.date_from,
            filing_date=self.filing_date,
        )
        self.order_id.network_annex_id = annex
        return {
            "type": "ir.actions.act_window",
            "res_model": annex._name,
            "res_id": annex.id,
            "view_mode": "form",
        }

    def _get_needs(self):
        """Net value in coins of what is allocated to each member, ``{member: int}``."""
        order = self.order_id
        needs = {}
        for line in order.order_line:
            unallocated = line.product_id and not line.allocation_ids and line.price_subtotal
            if unallocated:
                raise UserError(
                    self.env._(
                        "Nobody is allocated %(product)s in %(order)s. Allocate every line before "
                        "making the annex.",
                        product=line.product_id.display_name,
                        order=order.name,
                    )
                )
            coins = to_minor(line.price_subtotal, order.currency_id)
            shares = line.allocation_ids._get_shares(
                (allocation, allocation.quantity) for allocation in line.allocation_ids
            )
            for member, share in shares.items():
                needs[member] = needs.get(member, 0) + round(coins * share)
        return needs
