from odoo import api, fields, models
from odoo.addons.red_empresarial.engine.dues import share_out
from odoo.addons.red_empresarial.tools.minor_units import from_minor, to_minor

EXIT_RULES = [
    ("contributions", "Its contributions"),
    ("share", "Its part of what the fund is worth"),
    ("nothing", "Nothing"),
]


class BusinessNetworkFund(models.Model):
    """What a member that leaves gets of a fund, by the fund's rule."""

    _inherit = "business.network.fund"

    exit_rule = fields.Selection(
        EXIT_RULES,
        string="Who Leaves Gets",
        required=True,
        compute="_compute_exit_rule",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="What a member that leaves the network gets of this fund, before what it owes.",
    )

    @api.depends("kind")
    def _compute_exit_rule(self):
        for fund in self:
            fund.exit_rule = "contributions" if fund.kind == "contributions" else "nothing"

    def _get_exit_amount(self, partner):
        """What a member gets of this fund by its rule: ``(contributed, gets)``.

        By parts of the worth it gets its contributions and its part of the profit, or bears its
        part of the loss (F1).
        """
        self.ensure_one()
        given = self._get_contributions()
        own = given.get(partner, 0.0)
        if self.exit_rule == "nothing" or not own:
            return own, 0.0
        if self.exit_rule == "contributions":
            return own, own
        currency = self.currency_id
        shares = share_out(
            max(to_minor(self.balance, currency), 0),
            [to_minor(a, currency) for a in given.values()],
        )
        return own, from_minor(dict(zip(given, shares, strict=True))[partner], currency)

    def _prepare_claim_items(self, claims, given, name):
        """Items on the fund that end what members put in: their claims, and what all gain or bear.

        Whose claim ends has it debited in whole; what is given above or below that is the profit or
        loss of everybody, without a partner, so that it does not count as put in or taken out.

        :param dict claims: what ends of what each put in, by partner
        :param given: what they get in all
        """
        self.ensure_one()
        rest = self.currency_id.round(given - sum(claims.values()))
        return [
            self._prepare_item(self.account_id, amount, "share_out", partner=owner, name=name)
            for owner, amount in (*claims.items(), (None, rest))
            if not self.currency_id.is_zero(amount)
        ]

    def _ask_all_until(self, date):
        """Ask the dues and instalments up to a day that the daily run has not asked yet."""
        schedules = self.sudo().schedule_ids.filtered(
            lambda schedule: schedule.date_next and schedule.date_next <= date
        )
        if schedules:
            schedules._ask_until(date)
        instalments = self.env["business.network.fund.loan.instalment"].sudo()
        waiting = instalments.search(
            [*instalments._get_due_domain(date), ("fund_id", "in", self.ids)]
        )
        if waiting:
            waiting._ask_due(date)
