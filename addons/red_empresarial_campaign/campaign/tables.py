"""Plain-text tables: texts to the left, amounts to the right with two decimals."""

from datetime import date
from typing import NamedTuple

WIDEST = 50  # names longer than this are cut


class Table(NamedTuple):
    """A title, the names of the columns and rows of texts, whole numbers, amounts and dates."""

    title: str
    columns: tuple
    rows: list
    total: tuple | None = None


def format_value(value):
    """Text of one cell.

    >>> format_value(1234.5), format_value(12), format_value(None)
    ('1,234.50', '12', '')
    """
    if value is None or value is False:
        return ""
    if isinstance(value, float):
        return f"{value + 0.0:,.2f}"
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"


def render(table):
    """Lines of a table.

    >>> print("\\n".join(render(Table("Pay", ("Member", "Due"), [("Ana", 1250.0), ("Luz", 3.5)]))))
    Pay
    Member       Due
    ────────────────
    Ana     1,250.00
    Luz         3.50
    """
    rows = [*table.rows, *([table.total] if table.total else [])]
    cells = [[format_value(value) for value in row] for row in rows]
    numeric = [
        any(isinstance(row[position], int | float) for row in rows)
        for position in range(len(table.columns))
    ]
    widths = [
        max(len(text) for text in column) for column in zip(table.columns, *cells, strict=True)
    ]

    def line(texts):
        aligned = (
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(texts, widths, numeric, strict=True)
        )
        return "  ".join(aligned).rstrip()

    rule = "─" * (sum(widths) + 2 * (len(widths) - 1))
    lines = [table.title, line(table.columns), rule, *(line(texts) for texts in cells)]
    if table.total:
        lines.insert(-1, rule)
    return lines
