"""Pacha Paccareq, a service cooperative: twelve months until its income covers its expenses.

Its three associations are fewer than any Peruvian cooperative needs, so natural persons join who
are fictitious and say so. The scheduled job verifies the milestone from the posted entries.
"""

from odoo import Command

from ..books import (
    compute_and_approve,
    ensure_agreement,
    ensure_products,
    ensure_settlement,
    find_account,
    find_journal,
    find_partner,
    find_tax,
    in_books_of,
    members_by_name,
    post,
    post_and_pay,
    prove_milestones,
    refresh_statistics,
    register_payments,
    set_document_account,
)
from ..data import group_rows, parameters, read_table, to_date, to_number
from ..tables import Table

NETWORK = "Pacha Paccareq"


def title(env):
    return env._("%s: a year of the cooperative until breakeven", NETWORK)


def run(env):
    network, books = in_books_of(env, NETWORK)
    settings = parameters("cooperative")
    bank = find_journal(books, "bank")
    _ensure_members(network)
    _ensure_agreement(network)
    documents = _ensure_sales(network) | _ensure_costs(network)
    post(documents)
    refresh_statistics(books)
    for row in read_table("cooperative_payments"):
        _collect_and_pay(documents, bank, row)
    prove_milestones(env)
    settlement = ensure_settlement(network, to_date(settings["settlement_date"]))
    compute_and_approve(settlement)
    post_and_pay(settlement, bank, to_date(settings["members_pay_date"]))
    return [_breakeven_table(network)]


def _ensure_members(network):
    """The fictitious natural persons who join the three associations."""
    env = network.env
    names = [
        row["member"]
        for row in read_table("cooperative_members")
        if row["fictitious_person"] == "yes"
    ]
    known = members_by_name(network)
    missing = [(number, name) for number, name in enumerate(names, start=1) if name not in known]
    partners = env["res.partner"].create(
        [_prepare_person(env, number, name) for number, name in missing]
    )
    network.member_ids = [
        Command.create(
            {
                "partner_id": partner.id,
                "sequence": 100 + number,
                "date_from": to_date(parameters("books")["members_from"]),
                "recovers_input_tax": False,
            }
        )
        for (number, _name), partner in zip(missing, partners, strict=True)
    ]


def _prepare_person(env, number, name):
    return {
        "name": name,
        "is_company": False,
        "country_id": env.ref("base.pe").id,
        "vat": f"{parameters('books')['dni_prefix']}{number:06d}",
        "l10n_latam_identification_type_id": env.ref("l10n_pe.it_DNI").id,
        "comment": env._("Fictitious person, made up for the demonstration."),
    }


def _ensure_agreement(network):
    members = members_by_name(network)
    set_document_account(network, parameters("cooperative")["member_document_account"])
    ensure_agreement(
        network,
        [
            (members[row["member"]], to_number(row["weight"]), to_number(row["weight"]))
            for row in read_table("cooperative_members")
        ],
        name=network.env._("Shares by places to receive visitors"),
        date_from=to_date(parameters("books")["members_from"]),
    )


def _ensure_sales(network):
    """One invoice a month to the tour operator, the missing ones in one create."""
    env, settings = network.env, parameters("cooperative")
    months = group_rows(read_table("cooperative_sales"), "date")
    invoices = _find_documents(network, "out_invoice")
    known = set(invoices.mapped("invoice_date"))
    months = {day: rows for day, rows in months.items() if to_date(day) not in known}
    if not months:
        return invoices
    products = ensure_products(
        env,
        read_table("cooperative_products"),
        type="service",
        property_account_income_id=find_account(env, settings["income_account"]).id,
    )
    customer = find_partner(env, settings["customer"])
    return invoices | env["account.move"].create(
        [_prepare_invoice(network, customer, day, rows, products) for day, rows in months.items()]
    )


def _find_documents(network, move_type):
    return network.env["account.move"].search(
        [
            ("network_id", "=", network.id),
            ("move_type", "=", move_type),
            ("network_settlement_id", "=", False),
        ],
        order="invoice_date, id",
    )


def _prepare_invoice(network, customer, day, rows, products):
    prices = {row["product"]: row["price"] for row in read_table("cooperative_products")}
    return {
        "move_type": "out_invoice",
        "partner_id": customer.id,
        "network_id": network.id,
        "invoice_date": day,
        "date": day,
        "invoice_line_ids": [
            Command.create(
                {
                    "product_id": products[row["product"]].id,
                    "quantity": to_number(row["visitors"]),
                    "price_unit": to_number(prices[row["product"]]),
                }
            )
            for row in rows
        ],
    }


def _ensure_costs(network):
    """The suppliers' bills of each month, the missing ones in one create."""
    bills = _find_documents(network, "in_invoice")
    known = set(bills.mapped("ref"))
    rows = group_rows(read_table("cooperative_costs"), "number")
    return bills | network.env["account.move"].create(
        [
            _prepare_bill(network, number, lines)
            for number, lines in rows.items()
            if number not in known
        ]
    )


def _prepare_bill(network, number, rows):
    env, first = network.env, rows[0]
    return {
        "move_type": "in_invoice",
        "partner_id": find_partner(env, first["supplier"]).id,
        "network_id": network.id,
        "invoice_date": first["date"],
        "date": first["date"],
        "ref": number,
        "l10n_latam_document_number": number,
        "invoice_line_ids": [
            Command.create(
                {
                    "name": row["concept"],
                    "account_id": find_account(env, row["account"]).id,
                    "quantity": 1,
                    "price_unit": to_number(row["amount"]),
                    "tax_ids": [Command.set(find_tax(env, row["tax"]).ids)],
                }
            )
            for row in rows
        ],
    }


def _collect_and_pay(documents, bank, row):
    """Collect the invoices and then pay the bills of the months up to a day."""
    due = documents.filtered(lambda move: move.invoice_date <= to_date(row["up_to"]))
    for move_type in ("out_invoice", "in_invoice"):
        register_payments(
            due.filtered(lambda move, kind=move_type: move.move_type == kind),
            bank,
            to_date(row["date"]),
            group=True,
        )


def _breakeven_table(network):
    """Running result of the joint business, month by month, from posted entries."""
    env = network.env
    rows, income, expense = [], 0, 0
    for month, earned, spent in network._get_monthly_joint_results():
        income, expense = income + earned, expense + spent
        rows.append(
            (f"{month:%Y-%m}", *(coins / 100 for coins in (earned, spent, income - expense)))
        )
    return Table(
        env._("Way to breakeven"),
        (env._("Month"), env._("Income"), env._("Expenses"), env._("Running result")),
        rows,
        (env._("Total"), income / 100, expense / 100, (income - expense) / 100),
    )
