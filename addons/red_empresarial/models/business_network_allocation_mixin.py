from odoo import fields, models
from odoo.exceptions import ValidationError

from ..tools.actions import open_records


class BusinessNetworkAllocationMixin(models.AbstractModel):
    """What sale and purchase orders of a network share: the network and its allocations.

    A model that inherits it has ``company_id``, ``date_order`` and an ``order_line`` whose lines
    have ``allocation_ids``.
    """

    _name = "business.network.allocation.mixin"
    _description = "Order of a Business Network"

    network_id = fields.Many2one(
        "business.network",
        string="Business Network",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('company_id', '=', company_id)]",
        help="The network this order is made for. Leave it empty for the company's own trade.",
    )
    network_annex_id = fields.Many2one(
        "business.network.agreement",
        string="Agreement Annex",
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
        domain="[('network_id', '=', network_id), ('parent_id', '!=', False)]",
        help="Annex that fixes the proportions of this order alone.",
    )
    allocation_ids = fields.One2many(
        "business.network.allocation", compute="_compute_allocation_ids"
    )
    allocation_count = fields.Integer(compute="_compute_allocation_ids")

    def _compute_allocation_ids(self):
        for order in self:
            order.allocation_ids = order.order_line.allocation_ids
            order.allocation_count = len(order.allocation_ids)

    def _get_order_date(self):
        """Day of the order where the user is: an order of the evening in Lima is not tomorrow's."""
        self.ensure_one()
        return self.date_order and fields.Datetime.context_timestamp(self, self.date_order).date()

    def _check_allocations(self):
        """Raise ValidationError for an allocation above its line or a member not in force."""
        for order in self:
            date = order._get_order_date()
            order.order_line.allocation_ids.member_id._check_in_force(date)
            for line in order.order_line.filtered("allocation_ids"):
                line._check_allocated_quantity()

    def _prepare_network_invoice(self):
        """Values an invoice or bill takes over from its order."""
        self.ensure_one()
        return {
            "network_id": self.network_id.id,
            "network_annex_id": self.network_annex_id.id,
        }

    def action_open_allocations(self):
        self.ensure_one()
        return open_records(
            self.env,
            "red_empresarial.business_network_allocation_action",
            [("id", "in", self.order_line.allocation_ids.ids)],
            context={"create": False},
        )

    def action_allocate_by_weights(self):
        """Allocate what is still unallocated of each line in whole lots by the agreement weights.

        Running it again changes nothing once a line is fully allocated.
        """
        for order in self:
            if not order.network_id:
                raise ValidationError(
                    self.env._("%s has no network. Choose one first.", order.display_name)
                )
            weights = order._get_allocation_weights()
            lots = order.order_line._get_default_lots()
            self.env["business.network.allocation"].create(
                [
                    vals
                    for line in order.order_line
                    for vals in line._prepare_allocations(weights, lots[line])
                ]
            )

    def _get_allocation_weights(self):
        """Weights ``{member: Fraction}`` used to propose allocations."""
        self.ensure_one()
        agreement = self.network_annex_id or self.network_id._get_agreement(self._get_order_date())
        return agreement._get_weights(self._get_network_side())

    def _get_network_side(self):
        """``"revenue"`` for sales, ``"expense"`` for purchases."""
        raise NotImplementedError
