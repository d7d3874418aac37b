from odoo import fields, models


class BusinessNetworkPurchaseRound(models.Model):
    """What the round saved, and the reference prices it is measured with."""

    _inherit = "business.network.purchase.round"

    reference_ids = fields.One2many(
        "business.network.purchase.reference", "round_id", string="Prices Alone"
    )
    saving_text = fields.Char(string="Saved", compute="_compute_saving_text")

    def _compute_saving_text(self):
        texts = self.env["business.network.purchase.saving"]._get_texts("round_id", self)
        for purchase_round in self:
            purchase_round.saving_text = texts.get(purchase_round._origin.id, False)

    def action_open_savings(self):
        """Savings of this round by member and product."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "red_empresarial_round.business_network_purchase_saving_action"
        )
        action["domain"] = [("round_id", "=", self.id)]
        action["display_name"] = self.env._("Savings of %s", self.name)
        return action

    def action_take_references(self):
        """Take the frozen reference prices again, by the dates of the orders.

        For a price that was missing or wrong when the round ordered. What changes is noted on the
        round, since it changes savings that members saw; a second time changes nothing.
        """
        self.check_access("write")
        for purchase_round in self:
            changes = purchase_round.sudo()._take_references()
            if changes:
                body = self.env._("Reference prices were taken again: %s", "; ".join(changes))
                purchase_round.message_post(body=body)
        return True

    def _take_references(self):
        """Take all of them again and freeze what is new; return a text per change."""
        self.ensure_one()
        Reference = self.env["business.network.purchase.reference"]
        changes = []
        orders = self.order_ids.filtered(lambda order: order.state == "purchase")
        for date, dated in orders.grouped(lambda order: order._get_reference_date()).items():
            dated._freeze_references()
            rows = self._get_references_of(dated)
            questions = [
                (row.round_product_id.id, row.member_id.id, row.currency_id.id) for row in rows
            ]
            taken = Reference._prepare_frozen(questions, date)
            for row, vals in zip(rows, taken, strict=True):
                if (row.exact_price or False) != vals["exact_price"]:
                    changes.append(row._take_price(vals))
        return changes

    def _get_references_of(self, orders):
        """Frozen rows of the products and members of ``orders``, in a stable order."""
        questions = orders._get_reference_questions()
        asked = {(product_id, member_id) for product_id, member_id, _currency_id in questions}
        return self.reference_ids.filtered(
            lambda row: (row.round_product_id.id, row.member_id.id) in asked
        ).sorted("id")
