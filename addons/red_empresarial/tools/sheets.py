"""Rows of the files people bring: CSV of any common separator, XLSX, rows pasted from a sheet."""

import csv
import io
import re
import zipfile
from decimal import Decimal, InvalidOperation

SEPARATORS = "\t;,"


class SheetError(Exception):
    """What is wrong with a file or a row, in words a user understands."""


def read_csv(content, columns, titles=None):
    """Rows of a CSV file in UTF-8, or of rows pasted from a spreadsheet.

    The separator is the one of tab, semicolon and comma that the first line has most of.

    :param bytes content: the file
    :param columns: names the first line must have, in any order and case
    :param titles: other titles that stand for a column, ``{title in lower case: column}``
    :return: ``[(line number, {column: text})]``; empty rows are left out
    :raise SheetError: it cannot be read or lacks a column
    """
    return _name_columns(_csv_rows(content, ("utf-8-sig",)), columns, titles)


def read_xlsx(content, columns, titles=None):
    """Rows of the first sheet of an XLSX file; see :func:`read_csv`."""
    return _name_columns(_xlsx_rows(content), columns, titles)


def read_table(content):
    """Rows of a table of any columns: the first sheet of an XLSX file, or a CSV file.

    Text is UTF-8, or what spreadsheets of Western Europe and America save (Windows 1252, Latin-1).

    :param bytes content: the file
    :return: ``[(line number, [text])]``, the first with the titles; empty rows are left out
    :raise SheetError: it cannot be read
    """
    is_sheet = content[:2] == b"PK"  # an XLSX file is a ZIP file
    rows = (
        _xlsx_rows(content) if is_sheet else _csv_rows(content, ("utf-8-sig", "cp1252", "latin-1"))
    )
    return [
        (number, cells)
        for number, row in rows
        if any(cells := [cell.replace("\u00a0", " ").strip() for cell in row])
    ]


def _csv_rows(content, encodings):
    text = _decode(content, encodings)
    first = text.lstrip().split("\n", 1)[0]
    separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    try:
        return [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise SheetError(str(error)) from None


def _decode(content, encodings):
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetError("not UTF-8")


def _xlsx_rows(content):
    try:
        from openpyxl import load_workbook  # noqa: PLC0415  Odoo reads sheets with it, too
        from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415
    except ImportError:
        raise SheetError("openpyxl is not installed; save the sheet as CSV UTF-8") from None
    try:
        sheet = load_workbook(io.BytesIO(content), data_only=True, read_only=True).worksheets[0]
        return [
            (number, [_cell_text(value) for value in row])
            for number, row in enumerate(sheet.iter_rows(values_only=True), start=1)
        ]
    except (InvalidFileException, zipfile.BadZipFile, KeyError, IndexError, ValueError) as error:
        raise SheetError(str(error)) from None


def _cell_text(value):
    """What the cell shows: 0.1 + 0.2 is 0.3 on the screen of the spreadsheet, too."""
    if isinstance(value, float):
        return f"{value:.15g}"
    return "" if value is None else str(value)


def _name_columns(rows, columns, titles=None):
    rows = [(number, [cell.strip() for cell in row]) for number, row in rows if any(row)]
    names = [_name_column(title, titles or {}) for title in rows[0][1]] if rows else []
    missing = [column for column in columns if column not in names]
    if missing:
        raise SheetError(", ".join(missing) + " ?")
    return [
        (number, dict(zip(names, row + [""] * (len(names) - len(row)), strict=False)))
        for number, row in rows[1:]
    ]


def _name_column(title, titles):
    title = title.casefold()
    return titles.get(title, title.replace(" ", "_"))


def read_amount(text, digits):
    """The amount a cell says, never rounded; None when it says none.

    ``1234.5``, ``1,234.50``, ``1.234,50`` and ``1234,5`` are amounts; so is an empty cell: zero.
    ``1,234`` could be two: None.

    :param int digits: most decimals the currency has
    :return: a ``Decimal`` that is not negative, or None
    """
    text = re.sub(r"[\s\u00a0]", "", text)
    if not text:
        return Decimal(0)
    if re.fullmatch(r"\d{1,3}(,\d{3})+\.\d+", text):
        text = text.replace(",", "")
    elif re.fullmatch(r"\d{1,3}(\.\d{3})+,\d+", text):
        text = text.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d+,\d{1,2}", text):
        text = text.replace(",", ".")
    elif not re.fullmatch(r"\d+(\.\d+)?", text):
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return amount if amount == round(amount, digits) else None
