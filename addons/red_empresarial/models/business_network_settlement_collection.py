from collections import defaultdict
from fractions import Fraction

from odoo import models
from odoo.tools import SQL

from ..engine.collection import collected_fraction, due_shares
from ..tools.minor_units import from_minor, to_minor

REVENUE_KINDS = ("revenue", "output_tax")


class BusinessNetworkSettlement(models.Model):
    """Collected basis: revenue is settled as the customer pays, costs once their bill is posted.

    What is due of a document is the part of it collected so far, its credit notes deducted; a
    settlement takes that less what earlier ones took (``business.network.distribution.part``).
    Collected is whatever the receivable was reconciled with, other than the document's own credit
    notes: payments, withholdings, and losses, which are shared out as the costs they are.
    """

    _inherit = "business.network.settlement"

    def _takes_parts(self):
        """Whether rows may be settled in parts: by basis, or because some were before."""
        self.ensure_one()
        return self.basis == "collected" or bool(
            self.env["business.network.distribution"].search_count(
                [*self._get_row_domain(), ("part_ids", "!=", False)], limit=1
            )
        )

    def _settle_collected(self):
        """Create the lines with what is due now, and the parts that record it."""
        self.ensure_one()
        rows = self._lock_rows_in_parts()
        dues = self._get_due_parts(rows)
        lines = self._create_lines(self._get_part_sums(dues)).grouped("member_id")
        taken = {row: due for row, due in dues.items() if row.member_id in lines}
        self.env["business.network.distribution.part"].create(
            [
                {
                    "distribution_id": row.id,
                    "settlement_line_id": lines[row.member_id].id,
                    "amount_currency": from_minor(due["amount"], self.currency_id),
                    "tariff": from_minor(due["tariff"], self.currency_id),
                }
                for row, due in taken.items()
                if due["amount"] or due["tariff"]
            ]
        )
        completed = defaultdict(rows.browse)
        for row, due in taken.items():
            if due["completes"]:
                completed[lines[row.member_id]] += row
        for line, its_rows in completed.items():
            its_rows.write({"settlement_line_id": line.id})

    def _lock_rows_in_parts(self):
        """The unsettled rows, each touched, so that two settlements at once meet on them.

        Parts are new records: without a row that both change, neither transaction would see what
        the other took. The second one is retried by the server, and then finds those parts.
        """
        rows = self.env["business.network.distribution"].search(self._get_row_domain())
        if rows:
            self.env.cr.execute(
                SQL(
                    "UPDATE business_network_distribution SET portion = portion WHERE id IN %s",
                    tuple(rows.ids),
                )
            )
        return rows

    # -- what is due -----------------------------------------------------------------------------

    def _get_due_parts(self, rows):
        """What of each row is due now and was not given before.

        :param rows: unsettled ``business.network.distribution``
        :return: ``{row: {"amount": int, "tariff": int, "completes": bool}}`` in coins
        """
        fractions = self._get_collected_fractions(rows)
        given = self._get_given_parts(rows)
        dues = {}
        for portion in self._get_whole_portions(rows):
            fraction = fractions.get(portion.move_id, Fraction(1))
            columns = [
                due_shares([to_minor(row[name], self.currency_id) for row in portion], fraction)
                for name in ("amount_currency", "tariff")
            ]
            for row, amount, tariff in zip(portion, *columns, strict=True):
                if row not in given:
                    continue  # settled before, whole
                given_amount, given_tariff = given[row]
                dues[row] = {
                    "amount": self._get_increment(amount, given_amount),
                    "tariff": self._get_increment(tariff, given_tariff),
                    "completes": fraction == 1,
                }
        return dues

    def _get_increment(self, due, given):
        """What is due beyond what was given; nothing while less is due than was given.

        A payment that bounces takes nothing back from the members: the next collection fills what
        was given first. So does the coin that rounding asks back.
        """
        return due - given if due * given >= 0 and abs(due) > abs(given) else 0

    def _get_whole_portions(self, rows):
        """All rows of the portions that ``rows`` belong to, settled ones too, portion by portion.

        What is due is split over all members of a portion, whoever was settled before.
        """
        everyone = self.env["business.network.distribution"].search(
            [("move_id", "in", rows.move_id.ids)], order="move_id, portion, id"
        )
        return everyone.grouped(lambda row: (row.move_id, row.portion)).values()

    def _get_given_parts(self, rows):
        """Coins that earlier settlements took of each row: ``{row: (amount, tariff)}``."""
        given = dict.fromkeys(rows, (0, 0))
        for row, amount, tariff in self.env["business.network.distribution.part"]._read_group(
            [("distribution_id", "in", rows.ids)],
            ["distribution_id"],
            ["amount_currency:sum", "tariff:sum"],
        ):
            given[row] = to_minor(amount, self.currency_id), to_minor(tariff, self.currency_id)
        return given

    def _get_part_sums(self, dues):
        """See ``_get_row_sums``: what the parts that are due sum to."""
        sums = {}
        for row, due in dues.items():
            amounts = sums.setdefault(row.member_id, defaultdict(int))
            amounts[row.kind] += due["amount"]
            amounts["tariff"] += due["tariff"]
        return {
            member: {kind: from_minor(amount, self.currency_id) for kind, amount in amounts.items()}
            for member, amounts in sums.items()
        }

    # -- what was collected ----------------------------------------------------------------------

    def _get_collected_fractions(self, rows):
        """Part of each customer document that was collected up to the end of the period.

        A credit note and the document it corrects are one: ``{account.move: Fraction}``. Documents
        without revenue rows are not in it; they wait for nothing.
        """
        moves = rows.filtered(lambda row: row.kind in REVENUE_KINDS).move_id.sudo()
        moves = moves.filtered(lambda move: move.is_sale_document(include_receipts=True))
        if self.basis != "collected" or not moves:
            return {}
        origins = moves.mapped(lambda move: move.reversed_entry_id or move)
        figures = self._read_collections(origins)
        return {
            move: collected_fraction(*figures[(move.reversed_entry_id or move).id])
            for move in moves
        }

    def _read_collections(self, origins):
        """Coins to collect and collected of each document with its credit notes, in one query.

        :param origins: customer documents that are no credit notes of another one
        :return: ``{id: (total, collected)}``
        """
        self.env["account.partial.reconcile"].flush_model()
        self.env["account.move.line"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                WITH term AS (
                    SELECT line.id, line.amount_currency,
                           COALESCE(move.reversed_entry_id, move.id) AS origin_id
                      FROM account_move move
                      JOIN account_move_line line ON line.move_id = move.id
                     WHERE (move.id IN %(origins)s OR move.reversed_entry_id IN %(origins)s)
                       AND move.state = 'posted'
                       AND move.date <= %(date_to)s
                       AND line.display_type = 'payment_term'
                ), collected AS (
                    SELECT term.origin_id, partial.debit_amount_currency AS amount
                      FROM term
                      JOIN account_partial_reconcile partial ON partial.debit_move_id = term.id
                     WHERE partial.max_date <= %(date_to)s
                       AND NOT EXISTS (SELECT FROM term other
                                        WHERE other.id = partial.credit_move_id
                                          AND other.origin_id = term.origin_id)
                    UNION ALL
                    SELECT term.origin_id, -partial.credit_amount_currency
                      FROM term
                      JOIN account_partial_reconcile partial ON partial.credit_move_id = term.id
                     WHERE partial.max_date <= %(date_to)s
                       AND NOT EXISTS (SELECT FROM term other
                                        WHERE other.id = partial.debit_move_id
                                          AND other.origin_id = term.origin_id)
                )
                SELECT total.origin_id, total.amount, COALESCE(paid.amount, 0)
                  FROM (SELECT origin_id, SUM(amount_currency) AS amount
                          FROM term GROUP BY origin_id) total
             LEFT JOIN (SELECT origin_id, SUM(amount) AS amount
                          FROM collected GROUP BY origin_id) paid USING (origin_id)
                """,
                origins=tuple(origins.ids),
                date_to=self.date_to,
            )
        )
        return {
            origin_id: (to_minor(total, self.currency_id), to_minor(collected, self.currency_id))
            for origin_id, total, collected in self.env.cr.fetchall()
        }
