"""Creart Mod Perú, trading under its leader's tax id, fills an export order in dollars.

A quotation for a Chilean buyer allocated to the workshops, delivered and invoiced, a joint bill for
customs and freight, two collections at different rates, and a settlement in dollars in which the
other workshops give their own invoices and are paid.
"""

from odoo import Command

from ..books import (
    compute_and_approve,
    confirm_on_its_day,
    ensure_agreement,
    ensure_invoice,
    ensure_products,
    ensure_settlement,
    find_account,
    find_journal,
    find_partner,
    find_tax,
    in_books_of,
    members_by_name,
    pay_straight_from,
    post,
    post_and_pay,
    prove_milestones,
    register_payments,
    set_document_account,
)
from ..data import group_rows, parameters, read_table, to_date, to_number

NETWORK = "Creart Mod Perú"


def title(env):
    return env._("%s fills an export order in dollars", NETWORK)


def run(env):
    network, books = in_books_of(env, NETWORK)
    settings = parameters("export")
    _ensure_rates(books)
    bank = _ensure_dollar_bank(books)
    _ensure_agreement(network)
    order = _ensure_order(network)
    if order.state == "draft":
        confirm_on_its_day(order)
        order.action_deliver_allocations()
    invoice = ensure_invoice(order, settings["invoice_date"])
    for row in read_table("export_collections"):
        _ensure_collection(invoice, bank, row)
    bill = _ensure_agent_bill(network)
    register_payments(bill, bank, to_date(settings["agent_pay_date"]))
    prove_milestones(env)
    settlement = ensure_settlement(
        network, to_date(settings["settlement_date"]), books.ref("base.USD")
    )
    compute_and_approve(settlement)
    _write_invoice_numbers(settlement)
    post_and_pay(settlement, bank, to_date(settings["members_pay_date"]))
    return []


def _ensure_rates(env):
    """Exchange rates of the campaign in the books of the leader's company."""
    dollar = env.ref("base.USD")
    if not dollar.active:
        dollar.sudo().active = True
    Rate = env["res.currency.rate"]
    known = Rate.search([("currency_id", "=", dollar.id), ("company_id", "=", env.company.id)])
    dates = set(known.mapped("name"))
    Rate.create(
        [
            {
                "currency_id": dollar.id,
                "company_id": env.company.id,
                "name": row["date"],
                "inverse_company_rate": to_number(row["soles_per_dollar"]),
            }
            for row in read_table("exchange_rates")
            if to_date(row["date"]) not in dates
        ]
    )


def _ensure_dollar_bank(env):
    dollar = env.ref("base.USD")
    journal = find_journal(env, "bank", dollar) or env["account.journal"].create(
        {
            "name": env._("Bank in dollars"),
            "code": "BNKUS",
            "type": "bank",
            "currency_id": dollar.id,
            "company_id": env.company.id,
        }
    )
    pay_straight_from(journal)
    return journal


def _ensure_agreement(network):
    members = members_by_name(network)
    rows = read_table("export_agreement")
    set_document_account(network, parameters("export")["member_document_account"])
    ensure_agreement(
        network,
        [
            (
                members[row["workshop"]],
                to_number(row["revenue_weight"]),
                to_number(row["expense_weight"]),
            )
            for row in rows
        ],
        name=network.env._("Participation agreement of the export order"),
        date_from=to_date(parameters("books")["members_from"]),
    )


def _ensure_order(network):
    settings = parameters("export")
    Order = network.env["sale.order"]
    return Order.search(
        [("network_id", "=", network.id), ("client_order_ref", "=", settings["order_reference"])]
    ) or Order.create(_prepare_order(network))


def _prepare_order(network):
    env, settings = network.env, parameters("export")
    members = members_by_name(network)
    allocations = group_rows(read_table("export_allocations"), "product")
    rows = read_table("export_products")
    products = ensure_products(
        env,
        rows,
        type="consu",
        invoice_policy="delivery",
        property_account_income_id=find_account(env, settings["income_account"]).id,
    )
    return {
        "partner_id": find_partner(env, settings["buyer"]).id,
        "client_order_ref": settings["order_reference"],
        "network_id": network.id,
        "date_order": settings["order_date"],
        "pricelist_id": _ensure_pricelist(env).id,
        "order_line": [
            Command.create(
                _prepare_order_line(
                    row, products[row["product"]], allocations[row["product"]], members
                )
            )
            for row in rows
        ],
    }


def _ensure_pricelist(env):
    Pricelist = env["product.pricelist"]
    vals = {"currency_id": env.ref("base.USD").id, "company_id": env.company.id}
    domain = [(name, "=", value) for name, value in vals.items()]
    return Pricelist.search(domain, limit=1) or Pricelist.create(
        {"name": env._("Export in dollars"), **vals}
    )


def _prepare_order_line(row, product, allocations, members):
    return {
        "product_id": product.id,
        "product_uom_qty": sum(to_number(part["quantity"]) for part in allocations),
        "price_unit": to_number(row["price_usd"]),
        "allocation_ids": [
            Command.create(
                {
                    "member_id": members[part["workshop"]].id,
                    "quantity": to_number(part["quantity"]),
                }
            )
            for part in allocations
        ],
    }


def _ensure_collection(invoice, journal, row):
    Payment = invoice.env["account.payment"]
    if Payment.search_count(
        [("company_id", "=", invoice.company_id.id), ("memo", "=", row["reference"])], limit=1
    ):
        return
    register_payments(
        invoice,
        journal,
        to_date(row["date"]),
        amount=to_number(row["amount_usd"]),
        currency_id=invoice.currency_id.id,
        communication=row["reference"],
    )


def _ensure_agent_bill(network):
    """Customs and freight of the order: a cost of all, in dollars, by the expense weights."""
    env, settings = network.env, parameters("export")
    Move = env["account.move"]
    bill = Move.search(
        [("network_id", "=", network.id), ("ref", "=", settings["agent_bill_number"])]
    ) or Move.create(
        {
            "move_type": "in_invoice",
            "partner_id": find_partner(env, settings["agent"]).id,
            "currency_id": env.ref("base.USD").id,
            "network_id": network.id,
            "invoice_date": settings["agent_bill_date"],
            "ref": settings["agent_bill_number"],
            "l10n_latam_document_number": settings["agent_bill_number"],
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": settings["agent_concept"],
                        "account_id": find_account(env, settings["agent_account"]).id,
                        "quantity": 1,
                        "price_unit": to_number(settings["agent_amount"]),
                        "tax_ids": [Command.set(find_tax(env, "purchase_tax_igv_18").ids)],
                    }
                )
            ],
        }
    )
    post(bill, settings["agent_bill_date"])
    return bill


def _write_invoice_numbers(settlement):
    """The numbers of the invoices that the other workshops gave for their shares."""
    if settlement.state != "approved":
        return
    numbers = {row["workshop"]: row["invoice_number"] for row in read_table("export_agreement")}
    for line in settlement.line_ids.filtered(lambda line: not line.is_books_company):
        line.document_number = numbers[line.partner_id.name]
