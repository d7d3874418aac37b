from odoo import api, fields, models
from odoo.exceptions import ValidationError

COUNTED = {"state", "date_order", "network_id", "currency_id"}


class SaleOrder(models.Model):
    """Confirming a joint sale consumes the quotas of its members, canceling it gives them back."""

    _inherit = "sale.order"

    has_quota_plan = fields.Boolean(compute="_compute_has_quota_plan")
    customer_contract_id = fields.Many2one(
        "business.network.customer.contract",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('network_id', '=', network_id), ('state', '=', 'agreed')]",
        tracking=True,
        help="The contract with the buyer that this order is part of.",
    )

    @api.depends("network_id", "date_order", "company_id")
    def _compute_has_quota_plan(self):
        """Whether the members of the network have quotas on the day of the order."""
        groups = (
            self.env["business.network.quota"]
            .sudo()
            ._read_group(
                [
                    ("network_id", "in", self.network_id.ids),
                    ("plan_id.state", "=", "running"),
                    ("plan_id.kind", "=", "quantity"),
                    ("weight", "!=", False),
                ],
                ["network_id", "plan_id"],
            )
        )
        for order in self:
            date = order._get_quota_date()
            order.has_quota_plan = any(
                network == order.network_id._origin and plan.date_from <= date <= plan.date_to
                for network, plan in groups
                if date
            )

    @api.constrains("customer_contract_id", "network_id", "partner_id")
    def _check_customer_contract(self):
        """An order is part of a contract of its own network and buyer."""
        for order in self.filtered("customer_contract_id"):
            contract = order.customer_contract_id.sudo()
            same_buyer = (
                contract.partner_id.commercial_partner_id
                == order.partner_id.sudo().commercial_partner_id
            )
            if contract.network_id != order.network_id or not same_buyer:
                raise ValidationError(
                    self.env._(
                        "%(contract)s is between %(network)s and %(buyer)s, and %(order)s is not. "
                        "Choose a contract of its network and customer.",
                        contract=contract.display_name,
                        network=contract.network_id.name,
                        buyer=contract.partner_id.display_name,
                        order=order.display_name,
                    )
                )

    @api.constrains("customer_contract_id", "state")
    def _check_contract_agreed(self):
        """Nothing is ordered from a contract that is not agreed, or closed by now."""
        for order in self.filtered("customer_contract_id"):
            contract = order.customer_contract_id.sudo()
            if order.state != "cancel" and contract.state != "agreed":
                labels = dict(contract._fields["state"]._description_selection(self.env))
                raise ValidationError(
                    self.env._(
                        "%(contract)s is in state “%(state)s”, so %(order)s cannot be ordered from "
                        "it. Agree on the contract first, or take the order out of it.",
                        contract=contract.display_name,
                        state=labels[contract.state],
                        order=order.display_name,
                    )
                )

    def write(self, vals):
        joint = self.filtered("network_id") if vals.keys() & COUNTED else self.browse()
        result = super().write(vals)
        if joint:
            allocations = joint.sudo().order_line.allocation_ids
            self.env["business.network.quota.consumption"]._sync(allocations)
        return result

    def action_share_out_by_quota(self):
        """Share out every line by what the members have left of their quotas.

        :return: a notice of what nobody got, which an order too large for its quotas leaves; None
            where everything is shared out
        """
        self.share_out("quota")
        lines = self.order_line.filtered(lambda line: line._is_shared_out())
        rests = [text for line in lines if (text := line._describe_unallocated())]
        if not rests:
            return None
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "message": self.env._(
                    "Shared out to nobody: %s. What the members have left of their quotas, in "
                    "whole packages, does not hold it. Share it out by hand, or revise the plan.",
                    ", ".join(rests),
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_open_quota_plan(self):
        """Open the plans that share this order out, or a new one of it."""
        self.ensure_one()
        plans = self.env["business.network.quota.plan"]
        found = plans.sudo().search([("order_ids", "in", self.ids), ("state", "!=", "cancel")])
        lines = self.order_line.filtered(
            lambda line: line.product_id and not line.display_type and not line.is_downpayment
        )
        return plans._open_plans_of(
            found.sudo(False)._filtered_access("read"),
            {
                "default_network_id": self.network_id.id,
                "default_volume_source": "orders",
                "default_order_ids": [fields.Command.set(self.ids)],
                "default_date_from": self._get_quota_date(),
            },
            [(line.product_id, line.product_uom_id) for line in lines],
        )

    def _get_network_order_basis(self):
        """A part whose members have quotas is proposed by what they have left of them."""
        lines = self.order_line.filtered(lambda line: line._is_shared_out())
        if lines and all(lines._get_quota_plans().values()):
            return "quota"
        return super()._get_network_order_basis()
