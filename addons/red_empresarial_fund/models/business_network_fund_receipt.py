from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_amount


class BusinessNetworkFund(models.Model):
    """Money that members pay into a fund: it closes what they owe, oldest first."""

    _inherit = "business.network.fund"

    def _receive(self, receipts, journal, date, ref, **vals):
        """Book what members pay in one entry, and close what they owe.

        :param receipts: list of ``(business.network.member, amount, advance)``; ``advance`` says
            that what is above the debt was meant to be paid in advance
        :param journal: ``account.journal`` that holds the fund's money
        :param vals: more values of the entry
        :return: the posted ``account.move``
        :raise UserError: an amount is not above zero, or above what is owed and no advance; the
            journal or the date does not allow it
        """
        self.ensure_one()
        self.check_access("write")
        self._check_cash_journal(journal)
        self._check_can_book(date, journal)
        self._check_has_treasurer(date)
        self._lock_receipts()
        self._check_receipts(receipts)
        entry = self._post_entries(
            [self._prepare_receipt_entry(receipts, journal, date, ref, **vals)]
        )
        self._reconcile_members(entry.line_ids.partner_id)
        return entry

    def _lock_receipts(self):
        """One change of these funds at a time: of two that meet, the second sees the first.

        A transaction that began before the first ended is retried by the server. Sharing the lock
        is not enough: a closing that waited would go on with what it had read before.

        Funds are locked in one order, and before their loans and schedules: else of two
        transactions each could wait for the other. So lock all that is needed at once.
        """
        if self:
            self.env.cr.execute(
                """
                UPDATE business_network_fund SET write_date = write_date
                 WHERE id IN (
                       SELECT id FROM business_network_fund WHERE id = ANY(%s)
                        ORDER BY id FOR NO KEY UPDATE
                 )
                """,
                [self.ids],
            )

    def _check_receipts(self, receipts):
        """Raise UserError for an amount that its member neither owes nor pays in advance."""
        compare = self.currency_id.compare_amounts
        members = self.env["business.network.member"].union(*(line[0] for line in receipts))
        self._check_members(members)
        owed = self._get_owed(members.partner_id)
        for member, amount, advance in receipts:
            debt = max(owed.get(member.partner_id, 0.0), 0.0)
            if compare(amount, 0.0) <= 0:
                raise UserError(
                    self.env._(
                        "%(amount)s cannot be received from %(member)s for %(fund)s. Write an "
                        "amount above zero.",
                        amount=format_amount(self.env, amount, self.currency_id),
                        member=member.display_name,
                        fund=self.display_name,
                    )
                )
            if compare(amount, debt) > 0 and not advance:
                raise UserError(
                    self.env._(
                        "%(member)s pays %(amount)s and owes %(fund)s %(debt)s. If the rest is an "
                        "advance, tick it; if this was received before, leave it out.",
                        member=member.display_name,
                        amount=format_amount(self.env, amount, self.currency_id),
                        fund=self.display_name,
                        debt=format_amount(self.env, debt, self.currency_id),
                    )
                )

    def _check_members(self, members):
        """Raise UserError for a member of another network, whose account is not of this fund."""
        for member in members.filtered(lambda member: member.network_id != self.network_id):
            raise UserError(
                self.env._(
                    "%(member)s is of %(other)s, and %(fund)s is of %(network)s. Choose a member "
                    "of the fund's network.",
                    member=member.display_name,
                    other=member.network_id.name,
                    fund=self.display_name,
                    network=self.network_id.name,
                )
            )

    def _prepare_receipt_entry(self, receipts, journal, date, ref, **vals):
        receivable = self.network_id.member_receivable_account_id
        total = self.currency_id.round(sum(amount for _member, amount, _advance in receipts))
        items = [
            self._prepare_item(self._get_cash_account(journal), total, "receipt", name=ref),
            *(
                self._prepare_item(
                    receivable, -amount, "receipt", partner=member.partner_id, name=ref
                )
                for member, amount, _advance in receipts
            ),
        ]
        return self._prepare_entry(journal, date, ref, items, **vals)
