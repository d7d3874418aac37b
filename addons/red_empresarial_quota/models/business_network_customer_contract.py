from fractions import Fraction

from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.actions import open_record, open_records
from odoo.addons.red_empresarial.tools.quantities import (
    to_exact,
)
from odoo.exceptions import UserError, ValidationError

STATES = [
    ("draft", "Draft"),
    ("agreed", "Agreed"),
    ("closed", "Closed"),
    ("cancel", "Canceled"),
]
TERMS = {"network_id", "partner_id", "reference", "date_from", "date_to", "line_ids"}


class BusinessNetworkCustomerContract(models.Model):
    """What a buyer agreed to take from a network in a period: products, quantities, prices.

    A frame, not an order: sale orders are made from what remains of it, and quota plans share its
    volume out before anything is ordered. It invoices nothing by itself.
    """

    _name = "business.network.customer.contract"
    _description = "Customer Contract"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "business.network.auto.number.mixin",
        "business.network.action.state.mixin",
    ]
    _order = "date_from desc, id desc"
    _check_company_auto = True
    _sequence_date_field = "date_from"

    name = fields.Char(string="Number", index="trigram")
    network_id = fields.Many2one(
        "business.network", required=True, index=True, ondelete="restrict", tracking=True
    )
    company_id = fields.Many2one(related="network_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="network_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner",
        string="Buyer",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    reference = fields.Char(
        string="Buyer's Reference", tracking=True, help="Number of the contract at the buyer."
    )
    date_from = fields.Date(required=True, default=fields.Date.context_today, tracking=True)
    date_to = fields.Date(
        required=True,
        tracking=True,
        default=lambda self: fields.Date.context_today(self).replace(month=12, day=31),
    )
    state = fields.Selection(
        STATES, required=True, default="draft", copy=False, readonly=True, tracking=True, index=True
    )
    user_id = fields.Many2one(
        "res.users", string="Responsible", default=lambda self: self.env.user, tracking=True
    )
    line_ids = fields.One2many(
        "business.network.customer.contract.line", "contract_id", string="Products", copy=True
    )
    order_ids = fields.One2many(
        "sale.order",
        "customer_contract_id",
        string="Sale Orders",
        groups="sales_team.group_sale_salesman",
    )
    order_count = fields.Integer(compute="_compute_order_count")
    plan_ids = fields.One2many("business.network.quota.plan", "contract_id", string="Quota Plans")
    plan_count = fields.Integer(compute="_compute_plan_count")
    ordered_percent = fields.Float(string="Ordered", compute="_compute_ordered_percent")
    note = fields.Html()

    _dates_ordered = models.Constraint(
        "CHECK(date_to >= date_from)", "A contract cannot end before it starts."
    )

    def _compute_order_count(self):
        groups = (
            self.env["sale.order"]
            .sudo()
            ._read_group(
                [("customer_contract_id", "in", self.ids), ("state", "!=", "cancel")],
                ["customer_contract_id"],
                ["__count"],
            )
        )
        counts = {contract.id: count for contract, count in groups}
        for contract in self:
            contract.order_count = counts.get(contract._origin.id, 0)

    def _compute_plan_count(self):
        groups = self.env["business.network.quota.plan"]._read_group(
            [("contract_id", "in", self.ids), ("state", "!=", "cancel")],
            ["contract_id"],
            ["__count"],
        )
        counts = {contract.id: count for contract, count in groups}
        for contract in self:
            contract.plan_count = counts.get(contract._origin.id, 0)

    @api.depends("line_ids.quantity")
    def _compute_ordered_percent(self):
        """Mean of the products', each by what is ordered of it: units differ."""
        for contract in self:
            parts = [
                min(to_exact(line.ordered_quantity) / to_exact(line.quantity), Fraction(1))
                for line in contract.line_ids
                if line.quantity
            ]
            contract.ordered_percent = float(100 * sum(parts) / len(parts)) if parts else 0.0

    @api.depends("name", "reference", "partner_id")
    def _compute_display_name(self):
        for contract in self:
            name = contract.name if contract.name != "/" else False
            parts = name, contract.partner_id.name, contract.reference
            contract.display_name = " · ".join(filter(None, parts))

    # -- refusals ------------------------------------------------------------------------------

    def write(self, vals):
        if TERMS & vals.keys():
            self.check_access("write")
            self._check_draft()
        result = super().write(vals)
        if "network_id" in vals:  # nobody puts one where she may not write
            self.check_access("write")
        return result

    def _check_draft(self):
        for contract in self.filtered(lambda contract: contract.state != "draft"):
            raise UserError(
                self.env._(
                    "%s was agreed with the buyer. Set it back to draft to change it.",
                    contract.display_name,
                )
            )

    @api.constrains("network_id", "partner_id")
    def _check_documents(self):
        """Orders and plans that are part of it stay those of its network and buyer."""
        for contract in self.sudo():
            network, buyer = contract.network_id, contract.partner_id.commercial_partner_id
            orders = contract.order_ids.filtered(
                lambda order, network=network, buyer=buyer: (
                    order.network_id != network or order.partner_id.commercial_partner_id != buyer
                )
            )
            plans = contract.plan_ids.filtered(
                lambda plan, network=network: plan.network_id != network
            )
            if used := [*orders.mapped("name"), *plans.mapped("name")]:
                raise ValidationError(
                    self.env._(
                        "%(documents)s are part of %(contract)s and of another network or buyer. "
                        "Take them out of it first, or make another contract.",
                        documents=", ".join(used),
                        contract=contract.display_name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        for contract in self:
            contract._check_state("draft", "cancel")

    # -- life cycle: twice does nothing --------------------------------------------------------

    def action_agree(self):
        """Both sides agreed: from now on orders are made from it.

        :raise UserError: it has no product
        """
        for contract in self._not_in("agreed"):
            contract._check_state("draft")
            if not contract.line_ids:
                raise UserError(
                    self.env._(
                        "%s has no product. Write what the buyer takes, and how much.",
                        contract.display_name,
                    )
                )
            contract._set_state("agreed")

    def action_close(self):
        """Nothing more is ordered from it."""
        for contract in self._not_in("closed"):
            contract._check_state("agreed")
            contract._set_state("closed")

    def action_cancel(self):
        """Give it up.

        :raise UserError: something is ordered or planned from it
        """
        for contract in self._not_in("cancel"):
            contract._check_state("draft", "agreed")
            contract._check_unused()
            contract._set_state("cancel")

    def action_reset_to_draft(self):
        for contract in self._not_in("draft"):
            contract._check_state("agreed", "cancel")
            contract._set_state("draft")

    def _not_in(self, state):
        return self.filtered(lambda contract: contract.state != state)

    def _set_state(self, state):
        self.check_access("write")
        self.sudo().write({"state": state})

    def _check_unused(self):
        self.ensure_one()
        contract = self.sudo()
        orders = contract.order_ids.filtered(lambda order: order.state != "cancel")
        plans = contract.plan_ids.filtered(lambda plan: plan.state != "cancel")
        if used := [*orders.mapped("name"), *plans.mapped("name")]:
            raise UserError(
                self.env._(
                    "%(contract)s is in %(documents)s. Cancel them first, or close the contract.",
                    contract=self.display_name,
                    documents=", ".join(used),
                )
            )

    # -- orders and plans ----------------------------------------------------------------------

    def action_make_quotation(self):
        """Draft a quotation of what nobody ordered yet, and open it.

        :raise UserError: all of it is ordered or quoted; prices in another currency
        """
        self.ensure_one()
        self._check_state("agreed")
        lines = self.line_ids.filtered(lambda line: line.remaining_quantity > 0)
        if not lines:
            raise UserError(
                self.env._(
                    "All of %s is ordered or quoted already. Change or cancel one of its orders.",
                    self.display_name,
                )
            )
        orders = self.env["sale.order"].with_company(self.company_id)
        order = orders.create(self._prepare_quotation(lines))
        self._check_currency(order, lines)
        return open_record(order)

    def _prepare_quotation(self, lines):
        return {
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "network_id": self.network_id.id,
            "customer_contract_id": self.id,
            "client_order_ref": self.reference,
            "order_line": [fields.Command.create(line._prepare_order_line()) for line in lines],
        }

    def _check_currency(self, order, lines):
        """A price of the contract is never read as one of another currency."""
        if order.currency_id != self.currency_id and any(lines.mapped("price_unit")):
            raise UserError(
                self.env._(
                    "The prices of %(contract)s are in %(currency)s, and orders of %(buyer)s are "
                    "made in %(other)s. Change the buyer's price list, or leave the prices out.",
                    contract=self.display_name,
                    currency=self.currency_id.name,
                    buyer=self.partner_id.display_name,
                    other=order.currency_id.name,
                )
            )

    def action_open_orders(self):
        self.ensure_one()
        return open_records(
            self.env,
            "red_empresarial.business_network_sale_order_action",
            [("customer_contract_id", "=", self.id)],
            context={},
        )

    def action_open_quota_plan(self):
        """Open the plans that share this contract out, or a new one of it."""
        self.ensure_one()
        return self.env["business.network.quota.plan"]._open_plans_of(
            self.plan_ids.filtered(lambda plan: plan.state != "cancel"),
            {
                "default_network_id": self.network_id.id,
                "default_volume_source": "contract",
                "default_contract_id": self.id,
                "default_date_from": self.date_from,
                "default_date_to": self.date_to,
            },
            [(line.product_id, line.product_uom_id) for line in self.line_ids],
        )
