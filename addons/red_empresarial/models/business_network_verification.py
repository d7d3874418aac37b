from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

from ..engine.breakeven import breakeven_reached
from ..tools.minor_units import from_minor

PROVED_FIELDS = {
    "state",
    "reached_date",
    "verified_on",
    "verified_by_id",
    "evidence_move_ids",
    "evidence_income",
    "evidence_expense",
}


class BusinessNetworkVerification(models.Model):
    """Whether a network reached a milestone, since when, and the evidence.

    A milestone that the books prove turns verified by itself and cites the entries. If those
    change later, it says that its evidence is stale (invariant 8).
    """

    _name = "business.network.verification"
    _description = "Verification of a Milestone"
    _inherit = ["mail.thread"]
    _order = "network_id, phase, sequence, id"
    _rec_name = "milestone_id"

    network_id = fields.Many2one("business.network", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="network_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="network_id.currency_id")
    milestone_id = fields.Many2one("business.network.milestone", required=True, ondelete="restrict")
    phase = fields.Selection(related="milestone_id.phase", store=True)
    sequence = fields.Integer(related="milestone_id.sequence", store=True)
    proof = fields.Selection(related="milestone_id.proof", store=True)
    source_of_verification = fields.Char(related="milestone_id.source_of_verification")
    state = fields.Selection(
        [("pending", "Pending"), ("verified", "Verified")],
        required=True,
        default="pending",
        tracking=True,
        index=True,
    )
    reached_date = fields.Date(
        readonly=True, help="Last day of the month in which the books reached the milestone."
    )
    verified_on = fields.Date(readonly=True)
    verified_by_id = fields.Many2one("res.users", readonly=True)
    source = fields.Char(string="Evidence Given", help="The document that proves it.")
    attachment_ids = fields.Many2many("ir.attachment", string="Documents")
    evidence_move_ids = fields.Many2many(
        "account.move",
        "business_network_verification_move_rel",
        string="Cited Entries",
        readonly=True,
        copy=False,
    )
    evidence_count = fields.Integer(compute="_compute_evidence_count")
    evidence_income = fields.Monetary(string="Income Cited", readonly=True)
    evidence_expense = fields.Monetary(string="Expenses Cited", readonly=True)
    is_stale = fields.Boolean(
        compute="_compute_is_stale",
        help="The cited entries no longer add up to what was verified.",
    )

    _milestone_unique = models.Constraint(
        "UNIQUE(network_id, milestone_id)", "The network already has this milestone."
    )

    def write(self, vals):
        """What proves a milestone is set by looking at the books or by *Verify*, never by hand."""
        if not self.env.su and vals.keys() & PROVED_FIELDS:
            raise UserError(
                self.env._(
                    "“%s” changes its state by looking at the books or by “Verify”, so that its "
                    "evidence is always kept.",
                    self[:1].milestone_id.name,
                )
            )
        return super().write(vals)

    def _write_proof(self, vals):
        """Write what only proofs may write, for a user who may write the milestone."""
        self.check_access("write")
        self.sudo().write(vals)

    @api.depends("evidence_move_ids")
    def _compute_evidence_count(self):
        for verification in self:
            verification.evidence_count = len(verification.sudo().evidence_move_ids)

    def _compute_is_stale(self):
        cited = self._get_cited_amounts()
        for verification in self:
            currency = verification.currency_id
            income, expense = cited.get(verification.id, (0.0, 0.0))
            verification.is_stale = bool(
                verification.state == "verified"
                and not verification._is_verified_by_person()
                and (
                    currency.compare_amounts(income, verification.evidence_income)
                    or currency.compare_amounts(expense, verification.evidence_expense)
                )
            )

    def _get_cited_amounts(self):
        """Income and expense that the cited entries show today, ``{id: (income, expense)}``."""
        moves = {move.id: [0.0, 0.0] for move in self.sudo().evidence_move_ids}
        for move, account, balance in (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [
                    *self.env["business.network"]._get_joint_line_domain(),
                    ("move_id", "in", list(moves)),
                ],
                ["move_id", "account_id"],
                ["balance:sum"],
            )
        ):
            if account.internal_group == "income":
                moves[move.id][0] -= balance
            else:
                moves[move.id][1] += balance
        return {
            verification.id: tuple(
                sum(moves[move.id][column] for move in verification.sudo().evidence_move_ids)
                for column in (0, 1)
            )
            for verification in self
        }

    # -- proof by the books --------------------------------------------------------------------

    @api.model
    def _cron_prove_milestones(self):
        """Verify what the books prove by now. Twice does nothing the second time."""
        pending = self.search([("proof", "!=", "person"), ("state", "=", "pending")])
        pending.action_prove()

    def action_prove(self):
        """Look at the posted entries and verify the milestone if they prove it."""
        for verification in self.filtered(lambda v: v.state == "pending"):
            prove = getattr(verification, f"_prove_{verification.proof}", None)
            if prove:
                prove()

    def _prove_breakeven(self):
        """Verified when total income covers total expenses; dated at the first month end it did."""
        self.ensure_one()
        result = breakeven_reached(self.network_id._get_monthly_joint_results())
        if not result.reached:
            return
        reached = next(month for month in result.series if month.at_breakeven)
        last_day = fields.Date.end_of(reached.period, "month")
        currency = self.currency_id
        self._write_proof(
            {
                "state": "verified",
                "reached_date": last_day,
                "verified_on": fields.Date.context_today(self),
                "evidence_move_ids": [(6, 0, self._get_joint_moves(last_day).ids)],
                "evidence_income": from_minor(reached.income, currency),
                "evidence_expense": from_minor(reached.expense, currency),
            }
        )
        reader = self.with_context(lang=self._get_reader_language())
        self.message_post(
            body=reader.env._(
                "Verified by the books: by %(date)s the joint business had income of %(income)s "
                "and expenses of %(expense)s.",
                date=format_date(reader.env, last_day),
                income=format_amount(reader.env, self.evidence_income, currency),
                expense=format_amount(reader.env, self.evidence_expense, currency),
            )
        )

    def _get_reader_language(self):
        """Language of who reads the network's messages: the scheduled job speaks English."""
        self.ensure_one()
        network = self.sudo().network_id
        return network.manager_id.lang or network.company_id.partner_id.lang or self.env.lang

    def _get_joint_moves(self, date_to):
        """Posted documents of the joint business up to ``date_to`` that made income or expense."""
        lines = (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    *self.network_id._get_joint_line_domain(),
                    ("move_id.network_id", "=", self.network_id.id),
                    ("date", "<=", date_to),
                ]
            )
        )
        return lines.move_id

    # -- by a person ---------------------------------------------------------------------------

    def _is_verified_by_person(self):
        self.ensure_one()
        return self.proof == "person"

    def action_verify(self):
        """A person states that the milestone is reached and names the source."""
        for verification in self:
            if not verification._is_verified_by_person():
                raise UserError(
                    self.env._(
                        "“%s” is proved by the books and turns verified by itself. Use “Look at "
                        "the Books”.",
                        verification.milestone_id.name,
                    )
                )
            if not verification.source and not verification.attachment_ids:
                raise UserError(
                    self.env._(
                        "Name the evidence of “%s” or attach it before verifying.",
                        verification.milestone_id.name,
                    )
                )
        today = fields.Date.context_today(self)
        self._write_proof(
            {
                "state": "verified",
                "reached_date": today,
                "verified_on": today,
                "verified_by_id": self.env.user.id,
            }
        )

    def action_reset(self):
        """Back to pending, so that it is proved again on what the books say now."""
        self._write_proof(
            {
                "state": "pending",
                "reached_date": False,
                "verified_on": False,
                "verified_by_id": False,
                "evidence_move_ids": [(5, 0, 0)],
                "evidence_income": 0.0,
                "evidence_expense": 0.0,
            }
        )

    def action_open_evidence(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_move_journal_line")
        action["domain"] = [("id", "in", self.evidence_move_ids.ids)]
        action["context"] = {"create": False}
        return action
