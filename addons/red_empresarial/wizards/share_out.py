from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare

from ..tools.quantities import from_exact, to_exact


class BusinessNetworkShareOut(models.TransientModel):
    """Previews who would fill how much of an order's lines, and writes it.

    The preview follows the basis and the lot sizes; “by hand” starts from the last preview and is
    the manager's own. Created through RPC with an order and a basis, it fills itself the same way.
    """

    _name = "business.network.share.out"
    _description = "Share Out an Order"

    sale_order_id = fields.Many2one("sale.order", readonly=True, ondelete="cascade")
    purchase_order_id = fields.Many2one("purchase.order", readonly=True, ondelete="cascade")
    network_id = fields.Many2one("business.network", compute="_compute_network_id")
    basis = fields.Selection(selection="_selection_basis", required=True, default="agreement")
    lot_size = fields.Float(
        digits="Product Unit",
        help="Shares are whole multiples of it, in the unit of each product: a box of 24, a "
        "package. Zero: whole units, or the finest quantity where the order has decimals.",
    )
    total_ids = fields.One2many(
        "business.network.share.out.total",
        "wizard_id",
        compute="_compute_total_ids",
        store=True,
        readonly=False,
        string="Order Lines",
    )
    line_ids = fields.One2many("business.network.share.out.line", "wizard_id", string="Shares")
    warning = fields.Text(compute="_compute_warning")

    @api.model
    def _selection_basis(self):
        bases = self.env["business.network.allocation.mixin"]._get_share_out_bases()
        return [*bases, ("manual", self.env._("By hand"))]

    @api.model
    def _get_action(self, order, lines):
        """Window action of the wizard on some lines of ``order``."""
        side = "sale" if order._name == "sale.order" else "purchase"
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Share Out %s", order.display_name),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {
                f"default_{side}_order_id": order.id,
                "share_out_line_ids": lines.ids,
            },
        }

    def _get_order(self):
        return self.sale_order_id or self.purchase_order_id

    @api.depends("sale_order_id", "purchase_order_id")
    def _compute_network_id(self):
        for wizard in self:
            wizard.network_id = wizard._get_order().network_id

    @api.depends("sale_order_id", "purchase_order_id")
    @api.depends_context("share_out_line_ids")
    def _compute_total_ids(self):
        chosen = self.env.context.get("share_out_line_ids")
        for wizard in self:
            lines = wizard._get_order().order_line.filtered(
                lambda line: line._is_shared_out() and (not chosen or line.id in chosen)
            )
            wizard.total_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {line._get_allocation_field(): line.id, "lot_size": from_exact(lot or 0)}
                    )
                    for line, lot in wizard._get_proposed_lots(lines).items()
                ),
            ]

    @api.model
    def _get_proposed_lots(self, lines):
        """``{line: the product's own lot where the line can be shared out in it, or None}``."""
        return {
            line: line._get_fitting_lot(to_exact(line._get_ordered_quantity()), lot)
            for line, lot in lines._get_default_lots().items()
        }

    @api.model_create_multi
    def create(self, vals_list):
        wizards = super().create(vals_list)
        for wizard, vals in zip(wizards, vals_list, strict=True):
            if "line_ids" not in vals:
                wizard._onchange_basis()
        return wizards

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"basis", "lot_size", "total_ids"} and "line_ids" not in vals:
            for wizard in self:
                wizard._onchange_basis()
        return result

    @api.onchange("sale_order_id", "purchase_order_id", "basis", "lot_size", "total_ids")
    def _onchange_basis(self):
        """Preview again; “by hand” keeps what the preview showed."""
        if self.basis and self.basis != "manual":
            self._set_shares(self._get_proposal())
        elif not self.line_ids:
            self._set_shares(self._get_present_shares())

    def _get_proposal(self):
        """``{order line: ({member: exact quantity}, leftover)}``; empty where it is refused."""
        try:
            return self._propose()
        except UserError:
            return {}

    def _propose(self):
        """The proposal on the basis, in the lots that the lines show; UserError if refused."""
        return self._get_order()._propose_share_out(
            self.basis,
            lines=self._get_lines(),
            lot_size=self.lot_size and to_exact(self.lot_size),
            lot_sizes={total._get_line(): to_exact(total.lot_size) for total in self.total_ids},
        )

    def _get_lines(self):
        return self._get_order().order_line.browse(
            [total._get_line().id for total in self.total_ids]
        )

    def _get_present_shares(self):
        """What is allocated now, with a zero for every other member: where “by hand” starts."""
        members = self._get_order()._get_members_in_force()
        shares = {}
        for line in self._get_lines():
            kept = line._get_kept_allocations()
            now = {
                a.member_id: line._get_exact_in_line_uom(a, a.quantity)
                for a in line.allocation_ids - kept
            }
            shares[line] = (
                {m: now.get(m, to_exact(0)) for m in members if m not in kept.member_id},
                0,
            )
        return shares

    def _set_shares(self, proposal):
        self.line_ids = [
            Command.clear(),
            *(
                Command.create(
                    {
                        line._get_allocation_field(): line.id,
                        "member_id": member.id,
                        "quantity": from_exact(quantity),
                    }
                )
                for line, (quantities, _rest) in proposal.items()
                for member, quantity in quantities.items()
            ),
        ]

    @api.depends("basis", "lot_size", "total_ids.lot_size", "sale_order_id", "purchase_order_id")
    def _compute_warning(self):
        """Why there is no preview, in the words of the refusal."""
        for wizard in self:
            wizard.warning = False
            if not wizard._get_order() or wizard.basis in (False, "manual"):
                continue
            try:
                wizard._get_order()._get_share_out_terms(wizard.basis, wizard._get_lines())
                wizard._propose()
            except UserError as refusal:
                wizard.warning = str(refusal)

    def action_apply(self):
        """Write the previewed shares as allocations of the order.

        :raise UserError: nothing to share out, more than ordered, less than delivered
        """
        self.ensure_one()
        order = self._get_order()
        if self.warning:
            raise UserError(self.warning)
        shares = {line: {} for line in self._get_lines()}
        for share in self.line_ids:
            shares[share._get_line()][share.member_id] = to_exact(share.quantity)
        if not any(any(quantities.values()) for quantities in shares.values()):
            raise UserError(
                self.env._("Nothing of %s would be shared out. Write quantities.", order.name)
            )
        order._apply_share_out(shares)
        return {"type": "ir.actions.act_window_close"}


