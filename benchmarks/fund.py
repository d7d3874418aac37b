"""Dues of many funds: asked in one run of the scheduler, per due.

Twenty networks of twelve members have as many funds as the size asks for, each with a schedule that
is due today. The run commits batch by batch, as the scheduler does; what it posted is audited
before its time counts. ``RED_BENCH_DUES`` adds a size, such as 144000.
"""

import gc
import os
from collections.abc import Iterator
from time import perf_counter
from typing import Any

from odoo import Command, fields

NETWORKS, MEMBERS = 20, 12
FEW, MANY = 1_200, 12_000


def run(context: Any) -> Iterator[dict[str, Any]]:
    """Yield the time of asking few and many dues, and the time per due of many against few.

    :raise ValueError: a size cannot be shared out over the networks and their members
    """
    more = [int(size) for size in os.environ.get("RED_BENCH_DUES", "").split()]
    sizes = [FEW, MANY, *more]
    for size in sizes:
        _get_fund_count(size)  # before anything is measured
    with context.env() as env:
        measure(env, NETWORKS * MEMBERS)  # what the first run loads once
        times = {dues: measure(env, dues) for dues in sizes}
    for dues, seconds in times.items():
        ratio = (seconds / dues) / (times[FEW] / FEW) if dues != FEW else None
        yield {
            "name": "fund: ask "
            + (f"{dues:,} " if dues in more else "")  # each is kept by its name
            + "dues in one run"
            + (f", per due against {FEW:,}" if ratio is not None else ""),
            "sizes": {"dues": dues},
            "seconds": round(seconds, 4),
            "ratio": None if ratio is None else round(ratio, 2),
            "target": None if ratio is None else 1.5,
            "met": None if ratio is None else ratio <= 1.5,
        }


def measure(env, dues: int) -> float:
    """Ask so many dues; the seconds it takes.

    :raise AssertionError: an entry is missing, or members owe something else
    """
    env = env(context={**env.context, "tracking_disable": True})
    schedules = _create_schedules(env, dues)
    env.cr.commit()
    gc.collect()
    env.invalidate_all()
    started = perf_counter()
    schedules._cron_ask()
    env.flush_all()
    seconds = perf_counter() - started
    _audit(schedules, dues)
    return seconds


def _create_schedules(env, dues):
    networks, count = _get_networks(env), _get_fund_count(dues)
    series = env["business.network.fund"].search_count([])
    funds = env["business.network.fund"].create(
        [
            {"name": f"Fondo {series}-{number}", "network_id": network.id}
            for network in networks
            for number in range(count)
        ]
    )
    schedules = env["business.network.fund.schedule"].create(
        [
            {
                "name": "Cuota",
                "fund_id": fund.id,
                "amount": 10,
                "frequency": "once",
                "date_from": fields.Date.today(),
            }
            for fund in funds
        ]
    )
    schedules.action_start()
    return schedules


def _get_fund_count(dues):
    """Funds of each network that so many dues take."""
    count, rest = divmod(dues, NETWORKS * MEMBERS)
    if rest or not count:
        raise ValueError(f"{dues} dues: it must be a multiple of {NETWORKS * MEMBERS}")
    return count


def _get_networks(env):
    networks = env["business.network"].search([("name", "like", "Red de cuotas ")])
    return networks or env["business.network"].create(
        [
            {
                "name": f"Red de cuotas {number}",
                "member_ids": [
                    Command.create({"partner_id": partner.id, "date_from": "2026-01-01"})
                    for partner in env["res.partner"].create(
                        [{"name": f"Socio {number}-{place}"} for place in range(MEMBERS)]
                    )
                ],
            }
            for number in range(NETWORKS)
        ]
    )


def _audit(schedules, dues):
    """Raise AssertionError unless each member owes each due once."""
    entries = schedules.move_ids
    ((owed, count),) = entries.line_ids._read_group(
        [("move_id", "in", entries.ids), ("debit", ">", 0), ("parent_state", "=", "posted")],
        [],
        ["amount_residual:sum", "__count"],
    )
    if len(entries) != len(schedules) or count != dues or round(owed, 2) != 10 * dues:
        raise AssertionError(f"{len(entries)} entries, {count} dues, {owed} owed")
