from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    network_membership_ids = fields.One2many(
        "business.network.member", "partner_id", string="Network Memberships"
    )
    network_membership_count = fields.Integer(compute="_compute_network_membership_count")

    def _compute_network_membership_count(self):
        counts = dict(
            self.env["business.network.member"]._read_group(
                [("partner_id", "in", self.ids)], ["partner_id"], ["__count"]
            )
        )
        for partner in self:
            partner.network_membership_count = counts.get(partner._origin, 0)

    def _increase_rank(self, field, n=1):
        """Attribution makes nobody a customer or vendor: members would flood those lists."""
        if self.env.context.get("skip_partner_rank"):
            return None
        return super()._increase_rank(field, n)

    def action_open_network_memberships(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "red_empresarial.business_network_member_action"
        )
        action["domain"] = [("partner_id", "=", self.id)]
        action["context"] = {"default_partner_id": self.id}
        return action

    def action_open_network_statement(self):
        """Statement of a free period; of the first membership where there are several."""
        self.ensure_one()
        members = self.env["business.network.member"].search([("partner_id", "=", self.id)])
        return members[:1].action_open_statement()
