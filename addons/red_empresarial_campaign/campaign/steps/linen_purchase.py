"""Inkas Hotels, a consortium with operator, buys its bed linen together.

One order shared by need, a dated annex that fixes its proportions, one bill whose cost and tax
are attributed to each hotel, and a settlement that collects from the hotels before the supplier is
paid.
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
    in_books_of,
    members_by_name,
    post,
    post_and_pay,
    register_payments,
)
from ..data import group_rows, parameters, read_table, to_date, to_number
from ..tables import Table

NETWORK = "Inkas Hotels"


def title(env):
    return env._("%s buys its bed linen together", NETWORK)


def run(env):
    network, books = in_books_of(env, NETWORK)
    dates = parameters("linen")
    bank = find_journal(books, "bank")
    _ensure_agreement(network)
    order = _ensure_order(network)
    if order.state == "draft":
        order.button_confirm()
        order.action_receive_allocations()
    bill = _ensure_bill(order)
    settlement = ensure_settlement(network, to_date(dates["settlement_date"]))
    compute_and_approve(settlement)
    post_and_pay(settlement, bank, to_date(dates["members_pay_date"]))
    register_payments(bill, bank, to_date(dates["supplier_pay_date"]))
    return [_savings_table(books, order)]


def _ensure_agreement(network):
    members = members_by_name(network)
    ensure_agreement(
        network,
        [
            (
                members[row["hotel"]],
                to_number(row["revenue_weight"]),
                to_number(row["expense_weight"]),
            )
            for row in read_table("linen_agreement")
        ],
        name=network.env._("Consortium contract"),
        contract_number=parameters("linen")["contract_number"],
        date_from=to_date(parameters("books")["members_from"]),
        filing_date=to_date(parameters("linen")["contract_filing_date"]),
    )


def _ensure_order(network):
    """The joint order, allocated to the hotels by their needs, and its annex."""
    env, settings = network.env, parameters("linen")
    Order = env["purchase.order"]
    order = Order.search(
        [("network_id", "=", network.id), ("partner_ref", "=", settings["order_reference"])]
    )
    if order:
        return order
    order = Order.create(_prepare_order(network))
    _make_annex(order)
    return order


def _prepare_order(network):
    settings = parameters("linen")
    members = members_by_name(network)
    needs = group_rows(read_table("linen_needs"), "product")
    rows = read_table("linen_products")
    products = ensure_products(
        network.env,
        rows,
        type="consu",
        purchase_method="purchase",
        property_account_expense_id=find_account(network.env, settings["expense_account"]).id,
    )
    return {
        "partner_id": find_partner(network.env, settings["supplier"]).id,
        "partner_ref": settings["order_reference"],
        "network_id": network.id,
        "date_order": settings["order_date"],
        "order_line": [
            Command.create(
                _prepare_order_line(row, products[row["product"]], needs[row["product"]], members)
            )
            for row in rows
        ],
    }


def _prepare_order_line(row, product, needs, members):
    return {
        "product_id": product.id,
        "product_qty": sum(to_number(need["quantity"]) for need in needs),
        "price_unit": to_number(row["price"]),
        "date_planned": parameters("linen")["bill_date"],
        "allocation_ids": [
            Command.create(
                {
                    "member_id": members[need["hotel"]].id,
                    "quantity": to_number(need["quantity"]),
                }
            )
            for need in needs
        ],
    }


def _make_annex(order):
    """Through the wizard “Make Annex” of the purchase order."""
    settings = parameters("linen")
    action = order.action_make_annex()
    order.env[action["res_model"]].with_context(**action["context"]).create(
        {
            "date_from": to_date(settings["annex_date"]),
            "filing_date": to_date(settings["filing_date"]),
        }
    ).action_make_annex()


def _ensure_bill(order):
    settings = parameters("linen")
    if not order.invoice_ids:
        order.action_create_invoice()
        order.invoice_ids.l10n_latam_document_number = settings["bill_number"]
    post(order.invoice_ids, settings["bill_date"])
    return order.invoice_ids


def _savings_table(env, order):
    """What each hotel saved against the prices it paid alone, net of tax."""
    alone = {row["product"]: to_number(row["price_alone"]) for row in read_table("linen_products")}
    rows = []
    for member in order.network_id.member_ids:
        allocations = order.order_line.allocation_ids.filtered(
            lambda allocation, member=member: allocation.member_id == member
        )
        together = sum(a.quantity * a.purchase_line_id.price_unit for a in allocations)
        before = sum(a.quantity * alone[a.product_id.name] for a in allocations)
        rows.append((member.partner_id.name, before, together, before - together))
    totals = [sum(row[position] for row in rows) for position in (1, 2, 3)]
    return Table(
        env._("What each hotel saved (without tax)"),
        (env._("Member"), env._("Alone"), env._("Together"), env._("Saved")),
        rows,
        (env._("Total"), *totals),
    )
