from odoo import models


class BusinessNetworkStatement(models.AbstractModel):
    """Advances the member still holds: paid before its share was known, not netted yet.

    Read from the open items of the advances, as they stand when the statement is made.
    """

    _inherit = "business.network.statement"

    def _read_source(self, statements, rows):
        return {
            **super()._read_source(statements, rows),
            "advances": self._read_advances(statements),
        }

    def _read_advances(self, statements):
        """Items of advances of all members that are open, dated up to the end of the period.

        :return: ``{member: items}``, oldest first
        """
        members = self.env["business.network.member"].union(
            *(statement["member"] for statement in statements)
        )
        if not members:
            return {}
        items = self.env["account.move.line"].search(
            [
                *members._get_advance_item_domain(),
                ("move_id.network_member_id", "in", members.ids),
                ("currency_id", "=", statements[0]["currency"].id),
                ("date", "<=", statements[0]["date_to"]),
            ],
            order="date, id",
        )
        return items.grouped(lambda item: item.move_id.network_member_id)

    def _get_statement_sections(self, statement, source):
        return [
            *super()._get_statement_sections(statement, source),
            self._get_advances_section(statement, source),
        ]

    def _get_advances_section(self, statement, source):
        """Each advance that is still open: what was given and what of it is left."""
        columns = [
            (self.env._("Date"), "date", "date"),
            (self.env._("Document"), "documents", "documents"),
            (self.env._("Concept"), "concept", "text"),
            (self.env._("Given to you"), "amount", "money"),
            (self.env._("Still open"), "open", "money"),
        ]
        items = source["advances"].get(statement["member"], ())
        lines = [self._prepare_advance_line(item) for item in items]
        title = self.env._("Advances you still hold")
        return self._prepare_section("advances", title, columns, lines, ["amount", "open"])

    def _prepare_advance_line(self, item):
        return {
            "date": item.date,
            "documents": self._prepare_documents(item.move_id),
            "concept": item.move_id.origin_payment_id.memo or item.name or "",
            "amount": item.amount_currency,
            "open": item.amount_residual_currency,
        }
