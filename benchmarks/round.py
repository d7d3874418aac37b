"""Closing a joint purchase round: consolidating and allotting, per request and in all.

A round of a hundred members and two hundred products is loaded by SQL, as many members would have
typed it, and closed as the button does. What was found is audited before its time counts.
"""

import gc
from collections.abc import Iterator
from datetime import timedelta
from time import perf_counter
from typing import Any

from odoo import Command, fields

MEMBERS, PRODUCTS = 100, 200
FEW_PRODUCTS = 20
ROUNDS = 3
PACK = 12


def run(context: Any) -> Iterator[dict[str, Any]]:
    """Yield the time of a large round, and its time per request against a small one."""
    with context.env() as env:
        measure(env, 10, 10)  # what the first round loads once
        few = _best(env, MEMBERS, FEW_PRODUCTS)
        many = _best(env, MEMBERS, PRODUCTS)
    sizes = {"requests": many["requests"], "products": PRODUCTS}
    yield {
        "name": "round: consolidate and allot",
        "sizes": sizes,
        "seconds": round(many["close"], 4),
        "ratio": None,
        "target": 10.0,
        "met": many["close"] < 10.0,
    }
    for step, name in (("close", "consolidate and allot"), ("allotments", "read the allotments")):
        ratio = (many[step] / many["requests"]) / (few[step] / few["requests"])
        yield {
            "name": f"round: {name}, per request against {few['requests']:,}",
            "sizes": sizes,
            "seconds": round(many[step], 4),
            "ratio": round(ratio, 2),
            "target": 1.5,
            "met": ratio <= 1.5,
        }


def _best(env, members, products):
    times = [measure(env, members, products, commit=True) for _number in range(ROUNDS)]
    return {name: min(some[name] for some in times) for name in times[0]}


def measure(env, members: int, products: int, commit: bool = False) -> dict[str, float]:
    """Close a fresh round; seconds of closing and of reading what each member gets.

    :param commit: keep the requests before closing, as in life. PostgreSQL checks each foreign key
        again when a transaction changes rows that it made itself, which nobody does
    :raises AssertionError: what was found does not add up
    """
    env = env(context={**env.context, "tracking_disable": True})
    purchase_round = _create_round(env, members, products)
    _load_requests(env, purchase_round)
    if commit:
        env.cr.commit()
    times = {"requests": members * products}
    times["close"] = _timed(env, purchase_round.action_close)
    times["allotments"] = _timed(env, purchase_round._get_allotments)
    _audit(purchase_round, members, products)
    return times


def _create_round(env, members, products):
    network = env["business.network"].create(
        {
            "name": f"Red de la medición {env['business.network'].search_count([])}",
            "operating_form_id": env.ref("red_empresarial.operating_form_cooperative").id,
        }
    )
    partners = env["res.partner"].create(
        [{"name": f"Socio {number:03d}"} for number in range(members)]
    )
    network.member_ids = [
        Command.create({"partner_id": partner.id, "date_from": "2026-01-01"})
        for partner in partners
    ]
    env["business.network.agreement"].create(
        {
            "network_id": network.id,
            "date_from": "2026-01-01",
            "line_ids": [Command.create({"member_id": member.id}) for member in network.member_ids],
        }
    ).action_put_in_force()
    goods = env["product.product"].create(
        [{"name": f"Insumo {number:03d}", "type": "consu"} for number in range(products)]
    )
    today = fields.Date.today()
    purchase_round = env["business.network.purchase.round"].create(
        {
            "title": "Ronda de la medición",
            "network_id": network.id,
            "date_open": today - timedelta(days=1),
            "date_close": today + timedelta(days=7),
            "product_ids": [
                Command.create(
                    {"product_id": product.id, "pack_quantity": PACK, "sequence": number}
                )
                for number, product in enumerate(goods)
            ],
        }
    )
    purchase_round.action_open()
    return purchase_round


def _load_requests(env, purchase_round):
    """A sent request of every member for every product; some take a little more than they ask."""
    env["business.network.purchase.request"].create(
        [
            {"round_id": purchase_round.id, "member_id": member.id}
            for member in purchase_round.network_id.member_ids
        ]
    )
    env.flush_all()
    env.cr.execute(
        """
        INSERT INTO business_network_purchase_request_line
            (request_id, round_product_id, round_id, network_id, company_id, member_id, product_id,
             product_uom_id, quantity, maximum_quantity)
        SELECT request.id, product.id, request.round_id, request.network_id, request.company_id,
               request.member_id, product.product_id, product.product_uom_id,
               1 + (request.id * 7 + product.id * 13) %% 90,
               CASE WHEN request.id %% 3 = 0
                    THEN 3 + (request.id * 7 + product.id * 13) %% 90 ELSE 0 END
          FROM business_network_purchase_request request
          JOIN business_network_purchase_round_product product USING (round_id)
         WHERE round_id = %(round)s;
        UPDATE business_network_purchase_request SET state = 'sent' WHERE round_id = %(round)s;
        ANALYZE business_network_purchase_request_line;
        """,
        {"round": purchase_round.id},
    )


def _timed(env, action):
    """Run an action with an empty cache, flushed; its seconds."""
    gc.collect()
    env.flush_all()
    env.invalidate_all()
    started = perf_counter()
    action()
    env.flush_all()
    return perf_counter() - started


def _audit(purchase_round, members, products):
    """Raise AssertionError unless each product's parts make up whole packs of it."""
    allotments = purchase_round._get_allotments()
    for product in purchase_round.product_ids:
        parts = [part for _member, part in allotments.get(product, [])]
        if sum(parts) != product.consolidated_quantity or sum(parts) % PACK:
            raise AssertionError(f"{product.product_id.name}: {sum(parts)} were allotted")
    if len(allotments) != products or purchase_round.request_count != members:
        raise AssertionError(f"{len(allotments)} of {products} products were consolidated")
