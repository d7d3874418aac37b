from collections import defaultdict
from fractions import Fraction

from odoo import models

from ..tools.minor_units import from_minor, to_minor

AGREEMENT_BASES = ("revenue_weights", "expense_weights")
SHOWN_WEIGHT_DIGITS = 4
SECTIONS = {
    "revenue": "revenue",
    "output_tax": "revenue",
    "expense": "expense",
    "input_tax": "tax",
}


def spread(amount, weights):
    """Split ``amount`` coins in proportion to ``weights`` of any sign; the parts add up to it.

    >>> spread(100, [1, 1, 1]), spread(70, [100, -30])
    ([33, 34, 33], [100, -30])
    """
    total, seen, parts = sum(weights), 0, []
    for weight in weights:
        seen += weight
        parts.append(round(Fraction(amount * seen) / total) - sum(parts) if total else 0)
    return parts


class BusinessNetworkStatement(models.AbstractModel):
    """The tables that come from the member's rows: products sold, and every share."""

    _inherit = "business.network.statement"

    # -- what all members need -----------------------------------------------------------------

    def _read_shared_amounts(self, rows):
        """What was shared out over all members: ``{(document id, portion): amount}``."""
        groups = rows._read_group(
            [("move_id", "in", rows.move_id.ids)], ["move_id", "portion"], ["amount_currency:sum"]
        )
        return {(move.id, portion): amount for move, portion, amount in groups}

    def _read_portion_items(self, rows):
        """Items that were sold, of each portion of revenue: ``{(document id, portion): items}``."""
        moves = rows.filtered(lambda row: row.kind == "revenue").move_id
        portions = {
            (move.id, number): items
            for move in moves
            for number, (kind, items) in enumerate(move._get_portion_lines())
            if kind == "revenue"
        }
        every = self.env["account.move.line"].union(*portions.values())
        return {key: items.with_prefetch(every.ids) for key, items in portions.items()}

    # -- shares --------------------------------------------------------------------------------

    def _get_row_section(self, row):
        """Key of the section that shows a row."""
        return SECTIONS[row.kind]

    def _get_share_section(self, key, statement, source):
        """Every share of one kind: the document, what was shared, by which weight, the part."""
        rows = statement["rows"].filtered(lambda row: self._get_row_section(row) == key)
        partly = self._is_partly_settled(rows, statement)
        titles = {
            "revenue": self.env._("Your part of the joint sales"),
            "expense": self.env._("Your part of the joint expenses"),
            "tax": self.env._("Your part of the input tax"),
        }
        columns = [
            (self.env._("Date"), "date", "date"),
            (self.env._("Document"), "documents", "documents"),
            (self.env._("Concept"), "concept", "text"),
            (self.env._("Shared amount"), "shared", "money"),
            (self.env._("Your share"), "share", "percent"),
            (self.env._("Weight"), "weight", "text"),
            *self._get_amount_columns(partly),
        ]
        lines = [self._prepare_share_line(row, statement, source) for row in rows]
        return self._prepare_section(key, titles[key], columns, lines, ["amount"], rows)

    def _get_row_amount(self, row, statement, name="amount_currency"):
        """What the statement counts of a row: its part, where the settlement took only a part."""
        return (statement["parts"].get(row) or row)[name]

    def _is_partly_settled(self, rows, statement):
        """Whether the settlement took only what was collected of some row."""
        parts = statement["parts"]
        return any(
            row in parts and parts[row].amount_currency != row.amount_currency for row in rows
        )

    def _get_amount_columns(self, partly):
        """The member's amount; beside the whole it is a part of, so that both can be checked."""
        if not partly:
            return [(self.env._("Your amount"), "amount", "money")]
        return [
            (self.env._("Your whole part"), "whole", "money"),
            (self.env._("Settled here, as collected"), "amount", "money"),
        ]

    def _get_tariff_section(self, statement):
        """What of the member's sales stays with the network, document by document."""
        columns = [
            (self.env._("Date"), "date", "date"),
            (self.env._("Document"), "documents", "documents"),
            (self.env._("Your sale"), "sale", "money"),
            (self.env._("Network tariff"), "amount", "money"),
        ]
        rows = statement["rows"].filtered("tariff")
        lines = [
            {
                "date": row.date,
                "documents": self._prepare_documents(row.move_id),
                "sale": self._get_row_amount(row, statement),
                "amount": -self._get_row_amount(row, statement, "tariff"),
            }
            for row in rows
        ]
        title = self.env._("Network tariff")
        return self._prepare_section("tariff", title, columns, lines, ["amount"], rows)

    def _prepare_share_line(self, row, statement, source):
        names = (row.move_id.partner_id.name, row.account_id.display_name, row.tax_id.name)
        return {
            "date": row.date,
            "documents": self._prepare_documents(row.move_id),
            "concept": " · ".join(name for name in names if name),
            "shared": source["shared"][row.move_id.id, row.portion],
            "share": row.share,
            "weight": self._get_weight_text(row),
            "whole": row.amount_currency,
            "amount": self._get_row_amount(row, statement),
        }

    def _get_weight_text(self, row):
        """``7 of 25`` for weights the members agreed; the basis for amounts and long fractions."""
        weights = row.weight, row.weight_total
        if row.basis in AGREEMENT_BASES and all(
            weight.isdigit() and len(weight) <= SHOWN_WEIGHT_DIGITS for weight in weights
        ):
            return self.env._("%(weight)s of %(total)s", weight=weights[0], total=weights[1])
        return {
            "allocation": self.env._("what you delivered"),
            "annex": self.env._("annex"),
            "original": self.env._("as the original"),
        }.get(row.basis, "")

    # -- products ------------------------------------------------------------------------------

    def _get_sales_section(self, statement, source):
        """What was sold, by product and price, and the member's part; adds up to its revenue."""
        rows = statement["rows"].filtered(lambda row: row.kind == "revenue")
        partly = self._is_partly_settled(rows, statement)
        columns = [
            (self.env._("Unit"), "unit", "text"),
            (self.env._("Documents"), "documents", "documents"),
            (self.env._("Product"), "concept", "text"),
            (self.env._("Quantity sold"), "quantity", "quantity"),
            (self.env._("Price"), "price", "money"),
            (self.env._("Your quantity"), "own_quantity", "quantity"),
            *self._get_amount_columns(partly),
        ]
        lines = self._get_product_lines(rows, statement, source)
        title = self.env._("Joint sales by product")
        return self._prepare_section("sales", title, columns, lines, ["amount"], rows)

    def _get_product_lines(self, rows, statement, source):
        """One line per product, unit and price, in that order; of each the member's part."""
        sold = {}
        for row in rows:
            for item, quantity, whole, coins in self._spread_row(row, statement, source):
                line = self._get_product_line(sold, item.with_context(lang=self.env.lang))
                line["quantity"] += self._get_signed_quantity(item)
                line["own_quantity"] += quantity
                line["whole_coins"] += whole
                line["coins"] += coins
                line["moves"] |= item.move_id
        return [
            {
                **line,
                "whole": from_minor(line["whole_coins"], rows.currency_id),
                "amount": from_minor(line["coins"], rows.currency_id),
                "documents": self._prepare_documents(line["moves"]),
            }
            for _key, line in sorted(sold.items(), key=lambda entry: str(entry[0]))
        ]

    def _get_product_line(self, sold, item):
        """The line of ``sold`` that an item belongs to, begun if it is the first one."""
        name = item.product_id.display_name or item.name or item.account_id.display_name
        price = item.currency_id.round(item.price_subtotal / (item.quantity or 1))
        return sold.setdefault(
            (name, item.product_uom_id.id, price),
            {
                "unit": item.product_uom_id.name or "",
                "concept": name.splitlines()[0],
                "price": price,
                "quantity": 0.0,
                "own_quantity": 0.0,
                "whole_coins": 0,
                "coins": 0,
                "moves": self.env["account.move"],
            },
        )

    def _spread_row(self, row, statement, source):
        """The member's part of each item a row shares: ``[(item, quantity, whole, coins)]``.

        ``whole`` are the coins of the whole row, ``coins`` those that the statement counts of it.
        In proportion to the items' amounts; where the order said who delivered, to what of each
        the member delivered. Both add up, to the row and to what is counted of it.
        """
        items = source["items"].get(
            (row.move_id.id, row._get_source_portion()), self.env["account.move.line"]
        )
        parts = [self._get_item_part(item, row) for item in items]
        weights = [
            to_minor(-item.amount_currency, row.currency_id) * part
            for item, part in zip(items, parts, strict=True)
        ]
        whole, coins = (
            spread(to_minor(amount, row.currency_id), weights)
            for amount in (row.amount_currency, self._get_row_amount(row, statement))
        )
        return [
            (item, float(part) * self._get_signed_quantity(item), all_of_it, coin)
            for item, part, all_of_it, coin in zip(items, parts, whole, coins, strict=True)
            if part
        ]

    def _get_item_part(self, item, row):
        """Exact part of one item that is the member's."""
        delivered = defaultdict(Fraction)
        for record in item._get_share_records():
            allocation = record.allocation_id
            delivered[allocation.member_id] += Fraction(f"{abs(record.quantity):.6f}") * Fraction(
                repr(allocation.product_uom_id.factor)
            )
        total = sum(delivered.values())
        if not total or row.basis in (*AGREEMENT_BASES, "annex"):
            return Fraction(row.weight) / Fraction(row.weight_total)
        return delivered[row.member_id] / total

    def _get_signed_quantity(self, item):
        """Quantity of an item, negative where the customer returned it; none of a rebate."""
        if item._is_rebate():
            return 0.0
        return -item.quantity if item.move_id.move_type == "out_refund" else item.quantity
