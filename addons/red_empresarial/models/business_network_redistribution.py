from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..tools.actions import open_record, open_records

CORRECTED_BASES = ("revenue_weights", "expense_weights", "annex", "original")


class BusinessNetworkRedistribution(models.Model):
    """Shares corrected retroactively: an agreement whose weights were wrong, and a right version.

    The right version takes the whole time of the wrong one. Every document the wrong one shared out
    gets rows that take its shares back and rows with the right ones, and under ``attribution`` one
    entry that books the difference; nothing that was posted is changed. What no settlement took
    yet is corrected at once; for a document a member was already settled for, the difference is
    proposed, and books only when accepted. The next settlement takes what is booked.
    """

    _name = "business.network.redistribution"
    _description = "Correction of Members' Shares"
    _inherit = [
        "mail.thread",
        "business.network.action.state.mixin",
        "business.network.auto.number.mixin",
    ]
    _order = "date desc, id desc"
    _check_company_auto = True

    network_id = fields.Many2one(
        "business.network", required=True, index=True, ondelete="restrict", tracking=True
    )
    company_id = fields.Many2one(related="network_id.company_id", store=True, index=True)
    agreement_id = fields.Many2one(
        "business.network.agreement",
        string="Wrong Agreement",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('network_id', '=', network_id), ('state', 'in', ('in_force', 'ended'))]",
    )
    corrected_agreement_id = fields.Many2one(
        "business.network.agreement",
        string="Right Version",
        index=True,
        ondelete="restrict",
        copy=False,
        domain="[('network_id', '=', network_id), ('state', '=', 'draft')]",
        help="A draft with the right weights; it takes the dates of the wrong agreement.",
    )
    date = fields.Date(
        string="Accounting Date",
        required=True,
        default=fields.Date.context_today,
        help="Date of the entries and rows that correct; the documents keep theirs.",
    )
    reason = fields.Text(required=True, tracking=True, help="Who decided it, when, and why.")
    state = fields.Selection(
        [("draft", "Draft"), ("applied", "Applied")],
        required=True,
        default="draft",
        copy=False,
        tracking=True,
    )
    line_ids = fields.One2many(
        "business.network.redistribution.line", "redistribution_id", copy=False
    )
    proposed_count = fields.Integer(compute="_compute_proposed_count")

    @api.depends("line_ids.state")
    def _compute_proposed_count(self):
        for redistribution in self:
            redistribution.proposed_count = len(
                redistribution.line_ids.filtered(lambda line: line.state == "proposed")
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        for redistribution in self.filtered(lambda r: r.state != "draft"):
            raise UserError(
                self.env._(
                    "%s is applied and is kept as the trail of what it corrected.",
                    redistribution.name,
                )
            )

    def write(self, vals):
        frozen = {"network_id", "agreement_id", "corrected_agreement_id"}
        for redistribution in self.filtered(lambda r: r.state == "applied"):
            if vals.keys() & frozen or not redistribution._may_be_dated(vals.get("date")):
                raise UserError(
                    self.env._("%s is applied; correct again by another one.", redistribution.name)
                )
        return super().write(vals)

    def _may_be_dated(self, date):
        """Whether an applied one may get ``date``: later, while something waits to be accepted.

        The period of its own date may be closed by then; what is booked already keeps its date.
        """
        self.ensure_one()
        date = fields.Date.to_date(date) or self.date
        return date == self.date or (bool(self.proposed_count) and date > self.date)

    # -- preparing -------------------------------------------------------------------------------

    def action_prepare_version(self):
        """Copy the wrong agreement to a draft whose weights the user then corrects, and open it."""
        self.ensure_one()
        if not self.corrected_agreement_id:
            self.corrected_agreement_id = self.agreement_id.copy(
                {
                    "name": self.env._("%s (corrected)", self.agreement_id.name),
                    "date_from": self.agreement_id.date_from,
                    "date_to": self.agreement_id.date_to,
                    "parent_id": self.agreement_id.parent_id.id,
                }
            )
        return open_record(self.corrected_agreement_id)

    # -- applying --------------------------------------------------------------------------------

    def action_apply(self):
        """Put the right version in force and correct every document. Applied once."""
        self.check_access("write")
        for redistribution in self.filtered(lambda r: r.state == "draft"):
            redistribution._check_versions()
            redistribution._check_date_open()
            redistribution.sudo()._replace_agreement()
            redistribution.sudo()._correct_documents()
            redistribution.sudo().state = "applied"

    def _check_versions(self):
        """Raise UserError naming what cannot be applied."""
        self.ensure_one()
        wrong, right = self.agreement_id, self.corrected_agreement_id
        if not right or right.state != "draft":
            raise UserError(
                self.env._(
                    "%s has no right version in draft. Press “Prepare Version” and correct its "
                    "weights.",
                    self.name,
                )
            )
        if wrong.state not in ("in_force", "ended") or (
            wrong.network_id | right.network_id != self.network_id
        ):
            raise UserError(
                self.env._(
                    "“%(agreement)s” is not an agreement of %(network)s that was in force.",
                    agreement=wrong.name,
                    network=self.network_id.name,
                )
            )
        right._check_weights()
        if wrong.date_from > self.date:
            raise UserError(
                self.env._(
                    "%(redistribution)s is dated before “%(agreement)s” started on %(date)s.",
                    redistribution=self.name,
                    agreement=wrong.name,
                    date=format_date(self.env, wrong.date_from),
                )
            )

    def _check_date_open(self):
        """Raise UserError on a locked date: core would move the entries and leave the rows."""
        self.ensure_one()
        taxed = self.env["business.network.distribution"].sudo()
        taxed = taxed.search_count(
            [
                ("agreement_id", "in", (self.agreement_id | self.corrected_agreement_id).ids),
                ("kind", "=", "input_tax"),
            ],
            limit=1,
        )
        network = self.network_id
        has_tax = network.policy == "attribution" and bool(taxed)
        network._check_date_open(self.date, network.sudo().attribution_journal_id, has_tax)

    def _replace_agreement(self):
        """The right version takes the place of the wrong one, for the whole of its time."""
        self.ensure_one()
        wrong, right = self.agreement_id, self.corrected_agreement_id
        state = wrong.state
        wrong.write({"state": "corrected", "corrected_by_id": right.id})
        right.write(
            {
                "date_from": wrong.date_from,
                "date_to": wrong.date_to,
                "parent_id": wrong.parent_id.id,
                "state": state,
            }
        )
        wrong.annex_ids.parent_id = right

    def _correct_documents(self):
        """Make a line for each document whose shares change; correct those nobody settled.

        Documents before their credit notes, which follow the corrected shares.
        """
        self.ensure_one()
        rows = self.env["business.network.distribution"].search(
            [
                ("agreement_id", "=", self.agreement_id.id),
                ("superseded_by_id", "=", False),
                ("basis", "in", CORRECTED_BASES),
            ]
        )
        moves = rows.move_id.sorted(
            lambda move: (bool(move._get_followed_documents()), move.date, move.id)
        )
        settled = rows.filtered(lambda row: row.settlement_line_id or row.part_ids).move_id
        lines = self.env["business.network.redistribution.line"].create(
            [
                {
                    "redistribution_id": self.id,
                    "move_id": move.id,
                    "state": "proposed"
                    if (move | move._get_followed_documents()) & settled
                    else "draft",
                }
                for move in moves
            ]
        )
        lines.filtered(lambda line: line.state == "draft")._correct()
        lines.filtered(lambda line: line.state == "unchanged").unlink()

    def action_accept_all(self):
        """Book every difference that is still proposed."""
        self.line_ids.filtered(lambda line: line.state == "proposed").action_accept()

    def action_open_entries(self):
        self.ensure_one()
        return open_records(
            self.env,
            "account.action_move_journal_line",
            [("id", "in", self.line_ids.entry_id.ids)],
            context={"create": False},
        )

    def action_open_distributions(self):
        self.ensure_one()
        return open_records(
            self.env,
            "red_empresarial.business_network_distribution_action",
            [("move_id", "in", self.line_ids.move_id.ids)],
            context={"search_default_group_partner": 1},
        )
