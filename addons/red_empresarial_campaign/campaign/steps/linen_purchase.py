"""Inkas Hotels, a consortium with operator, buys its bed linen together in a purchase round.

What each hotel paid alone, what each needs and up to how much it takes, three quotations with
volume breaks and freight, a choice with its reason, a dated annex, two receipts, one bill whose
cost and tax are attributed to each hotel, and a settlement that collects from the hotels before the
supplier is paid. What each hotel saved is read from the books.
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
from ..data import group_rows, parameters, prepare_file, read_table, to_date, to_number
from ..report import describe_round, find_rounds
from ..tables import Table

NETWORK = "Inkas Hotels"


def title(env):
    return env._("%s buys its bed linen together", NETWORK)


def run(env):
    network, books = in_books_of(env, NETWORK)
    dates = parameters("linen")
    bank = find_journal(books, "bank")
    _ensure_agreement(network)
    purchase_round = _find_round(network) or _create_round(network)
    for state, play in STAGES.items():
        if purchase_round.state == state:
            play(purchase_round)
    settlement = ensure_settlement(network, to_date(dates["settlement_date"]))
    compute_and_approve(settlement)
    post_and_pay(settlement, bank, to_date(dates["members_pay_date"]))
    register_payments(
        purchase_round.order_ids.invoice_ids, bank, to_date(dates["supplier_pay_date"])
    )
    description = describe_round(purchase_round)
    return [
        _products_table(books, description["products"]),
        _quotations_table(books, description["quotations"]),
        _savings_table(books, description["savings"]),
    ]


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


# -- before the round ------------------------------------------------------------------------------


def _find_round(network):
    titled = parameters("linen")["round_title"]
    return find_rounds(network).filtered(lambda found: found.title == titled)[:1]


def _create_round(network):
    """The round as a draft, with its catalogue, the suppliers' price lists and the prices alone."""
    settings = parameters("linen")
    products = _ensure_products(network.env)
    _create_price_lists(network.env, products)
    _import_reference_prices(network)
    return network.env["business.network.purchase.round"].create(
        {
            "title": settings["round_title"],
            "network_id": network.id,
            "date_open": settings["round_open"],
            "date_close": settings["round_close"],
            "date_planned": settings["delivery_date"],
            "delivery_place": settings["delivery_place"],
            "minimum_amount": to_number(settings["minimum_amount"]),
            "landed_basis": settings["landed_basis"],
            "note": settings["round_note"],
            "product_ids": [
                Command.create(_prepare_product(products[row["product"]], number, row))
                for number, row in enumerate(read_table("linen_products"), start=1)
            ],
        }
    )


def _ensure_products(env):
    rows = read_table("linen_products")
    account = find_account(env, parameters("linen")["expense_account"])
    products = ensure_products(
        env,
        rows,
        type="consu",
        purchase_method="purchase",
        property_account_expense_id=account.id,
    )
    for row in rows:
        products[row["product"]].weight = to_number(row["weight"])
    return products


def _prepare_product(product, number, row):
    return {
        "product_id": product.id,
        "sequence": number,
        "pack_quantity": to_number(row["pack"]),
        "minimum_quantity": to_number(row["minimum"]),
        "expected_price": to_number(row["expected_price"]),
    }


def _create_price_lists(env, products):
    """What the suppliers ask by quantity, as on the page “Purchase” of a product."""
    env["product.supplierinfo"].create(
        [
            {
                "partner_id": find_partner(env, row["supplier"]).id,
                "company_id": env.company.id,
                "product_id": products[row["product"]].id,
                "product_tmpl_id": products[row["product"]].product_tmpl_id.id,
                "min_qty": to_number(row["from_quantity"]),
                "price": to_number(row["price"]),
            }
            for row in read_table("linen_price_lists")
        ]
    )


def _import_reference_prices(network):
    """What each hotel paid alone, when, and who says so."""
    network.env["business.network.reference.import"].create(
        {"network_id": network.id, **prepare_file("linen_reference_prices")}
    ).action_import()


# -- the round, a function per state that it leaves ------------------------------------------------


def _open(purchase_round):
    """Open a round of the past as who puts one into the books afterwards does: until today."""
    today = purchase_round._get_today()
    purchase_round.write(
        {
            "date_open": min(purchase_round.date_open, today),
            "date_close": max(purchase_round.date_close, today),
        }
    )
    purchase_round.action_open()


def _ask_and_close(purchase_round):
    """What the hotels need, from a sheet; the round closes on the day on which it did."""
    settings = parameters("linen")
    purchase_round.env["business.network.purchase.request.import"].create(
        {"round_id": purchase_round.id, "send": True, **prepare_file("linen_requests")}
    ).action_import()
    purchase_round.write(
        {"date_open": settings["round_open"], "date_close": settings["round_close"]}
    )
    purchase_round.action_close()