class BusinessNetworkShareOutOrderLine(models.AbstractModel):
    """What totals and shares of the wizard have in common: an order line."""

    _name = "business.network.share.out.order.line"
    _description = "Order Line of a Share-Out"

    wizard_id = fields.Many2one(
        "business.network.share.out", required=True, ondelete="cascade", index=True
    )
    sale_line_id = fields.Many2one("sale.order.line", readonly=True, ondelete="cascade")
    purchase_line_id = fields.Many2one("purchase.order.line", readonly=True, ondelete="cascade")
    product_id = fields.Many2one("product.product", compute="_compute_product")
    product_uom_id = fields.Many2one("uom.uom", compute="_compute_product", string="Unit")

    def _get_line(self):
        return self.sale_line_id or self.purchase_line_id

    @api.depends("sale_line_id", "purchase_line_id")
    def _compute_product(self):
        for record in self:
            record.product_id = record._get_line().product_id
            record.product_uom_id = record._get_line().product_uom_id


class BusinessNetworkShareOutTotal(models.TransientModel):
    """One order line in the wizard: its lot size, and live totals."""

    _name = "business.network.share.out.total"
    _inherit = "business.network.share.out.order.line"
    _description = "Totals of a Share-Out"

    lot_size = fields.Float(
        digits="Product Unit", help="Lot size of this line, in the unit of the product."
    )
    ordered_quantity = fields.Float(
        string="Ordered", digits="Product Unit", compute="_compute_ordered_quantity"
    )
    kept_quantity = fields.Float(
        string="Locked",
        digits="Product Unit",
        compute="_compute_ordered_quantity",
        help="In allocations that are locked and stay as they are.",
    )
    allocated_quantity = fields.Float(
        string="Allocated", digits="Product Unit", compute="_compute_allocated_quantity"
    )
    difference = fields.Float(
        string="Not Allocated",
        digits="Product Unit",
        compute="_compute_allocated_quantity",
        help="Ordered less allocated: what makes no whole lot, or exceeds every capacity.",
    )

    @api.depends("sale_line_id", "purchase_line_id")
    def _compute_ordered_quantity(self):
        for total in self:
            line = total._get_line()
            total.ordered_quantity = line._get_ordered_quantity() if line else 0.0
            total.kept_quantity = sum(
                allocation._get_quantity_in_line_uom(allocation.quantity)
                for allocation in (line._get_kept_allocations() if line else ())
            )

    @api.depends("wizard_id.line_ids.quantity", "ordered_quantity", "kept_quantity")
    def _compute_allocated_quantity(self):
        for total in self:
            shares = total.wizard_id.line_ids.filtered(
                lambda share, total=total: share._get_line() == total._get_line()
            )
            total.allocated_quantity = total.kept_quantity + sum(shares.mapped("quantity"))
            total.difference = total.ordered_quantity - total.allocated_quantity


class BusinessNetworkShareOutLine(models.TransientModel):
    """Share of one member in one order line, in the unit of the line."""

    _name = "business.network.share.out.line"
    _inherit = "business.network.share.out.order.line"
    _description = "Share of a Member"

    member_id = fields.Many2one("business.network.member", required=True, ondelete="cascade")
    quantity = fields.Float(digits="Product Unit")
    delivered_quantity = fields.Float(
        string="Delivered", digits="Product Unit", compute="_compute_delivered_quantity"
    )
    is_short = fields.Boolean(compute="_compute_delivered_quantity")

    @api.depends("quantity", "member_id", "sale_line_id", "purchase_line_id")
    def _compute_delivered_quantity(self):
        for share in self:
            allocation = share._get_line().allocation_ids.filtered(
                lambda a, share=share: a.member_id == share.member_id
            )
            share.delivered_quantity = sum(
                a._get_quantity_in_line_uom(a.delivered_quantity) for a in allocation
            )
            rounding = share.product_uom_id.rounding or 0.01
            share.is_short = (
                float_compare(share.quantity, share.delivered_quantity, precision_rounding=rounding)
                < 0
            )
