from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import float_compare, format_date

from ..tools.quantities import to_exact

FROZEN = {
    "allocation_id",
    "quantity",
    "rejected_quantity",
    "grade_id",
    "price_factor",
    "date",
}


class BusinessNetworkDelivery(models.Model):
    """What a member handed over at one time of one allocation, and what of it was accepted.

    In the allocation's unit. The accepted quantity is what the buyer is invoiced and what the
    member earns, weighed by the grade's factor as it was when the grade was chosen. A delivery that
    was invoiced can neither be corrected nor canceled.
    """

    _name = "business.network.delivery"
    _inherit = "business.network.row.mixin"
    _description = "Delivery of a Member"
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        string="Number",
        compute="_compute_name",
        store=True,
        readonly=True,
        copy=False,
        index="trigram",
    )
    allocation_id = fields.Many2one(
        "business.network.allocation", required=True, index=True, ondelete="cascade"
    )
    network_id = fields.Many2one(related="allocation_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="allocation_id.company_id", store=True, index=True)
    member_id = fields.Many2one(related="allocation_id.member_id", store=True, index=True)
    partner_id = fields.Many2one(
        related="allocation_id.partner_id", string="Enterprise", store=True
    )
    product_id = fields.Many2one(related="allocation_id.product_id", store=True)
    order_reference = fields.Char(related="allocation_id.order_reference", store=True)
    product_uom_id = fields.Many2one(related="allocation_id.product_uom_id")
    sale_line_id = fields.Many2one(related="allocation_id.sale_line_id")
    date = fields.Date(required=True, default=fields.Date.context_today)
    quantity = fields.Float(string="Delivered", digits="Product Unit", required=True)
    rejected_quantity = fields.Float(string="Rejected", digits="Product Unit")
    accepted_quantity = fields.Float(
        string="Accepted",
        digits="Product Unit",
        compute="_compute_accepted_quantity",
        store=True,
        precompute=True,
    )
    reason = fields.Char(string="Reason of Rejection")
    grade_id = fields.Many2one(
        "business.network.grade",
        ondelete="restrict",
        index="btree_not_null",
        domain="['|', ('network_id', '=', False), ('network_id', '=', network_id)]",
    )
    price_factor = fields.Float(
        digits=(16, 6),
        compute="_compute_price_factor",
        store=True,
        precompute=True,
        aggregator=None,
        help="Factor of the grade when it was chosen; a later change of the grade leaves it.",
    )
    note = fields.Text()
    state = fields.Selection(
        [("draft", "Draft"), ("done", "Done"), ("cancel", "Canceled")],
        required=True,
        default="draft",
        index=True,
    )
    invoiced_ids = fields.One2many(
        "business.network.allocation.invoiced", "delivery_id", string="Invoice Lines"
    )
    invoice_line_ids = fields.Many2many(
        "account.move.line",
        "business_network_delivery_move_line_rel",
        "delivery_id",
        "line_id",
        copy=False,
        help="Invoice lines that were made for this delivery.",
    )
    invoiced_quantity = fields.Float(
        string="Invoiced", digits="Product Unit", compute="_compute_invoiced_quantity"
    )

    _quantities_coherent = models.Constraint(
        "CHECK(quantity >= 0 AND rejected_quantity >= 0 AND rejected_quantity <= quantity)",
        "A delivery cannot reject more than was delivered, nor have negative quantities.",
    )
    _allocation_state_index = models.Index("(allocation_id, state)")

    # By its id, without a query each; the tax authority's dispatch guide is another paper.
    @api.depends("allocation_id")
    def _compute_name(self):
        for delivery in self:
            delivery.name = f"ENT/{delivery.id:06d}" if delivery.id else False

    @api.depends("quantity", "rejected_quantity")
    def _compute_accepted_quantity(self):
        for delivery in self:
            delivery.accepted_quantity = delivery.quantity - delivery.rejected_quantity

    # Not on the factor of the grade: what was delivered keeps the factor it was promised.
    @api.depends("grade_id")
    def _compute_price_factor(self):
        for delivery in self:
            delivery.price_factor = delivery.grade_id.price_factor if delivery.grade_id else 1.0

    @api.depends("invoiced_ids.quantity")
    def _compute_invoiced_quantity(self):
        for delivery in self:
            delivery.invoiced_quantity = sum(delivery.invoiced_ids.mapped("quantity"))

    @api.depends("name", "partner_id")
    def _compute_display_name(self):
        for delivery in self:
            delivery.display_name = " ".join(
                filter(None, (delivery.name, delivery.partner_id.display_name))
            )

    # -- rules -------------------------------------------------------------------------------

    @api.constrains(
        "state", "date", "quantity", "rejected_quantity", "reason", "allocation_id", "grade_id"
    )
    def _check_delivery(self):
        """What is done obeys the rules, whichever way it was written."""
        done = self.filtered(lambda delivery: delivery.state == "done")
        for delivery in done:
            delivery._check_deliverable()
            delivery._check_handed_over_as_member()
        done.allocation_id._check_over_delivery()
        for delivery in self.filtered("grade_id.network_id"):
            if delivery.grade_id.network_id != delivery.network_id:
                raise ValidationError(
                    self.env._(
                        "The grade %(grade)s belongs to %(other)s, not to %(network)s, for which "
                        "%(member)s delivers. Choose another grade.",
                        grade=delivery.grade_id.name,
                        other=delivery.grade_id.network_id.name,
                        network=delivery.network_id.name,
                        member=delivery.member_id.display_name,
                    )
                )

    @api.constrains("price_factor", "grade_id")
    def _check_price_factor(self):
        """The factor is the grade's when it is chosen; it is what the member earns, never typed."""
        for delivery in self:
            grade = delivery.grade_id
            factor = grade.price_factor if grade else 1.0
            if float_compare(delivery.price_factor, factor, precision_digits=6):
                raise ValidationError(
                    self.env._(
                        "The price factor of the delivery %(delivery)s of %(member)s is not typed: "
                        "it is that of its grade. Choose another grade.",
                        delivery=delivery.name,
                        member=delivery.member_id.display_name,
                    )
                )

    def _check_deliverable(self):
        """Raise ValidationError for a delivery that says nothing, or that nobody may make."""
        self.ensure_one()
        allocation = self.allocation_id
        if allocation.state == "declined":
            raise ValidationError(
                self.env._(
                    "%(member)s declined %(product)s of %(order)s, so it cannot deliver it. "
                    "Propose the allocation again first.",
                    **allocation._get_message_names(),
                )
            )
        if allocation._get_line().order_id.state == "cancel":
            raise ValidationError(
                self.env._(
                    "%(order)s is canceled, so %(member)s cannot deliver %(product)s for it. Set "
                    "the order back to quotation first.",
                    **allocation._get_message_names(),
                )
            )
        if self.quantity <= 0:
            raise ValidationError(
                self.env._(
                    "The delivery of %(product)s by %(member)s for %(order)s has no quantity. "
                    "Write how much was delivered.",
                    **allocation._get_message_names(),
                )
            )
        if self.rejected_quantity and not self.reason:
            raise ValidationError(
                self.env._(
                    "Part of the %(product)s that %(member)s delivered for %(order)s is rejected. "
                    "Write the reason.",
                    **allocation._get_message_names(),
                )
            )

    def _check_handed_over_as_member(self):
        """Raise ValidationError for what is handed over before joining or after leaving."""
        self.ensure_one()
        if not self.member_id._is_in_force(self.date):
            raise ValidationError(
                self.env._(
                    "%(member)s is not a member of %(network)s on %(date)s, so it cannot deliver "
                    "%(product)s of %(order)s then. Write the day on which it was handed over, or "
                    "share the allocation again among the others.",
                    network=self.network_id.name,
                    date=format_date(self.env, self.date),
                    **self.allocation_id._get_message_names(),
                )
            )

    def _check_not_invoiced(self):
        """Raise UserError naming the invoice that took a delivery of these."""
        for delivery in self:
            taken = sum(map(to_exact, delivery.sudo().invoiced_ids.mapped("quantity")))
            if abs(taken) > to_exact(0.00005):
                lines = delivery.sudo().invoiced_ids.move_line_id
                raise UserError(
                    self.env._(
                        "The delivery %(delivery)s of %(product)s by %(member)s is invoiced in "
                        "%(invoice)s. Refund or reset that invoice first.",
                        delivery=delivery.name,
                        invoice=", ".join(lines.move_id.mapped("display_name")),
                        **delivery.allocation_id._get_message_names(),
                    )
                )

    # -- writing -----------------------------------------------------------------------------

    def write(self, vals):
        done = self.filtered(lambda delivery: delivery.state == "done")
        if vals.get("state", "done") != "done":
            done._check_not_invoiced()
        elif vals.keys() & FROZEN and done:
            raise UserError(
                self.env._(
                    "The delivery %s is done. Set it back to draft, correct it and confirm it "
                    "again.",
                    done[:1].display_name,
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        done = self.filtered(lambda delivery: delivery.state == "done")
        if done:
            raise UserError(
                self.env._(
                    "The delivery %s is done. Cancel it instead of deleting it.",
                    done[:1].display_name,
                )
            )

    def action_done(self):
        """Count the deliveries as delivered, checked by the rules. Those done stay as they are."""
        self.filtered(lambda delivery: delivery.state == "draft").write({"state": "done"})

    def action_reset_to_draft(self):
        """Set the deliveries back to draft, to correct them; UserError once they are invoiced."""
        self.write({"state": "draft"})

    def action_cancel(self):
        """Cancel the deliveries: their quantity is pending again; UserError once invoiced."""
        self.write({"state": "cancel"})

    def action_open_invoices(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Invoices"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("id", "in", self.invoiced_ids.move_line_id.move_id.ids)],
        }

    # -- from the quantities of allocations ----------------------------------------------------

    def _deliver(self, quantities):
        """Make done deliveries in one batch.

        :param quantities: ``[(allocation, quantity in its unit)]``, zeros left out
        """
        return self._create_rows(
            [
                {"allocation_id": allocation.id, "quantity": quantity, "state": "done"}
                for allocation, quantity in quantities
                if float_compare(quantity, 0, precision_rounding=allocation.product_uom_id.rounding)
            ]
        )

    def _take_back(self, quantity):
        """Lower what these deliveries of one allocation accepted by ``quantity``, latest first.

        :raise UserError: less than that is not invoiced
        """
        left = to_exact(quantity)
        for delivery in self.sorted(lambda d: (d.date, d.id), reverse=True):
            if left <= 0:
                break
            accepted = to_exact(delivery.accepted_quantity)
            delivery.action_cancel() if accepted <= left else delivery._lower(left)
            left -= min(left, accepted)

    def _lower(self, quantity):
        self.action_reset_to_draft()
        self.quantity -= float(quantity)
        self.action_done()
