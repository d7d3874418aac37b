"""Quota plans: a hundred thousand quotas computed and stored, rows against COPY, two at once.

A network of fifty networks of two hundred members shares out ten products. The rows of a plan are
then written a million times over, once the way plans write them and once by COPY. At last two
processes confirm the same 500 orders, of which the quotas leave room for 400.
"""

import gc
import io
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from time import perf_counter
from typing import Any

from odoo import Command
from odoo.tools import SQL
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT

from tools.inside import odoo_session

NETWORKS, FEW_NETWORKS, MEMBERS, PRODUCTS = 50, 5, 200, 10
FEW_PLANS = 4
COPIES = 100  # of the ten thousand rows of a plan
ORDERS, ROOM, SELLERS = 500, 400, 4
PERIOD = {"date_from": "2026-01-01", "date_to": "2026-12-31"}
DAY = "2026-03-10 12:00:00"


def run(context: Any) -> Iterator[dict[str, Any]]:
    """Yield the time of ten large plans, of a million rows, and of 500 orders by two at once."""
    with context.env() as env:
        union = _create_union(env)
        goods = _create_goods(env, PRODUCTS + FEW_PLANS)
        yield from _measure_plans(env, union, goods)
        yield from _measure_rows(env, union)
    yield from _measure_two_at_once(context)


# -- a hundred thousand quotas ---------------------------------------------------------------------


def _measure_plans(env, union, goods):
    few = env["business.network"].browse(union.member_ids[:FEW_NETWORKS].sub_network_id.ids)
    small = _create_union(env, few)
    small_plans = [_create_plan(env, small, product) for product in goods[PRODUCTS:]]
    _propose(small_plans[0])  # what the first plan loads once
    small_seconds = min(map(_propose, small_plans[1:]))
    plans = [_create_plan(env, union, product) for product in goods[:PRODUCTS]]
    seconds = sum(_propose(plan) for plan in plans)
    count = sum(_audit(plan) for plan in plans)
    ratio = (seconds / count) / (small_seconds / (FEW_NETWORKS * (MEMBERS + 1)))
    yield {
        "name": "quota: plans computed and stored, per quota against a small one",
        "sizes": {"quotas": count, "plans": PRODUCTS},
        "seconds": round(seconds, 2),
        "ratio": round(ratio, 2),
        "target": 1.5,
        "met": ratio <= 1.5,
    }


def _create_union(env, networks=None):
    """A network of networks with ``networks``, or with new ones of 200 members each."""
    form = env.ref("red_empresarial.operating_form_leader")
    if networks is None:
        networks = env["business.network"].create(
            [
                {"name": f"Red {number:02d} de la medición", "operating_form_id": form.id}
                for number in range(NETWORKS)
            ]
        )
        _create_members(env, networks)
    union = env["business.network"].create(
        {
            "name": f"Red de {len(networks)} redes de la medición",
            "operating_form_id": form.id,
            "tier": "second",
        }
    )
    union.member_ids = [
        Command.create({"sub_network_id": network.id, "date_from": "2026-01-01"})
        for network in networks
    ]
    return union


