from odoo import api, fields, models
from odoo.exceptions import UserError

FOLLOWED = ("fund_loan_id", "fund_event_id", "fund_exit_id", "fund_meeting_id")
LINKS = (
    *FOLLOWED,
    "fund_loan_instalment_id",
    "fund_forgiven_item_id",
    "fund_correction_reason",
)


class AccountMove(models.Model):
    """Entries of loans, events, exits and meetings: reversals are theirs too, and are followed."""

    _inherit = "account.move"

    fund_loan_id = fields.Many2one(
        "business.network.fund.loan",
        string="Loan to a Member",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
    )
    fund_loan_instalment_id = fields.Many2one(
        "business.network.fund.loan.instalment",
        string="Instalment of a Loan",
        ondelete="restrict",
        copy=False,
        readonly=True,
    )
    fund_event_id = fields.Many2one(
        "business.network.fund.event",
        string="Fund-raising Event",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
    )
    fund_exit_id = fields.Many2one(
        "business.network.fund.exit",
        string="Exit of a Member",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
    )

    _fund_loan_instalment_unique = models.UniqueIndex(
        "(fund_loan_instalment_id) WHERE fund_loan_instalment_id IS NOT NULL",
        "An instalment of a loan is asked once.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        if not self.env.su:
            for move in moves:
                origin = move.reversed_entry_id  # a reversal is of what its origin was of
                if any(move[name] and move[name] != origin[name] for name in LINKS):
                    move._raise_fund_link()
        return moves

    def write(self, vals):
        links = vals.keys() & set(LINKS)
        if links and not self.env.su:
            for move in self:
                if any(self._field_will_change(move, vals, name) for name in links):
                    move._raise_fund_link()
        return super().write(vals)

    def _raise_fund_link(self):
        raise UserError(
            self.env._(
                "Only loans, events, exits and meetings say which entries are theirs. Leave that "
                "out of %s, and use their buttons.",
                self.display_name,
            )
        )

    def _reverse_fund_entries(self):
        """Reverse entries of funds today, or on the first day that their fund is open.

        :return: the posted reversals
        """
        defaults = [
            {
                "ref": self.env._("Reversal of %s", move.name),
                "date": move._get_fund_reversal_date(),
            }
            for move in self
        ]
        return self._reverse_moves(defaults, cancel=True)

    def _get_fund_reversal_date(self):
        """Today, or the first day that is open in the funds of this entry: a transfer has two."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        return max(self.line_ids.fund_id._get_open_date(today), self.date)

    def _get_open_amounts(self):
        """What is open of what these entries asked of members: ``{move: amount}``."""
        return dict(
            self.env["account.move.line"]._read_group(
                [
                    ("move_id", "in", self.ids),
                    ("parent_state", "=", "posted"),
                    ("account_id.account_type", "=", "asset_receivable"),
                ],
                ["move_id"],
                ["amount_residual:sum"],
            )
        )

    def _is_reversed(self):
        """Whether a posted entry takes this one back."""
        self.ensure_one()
        return any(move.state == "posted" for move in self.reversal_move_ids)

    def _reverse_moves(self, default_values_list=None, cancel=False):
        defaults = default_values_list or [{} for _move in self]
        for move, values in zip(self, defaults, strict=True):
            values.update({name: move[name].id for name in FOLLOWED if move[name]})
        return super()._reverse_moves(default_values_list=defaults, cancel=cancel)

    def _post(self, soft=True):
        self._check_fund_reversals()
        posted = super()._post(soft=soft)
        posted.sudo().fund_loan_id._forget_amounts()
        posted.filtered("reversed_entry_id")._tell_fund_documents()
        return posted

    def _check_fund_reversals(self):
        """Raise UserError for a reversal that loans, events, exits and meetings could not follow.

        Of a reversal, or of the payment of a loan whose instalments were asked.
        """
        reversals = self.filtered("reversed_entry_id")
        reversals._check_reverses_no_reversal()
        for move in reversals.filtered("fund_loan_id"):
            loan = move.sudo().fund_loan_id
            if move.reversed_entry_id != loan.move_id:
                continue
            asked = (loan.move_ids - loan.move_id).filtered(
                lambda other: (
                    other.state == "posted"
                    and not other.reversed_entry_id
                    and not other._is_reversed()
                )
            )
            if asked:
                raise UserError(
                    self.env._(
                        "%(entry)s paid out %(loan)s, of which %(asked)s was asked already. "
                        "Reverse that first, or let the member repay it.",
                        entry=loan.move_id.display_name,
                        loan=loan.name,
                        asked=asked.sorted("date")[:1].display_name,
                    )
                )

    def _check_reverses_no_reversal(self):
        for move in self.filtered(lambda move: any(move[name] for name in FOLLOWED)):
            if move.reversed_entry_id.reversed_entry_id:
                raise UserError(
                    self.env._(
                        "%s took back an entry of a loan, an event, an exit or a meeting, and is "
                        "not taken back itself. Book it again with the buttons of that document.",
                        move.reversed_entry_id.display_name,
                    )
                )

    def _tell_fund_documents(self):
        """What a reversal took back is told to the documents of the fund that booked it."""
        for fund, moves in self.filtered("fund_id").grouped("fund_id").items():
            fund._follow_loans(moves.line_ids.partner_id)
        self.sudo().fund_event_id._follow_ledger()
        self.sudo().fund_exit_id._follow_ledger()
        self.sudo().fund_meeting_id._follow_ledger()
        taken_back = self.reversed_entry_id
        taken_back |= taken_back.sudo().fund_forgiven_item_id.move_id
        for model in ("business.network.fund.expense", "business.network.fund.fine"):
            self.env[model].sudo().search([("move_id", "in", taken_back.ids)])._follow_ledger()
