from datetime import timedelta

from odoo import models
from odoo.addons.red_empresarial.engine.saving import compare
from odoo.addons.red_empresarial.tools.minor_units import from_minor, to_minor
from odoo.tools import formatLang


class BusinessNetworkStatement(models.AbstractModel):
    """What the member saved by buying together, on its statement."""

    _inherit = "business.network.statement"

    def _read_source(self, statements, rows):
        source = super()._read_source(statements, rows)
        every = self.env["business.network.distribution"].union(*rows.values())
        source["charged_apart"] = self._read_charged_apart(statements)
        source["savings"] = self._read_savings(
            self._get_saving_rows(every).move_id | source["charged_apart"],
            self.env["business.network.member"].union(*(one["member"] for one in statements)),
        )
        return source

    def _read_charged_apart(self, statements):
        """Bills of the period whose members are invoiced: no settlement takes their rows."""
        if not statements:
            return self.env["account.move"]
        first = statements[0]
        domain = [
            ("network_charged_apart", "=", True),
            ("network_round_id", "!=", False),
            ("network_id", "=", first["member"].network_id.id),
            ("state", "=", "posted"),
            ("date", "<=", first["date_to"]),
        ]
        if date_from := first["date_from"] or self._get_settled_until(first["settlement"]):
            domain.append(("date", ">=", date_from))
        return self.env["account.move"].search(domain, order="date, id")

    def _get_settled_until(self, settlement):
        """First day that no earlier settlement told; False before the first one."""
        if not settlement:
            return False
        earlier = settlement.search(
            [
                ("network_id", "=", settlement.network_id.id),
                ("currency_id", "=", settlement.currency_id.id),
                ("state", "in", ("posted", "paid")),
                ("date_to", "<", settlement.date_to),
            ],
            order="date_to desc",
            limit=1,
        )
        return earlier and earlier.date_to + timedelta(days=1)

    def _read_savings(self, moves, members):
        """Savings of documents, ``{(document, member): savings}``."""
        savings = self.env["business.network.purchase.saving"].search(
            [("move_id", "in", moves.ids), ("member_id", "in", members.ids)]
        )
        return savings.grouped(lambda saving: (saving.move_id, saving.member_id))

    def _get_saving_rows(self, rows):
        """Rows whose documents tell a saving; a correction's rows do not tell it again."""
        return rows.filtered(lambda row: row.kind == "expense" and not row.redistribution_id)

    def _get_statement_sections(self, statement, source):
        return [
            *super()._get_statement_sections(statement, source),
            self._get_saving_section(statement, source),
        ]

    def _get_saving_section(self, statement, source):
        """Product by product: what it would have cost alone, what it cost together.

        Products whose price alone nobody knows are shown without a saving and not added up.
        """
        columns = [
            (self.env._("Unit"), "unit", "text"),
            (self.env._("Documents"), "documents", "documents"),
            (self.env._("Product"), "concept", "text"),
            (self.env._("Quantity"), "quantity", "quantity"),
            (self.env._("Alone"), "alone", "money"),
            (self.env._("Together"), "together", "money"),
            (self.env._("Saved (%)"), "percent", "percent"),
            (self.env._("Saved"), "amount", "money"),
        ]
        savings = self._get_statement_savings(statement, source)
        lines = [
            self._prepare_saving_line(savings, statement["currency"])
            for savings in savings.grouped("round_product_id").values()
        ]
        title = self._get_saving_title(savings, statement["currency"])
        section = self._prepare_section("saving", title, columns, lines)
        measured = [line for line in lines if line["alone"] is not None]
        names = ("alone", "together", "amount")
        section["totals"] = {name: sum(line[name] for line in measured) for name in names}
        return section

    def _get_statement_savings(self, statement, source):
        moves = self._get_saving_rows(statement["rows"]).move_id | source["charged_apart"]
        none = self.env["business.network.purchase.saving"]
        own = [source["savings"].get((move, statement["member"]), none) for move in moves]
        return none.union(*own).with_context(lang=self.env.lang)

    def _get_saving_title(self, savings, currency):
        """The title says the part saved of all products with a price alone."""
        total = self._get_total_saving(savings, currency)
        if total.ratio is None:
            return self.env._("Saved by buying together")
        return self.env._(
            "Saved by buying together: %s %%", formatLang(self.env, float(100 * total.ratio), 1)
        )

    def _get_total_saving(self, savings, currency):
        """``Saving`` of rows of the report that have a price alone."""
        return compare(
            *(
                sum(to_minor(amount, currency) for amount in savings.mapped(name))
                for name in ("reference_amount", "measured_amount")
            )
        )

    def _prepare_saving_line(self, savings, currency):
        """One product of the round: what all documents of the statement say of it."""
        total = self._get_total_saving(savings, currency)
        measured = total.ratio is not None
        return {
            "unit": savings.product_uom_id.name,
            "documents": self._prepare_documents(savings.move_id),
            "concept": savings.product_id.display_name,
            "quantity": sum(savings.mapped("quantity")),
            "alone": from_minor(total.reference_amount, currency) if measured else None,
            "together": currency.round(sum(savings.mapped("joint_amount"))),
            "percent": float(total.ratio) if measured else None,
            "amount": from_minor(total.amount, currency) if measured else None,
        }
