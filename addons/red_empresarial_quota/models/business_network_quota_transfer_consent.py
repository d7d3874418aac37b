from odoo import api, fields, models
from odoo.exceptions import UserError

PAPER = {"giver_person", "receiver_person", "consent_reference"}


class BusinessNetworkQuotaTransfer(models.Model):
    """Who consented for each side, where members have no user and somebody enters it for both.

    Two users who consent are proof enough. One who enters both consents names the signed paper
    that has them, and it stays as it was once both are there.
    """

    _inherit = "business.network.quota.transfer"

    giver_person = fields.Char(
        string="Consented for the Giver",
        compute="_compute_giver_person",
        store=True,
        readonly=False,
        copy=False,
        tracking=True,
        help="The person who agreed on behalf of the giver.",
    )
    receiver_person = fields.Char(
        string="Consented for the Receiver",
        compute="_compute_receiver_person",
        store=True,
        readonly=False,
        copy=False,
        tracking=True,
        help="The person who agreed on behalf of the receiver.",
    )
    consent_reference = fields.Char(
        string="Signed Paper",
        copy=False,
        tracking=True,
        help="Minutes or letter with both signatures. Required where one user enters both "
        "consents.",
    )

    @api.depends("giver_id")
    def _compute_giver_person(self):
        for transfer in self:
            transfer.giver_person = transfer._get_person(transfer.giver_id)

    @api.depends("receiver_id")
    def _compute_receiver_person(self):
        for transfer in self:
            transfer.receiver_person = transfer._get_person(transfer.receiver_id)

    def _get_person(self, member):
        """Who answers for a member: the manager of a network, else the enterprise itself."""
        member = member.sudo()
        return member.sub_network_id.manager_id.name or member.partner_id.name

    def _is_paper_missing(self, side):
        """Whether this user gives the second consent, too, and names no paper."""
        self.ensure_one()
        other = self.receiver_user_id if side == "giver" else self.giver_user_id
        return other == self.env.user and not (self.consent_reference or "").strip()

    def _check_paper(self, side):
        if self._is_paper_missing(side):
            raise UserError(
                self.env._(
                    "%(user)s consents to %(transfer)s for both %(giver)s and %(receiver)s. Write "
                    "in “%(field)s” which paper they signed, and who signed for each.",
                    user=self.env.user.name,
                    transfer=self.name,
                    giver=self.giver_id.display_name,
                    receiver=self.receiver_id.display_name,
                    field=self._fields["consent_reference"]._description_string(self.env),
                )
            )

    def write(self, vals):
        if PAPER & vals.keys():
            for transfer in self.filtered(lambda t: t.state != "proposed"):
                if any(transfer[name] != vals[name] for name in PAPER & vals.keys()):
                    transfer._raise_consented()
        return super().write(vals)
