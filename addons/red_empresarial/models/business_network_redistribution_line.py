from collections import defaultdict

from odoo import Command, fields, models
from odoo.exceptions import UserError

from ..tools.actions import open_record
from .account_move_attribution import ENTRY_CONTEXT
from .business_network_redistribution import CORRECTED_BASES

TAKEN_BACK = (
    "network_id",
    "company_id",
    "move_id",
    "member_id",
    "partner_id",
    "kind",
    "account_id",
    "tax_id",
    "currency_id",
    "company_currency_id",
    "agreement_id",
)


class BusinessNetworkRedistributionLine(models.Model):
    """One document whose shares are corrected: what its correction booked, or proposes to book."""

    _name = "business.network.redistribution.line"
    _description = "Corrected Document"
    _order = "redistribution_id, id"
    _check_company_auto = True

    redistribution_id = fields.Many2one(
        "business.network.redistribution", required=True, index=True, ondelete="cascade"
    )
    network_id = fields.Many2one(related="redistribution_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="redistribution_id.company_id", store=True, index=True)
    move_id = fields.Many2one(
        "account.move",
        string="Document",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    date = fields.Date(related="move_id.date")
    state = fields.Selection(
        [
            ("draft", "To Correct"),
            ("unchanged", "Unchanged"),
            ("proposed", "Proposed"),
            ("corrected", "Corrected"),
        ],
        required=True,
        default="draft",
        readonly=True,
    )
    entry_id = fields.Many2one("account.move", string="Correction Entry", readonly=True)
    row_ids = fields.One2many("business.network.distribution", compute="_compute_row_ids")
    difference = fields.Char(
        compute="_compute_difference", help="What each member gains or loses, in document currency."
    )

    _document_once = models.Constraint(
        "UNIQUE(redistribution_id, move_id)", "A document is corrected once by a redistribution."
    )

    def _compute_row_ids(self):
        rows = self.env["business.network.distribution"].search(
            [("redistribution_id", "in", self.redistribution_id.ids)]
        )
        by_key = rows.grouped(lambda row: (row.redistribution_id, row.move_id))
        for line in self:
            line.row_ids = by_key.get((line.redistribution_id, line.move_id), False)

    def _compute_difference(self):
        """From the rows once they are there, else from what they would be."""
        for line in self:
            sums = defaultdict(float)
            if line.row_ids:
                for row in line.row_ids:
                    sums[row.member_id] += row.amount_currency
            else:
                for vals in line._prepare_correction_rows():
                    member = self.env["business.network.member"].browse(vals["member_id"])
                    sums[member] += vals["amount_currency"]
            currency = line.move_id.currency_id
            line.difference = ", ".join(
                f"{member.display_name} {currency.format(amount)}"
                for member, amount in sums.items()
                if not currency.is_zero(amount)
            )

    def action_accept(self):
        """Book the proposed difference of documents that were settled already."""
        self.redistribution_id.check_access("write")
        lines = self.sudo().filtered(lambda line: line.state == "proposed")
        for redistribution in lines.redistribution_id:
            redistribution._check_date_open()
        for line in lines:
            line._check_followed_first(lines)
        lines.sorted(
            lambda line: (bool(line.move_id._get_followed_documents()), line.id)
        )._correct()

    def _check_followed_first(self, accepted):
        """Raise UserError when the document this one follows is still proposed itself."""
        self.ensure_one()
        followed = self.move_id._get_followed_documents()
        waiting = self.redistribution_id.line_ids.filtered(
            lambda line: line.state == "proposed" and line.move_id in followed
        )
        if waiting - accepted:
            raise UserError(
                self.env._(
                    "%(document)s follows the shares of %(origin)s. Accept the difference of "
                    "%(origin)s first.",
                    document=self.move_id.name,
                    origin=waiting[:1].move_id.name,
                )
            )

    # -- correcting ------------------------------------------------------------------------------

    def _correct(self):
        """Write the rows that correct these documents and book what they change."""
        for line in self:  # in order: a credit note follows the corrected shares of its document
            vals_list = line._prepare_correction_rows()
            if not vals_list:
                line.state = "unchanged"
                continue
            old = line._get_current_rows()
            taken_back = [vals for vals in vals_list if vals["superseded_by_id"]]
            replaced = old.filtered(
                lambda row, names={vals["portion_name"] for vals in taken_back}: (
                    row.portion_name in names
                )
            )
            self.env["business.network.distribution"].create(vals_list)
            replaced.write({"superseded_by_id": line.redistribution_id.id})
            line.invalidate_recordset(["row_ids"])
            line.state = "corrected"
        self._create_entries()

    def _get_current_rows(self):
        """Rows in force that the agreement decided; who delivered or received is not corrected."""
        self.ensure_one()
        return self.env["business.network.distribution"].search(
            [
                ("move_id", "=", self.move_id.id),
                ("superseded_by_id", "=", False),
                ("basis", "in", CORRECTED_BASES),
            ],
            order="portion, id",
        )

    def _prepare_correction_rows(self):
        """Values of the rows that take the wrong shares back and of those with the right ones.

        Portions whose shares do not change are left alone.

        :return: list of values of ``business.network.distribution``
        """
        self.ensure_one()
        move = self.move_id
        origin = move._get_refunded_document()
        terms = {
            "agreement": self.redistribution_id.corrected_agreement_id,
            "origin": origin,
            "followed": move._get_followed_documents(),
        }
        old = self._get_current_rows()
        right = defaultdict(list)
        for vals in old._prepare_rows(move, terms):
            right[vals["portion"]].append(vals)
        count = len(move._get_portion_lines())
        turn = (max(old.mapped("portion"), default=0) // count + 1) * count
        common = {
            "date": self.redistribution_id.date,
            "redistribution_id": self.redistribution_id.id,
        }
        corrections = []
        for portion, rows in old.grouped(lambda row: row.portion % count).items():
            if self._get_shares_of(rows) == {
                vals["member_id"]: (vals["amount_currency"], vals["amount"], vals["tariff"])
                for vals in right[portion]
            }:
                continue
            corrections += [
                {**self._prepare_taken_back(row), **common, "portion": turn + portion}
                for row in rows
            ]
            corrections += [
                {**vals, **common, "portion": turn + count + portion, "superseded_by_id": False}
                for vals in right[portion]
            ]
        return corrections

    def _get_shares_of(self, rows):
        return {row.member_id.id: (row.amount_currency, row.amount, row.tariff) for row in rows}

    def _prepare_taken_back(self, row):
        return {
            **row._convert_to_write({name: row[name] for name in TAKEN_BACK}),
            "portion_name": row.portion_name,
            "basis": row.basis,
            "weight": row.weight,
            "weight_total": row.weight_total,
            "amount_currency": -row.amount_currency,
            "amount": -row.amount,
            "tariff": -row.tariff,
            "superseded_by_id": self.redistribution_id.id,
        }

    # -- booking ---------------------------------------------------------------------------------

    def _create_entries(self):
        """Post the entry of the difference of each document of an attribution network."""
        lines = self.filtered(
            lambda line: line.state == "corrected" and line.network_id.policy == "attribution"
        )
        prepared = [(line, vals) for line in lines if (vals := line._prepare_entry())["line_ids"]]
        entries = (
            self.env["account.move"]
            .with_context(**ENTRY_CONTEXT)
            .create([vals for _line, vals in prepared])
        )
        entries._post(soft=False)
        for (line, _vals), entry in zip(prepared, entries, strict=True):
            line.entry_id = entry

    def _prepare_entry(self):
        """Values of the entry that moves the difference between the members' accounts."""
        self.ensure_one()
        move = self.move_id
        others = self.row_ids.filtered(lambda row: not row._is_books_company())
        return {
            "move_type": "entry",
            "journal_id": self.network_id.attribution_journal_id.id,
            "company_id": move.company_id.id,
            "date": self.redistribution_id.date,
            "currency_id": move.currency_id.id,
            "ref": self.env._(
                "%(redistribution)s: corrected shares of %(document)s",
                redistribution=self.redistribution_id.name,
                document=move.name,
            ),
            "network_id": self.network_id.id,
            "network_redistribution_line_id": self.id,
            "line_ids": [
                Command.create(vals)
                for vals in move._prepare_attribution_lines(others)
                if vals["amount_currency"] or vals["balance"]
            ],
        }

    def action_open_document(self):
        self.ensure_one()
        return open_record(self.move_id)