def _compare_and_choose(purchase_round):
    """Quotations of the suppliers with a price list; one is chosen for all, with the reason."""
    env, settings = purchase_round.env, parameters("linen")
    env["business.network.purchase.round.quotation"].create(
        {"round_id": purchase_round.id}
    ).action_request()
    quotations = purchase_round.order_ids.grouped(lambda order: order.partner_id.name)
    freight = _ensure_freight(env)
    for row in read_table("linen_quotations"):
        quotations[row["supplier"]].write(_prepare_answer(row, freight))
    quotations[settings["supplier"]].action_choose_for_round()
    purchase_round.choice_reason = settings["choice_reason"]
    purchase_round.action_negotiate()


def _ensure_freight(env):
    settings = parameters("linen")
    name = settings["freight_product"]
    return ensure_products(
        env,
        [{"product": name}],
        type="service",
        purchase_method="purchase",
        property_account_expense_id=find_account(env, settings["freight_account"]).id,
    )[name]


def _prepare_answer(row, freight):
    """What a supplier answered beside the prices of its list: number, day and freight."""
    return {
        "partner_ref": row["number"],
        "date_order": row["date"],
        "order_line": [
            Command.create(
                {
                    "product_id": freight.id,
                    "name": row["freight"],
                    "product_qty": 1,
                    "price_unit": to_number(row["freight_amount"]),
                    "sequence": 100,
                }
            )
        ],
    }


def _order(purchase_round):
    """Orders, allocations and the annex, which is filed before the bill arrives."""
    purchase_round.annex_filing_date = to_date(parameters("linen")["filing_date"])
    purchase_round.action_order()


def _receive(purchase_round):
    """Two deliveries through the pop-up “Receive”, the first with some pieces sent back."""
    for day, rows in group_rows(read_table("linen_receipts"), "date").items():
        arrived = {row["product"]: row for row in rows}
        action = purchase_round.action_receive()
        receipt = (
            purchase_round.env[action["res_model"]]
            .with_context(**action["context"])
            .create({"date": to_date(day)})
        )
        for line in receipt.line_ids:
            line.write(_prepare_arrival(arrived.get(line.product_id.name)))
        receipt.action_receive()


def _prepare_arrival(row):
    if not row:
        return {"quantity": 0}
    return {
        "quantity": to_number(row["arrived"]),
        "rejected_quantity": to_number(row["rejected"]),
        "reason": row["reason"],
    }


def _bill_and_distribute(purchase_round):
    settings = parameters("linen")
    if not purchase_round.order_ids.invoice_ids:
        purchase_round.action_create_bills()
        purchase_round.order_ids.invoice_ids.l10n_latam_document_number = settings["bill_number"]
    post(purchase_round.order_ids.invoice_ids, settings["bill_date"])
    purchase_round.action_distribute()


STAGES = {
    "draft": _open,
    "open": _ask_and_close,
    "closed": _compare_and_choose,
    "negotiated": _order,
    "ordered": _receive,
    "received": _bill_and_distribute,
}


# -- tables ----------------------------------------------------------------------------------------


def _products_table(env, products):
    keys = ("product", "requested", "pack", "ordered", "received")
    return Table(
        env._("What the hotels asked and what was ordered"),
        (
            env._("Product"),
            env._("Asked"),
            env._("Pack"),
            env._("Ordered"),
            env._("Received"),
        ),
        [tuple(product[key] for key in keys) for product in products],
    )


def _quotations_table(env, quotations):
    keys = ("supplier", "goods", "freight", "landed")
    chosen = {True: env._("Chosen"), False: None}
    return Table(
        env._("Quotations with their freight (without tax)"),
        (
            env._("Supplier"),
            env._("Goods"),
            env._("Freight"),
            env._("Landed"),
            env._("Choice"),
        ),
        [
            (*(quotation[key] for key in keys), chosen[quotation["chosen"]])
            for quotation in quotations
        ],
    )


def _savings_table(env, savings):
    """What each hotel saved against the prices it paid alone, freight included, net of tax."""
    keys = ("alone", "together", "saved")
    rows = [(saving["member"], *(saving[key] for key in keys)) for saving in savings]
    totals = [round(sum(saving[key] for saving in savings), 2) for key in keys]
    return Table(
        env._("What each hotel saved (without tax)"),
        (env._("Member"), env._("Alone"), env._("Together"), env._("Saved"), "%"),
        [(*row, _get_percent(row[1], row[3])) for row in rows],
        (env._("Total"), *totals, _get_percent(totals[0], totals[2])),
    )


def _get_percent(alone, saved):
    return round(100 * saved / alone, 2) if alone else None
