from odoo import models
from odoo.tools import SQL


class BusinessNetworkSettlement(models.Model):
    """The distribution rows a settlement takes: which, what they sum to, each at most once."""

    _inherit = "business.network.settlement"

    def _get_row_domain(self):
        """Distribution rows this settlement takes."""
        self.ensure_one()
        return [
            ("network_id", "=", self.network_id.id),
            ("currency_id", "=", self.currency_id.id),
            ("date", "<=", self.date_to),
            *self.env["business.network.distribution"]._get_unsettled_domain(),
        ]

    def _get_row_sums(self):
        """What each member's unsettled rows sum to.

        :return: ``{member: {kind: amount, "tariff": amount}}`` in the settlement's currency
        """
        self.ensure_one()
        sums = {}
        for member, kind, amount, tariff in self.env["business.network.distribution"]._read_group(
            self._get_row_domain(), ["member_id", "kind"], ["amount_currency:sum", "tariff:sum"]
        ):
            amounts = sums.setdefault(member, {"tariff": 0.0})
            amounts[kind] = self.currency_id.round(amount)
            amounts["tariff"] = self.currency_id.round(amounts["tariff"] + tariff)
        return sums

    def _take_rows(self, lines):
        """Mark the rows as settled in one statement; a row another settlement took is an error.

        Two settlements computed at the same time meet on the rows: the second transaction waits and
        is then retried or refused by the database, so no row is ever settled twice.
        """
        self.ensure_one()
        rows = self.env["business.network.distribution"]
        rows.flush_model()
        rows.move_id.flush_model(["network_charged_apart"])
        lines.flush_recordset()
        self.env.cr.execute(
            SQL(
                """
                UPDATE business_network_distribution AS row
                   SET settlement_line_id = line.id
                  FROM business_network_settlement_line AS line
                 WHERE line.settlement_id = %(settlement)s
                   AND row.member_id = line.member_id
                   AND row.network_id = %(network)s
                   AND row.currency_id = %(currency)s
                   AND row.date <= %(date_to)s
                   AND row.settlement_line_id IS NULL
                   AND row.move_id NOT IN (
                       SELECT id FROM account_move WHERE network_charged_apart
                   )
                """,
                settlement=self.id,
                network=self.network_id.id,
                currency=self.currency_id.id,
                date_to=self.date_to,
            )
        )
        rows.invalidate_model(["settlement_line_id"])
        lines.invalidate_recordset(["distribution_ids"])

    def _release_rows(self):
        """Give the rows back, to be settled again."""
        parts = self.env["business.network.distribution.part"].sudo()
        parts = parts.search([("settlement_line_id", "in", self.line_ids.ids)])
        rows = self.env["business.network.distribution"].sudo()
        rows = rows.search([("settlement_line_id", "in", self.line_ids.ids)])
        # A row that a later settlement completed lacks this settlement's part again.
        (rows | parts.distribution_id).write({"settlement_line_id": False})
        parts.unlink()
