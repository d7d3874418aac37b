from markupsafe import Markup
from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

from .account_move_line import ASKED

# What a member is asked without a document that says how it ends, as a loan's instalments have.
FORGIVEN = ("opening", "dues", "fine", "event")


class BusinessNetworkFund(models.Model):
    """Correcting what is booked, without rights on the accounts: forgiving, and taking back.

    What a member is forgiven it was not asked: the fund gives up its claim by an entry of the same
    kind and due date, that closes what was asked. Nothing posted is changed.
    """

    _inherit = "business.network.fund"

    # -- forgiving -------------------------------------------------------------------------------

    def _forgive(self, amounts, date, reason):
        """Ask less of members than they were asked: of each item one entry, which closes it.

        :param dict amounts: ``{account.move.line: amount}``, items that asked members of these
            funds for something
        :param str reason: why, and who decided it
        :return: the posted ``account.move``, one per item and in their order
        :raise UserError: nothing or less is open, the month is closed, or no reason is given
        """
        self.check_access("write")
        self._lock_receipts()
        for item, amount in amounts.items():
            self._check_can_forgive(item, amount, date, reason)
        entries = self._post_entries(
            [
                item.fund_id._prepare_forgiving_entry(item, amount, date, reason)
                for item, amount in amounts.items()
            ]
        )
        items = self.env["account.move.line"].union(*amounts)
        self.env["business.network.settlement"]._reconcile_items(
            item | entry.line_ids.filtered(self._is_with_member)
            for item, entry in zip(items, entries, strict=True)
        )
        self.env["business.network.fund.fine"].sudo().search(
            [("move_id", "in", items.move_id.ids)]
        )._follow_ledger()
        self._tell_corrections(self.env._("Forgiven"), entries)
        return entries

    def _check_can_forgive(self, item, amount, date, reason):
        """Raise UserError for what is not forgiven: so much, on that day, without a reason."""
        fund, member = item.fund_id, item.partner_id.display_name
        if item.fund_movement not in FORGIVEN or item.balance <= 0:
            raise UserError(
                self.env._(
                    "“%(due)s” of %(member)s is not forgiven here. Write a loan off in its own "
                    "form; what took something back is taken back itself.",
                    due=item.name,
                    member=member,
                )
            )
        compare = fund.currency_id.compare_amounts
        if compare(amount, 0.0) <= 0 or compare(amount, item.amount_residual) > 0:
            raise UserError(
                self.env._(
                    "%(open)s is open of “%(due)s” of %(member)s. Write an amount above zero and "
                    "not above that.",
                    open=format_amount(self.env, item.amount_residual, fund.currency_id),
                    due=item.name,
                    member=member,
                )
            )
        if not (reason or "").strip():
            raise UserError(
                self.env._(
                    "Write why %(member)s is forgiven “%(due)s”, and who decided it.",
                    member=member,
                    due=item.name,
                )
            )
        if date < item.date:
            raise UserError(
                self.env._(
                    "“%(due)s” was asked of %(member)s on %(date)s. Choose that day or a later "
                    "one.",
                    due=item.name,
                    member=member,
                    date=format_date(self.env, item.date),
                )
            )
        fund._check_can_book(date, fund.journal_id)

    def _prepare_forgiving_entry(self, item, amount, date, reason):
        """Values of the entry: as what asked the money, the other way round."""
        self.ensure_one()
        name = self.env._("Forgiven: %(reason)s · %(due)s", reason=reason.strip(), due=item.name)
        about = {"movement": item.fund_movement, "partner": item.partner_id, "name": name}
        due = item.date_maturity or item.date
        items = [
            self._prepare_item(self.account_id, amount, **about),
            self._prepare_item(item.account_id, -amount, **about, date_maturity=due),
        ]
        return self._prepare_entry(
            self.journal_id,
            date,
            name,
            items,
            fund_forgiven_item_id=item.id,
            fund_correction_reason=reason.strip(),
        )

    def _tell_corrections(self, title, entries):
        """Leave in the history of these funds what was corrected, why and by whom."""
        for fund, moves in entries.grouped("fund_id").items():
            lines = Markup().join(
                Markup("<li>%s</li>")
                % self.env._(
                    "%(entry)s, %(date)s, %(amount)s: %(concept)s",
                    entry=move.name,
                    date=format_date(self.env, move.date),
                    amount=format_amount(self.env, move.amount_total, fund.currency_id),
                    concept=move._get_correction_text(),
                )
                for move in moves
            )
            fund.with_env(self.env).message_post(
                body=Markup("<p>%s</p><ul>%s</ul>") % (title, lines)
            )

    # -- taking back -----------------------------------------------------------------------------

    def _ask_to_take_back(self, move=None, meeting=None):
        """Action that asks why an entry, or those of a meeting, are taken back."""
        self.check_access("write")
        wizard = self.env["business.network.fund.reverse"].create(
            {"move_id": move and move.id, "meeting_id": meeting and meeting.id}
        )
        return wizard._get_records_action(name=self.env._("Take Back"), target="new")

    def _take_back(self, entries, reason):
        """Reverse entries that have no document of their own, as of today or the first open day.

        :param entries: posted ``account.move`` of these funds
        :param str reason: why
        :return: the posted reversals
        :raise UserError: one has a document, is stated by a bank, or was taken back already
        """
        self.check_access("write")
        self._lock_receipts()
        entries = entries.sudo()
        if not (reason or "").strip():
            raise UserError(self.env._("Write why %s is taken back.", entries[:1].display_name))
        entries._check_can_reverse_in_fund()
        for entry in entries:
            entry.fund_id._check_can_book(entry._get_fund_reversal_date(), entry.journal_id)
        reversals = entries._reverse_fund_entries()
        reversals.write({"fund_correction_reason": reason})
        self._reconcile_members(entries.line_ids.filtered(self._is_with_member).partner_id)
        self._tell_corrections(self.env._("Taken back: %s", reason), reversals)
        return reversals

    def _is_with_member(self, item):
        return item.account_id.account_type == "asset_receivable"

    @api.model
    def _get_asked_and_paid(self, movement, debit, credit):
        """What members were asked and paid, by items of one kind on their accounts.

        What is taken back of what they were asked was not paid by them, and what is taken back of
        what they paid was not asked.
        """
        if movement in ASKED:
            return debit - credit, 0.0
        if movement == "receipt":
            return 0.0, credit - debit
        return debit, credit
