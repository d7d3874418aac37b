from odoo import Command, fields, models
from odoo.addons.red_empresarial.tools.actions import open_records
from odoo.exceptions import UserError


class BusinessNetworkQuotaTransfer(models.Model):
    """The compensation of a transfer in the books of the network.

    One entry in its settlements journal: the receiver owes it on the member receivable account, the
    giver is owed it on the payable one. It is nobody's income in these books and is not shared out;
    the next settlement nets it for both.
    """

    _inherit = "business.network.quota.transfer"

    move_ids = fields.One2many(
        "account.move", "network_quota_transfer_id", string="Entries", readonly=True
    )
    move_count = fields.Integer(compute="_compute_move_count")

    def _compute_move_count(self):
        for transfer in self:
            transfer.move_count = len(transfer.sudo().move_ids)

    def _check_compensation_bookable(self):
        """Raise UserError where the compensation cannot be posted."""
        members = self.giver_id | self.receiver_id
        if not self.currency_id.is_zero(self.amount):
            self._check_bookable(self.date)
            members._check_in_force(self.date)
            members._check_not_books_company()

    def _book_compensation(self):
        """Post the entry of a compensation; nothing where there is none."""
        if not self.currency_id.is_zero(self.amount):
            self.env["account.move"].create(self._prepare_entry())._post(soft=False)

    def _check_bookable(self, date):
        """Raise UserError naming the account the network lacks or the period that is closed."""
        network = self.network_id
        network._check_account_set(
            "settlement_journal_id", "member_payable_account_id", "member_receivable_account_id"
        )
        network._check_date_open(date, network.settlement_journal_id)

    def _prepare_entry(self):
        network = self.network_id
        return {
            "move_type": "entry",
            "journal_id": network.settlement_journal_id.id,
            "company_id": network.company_id.id,
            "date": self.date,
            "ref": self._get_entry_label(),
            "network_id": network.id,
            "network_quota_transfer_id": self.id,
            "line_ids": [
                Command.create(vals)
                for vals in (
                    self._prepare_item(network.member_receivable_account_id, self.receiver_id, 1),
                    self._prepare_item(network.member_payable_account_id, self.giver_id, -1),
                )
            ],
        }

    def _prepare_item(self, account, member, sign):
        return {
            "account_id": account.id,
            "partner_id": member.partner_id.id,
            "name": self._get_entry_label(),
            "balance": sign * self.amount,
            "date_maturity": self.date,
            "analytic_distribution": False,
        }

    def _get_entry_label(self):
        return self.env._(
            "Compensation of %(transfer)s: %(units)s of %(plan)s",
            transfer=self.name,
            units=self.plan_id._format_units(self.units),
            plan=self.plan_id.display_name,
        )

    def _get_entries_in_force(self):
        return self.move_ids.filtered(lambda move: move.state == "posted")

    def _check_compensation_reversible(self):
        """Raise UserError naming the settlement or payment that used it, or the closed period."""
        if entries := self._get_entries_in_force():
            entries._check_not_netted()
            self._check_not_reconciled(entries)
            self._check_bookable(fields.Date.context_today(self))

    def _reverse_compensation(self):
        """Reverse the entry as of today."""
        entries = self._get_entries_in_force()
        today = fields.Date.context_today(self)
        entries._reverse_moves([self._prepare_reversal(today) for _entry in entries], cancel=True)

    def _prepare_reversal(self, date):
        return {
            "date": date,
            "ref": self.env._("Reversal of %s", self._get_entry_label()),
            "network_id": self.network_id.id,
            "network_quota_transfer_id": self.id,
        }

    def _check_not_reconciled(self, entries):
        items = entries.line_ids.filtered(
            lambda item: item.matched_debit_ids or item.matched_credit_ids
        )
        for item in items[:1]:
            raise UserError(
                self.env._(
                    "The compensation of %(transfer)s is reconciled for %(member)s with %(entry)s. "
                    "Undo that first.",
                    transfer=self.name,
                    member=item.partner_id.display_name,
                    entry=", ".join((item._all_reconciled_lines() - item).move_id.mapped("name")),
                )
            )

    def action_open_entries(self):
        self.ensure_one()
        return open_records(
            self.env, "account.action_move_journal_line", [("id", "in", self.sudo().move_ids.ids)]
        )
