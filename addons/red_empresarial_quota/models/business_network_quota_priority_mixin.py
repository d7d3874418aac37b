from odoo import api, fields, models
from odoo.exceptions import ValidationError

MEASURES = [("capacity", "Its capacity in the period"), ("fact", "A declared fact")]


class BusinessNetworkQuotaPriorityMixin(models.AbstractModel):
    """What the internal rules give to new and to small members: their first units of a plan.

    A network has its rules; a plan starts with those of its network. Zero units are no priority.
    """

    _name = "business.network.quota.priority.mixin"
    _description = "Priority for New and Small Members"

    new_member_months = fields.Integer(
        string="New for (Months)",
        help="A member is new when it first joined less than these months before a plan starts.",
    )
    new_member_units = fields.Integer(
        string="First Units of New Members",
        help="Quota units that every new member gets before the rest is shared; in a plan in "
        "money, an amount. Zero for no priority.",
    )
    small_member_measure = fields.Selection(
        MEASURES, string="Small by", help="What says that a member is small."
    )
    small_member_kind_id = fields.Many2one(
        "business.network.fact.kind", string="Small by the Fact", ondelete="restrict"
    )
    small_member_limit = fields.Float(
        string="Small Below",
        digits=(20, 6),
        aggregator=None,
        help="A member is small when what is approved of it is less than this; a capacity is in "
        "the unit of the plan. Of whom nothing is known is not small.",
    )
    small_member_units = fields.Integer(
        string="First Units of Small Members",
        help="Quota units that every small member gets before the rest is shared; in a plan in "
        "money, an amount. Zero for no priority.",
    )

    _priorities_not_negative = models.Constraint(
        "CHECK(new_member_months >= 0 AND new_member_units >= 0"
        " AND small_member_units >= 0 AND small_member_limit >= 0)",
        "Months, units and limits of a priority cannot be negative.",
    )

    # The day so many months before a plan has to be one of the calendar.
    _new_member_months_bounded = models.Constraint(
        "CHECK(new_member_months <= 1200)", "A member is new for 1200 months at most."
    )

    @api.model
    def _get_priority_fields(self):
        """Names of the fields that say who has priority, and what for."""
        return (
            "new_member_months",
            "new_member_units",
            "small_member_measure",
            "small_member_kind_id",
            "small_member_limit",
            "small_member_units",
        )

    @api.constrains(
        "new_member_months",
        "new_member_units",
        "small_member_measure",
        "small_member_kind_id",
        "small_member_limit",
        "small_member_units",
    )
    def _check_priorities(self):
        """A priority says for whom it is."""
        for rules in self:
            if rules.new_member_units and not rules.new_member_months:
                raise ValidationError(
                    self.env._(
                        "%s guarantees units to new members. Write for how many months a member "
                        "is new, or no units.",
                        rules.display_name,
                    )
                )
            if rules.small_member_units:
                rules._check_small()

    def _check_small(self):
        by_fact = self.small_member_measure == "fact"
        if not self.small_member_measure or (by_fact and not self.small_member_kind_id):
            raise ValidationError(
                self.env._(
                    "%s guarantees units to small members. Choose whether their capacity or which "
                    "fact says who is small, or write no units.",
                    self.display_name,
                )
            )
        if not self.small_member_limit:
            raise ValidationError(
                self.env._(
                    "%s guarantees units to small members. Write below what a member is small, or "
                    "no units.",
                    self.display_name,
                )
            )

    @api.constrains("small_member_kind_id")
    def _check_small_member_kind(self):
        for rules in self.filtered("small_member_kind_id"):
            network, kind = rules._get_ruled_network(), rules.small_member_kind_id.sudo()
            if not kind._applies_to(network):
                raise ValidationError(
                    self.env._(
                        "Members of %(network)s do not declare %(kind)s, which is %(where)s. "
                        "Choose another fact.",
                        network=network.name,
                        kind=kind.name,
                        where=kind._describe_scope(),
                    )
                )

    def _get_ruled_network(self):
        """The network for whose members these rules are."""
        raise NotImplementedError


class BusinessNetwork(models.Model):
    """The internal rules on quotas, with which plans start."""

    _name = "business.network"
    _inherit = ["business.network", "business.network.quota.priority.mixin"]

    def _get_ruled_network(self):
        return self
