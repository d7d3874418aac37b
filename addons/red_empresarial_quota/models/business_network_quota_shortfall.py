from fractions import Fraction

from markupsafe import Markup
from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.quantities import (
    exact_factor,
    format_exact,
    from_exact,
    to_exact,
)
from odoo.exceptions import UserError


class BusinessNetworkAllocation(models.Model):
    """What a member did not deliver: given back to its quota, or counted as consumed, as agreed."""

    _inherit = "business.network.allocation"

    short_quantity = fields.Float(
        string="Closed Short",
        digits="Product Unit",
        readonly=True,
        copy=False,
        help="Allocated and not delivered when the allocation was closed.",
    )

    _short_not_negative = models.Constraint(
        "CHECK(short_quantity >= 0)", "What an allocation is closed short by cannot be negative."
    )

    @api.model
    def _get_guarded_fields(self):
        """With what came short, which decides what is consumed: closing short writes it."""
        return super()._get_guarded_fields() | {"short_quantity"}

    def action_close_short(self):
        """Remember what was not delivered: what it consumes follows the plan's agreement."""
        for allocation in self.filtered("remaining_quantity"):
            short = to_exact(allocation.short_quantity) + to_exact(allocation.remaining_quantity)
            allocation.sudo().short_quantity = float(short)
        return super().action_close_short()

    def action_undo_close_short(self):
        """The member delivers after all: the quantity is its own again. Twice does nothing.

        :raise UserError: others took it meanwhile, or the quota has too little left
        """
        self.check_access("write")
        for allocation in self.filtered("short_quantity"):
            short = allocation.short_quantity
            if to_exact(allocation.released_quantity) < to_exact(short):
                raise UserError(
                    self.env._(
                        "%(short)s %(unit)s of %(product)s that %(member)s did not deliver for "
                        "%(order)s were shared again among the others, and only %(free)s are left. "
                        "Share the order out again instead.",
                        short=format_exact(self.env, short),
                        unit=allocation.product_uom_id.name,
                        free=format_exact(self.env, allocation.released_quantity),
                        **allocation._get_message_names(),
                    )
                )
            allocation.sudo().short_quantity = 0.0
            allocation.quantity += short
            allocation._set_released(allocation.released_quantity - short)
        return True

    def _get_line_below(self):
        """Line of the order of its own in which a network fills this allocation."""
        self.ensure_one()
        return self.sale_line_id._get_network_line(self.member_id)

    def _close_short_above(self):
        """Close a network's allocation down to what its members are still to deliver.

        A part that the network has not confirmed is left to it.

        :return: whether there was something to close
        """
        line = self._get_line_below()
        factor = exact_factor(self.product_uom_id)
        below = sum(a._get_exact_quantity(a.quantity) for a in line.allocation_ids) / factor
        kept = max(below, to_exact(self.delivered_quantity), to_exact(self.invoiced_quantity))
        rest = to_exact(self.quantity) - kept
        if line.order_id.state != "sale" or rest <= 0:
            return False
        self.write(
            {
                "quantity": from_exact(kept),
                "released_quantity": from_exact(to_exact(self.released_quantity) + rest),
                "short_quantity": from_exact(to_exact(self.short_quantity) + rest),
            }
        )
        return True


class BusinessNetworkQuotaConsumption(models.Model):
    _inherit = "business.network.quota.consumption"

    def _get_consumed(self, plan, allocation, amounts):
        """What came short stays consumed where the plan does not return it."""
        quantity = super()._get_consumed(plan, allocation, amounts)
        return quantity + plan._get_lost(allocation)


class BusinessNetworkQuotaPlan(models.Model):
    _inherit = "business.network.quota.plan"

    shortfall_returns = fields.Boolean(
        default=True,
        tracking=True,
        help="What a member did not deliver when its allocation is closed short is left of its "
        "quota again. Otherwise it stays consumed: who did not deliver lost it.",
    )

    def _get_lost(self, allocation):
        """What an allocation keeps consumed though nobody will deliver it, in reference units."""
        if self.kind == "amount" or self._get_agreed_term("shortfall_returns"):
            return Fraction(0)
        return allocation._get_exact_quantity(allocation.short_quantity)

    def action_close_overdue(self):
        """Close short what was promised for a day that is past; twice finds nothing.

        :return: action that shows what was closed
        :raise UserError: part of it is invoiced ahead
        """
        overdue = self.env["business.network.allocation"]
        for plan in self:
            plan._check_state("running")
            plan.check_access("write")
            overdue |= plan.sudo()._close_overdue()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Closed Short"),
            "res_model": "business.network.allocation",
            "view_mode": "list,form",
            "domain": [("id", "in", overdue.ids)],
            "help": Markup("<p class='o_view_nocontent_smiling_face'>%s</p>")
            % self.env._("Nothing is overdue"),
        }

    def _close_overdue(self):
        """Close the members' allocations, then those of networks down to what is left below.

        As superuser: sales are others' records, in others' books, and all of them are overdue.

        :return: what was closed
        """
        self.ensure_one()
        overdue = self._get_overdue_allocations()
        above = overdue.filtered(lambda allocation: allocation._get_line_below())
        (overdue - above).action_close_short()
        closed = above.filtered(lambda allocation: allocation._close_short_above())
        return (overdue - above) | closed

    def _get_overdue_allocations(self):
        """Allocations consuming this plan whose order's delivery date is past, with a rest."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        rows = self.env["business.network.quota.consumption"].search(
            [
                ("quota_id.plan_id", "=", self.id),
                ("allocation_id.sale_line_id.order_id.state", "=", "sale"),
                ("allocation_id.sale_line_id.order_id.commitment_date", "<", fields.Datetime.now()),
            ]
        )
        return rows.allocation_id.filtered(
            lambda allocation: (
                allocation.remaining_quantity
                and fields.Datetime.context_timestamp(
                    self, allocation.sale_line_id.order_id.commitment_date
                ).date()
                < today
            )
        )
