from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class AccountMove(models.Model):
    """The entry by which a fund that existed before came into the books."""

    _inherit = "account.move"

    is_fund_opening = fields.Boolean(string="Opening of a Fund", copy=False, readonly=True)


class BusinessNetworkFund(models.Model):
    """A fund that already existed: opened once, before anything else is booked in it."""

    _inherit = "business.network.fund"

    is_opened = fields.Boolean(compute="_compute_is_opened")

    def _compute_is_opened(self):
        opened = self._get_opening_entries().fund_id
        for fund in self:
            fund.is_opened = fund._origin in opened

    def _get_opening_entries(self):
        """The entries that opened these funds and still stand."""
        return (
            self.env["account.move"]
            .sudo()
            .search(
                [
                    ("fund_id", "in", self.ids),
                    ("is_fund_opening", "=", True),
                    ("state", "=", "posted"),
                    ("reversal_move_ids", "not any", [("state", "=", "posted")]),
                ]
            )
        )

    def _check_can_open(self, date):
        """Raise UserError where the fund was opened already, or other movements came before.

        Cash that was booked as what the fund already had stays: it is part of the opening. What
        was reversed, and its reversal, are as if they had never been.
        """
        self.ensure_one()
        opening = self._get_opening_entries()[:1]
        if opening:
            raise UserError(
                self.env._(
                    "%(fund)s was opened by %(entry)s already. Reverse that first, and open it "
                    "again with everything.",
                    fund=self.display_name,
                    entry=opening.display_name,
                )
            )
        earlier = self._get_movement_before(date)
        if earlier:
            raise UserError(
                self.env._(
                    "%(fund)s has a movement of %(date)s already (%(entry)s). Open it on a day "
                    "before its first movement, or reverse what was booked.",
                    fund=self.display_name,
                    date=format_date(self.env, earlier.date),
                    entry=earlier.display_name,
                )
            )

    def _get_movement_before(self, date):
        """The first entry up to ``date`` that is no opening and still stands."""
        items = self.env["account.move.line"].sudo()
        return items.search(
            [
                ("fund_id", "=", self.id),
                ("parent_state", "=", "posted"),
                ("date", "<=", date),
                ("fund_movement", "!=", "opening"),
                ("move_id.reversed_entry_id", "=", False),
                ("move_id.reversal_move_ids", "not any", [("state", "=", "posted")]),
            ],
            order="date, id",
            limit=1,
        ).move_id