def _create_members(env, networks):
    partners = env["res.partner"].create(
        [{"name": f"Taller {number:05d}"} for number in range(len(networks) * MEMBERS)]
    )
    unit = env.ref("uom.product_uom_unit")
    env["business.network.member"].create(
        [
            {
                "network_id": networks[number // MEMBERS].id,
                "partner_id": partner.id,
                "date_from": "2026-01-01",
                "capacity": 50 + number * 37 % 450,
                "capacity_uom_id": unit.id,
            }
            for number, partner in enumerate(partners)
        ]
    )
    for number, network in enumerate(networks):
        network.leader_id = partners[number * MEMBERS]


def _create_goods(env, count):
    return env["product.product"].create(
        [{"name": f"Prenda {number:02d}", "type": "service"} for number in range(count)]
    )


def _create_plan(env, network, product, **vals):
    return env["business.network.quota.plan"].create(
        {
            "network_id": network.id,
            "product_tmpl_id": product.product_tmpl_id.id,
            "volume": 1_000 * len(network.member_ids),
            "unit_size": 6,
            "basis": "capacity" if network.tier == "second" else "equal",
            "sub_basis": "capacity" if network.tier == "second" else False,
            **PERIOD,
            **vals,
        }
    )


def _propose(plan):
    return _timed(plan.env, plan.action_propose)


def _audit(plan):
    """Number of members' quotas; AssertionError unless each level has all there is to share."""
    totals = dict(
        plan.env["business.network.quota"]._read_group(
            [("plan_id", "=", plan.id)], ["level"], ["units:sum"]
        )
    )
    if set(totals) != {1, 2} or set(totals.values()) != {plan.volume_units}:
        raise AssertionError(f"{plan.name}: {totals} of {plan.volume_units} units")
    return len(plan.quota_ids) - len(plan.network_id.member_ids)


# -- a million rows --------------------------------------------------------------------------------


def _measure_rows(env, union):
    """The rows of one plan's level, written for a hundred plans by both ways in turn.

    COPY goes first, its text made before the clock starts, and the table is vacuumed before the
    second: neither way meets rows, or dead entries of an index, that the other one left.
    """
    plan = env["business.network.quota.plan"].search([("network_id", "=", union.id)], limit=1)
    rows = _read_rows(env, plan)
    plan_ids = _copy_plans(plan)
    columns, text = _format_rows(plan_ids, rows)
    copied = _timed(env, lambda: _copy_rows(env, columns, text))
    expected = _fingerprint(env, plan_ids)
    _drop_rows(env, plan_ids)
    fast = _timed(env, lambda: _create_rows(env, plan_ids, rows))
    if _fingerprint(env, plan_ids) != expected or expected[0] != COPIES * len(rows):
        raise AssertionError(f"COPY wrote {expected}, and plans wrote something else")
    ratio = fast / copied
    yield {
        "name": "quota: rows written as plans do, against COPY",
        "sizes": {"rows": expected[0]},
        "seconds": round(fast, 2),
        "ratio": round(ratio, 2),
        "target": 3.0,
        "met": ratio <= 3.0,
    }


def _read_rows(env, plan):
    """What the quotas of the plan's members say, as dicts of columns; all but their plan."""
    env.cr.execute(
        "SELECT * FROM business_network_quota WHERE plan_id = %s AND level = 2 ORDER BY id",
        [plan.id],
    )
    rows = env.cr.dictfetchall()
    return [
        {
            name: float(value) if isinstance(value, Decimal) else value
            for name, value in row.items()
            if name not in ("id", "plan_id")
        }
        for row in rows
    ]


def _copy_plans(plan):
    """Drafts of the same plan for other years, as plans do not overlap; their ids."""
    vals = plan.copy_data()[0]
    return plan.create(
        [
            {**vals, "date_from": f"{year}-01-01", "date_to": f"{year}-12-31"}
            for year in range(2100, 2100 + COPIES)
        ]
    ).ids


def _create_rows(env, plan_ids, rows):
    quotas = env["business.network.quota"]
    for plan_id in plan_ids:
        quotas._create_rows([{**row, "plan_id": plan_id} for row in rows])
        env.invalidate_all()


def _format_rows(plan_ids, rows):
    """Columns, and the text that COPY reads: what is measured is the database, not Python."""
    text = io.StringIO()
    for plan_id in plan_ids:
        for row in rows:
            values = [*row.values(), plan_id]
            text.write("\t".join(_copy_text(value) for value in values) + "\n")
    return [*rows[0], "plan_id"], text


def _copy_rows(env, columns, text):
    text.seek(0)
    names = ", ".join(f'"{name}"' for name in columns)
    env.cr._obj.copy_expert(f"COPY business_network_quota ({names}) FROM STDIN", text)


def _copy_text(value):
    if value is None or value is False:
        return "f" if value is False else r"\N"
    return "t" if value is True else str(value)


def _fingerprint(env, plan_ids):
    return env.execute_query(
        SQL(
            """
            SELECT count(*), sum(units), count(DISTINCT (plan_id, member_id)), min(weight),
                   max(fair_share), sum(remaining_units)
              FROM business_network_quota
             WHERE plan_id = ANY(%s)
            """,
            plan_ids,
        )
    )[0]


def _drop_rows(env, plan_ids):
    """Remove the rows and what they left in table and indexes."""
    env.cr.execute("DELETE FROM business_network_quota WHERE plan_id = ANY(%s)", [plan_ids])
    env.cr.commit()
    env.invalidate_all()
    connection = env.cr._cnx
    level = connection.isolation_level
    connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)  # VACUUM runs in no transaction
    env.cr.execute("VACUUM ANALYZE business_network_quota")
    connection.set_isolation_level(level)


