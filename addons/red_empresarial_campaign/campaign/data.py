"""The campaign's figures: CSV files of the addon, never constants in code."""

import base64
import csv
from datetime import date
from decimal import Decimal
from functools import cache

from odoo.tools import file_open

FOLDER = "red_empresarial_campaign/data"


def read_text(name):
    """Content of a data file."""
    with file_open(f"{FOLDER}/{name}.csv", "r") as handle:
        return handle.read()


def prepare_file(name):
    """Values of an import wizard that loads a data file."""
    return {"file": base64.b64encode(read_text(name).encode()), "filename": f"{name}.csv"}


@cache
def read_table(name):
    """Rows of a data file as a tuple of dicts of texts, in their order."""
    return tuple(csv.DictReader(read_text(name).splitlines()))


@cache
def parameters(step):
    """Values of one step of the campaign, ``{name: text}``."""
    return {row["name"]: row["value"] for row in read_table("parameters") if row["step"] == step}


def group_rows(rows, column):
    """Rows by the value of a column, ``{value: [row, …]}`` in order of appearance."""
    groups = {}
    for row in rows:
        groups.setdefault(row[column], []).append(row)
    return groups


def to_date(text):
    return date.fromisoformat(text)


def to_number(text):
    """A figure of a data file as the float the ORM takes; ``Decimal`` refuses what is no figure."""
    return float(Decimal(text))
