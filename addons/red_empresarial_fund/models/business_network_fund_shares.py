from odoo import fields, models


class BusinessNetworkFund(models.Model):
    """A fund whose members hold shares."""

    _inherit = "business.network.fund"

    share_ids = fields.One2many("business.network.fund.member.share", "fund_id", string="Shares")

    def _get_shares(self, date):
        """Members in force on a day that hold shares, in their order: ``{member: shares}``."""
        self.ensure_one()
        held = {}
        for share in self.share_ids.sorted("date_from"):
            if share.date_from <= date:
                held[share.member_id] = share.shares
        members = self.network_id.member_ids.filtered(
            lambda member: held.get(member) and member._is_in_force(date)
        )
        return {member: held[member] for member in members.sorted(lambda m: (m.sequence, m.id))}
