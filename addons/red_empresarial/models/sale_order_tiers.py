from collections import defaultdict

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..tools.actions import open_records
from ..tools.quantities import convert_exact, exact_factor, to_exact

LATER = object()  # as a value of the context, which RPC cannot send: nobody skips the leading by it
LEADING = {"quantity", "product_uom_id", "member_id", "sale_line_id"}


class SaleOrder(models.Model):
    """A sale of a network of networks: each network has its part as an order in its own books.

    Confirming the upper order makes a draft for each network that fills a part of it, shared out
    among the members of that network. Quantities, prices and the day come from above and follow
    what is written there; who of the members fills them is decided below. What the members hand
    over is recorded below and counts above by itself; what the buyer is invoiced is above. The
    part's own document is made from the settlement above, so that nothing is invoiced twice.

    Who manages a network needs no right on the other order: what goes from one to the other is
    done as superuser, after the right on the own order was checked.
    """

    _name = "sale.order"
    _inherit = ["sale.order", "business.network.guarded.mixin"]

    network_parent_order_id = fields.Many2one(
        "sale.order",
        string="Upper Order",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
        help="The order of the network of networks of which this one is a part.",
    )
    network_parent_member_id = fields.Many2one(
        "business.network.member",
        string="Filled As",
        ondelete="restrict",
        index="btree_not_null",
        readonly=True,
        copy=False,
        help="The membership of this network in the network of networks.",
    )
    network_parent_name = fields.Char(
        string="Part Of", compute="_compute_network_parent_name", compute_sudo=True
    )
    network_child_order_ids = fields.One2many(
        "sale.order", "network_parent_order_id", string="Orders of the Networks"
    )
    network_child_order_count = fields.Integer(
        compute="_compute_network_child_order_count", compute_sudo=True
    )

    _network_part_unique = models.UniqueIndex(
        "(network_parent_order_id, network_parent_member_id)"
        " WHERE network_parent_order_id IS NOT NULL AND state != 'cancel'",
        "A network has one order for its part of an order of the network of networks.",
    )

    @api.model
    def _get_guarded_fields(self):
        links = {"network_parent_order_id", "network_parent_member_id"}
        return super()._get_guarded_fields() | links

    @api.depends("network_parent_order_id")
    def _compute_network_parent_name(self):
        for order in self:
            parent = order.network_parent_order_id
            names = (parent.name, parent.network_id.name, parent.partner_id.display_name)
            order.network_parent_name = " · ".join(filter(None, names))

    @api.depends("network_child_order_ids.state")
    def _compute_network_child_order_count(self):
        for order in self:
            order.network_child_order_count = len(order._get_network_orders())

    @api.depends("network_parent_order_id")
    def _compute_invoice_status(self):
        """What a part is invoiced comes from the settlement above."""
        result = super()._compute_invoice_status()
        self.filtered("network_parent_order_id").invoice_status = "no"
        return result

    def _get_upper_order(self):
        """The order of which this one is a part, as superuser; empty for none."""
        return self.sudo().network_parent_order_id

    def _get_network_orders(self):
        """Parts of these orders that were not canceled, as superuser: they are others' records."""
        return self.sudo().network_child_order_ids.filtered(lambda order: order.state != "cancel")

    # -- from the upper order to its parts -------------------------------------------------------

    def _action_confirm(self):
        result = super()._action_confirm()
        self._lead_network_orders()
        return result

    def _apply_share_out(self, shares):
        """The parts are led once, after all of the lines were written."""
        if self.network_id.tier != "second":
            return super()._apply_share_out(shares)
        later = self.with_context(network_leads=LATER)
        shares = {line.with_env(later.env): shared for line, shared in shares.items()}
        created = super(SaleOrder, later)._apply_share_out(shares)
        self._lead_network_orders()
        return created.with_env(self.env)

    def _lead_network_orders(self):
        """Make or change the parts of confirmed orders as they are allocated; twice does nothing.

        :raise UserError: a product that a network's company cannot sell, or less than is allocated,
            delivered or confirmed below
        """
        leading = self.sudo().filtered(
            lambda order: order.state == "sale" and order.network_id.tier == "second"
        )
        vals_list = []
        for order in leading:
            parts = order._get_network_parts()
            order._check_products_sold_below(parts)
            known = order._get_network_orders().grouped("network_parent_member_id")
            for member in parts.keys() | known.keys():
                if member in known:
                    known[member]._follow_parent(parts.get(member, {}))
                else:
                    vals_list.append(order._prepare_network_order(member, parts[member]))
        if vals_list:
            orders = self.sudo().create(vals_list)
            orders.order_line._take_missing_sale_taxes()
            orders._share_out_below()

    def _get_network_parts(self):
        """``{member: {order line: allocation}}`` of the networks that fill a part of this order."""
        parts = defaultdict(dict)
        for allocation in self.order_line.allocation_ids:
            if allocation.member_id.sub_network_id and allocation.quantity:
                parts[allocation.member_id][allocation.sale_line_id] = allocation
        return parts

    def _check_products_sold_below(self, parts):
        """Raise UserError naming a product that another network's company cannot sell."""
        for member, lines in parts.items():
            network = member.sub_network_id
            for line in lines:
                owner = line.product_id.company_id
                if owner and owner != network.company_id:
                    raise UserError(
                        self.env._(
                            "%(product)s belongs to %(company)s alone, so %(network)s cannot fill "
                            "its part of %(order)s. Empty the company of the product.",
                            product=line.product_id.display_name,
                            company=owner.name,
                            network=network.name,
                            order=self.name,
                        )
                    )

    def _prepare_network_order(self, member, lines):
        """Values of the part of one network.

        :param lines: ``{order line: allocation}`` of the network
        """
        network = member.sub_network_id
        apart = network.company_id != self.company_id
        return {
            "partner_id": (self.company_id.partner_id if apart else self.partner_id).id,
            "company_id": network.company_id.id,
            "network_id": network.id,
            "network_parent_order_id": self.id,
            "network_parent_member_id": member.id,
            "network_annex_id": False,
            "origin": self.name,
            "currency_id": self.currency_id.id,
            "date_order": self.date_order,
            "commitment_date": self.commitment_date,
            "user_id": network.manager_id.id,
            "order_line": [
                Command.create(self._prepare_network_order_line(line, allocation, apart))
                for line, allocation in lines.items()
            ],
        }

    def _prepare_network_order_line(self, line, allocation, apart):
        """At the upper line's price, net of tax: what is earned is known when it is settled.

        An order in other books has the taxes of the product there where the network invoices its
        part with tax; under ``attribution`` the output tax stays above.
        """
        uom = allocation.product_uom_id
        vals = {
            "network_source_line_id": line.id,
            "product_id": line.product_id.id,
            "name": line.name,
            "product_uom_qty": allocation.quantity,
            "product_uom_id": uom.id,
            "price_unit": line._get_price_below(uom),
            "discount": 0.0,
        }
        if not apart or self.network_id.policy == "attribution":
            vals["tax_ids"] = [Command.clear()]
        return vals

    def action_open_network_orders(self):
        """Show the parts of this order, as far as the user may see them."""
        self.ensure_one()
        return open_records(
            self.env,
            "sale.action_orders",
            [("network_parent_order_id", "=", self.id)],
            context={"create": False},
        )


