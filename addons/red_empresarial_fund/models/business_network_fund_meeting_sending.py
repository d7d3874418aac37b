from urllib.parse import quote

from odoo import fields, models
from odoo.exceptions import UserError


class BusinessNetworkFundMeeting(models.Model):
    """Sending the receipts of a meeting to the members by mail."""

    _inherit = "business.network.fund.meeting"

    receipts_to_send = fields.Integer(
        string="Receipts to Send", compute="_compute_receipts_to_send"
    )

    def _compute_receipts_to_send(self):
        for meeting in self:
            lines = meeting.line_ids.filtered(lambda line: not line.receipt_sent_on)
            received = meeting.state in ("posted", "closed")
            meeting.receipts_to_send = len(lines._get_sendable()) if received else 0

    def action_send_receipts(self):
        """Mail each member the receipt of what it paid; who got it already gets it no second time.

        Members without an address are named, so that somebody prints or shares theirs.
        """
        self.check_access("write")
        for meeting in self:
            meeting._check_state("posted", "closed")
            lines = meeting.line_ids.filtered(
                lambda line: line.amount_received and not line.receipt_sent_on
            )
            lines._get_sendable()._send_receipts()
            silent = lines - lines._get_sendable()
            if silent:
                meeting.message_post(
                    body=self.env._(
                        "No e-mail address, so print or share their receipts: %s",
                        ", ".join(silent.mapped("member_id.display_name")),
                    )
                )


class BusinessNetworkFundMeetingLine(models.Model):
    """The receipt of one member, by mail or as a message of its telephone."""

    _inherit = "business.network.fund.meeting.line"

    receipt_sent_on = fields.Date(string="Receipt Sent", readonly=True, copy=False)

    def _get_sendable(self):
        """Lines with a receipt and an address to send it to."""
        return self.filtered(lambda line: line.amount_received and line.member_id.partner_id.email)

    def _check_received(self):
        received = self.filtered("amount_received")
        if not received or "draft" in received.mapped("state"):
            raise UserError(
                self.env._("Receipts are printed of what was collected. Press “Collect” first.")
            )
        return received

    def action_send_receipt(self):
        """Mail these members their receipts, again if they were sent before."""
        self.check_access("write")
        received = self._check_received()
        for line in received:
            line.meeting_id.fund_id._check_receipt_address(line.member_id.partner_id)
        received._send_receipts()

    def _send_receipts(self):
        """Queue one mail per member, in its language, with the receipt attached."""
        if not self:
            return
        template = self.env.ref("red_empresarial_fund.mail_template_fund_receipt").sudo()
        template.send_mail_batch(self.ids, email_layout_xmlid="mail.mail_notification_light")
        self.sudo()._write_receipt_sent()

    def _write_receipt_sent(self):
        self.write({"receipt_sent_on": fields.Date.context_today(self)})

    def action_share_receipt(self):
        """Open the messenger of this device with the receipt as text."""
        self.ensure_one()
        self.check_access("read")
        self._check_received()
        return {
            "type": "ir.actions.act_url",
            "url": f"https://wa.me/?text={quote(self._get_receipt_message())}",
            "target": "new",
        }

    def _get_receipt_message(self):
        """The receipt as a message, in the member's language."""
        self.ensure_one()
        meeting = self.meeting_id
        return meeting.fund_id._get_receipt_message(
            self.member_id.partner_id,
            meeting.name,
            meeting.date,
            self.amount_received,
            self.amount_left,
        )
