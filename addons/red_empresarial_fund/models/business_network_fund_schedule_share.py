from odoo import api, fields, models
from odoo.addons.red_empresarial.engine.dues import dues_per_share
from odoo.addons.red_empresarial.tools.minor_units import from_minor
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date


class BusinessNetworkFundMemberShare(models.Model):
    """How many shares of a fund a member holds from a day on, as savings groups count them.

    Dues “for each share” ask so much for each. Another row from a later day changes the number;
    zero gives them up.
    """

    _name = "business.network.fund.member.share"
    _description = "Shares of a Member in a Fund"
    _inherit = "business.network.fund.access.mixin"
    _order = "fund_id, member_id, date_from desc, id desc"
    _rec_name = "member_id"

    fund_id = fields.Many2one(
        "business.network.fund", required=True, index=True, ondelete="cascade"
    )
    network_id = fields.Many2one(related="fund_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="fund_id.company_id", store=True, index=True)
    member_id = fields.Many2one(
        "business.network.member",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('network_id', '=', network_id)]",
    )
    date_from = fields.Date(string="From", required=True, default=fields.Date.context_today)
    shares = fields.Integer(required=True, default=1)

    _shares_not_negative = models.Constraint(
        "CHECK(shares >= 0)", "A member cannot hold less than no share."
    )
    _date_unique = models.Constraint(
        "UNIQUE(fund_id, member_id, date_from)", "The shares of a member change once on a day."
    )

    @api.constrains("member_id", "fund_id")
    def _check_member(self):
        for share in self:
            if share.member_id.network_id != share.network_id:
                raise ValidationError(
                    self.env._(
                        "%(member)s is not a member of %(network)s, so it has no shares of "
                        "%(fund)s.",
                        member=share.member_id.display_name,
                        network=share.network_id.name,
                        fund=share.fund_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        shares = super().create(vals_list)
        shares._check_not_asked()
        return shares

    def write(self, vals):
        if not {"fund_id", "member_id", "date_from", "shares"} & vals.keys():
            return super().write(vals)
        self._check_not_asked()
        result = super().write(vals)
        self._check_not_asked()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_unasked(self):
        self._check_not_asked()

    def _check_not_asked(self):
        """Raise UserError for shares that would change dues that were asked already."""
        for share in self:
            schedule = share.fund_id.schedule_ids.filtered(
                lambda schedule, share=share: (
                    schedule.basis == "share"
                    and schedule.date_done
                    and share.date_from <= schedule.date_done
                )
            )[:1]
            if schedule:
                raise UserError(
                    self.env._(
                        "%(schedule)s was asked up to %(done)s, so the shares of %(member)s of "
                        "%(date)s stay. Write another number from a later day.",
                        schedule=schedule.display_name,
                        done=format_date(self.env, schedule.date_done),
                        member=share.member_id.display_name,
                        date=format_date(self.env, share.date_from),
                    )
                )


class BusinessNetworkFund(models.Model):
    """A fund whose members hold shares."""

    _inherit = "business.network.fund"

    share_ids = fields.One2many("business.network.fund.member.share", "fund_id", string="Shares")

    def _get_shares(self, date):
        """Members in force on a day that hold shares, in their order: ``{member: shares}``."""
        self.ensure_one()
        held = {}
        for share in self.share_ids.sorted("date_from"):
            if share.date_from <= date:
                held[share.member_id] = share.shares
        members = self.network_id.member_ids.filtered(
            lambda member: held.get(member) and member._is_in_force(date)
        )
        return {member: held[member] for member in members.sorted(lambda m: (m.sequence, m.id))}


class BusinessNetworkFundSchedule(models.Model):
    """Dues of so much for each share."""

    _inherit = "business.network.fund.schedule"

    def action_start(self):
        for schedule in self.filtered(lambda schedule: schedule.basis == "share"):
            if not schedule.fund_id.share_ids:
                schedule._raise_no_shares(schedule.date_from)
        return super().action_start()

    def _get_dues(self, due):
        if self.basis != "share":
            return super()._get_dues(due)
        held = self.fund_id._get_shares(due)
        if not held:
            self._raise_no_shares(due)
        units = dues_per_share(
            self._get_due_amount(due),
            list(held.values()),
            [self._owes_nothing(member, due) for member in held],
        )
        return {
            member: from_minor(unit, self.currency_id)
            for member, unit in zip(held, units, strict=True)
            if unit
        }

    def _raise_no_shares(self, date):
        raise UserError(
            self.env._(
                "%(schedule)s is asked for each share, and nobody holds shares of %(fund)s on "
                "%(date)s. Write on the fund, page Shares, how many each member has.",
                schedule=self.display_name,
                fund=self.fund_id.display_name,
                date=format_date(self.env, date),
            )
        )
