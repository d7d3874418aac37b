from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date


class BusinessNetworkFund(models.Model):
    """Receipts as messages to the members that paid."""

    _inherit = "business.network.fund"

    def _check_receipt_address(self, partner):
        """Raise UserError for a member without an e-mail address."""
        if not partner.email:
            raise UserError(
                self.env._(
                    "%s has no e-mail address. Write it on its contact, or share the receipt by "
                    "telephone.",
                    partner.display_name,
                )
            )

    def _get_receipt_message(self, partner, number, date, paid, owed):
        """A receipt as a text, in the member's language.

        :param paid: what was received
        :param owed: what the member owes since, below zero if it paid in advance
        """
        self.ensure_one()
        env = self.with_context(lang=partner.lang or self.env.lang).env
        values = {
            "member": partner.name,
            "network": self.network_id.name,
            "fund": self.name,
            "receipt": number,
            "date": format_date(env, date),
            "paid": format_amount(env, paid, self.currency_id),
            "left": format_amount(env, abs(owed), self.currency_id),
        }
        if owed < 0:
            return env._(
                "Hello, %(member)s. %(network)s received %(paid)s from you on %(date)s for "
                "%(fund)s (%(receipt)s). You have paid %(left)s in advance.",
                **values,
            )
        return env._(
            "Hello, %(member)s. %(network)s received %(paid)s from you on %(date)s for %(fund)s "
            "(%(receipt)s). You still owe %(left)s.",
            **values,
        )


class AccountMove(models.Model):
    """The receipt of what a member paid into a fund outside a meeting."""

    _inherit = "account.move"

    def _get_fund_receipt_entries(self):
        """These entries for the paper: who reads the fund may print them without accounting."""
        self.sudo().fund_id.with_env(self.env).check_access("read")
        return self.sudo().filtered("fund_id")

    def _get_fund_receipts(self):
        """What each member paid by this entry and owes, as plain values.

        :return: list of dicts ``{partner, amount, owed, left}``: ``owed`` now, and what was
            ``left`` at the end of the day of the entry, which a copy printed later says, too
        :raise UserError: the payment was taken back
        """
        self.ensure_one()
        move, fund = self.sudo(), self.sudo().fund_id
        if move._is_reversed():
            raise UserError(
                self.env._(
                    "What was received by %s was taken back, so there is no receipt of it.",
                    move.name,
                )
            )
        items = move.line_ids.filtered(
            lambda item: (
                item.fund_movement == "receipt"
                and item.partner_id
                and fund._get_section(item.account_id) == "members"
            )
        )
        owed = fund._get_owed(items.partner_id) if items else {}
        left = fund._get_owed_at(move.date, items.partner_id)
        return [
            {
                "partner": partner,
                "amount": fund.currency_id.round(-sum(own.mapped("balance"))),
                "owed": owed.get(partner, 0.0),
                "left": left[partner],
            }
            for partner, own in items.grouped("partner_id").items()
        ]

    def _get_fund_receipt_message(self):
        """The receipt of the one member that paid, as a text."""
        self.ensure_one()
        (receipt,) = self._get_fund_receipts()
        return self.sudo().fund_id._get_receipt_message(
            receipt["partner"], self.name, self.date, receipt["amount"], receipt["owed"]
        )

    def _send_fund_receipt(self):
        """Queue the mail with the receipt; the caller has checked that there is an address."""
        self.ensure_one()
        template = self.env.ref("red_empresarial_fund.mail_template_fund_entry_receipt").sudo()
        template.send_mail(self.id, email_layout_xmlid="mail.mail_notification_light")