class SaleOrderLine(models.Model):
    _name = "sale.order.line"
    _inherit = ["sale.order.line", "business.network.guarded.mixin"]

    network_source_line_id = fields.Many2one(
        "sale.order.line",
        string="Line of the Upper Order",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
    )
    network_child_line_ids = fields.One2many(
        "sale.order.line", "network_source_line_id", string="Lines of the Networks"
    )

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {"network_source_line_id"}

    def _take_missing_sale_taxes(self):
        """Take the company's default tax where the upper line is taxed and the product is not."""
        for line in self.filtered(lambda line: not line.tax_ids):
            source = line.network_source_line_id
            apart = source.company_id != line.company_id
            if apart and source.tax_ids and source.order_id.network_id.policy != "attribution":
                line.tax_ids = line.company_id.account_sale_tax_id

    def _get_price_below(self, uom):
        """Price of one ``uom`` in a part of this line, net of tax; zero when none is ordered."""
        self.ensure_one()
        ordered = to_exact(self.product_uom_qty) * exact_factor(self.product_uom_id)
        return (
            float(to_exact(self.price_subtotal) / ordered * exact_factor(uom)) if ordered else 0.0
        )

    def _get_quantity_above(self, allocation):
        """What the upper order allocates to this line, exact in its unit; zero for none."""
        self.ensure_one()
        if not allocation:
            return to_exact(0)
        return convert_exact(
            to_exact(allocation.quantity), allocation.product_uom_id, self.product_uom_id
        )

    def _get_network_line(self, member):
        """Line of the part of ``member`` that fills this line, as superuser; empty for none."""
        self.ensure_one()
        return self.sudo().network_child_line_ids.filtered(
            lambda line: (
                line.order_id.state != "cancel" and line.order_id.network_parent_member_id == member
            )
        )[:1]


class BusinessNetworkAllocation(models.Model):
    """What the upper order allocates to a network is what the network's own order asks for."""

    _inherit = "business.network.allocation"

    def _after_create(self):
        result = super()._after_create()
        self._lead(self.sale_line_id.order_id)
        return result

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & LEADING:
            self._lead(self.sale_line_id.order_id)
        return result

    def unlink(self):
        orders = self.sale_line_id.order_id
        result = super().unlink()
        self._lead(orders.exists())
        return result

    def _lead(self, orders):
        """Lead the parts of ``orders``, unless who shares them out does it at the end."""
        if self.env.context.get("network_leads") is not LATER:
            orders._lead_network_orders()
