from odoo import models


class BusinessNetwork(models.Model):
    """The stat buttons of a network: each opens what its figure is made of."""

    _inherit = "business.network"

    def _get_action(self, xml_id, domain, context=None):
        """Window action ``xml_id`` narrowed to this network."""
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        action["domain"] = domain
        action["context"] = {"default_network_id": self.id, **(context or {})}
        return action

    def action_open_members(self):
        return self._get_action(
            "red_empresarial.business_network_member_action", [("network_id", "=", self.id)]
        )

    def action_open_agreements(self):
        return self._get_action(
            "red_empresarial.business_network_agreement_action", [("network_id", "=", self.id)]
        )

    def action_open_joint_sales(self):
        return self._get_action(
            "account.action_move_out_invoice_type",
            [("network_id", "=", self.id), ("move_type", "in", ("out_invoice", "out_refund"))],
            {"default_move_type": "out_invoice"},
        )

    def action_open_joint_purchases(self):
        return self._get_action(
            "account.action_move_in_invoice_type",
            [("network_id", "=", self.id), ("move_type", "in", ("in_invoice", "in_refund"))],
            {"default_move_type": "in_invoice"},
        )

    def action_open_sale_orders(self):
        return self._get_action("sale.action_orders", [("network_id", "=", self.id)])

    def action_open_distributions(self):
        return self._get_action(
            "red_empresarial.business_network_distribution_action",
            [("network_id", "=", self.id)],
        )

    def action_open_settlements(self):
        return self._get_action(
            "red_empresarial.business_network_settlement_action", [("network_id", "=", self.id)]
        )

    def action_open_milestones(self):
        return self._get_action(
            "red_empresarial.business_network_verification_action",
            [("network_id", "=", self.id)],
        )

    def action_open_statements(self):
        """Statements of a free period, of all members or of those that are chosen."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Member Statements"),
            "res_model": "business.network.member.statement",
            "view_mode": "form",
            "context": {"default_network_id": self.id},
        }

    def action_open_payable_items(self):
        return self._get_member_items_action("liability_payable")

    def action_open_receivable_items(self):
        return self._get_member_items_action("asset_receivable")

    def _get_member_items_action(self, account_type):
        return self._get_action(
            "account.action_account_moves_all",
            self._get_member_item_domain(account_type),
            {"search_default_group_by_partner": 1, "create": False},
        )