# -- two processes ---------------------------------------------------------------------------------


def _measure_two_at_once(context):
    with context.database() as name:
        with odoo_session.environment(name) as env:
            plan_id = _prepare_orders(env)
        started = perf_counter()
        sellers = [
            subprocess.Popen(
                [sys.executable, "-m", "benchmarks._quota_seller", name, str(number)],
                stdout=subprocess.PIPE,
                text=True,
            )
            for number in range(2)
        ]
        said = [seller.communicate()[0].split() for seller in sellers]
        seconds = perf_counter() - started
        if any(seller.returncode for seller in sellers):
            raise AssertionError(f"A process failed: {said}")
        with odoo_session.environment(name) as env:
            confirmed = _audit_orders(env, plan_id)
    refused = sum(int(words[1]) for words in said)
    if confirmed + refused != ORDERS or confirmed != sum(int(words[0]) for words in said):
        raise AssertionError(f"{confirmed} confirmed and {refused} refused of {ORDERS}")
    yield {
        "name": "quota: orders confirmed by two processes on one plan, nothing over-consumed",
        "sizes": {
            "orders": ORDERS,
            "confirmed": confirmed,
            "refused": refused,
            "pressed again": sum(int(words[2]) for words in said),
        },
        "seconds": round(seconds, 2),
        "ratio": None,
        "target": None,
        "met": confirmed == ROOM,
    }


def _prepare_orders(env):
    """A running plan with room for 400 orders, and 500 of them, shared among four members."""
    form = env.ref("red_empresarial.operating_form_leader")
    network = env["business.network"].create(
        {"name": "Red de la medición", "operating_form_id": form.id}
    )
    partners = env["res.partner"].create([{"name": f"Taller {n}"} for n in range(SELLERS)])
    network.member_ids = [
        Command.create({"partner_id": partner.id, "date_from": "2026-01-01"})
        for partner in partners
    ]
    product = _create_goods(env, 1)
    plan = _create_plan(env, network, product, volume=ROOM * SELLERS, unit_size=1)
    plan.action_propose()
    plan.write({"agreed_on": "2026-01-10", "minute_reference": "Acta de la medición"})
    plan.action_agree()
    plan.action_run()
    _create_orders(env, network, product)
    return plan.id


def _create_orders(env, network, product):
    buyer = env["res.partner"].create({"name": "Comprador de la medición"})
    line = {
        "product_id": product.id,
        "product_uom_qty": SELLERS,
        "price_unit": 10,
        "tax_ids": [Command.clear()],
    }
    orders = env["sale.order"].create(
        [
            {
                "partner_id": buyer.id,
                "network_id": network.id,
                "client_order_ref": "Medición",
                "order_line": [Command.create(line)],
            }
            for _number in range(ORDERS)
        ]
    )
    env["business.network.allocation"].create(
        [
            {"sale_line_id": line.id, "member_id": member.id, "quantity": 1}
            for line in orders.order_line
            for member in network.member_ids
        ]
    )


def _audit_orders(env, plan_id):
    """Number of orders confirmed; AssertionError unless the quotas hold just what these took."""
    confirmed = env["sale.order"].search_count(
        [("client_order_ref", "=", "Medición"), ("state", "=", "sale")]
    )
    plan = env["business.network.quota.plan"].browse(plan_id)
    consumed = plan.quota_ids.mapped("consumed_quantity")
    rows = plan.quota_ids.mapped(lambda quota: sum(quota.consumption_ids.mapped("quantity")))
    if consumed != [confirmed] * SELLERS or rows != consumed:
        raise AssertionError(f"{confirmed} confirmed, {consumed} counted, rows {rows}")
    return confirmed


def _timed(env, action):
    """Run an action with an empty cache, flushed and committed; its seconds."""
    gc.collect()
    env.flush_all()
    env.cr.commit()
    env.invalidate_all()
    started = perf_counter()
    action()
    env.flush_all()
    seconds = perf_counter() - started
    env.cr.commit()
    return seconds
