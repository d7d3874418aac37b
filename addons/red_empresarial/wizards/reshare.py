from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.quantities import format_exact


class BusinessNetworkReshare(models.TransientModel):
    """Basis on which what one member does not deliver goes to the others, with a preview."""

    _name = "business.network.reshare"
    _description = "Share an Allocation Again"

    allocation_id = fields.Many2one("business.network.allocation", required=True, readonly=True)
    member_id = fields.Many2one(related="allocation_id.member_id")
    product_id = fields.Many2one(related="allocation_id.product_id")
    product_uom_id = fields.Many2one(related="allocation_id.product_uom_id")
    delivered_quantity = fields.Float(related="allocation_id.delivered_quantity")
    basis = fields.Selection(
        selection=lambda self: self.env["business.network.allocation.mixin"]._get_share_out_bases(),
        required=True,
        default="agreement",
    )
    preview = fields.Text(compute="_compute_preview")

    @api.depends("allocation_id", "basis")
    def _compute_preview(self):
        for wizard in self:
            try:
                wizard.preview = wizard._get_preview()
            except UserError as refusal:
                wizard.preview = str(refusal)

    def _get_preview(self):
        if not (self.allocation_id and self.basis):
            return ""
        added, leftover = self.allocation_id._propose_reshare(self.basis)
        lines = [
            f"{member.display_name}: +{format_exact(self.env, quantity)}"
            for member, quantity in added.items()
        ]
        if leftover:
            lines.append(self.env._("Nobody: %s", format_exact(self.env, leftover)))
        return "\n".join(lines)

    def action_reshare(self):
        self.ensure_one()
        self.allocation_id.reshare(self.basis)
        return {"type": "ir.actions.act_window_close"}
