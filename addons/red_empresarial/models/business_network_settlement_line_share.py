from uuid import uuid4

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import consteq, format_amount
from odoo.tools.urls import urljoin


class BusinessNetworkSettlementLine(models.Model):
    """The link by which a member sees its own statement without a user, until it is revoked."""

    _inherit = "business.network.settlement.line"

    access_token = fields.Char(
        copy=False,
        groups="base.group_system",
        help="Secret part of the link to the member's statement; empty while it is not shared.",
    )
    is_shared = fields.Boolean(
        compute="_compute_is_shared", help="A link to this statement is in use."
    )

    def _compute_is_shared(self):
        for line in self:
            line.is_shared = bool(line.sudo().access_token)

    def action_share(self):
        """Give the line its link, and open the message that sends it."""
        self.ensure_one()
        self._check_shareable()
        if not self.sudo().access_token:
            self.sudo().access_token = str(uuid4())
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Share the Statement"),
            "res_model": "business.network.statement.share",
            "view_mode": "form",
            "target": "new",
            "res_id": self.env["business.network.statement.share"].create({"line_id": self.id}).id,
        }

    def action_revoke_share(self):
        """Take the link back: it shows nothing any more."""
        self.check_access("write")
        self.sudo().access_token = False

    def _check_shareable(self):
        """Only who may write the settlement hands its figures out, and no draft's."""
        self.check_access("write")
        if self.settlement_state == "draft":
            raise UserError(
                self.env._(
                    "%s has no figures to share yet. Compute it first.", self.settlement_id.name
                )
            )

    def _get_share_url(self):
        """Address of the member's page; empty while it is not shared."""
        self.ensure_one()
        token = self.sudo().access_token
        if not token:
            return ""
        return urljoin(self.get_base_url(), f"/red/estado/{self.id}?access_token={token}")

    def _get_share_message(self):
        """Text for a message to the member, in its language: what its page says first, the link."""
        self.ensure_one()
        line = self.with_context(lang=self.partner_id.lang or self.env.lang)
        headline = line._get_statements()[0]["headline"]
        return line.env._(
            "Hello, %(member)s. %(network)s: your statement of settlement %(settlement)s. "
            "%(what)s: %(amount)s. See every figure here: %(url)s",
            member=line.partner_id.name,
            network=line.network_id.name,
            settlement=line.settlement_id.name,
            what=headline["label"],
            amount=format_amount(line.env, abs(headline["amount"]), line.currency_id),
            url=line._get_share_url(),
        )

    def _is_share_token(self, token):
        """Whether ``token`` opens this line's statement."""
        self.ensure_one()
        own = self.sudo().access_token
        return bool(own and token) and consteq(own, token)
