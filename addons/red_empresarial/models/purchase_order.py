from odoo import models


class PurchaseOrder(models.Model):
    _name = "purchase.order"
    _inherit = ["purchase.order", "business.network.allocation.mixin"]

    def _get_network_side(self):
        return "expense"

    def _prepare_invoice(self):
        return {**super()._prepare_invoice(), **self._prepare_network_invoice()}

    def button_confirm(self):
        self.filtered("network_id")._check_allocations()
        return super().button_confirm()

    def action_create_invoice(self, attachment_ids=False):
        """Orders of different networks or annexes never share a bill."""
        groups = self.grouped(lambda order: order._get_bill_grouping())
        if len(groups) < 2:
            return super().action_create_invoice(attachment_ids=attachment_ids)
        before = self.invoice_ids
        for orders in groups.values():
            super(PurchaseOrder, orders).action_create_invoice(attachment_ids=attachment_ids)
        return self.action_view_invoice(self.invoice_ids - before)

    def _get_bill_grouping(self):
        """What orders must have in common, beside supplier and currency, to share a bill."""
        self.ensure_one()
        return (self.network_id, self.network_annex_id)

    def action_receive_allocations(self):
        """Register every allocation of the order as received in full."""
        self.order_line.allocation_ids.action_deliver_all()

    def action_open_receptions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "red_empresarial.business_network_reception_action"
        )
        action["domain"] = [("allocation_id.purchase_line_id.order_id", "=", self.id)]
        action["context"] = {"create": False, "network_receptions": True}
        return action

    def action_make_annex(self):
        """Open the wizard that turns who needs what into a dated annex of the agreement."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Make Annex"),
            "res_model": "business.network.purchase.annex",
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_id": self.id},
        }
