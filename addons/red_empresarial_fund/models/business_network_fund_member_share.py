from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date


class BusinessNetworkFundMemberShare(models.Model):
    """How many shares of a fund a member holds from a day on, as savings groups count them.

    Dues “for each share” ask so much for each. Another row from a later day changes the number;
    zero gives them up.
    """

    _name = "business.network.fund.member.share"
    _description = "Shares of a Member in a Fund"
    _inherit = "business.network.fund.asked.row.mixin"
    _asked_fields = ("fund_id", "member_id", "date_from", "shares")
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
