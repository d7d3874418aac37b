from odoo import fields, models


class BusinessNetwork(models.Model):
    _inherit = "business.network"

    l10n_pe_detraction_type_id = fields.Many2one(
        "l10n_pe.deduction.type",
        string="Detraction of Members",
        domain=[("kind", "=", "detraction")],
        ondelete="restrict",
        help="What members do for the network when they bill their share, such as sewing to order. "
        "Empty: their bills bear no detraction, unless the member or a product says so.",
    )


class BusinessNetworkMember(models.Model):
    _inherit = "business.network.member"

    l10n_pe_detraction_type_id = fields.Many2one(
        "l10n_pe.deduction.type",
        string="Detraction",
        domain=[("kind", "=", "detraction")],
        ondelete="restrict",
        help="What this member does for the network, where it is not what the others do.",
    )

    def _get_detraction_type(self):
        """Detraction of the bills this member gives for its share: its own, else its network's."""
        return self.l10n_pe_detraction_type_id or self.network_id.l10n_pe_detraction_type_id
