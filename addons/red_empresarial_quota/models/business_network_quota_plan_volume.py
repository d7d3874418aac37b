from fractions import Fraction

from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.actions import open_record, open_records
from odoo.addons.red_empresarial.tools.quantities import (
    convert_exact,
    format_exact,
    from_exact,
    to_exact,
)
from odoo.exceptions import UserError, ValidationError

SOURCES = [
    ("target", "A target"),
    ("orders", "Sale orders"),
    ("contract", "A customer contract"),
]


class BusinessNetworkQuotaPlan(models.Model):
    """Where the volume of a plan comes from: a target, sale orders or a customer contract.

    Choosing orders or a contract fills the volume in with what they say, exact. What they say
    later does not change a plan that people have before them: the plan shows it, and a button takes
    it over, or starts a revision with it.
    """

    _inherit = "business.network.quota.plan"

    volume_source = fields.Selection(
        SOURCES,
        string="Volume From",
        required=True,
        default="target",
        copy=False,  # a copy is of other days, and has the volume as a target
        tracking=True,
    )
    order_ids = fields.Many2many(
        "sale.order",
        "business_network_quota_plan_sale_order_rel",
        "plan_id",
        "order_id",
        string="Sale Orders",
        copy=False,
        groups="sales_team.group_sale_salesman",
        help="Quotations and orders of the network; canceled ones count for nothing.",
    )
    order_names = fields.Char(string="Orders", compute="_compute_order_names")
    contract_id = fields.Many2one(
        "business.network.customer.contract",
        string="Customer Contract",
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
        tracking=True,
    )
    volume = fields.Float(compute="_compute_volume", store=True, readonly=False, precompute=True)
    source_volume = fields.Float(
        string="The Source Now Says",
        digits=(20, 6),
        compute="_compute_source_volume",
        help="What the orders or the contract say now, in the unit of the plan.",
    )
    source_differs = fields.Boolean(compute="_compute_source_volume")

    @api.depends("volume_source")
    def _compute_order_names(self):
        for plan in self:
            plan.order_names = ", ".join(plan.sudo().order_ids.mapped("name"))

    @api.depends(
        "volume_source",
        "order_ids",
        "contract_id",
        "product_tmpl_id",
        "product_id",
        "product_uom_id",
        "kind",
    )
    def _compute_volume(self):
        """Follows what is chosen, not what is changed in it: that is taken over by people."""
        for plan in self:
            said = plan._get_source_volume()
            plan.volume = plan.volume if said is None else from_exact(said)

    @api.depends("volume", "volume_source", "order_ids", "contract_id", "state")
    def _compute_source_volume(self):
        for plan in self:
            said = plan._get_source_volume()
            plan.source_volume = from_exact(said or Fraction(0))
            followed = said is not None and plan.state not in ("closed", "cancel")
            # As kept: of 110 units no plan in dozens has all the decimals.
            plan.source_differs = followed and to_exact(plan.source_volume) != plan._get_volume()

    # -- what a source says --------------------------------------------------------------------

    def _get_source_volume(self):
        """Volume of the orders or the contract, exact, in the plan's unit; None for a target.

        What does not convert counts for nothing: :meth:`_check_source` refuses it.
        """
        self.ensure_one()
        plan = self.sudo()
        if plan.volume_source == "orders":
            return sum(map(plan._get_line_volume, plan._get_order_lines()), Fraction(0))
        if plan.volume_source == "contract":
            return sum(map(plan._get_contract_volume, plan._get_contract_lines()), Fraction(0))
        return None

    def _get_order_lines(self):
        """Lines of the plan's product in its orders that are not canceled."""
        readable = self._get_readable(self.order_ids._origin, self._origin.order_ids)
        orders = readable.filtered(lambda order: order.state != "cancel")
        return orders.order_line.filtered(
            lambda line: (
                not line.display_type
                and not line.is_downpayment
                and self._is_of_plan(line.product_id)
            )
        )

    def _get_contract_lines(self):
        contract = self._get_readable(self.contract_id._origin, self._origin.contract_id)
        return contract.line_ids.filtered(lambda line: self._is_of_plan(line.product_id))

    def _get_readable(self, documents, kept):
        """Those kept on the plan, and of those just chosen in its form what the user may read.

        A form computes before anything is refused, and would tell what others sell.
        """
        chosen = documents - kept
        return (documents & kept) | chosen.sudo(False)._filtered_access("read").sudo()

    def _is_of_plan(self, product):
        """Whether a product is what this plan shares out, whenever it is sold."""
        if self.product_id:
            return product == self.product_id._origin
        if self.product_tmpl_id:
            return product.product_tmpl_id == self.product_tmpl_id._origin
        return self.kind == "amount"

    def _get_line_volume(self, line):
        if self.kind == "amount":
            return to_exact(line.price_subtotal)
        return self._convert_volume(to_exact(line.product_uom_qty), line.product_uom_id)

    def _get_contract_volume(self, line):
        if self.kind == "amount":
            return line._get_amount()
        return self._convert_volume(to_exact(line.quantity), line.product_uom_id)

    def _convert_volume(self, quantity, uom):
        if not self.product_uom_id or not uom._has_common_reference(self.product_uom_id):
            return Fraction(0)
        return convert_exact(quantity, uom, self.product_uom_id)

    # -- refusals ------------------------------------------------------------------------------

    @api.constrains("volume_source", "order_ids", "contract_id", "product_tmpl_id", "product_id")
    def _check_source(self):
        for plan in self.sudo():
            if plan.volume_source == "orders":
                plan._check_orders()
            elif plan.volume_source == "contract":
                plan._check_contract()

    def _check_orders(self):
        if not self.order_ids:
            raise ValidationError(
                self.env._(
                    "%s takes its volume from sale orders. Choose them, or write a target.",
                    self.display_name,
                )
            )
        by_order = self._get_order_lines().grouped("order_id")
        for order in self.order_ids:
            lines = by_order.get(order._origin, self.env["sale.order.line"])
            if order.network_id != self.network_id:
                self._raise_other_network(order, order.network_id)
            if not lines and order.state != "cancel":
                self._raise_without_product(order)
            self._check_convertible(order, lines)
            if self.kind == "amount" and order.currency_id != self.currency_id:
                self._raise_other_currency(order, order.currency_id)

    def _check_contract(self):
        contract = self.contract_id
        if not contract:
            raise ValidationError(
                self.env._(
                    "%s takes its volume from a customer contract. Choose it, or write a target.",
                    self.display_name,
                )
            )
        if contract.network_id != self.network_id:
            self._raise_other_network(contract, contract.network_id)
        if contract.state == "cancel":
            raise ValidationError(
                self.env._(
                    "%(contract)s is canceled. Choose another one for %(plan)s, or write a target.",
                    contract=contract.display_name,
                    plan=self.display_name,
                )
            )
        lines = self._get_contract_lines()
        if not lines:
            self._raise_without_product(contract)
        self._check_convertible(contract, lines)
        if self.kind == "amount":
            self._check_contract_prices(lines)

    def _check_contract_prices(self, lines):
        for line in lines.filtered(lambda line: not line.price_unit):
            raise ValidationError(
                self.env._(
                    "%(contract)s has no price of %(product)s, so it says no amount for %(plan)s. "
                    "Write the price in the contract, or plan in quantities.",
                    contract=line.contract_id.display_name,
                    product=line.product_id.display_name,
                    plan=self.display_name,
                )
            )

    def _check_convertible(self, document, lines):
        if self.kind == "amount":
            return
        for line in lines:
            if not line.product_uom_id._has_common_reference(self.product_uom_id):
                raise ValidationError(
                    self.env._(
                        "%(document)s has %(product)s in %(uom)s, which does not convert to "
                        "%(plan_uom)s, the unit of %(plan)s. Change one of the units.",
                        document=document.display_name,
                        product=line.product_id.display_name,
                        uom=line.product_uom_id.name,
                        plan_uom=self.product_uom_id.name,
                        plan=self.display_name,
                    )
                )

    def _raise_other_network(self, document, network):
        raise ValidationError(
            self.env._(
                "%(document)s is of %(network)s, and %(plan)s is a plan of %(own)s. Choose "
                "documents of that network.",
                document=document.display_name,
                network=network.name or self.env._("no network"),
                plan=self.display_name,
                own=self.network_id.name,
            )
        )

    def _raise_without_product(self, document):
        product = self.product_id.display_name or self.product_tmpl_id.display_name
        raise ValidationError(
            self.env._(
                "%(document)s has no %(product)s, which %(plan)s shares out. Take it out of the "
                "plan, or choose another product.",
                document=document.display_name,
                product=product or self.env._("product"),
                plan=self.display_name,
            )
        )

    def _raise_other_currency(self, document, currency):
        """The rate of a day would make a volume that neither side agreed on."""
        raise ValidationError(
            self.env._(
                "%(document)s is in %(currency)s, and %(plan)s in %(own)s. Write the volume as a "
                "target, at the rate that was agreed.",
                document=document.display_name,
                currency=currency.name,
                plan=self.display_name,
                own=self.currency_id.name,
            )
        )

    # -- taking over ---------------------------------------------------------------------------

    def action_take_source_volume(self):
        """Take over what the orders or the contract say now; the same volume changes nothing.

        A draft takes it, a proposed plan is proposed again with it, a running one is put in
        revision.

        :raise UserError: nothing is left in the source, or the plan is agreed and does not run yet
        """
        for plan in self.filtered("source_differs"):
            plan.check_access("write")
            said = plan._get_source_volume()
            if not said:
                raise UserError(
                    self.env._(
                        "Nothing of its product is left in the source of %s. Choose others, write "
                        "a target, or cancel the plan.",
                        plan.display_name,
                    )
                )
            proposed = plan.state == "proposed"
            if proposed:
                plan.action_reset_to_draft()
            plan.use_volume(from_exact(said))
            if proposed:
                plan.action_propose()

    def action_open_orders(self):
        """Open the orders this plan takes its volume from."""
        self.ensure_one()
        return open_records(
            self.env,
            "red_empresarial.business_network_sale_order_action",
            [("id", "in", self.sudo().order_ids.ids)],
            context={"create": False},
        )

    def _format_source_volume(self):
        return format_exact(self.env, self.source_volume)

    @api.model
    def _open_plans_of(self, plans, defaults, products):
        """Open the plans made of a document, or the form of a new one.

        :param defaults: context of the new one
        :param products: ``[(product, unit)]`` of the document; of one alone it is filled in
        """
        if len(plans) == 1:
            return open_record(plans)
        if plans:
            xml_id = "red_empresarial_quota.business_network_quota_plan_action"
            return open_records(self.env, xml_id, [("id", "in", plans.ids)], context={})
        templates = {product.product_tmpl_id for product, _uom in products}
        if len(templates) == 1:
            product, uom = products[0]
            defaults = {
                **defaults,
                "default_product_tmpl_id": product.product_tmpl_id.id,
                "default_product_uom_id": uom.id,
            }
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Quota Plan"),
            "res_model": self._name,
            "view_mode": "form",
            "context": defaults,
        }
