from odoo import models
from odoo.tools import SQL, format_date


class BusinessNetworkStatement(models.AbstractModel):
    """The member's account: balance brought forward, movements, balance carried forward.

    Read from posted items, nothing is stored: the network's items of the member on the member
    current accounts, of the documents its settlements booked and of documents with the member
    (``business.network._get_member_item_domain`` says the same of its balance), and what closed
    them from outside the network (a payment made by hand). Amounts are in the member's favour.
    """

    _inherit = "business.network.statement"

    def _read_account(self, statements):
        """Movements of all members in one query.

        :return: ``{partner id: [(move id or None, date or None, favour, against)]}``; without a
            move it is all that lies before the period
        """
        account = {}
        if statements:
            self.env["account.move.line"].flush_model()
            self.env["account.partial.reconcile"].flush_model()
            for partner, *movement in self.env.execute_query(self._get_account_query(statements)):
                account.setdefault(partner, []).append(movement)
        return account

    def _get_account_query(self, statements):
        first = statements[0]
        network = first["network"]
        accounts = network.member_payable_account_id | network.member_receivable_account_id
        start = SQL("%s::date", first["date_from"] or None)
        return SQL(
            """
            WITH item AS (
                SELECT line.id, line.partner_id, line.move_id, line.date, line.amount_currency
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
                  JOIN account_account account ON account.id = line.account_id
                 WHERE move.network_id = %(network)s AND line.parent_state = 'posted'
                   AND line.partner_id IN %(partners)s AND line.currency_id = %(currency)s
                   AND (line.account_id IN %(accounts)s
                        OR (move.network_settlement_id IS NOT NULL
                            OR move.network_member_id IS NOT NULL)
                           AND account.account_type IN ('liability_payable', 'asset_receivable'))
            ), movement AS (
                SELECT partner_id, move_id, date, -amount_currency AS amount FROM item
                UNION ALL
                SELECT item.partner_id, other.move_id, partial.max_date,
                       partial.debit_amount_currency
                  FROM item
                  JOIN account_partial_reconcile partial ON partial.debit_move_id = item.id
                  JOIN account_move_line other ON other.id = partial.credit_move_id
                 WHERE other.id NOT IN (SELECT id FROM item)
                UNION ALL
                SELECT item.partner_id, other.move_id, partial.max_date,
                       -partial.credit_amount_currency
                  FROM item
                  JOIN account_partial_reconcile partial ON partial.credit_move_id = item.id
                  JOIN account_move_line other ON other.id = partial.debit_move_id
                 WHERE other.id NOT IN (SELECT id FROM item)
            ), placed AS (
                SELECT partner_id, amount,
                       CASE WHEN date < %(start)s THEN NULL ELSE move_id END AS move_id,
                       CASE WHEN date < %(start)s THEN NULL ELSE date END AS date
                  FROM movement WHERE date <= %(end)s AND amount <> 0
            )
            SELECT partner_id, move_id, date,
                   COALESCE(SUM(amount) FILTER (WHERE amount > 0), 0)::float,
                   COALESCE(-SUM(amount) FILTER (WHERE amount < 0), 0)::float
              FROM placed
             GROUP BY partner_id, move_id, date
             ORDER BY date NULLS FIRST, move_id
            """,
            network=network.id,
            partners=tuple(statement["partner"].id for statement in statements),
            currency=first["currency"].id,
            accounts=tuple(accounts.ids) or (0,),
            start=start,
            end=first["date_to"],
        )

    def _prepare_account(self, statement, source):
        """``{"opening", "closing", "lines"}`` of one member."""
        opening, lines = 0.0, []
        balance = 0.0
        for move_id, date, favour, against in source["account"].get(statement["partner"].id, []):
            balance = statement["currency"].round(balance + favour - against)
            if not move_id:
                opening = balance
                continue
            move = self.env["account.move"].sudo().browse(move_id)
            lines.append(
                {
                    "date": date,
                    "move": move,
                    "favour": favour,
                    "against": against,
                    "balance": balance,
                }
            )
        moves = self.env["account.move"].sudo().browse([line["move"].id for line in lines])
        for line, move in zip(lines, moves, strict=True):
            line["move"] = move  # one prefetch for all
        return {"opening": opening, "closing": balance, "lines": lines}

    def _get_account_section(self, statement):
        account = statement["account"]
        columns = [
            (self.env._("Date"), "date", "date"),
            (self.env._("Document"), "documents", "documents"),
            (self.env._("Concept"), "concept", "text"),
            (self.env._("In your favour"), "favour", "money"),
            (self.env._("Against you"), "against", "money"),
            (self.env._("Balance"), "balance", "money"),
        ]
        opening = {
            "date": statement["date_from"] or None,
            "documents": [],
            "concept": self.env._("Balance brought forward"),
            "favour": 0.0,
            "against": 0.0,
            "balance": account["opening"],
        }
        lines = [self._prepare_account_line(statement, line) for line in account["lines"]]
        lines = [opening, *lines] if lines or account["opening"] else []
        title = self.env._("Your account with the network")
        section = self._prepare_section("account", title, columns, lines, ["favour", "against"])
        return {**section, "totals": {**section["totals"], "balance": account["closing"]}}

    def _prepare_account_line(self, statement, line):
        move = line["move"].with_context(lang=self.env.lang)
        origin = move.attribution_origin_id
        return {
            **line,
            "documents": self._prepare_documents(origin or move),
            "concept": self._get_account_concept(statement, line, move),
        }

    def _get_account_concept(self, statement, line, move):
        """What a movement is, in words."""
        if move.attribution_origin_id:
            return self.env._("Your part, by %s", move.name)
        if move.origin_payment_id:
            paid = line["against"] > line["favour"]
            return self.env._("Paid to you") if paid else self.env._("Received from you")
        if move.is_invoice(include_receipts=True):
            return self._get_document_concept(move)
        settlement = move.network_settlement_id
        if settlement and not move.reversed_entry_id:
            return self.env._("Netting of %s", settlement.name)
        return move.ref or move.journal_id.name

    def _get_document_concept(self, move):
        """What an invoice is to the member: of a settlement, passed on to it, or its own."""
        if move.network_settlement_id:
            return self.env._("Your document for the settlement")
        if move.is_sale_document(include_receipts=True):
            return (
                self.env._("Credited to you")
                if move.move_type == "out_refund"
                else self.env._("Passed on to you")
            )
        return self.env._("Your document")

    def _get_account_figures(self, statement):
        """Both balances of the account, whoever is asked: the books' company has none."""
        if statement["member"]._is_books_company():
            return []
        account = statement["account"]
        forward = self.env._(
            "Balance carried forward to %s", format_date(self.env, statement["date_to"])
        )
        return [
            self._prepare_figure(
                "opening", self.env._("Balance brought forward"), account["opening"]
            ),
            self._prepare_figure("closing", forward, account["closing"], strong=True),
        ]
