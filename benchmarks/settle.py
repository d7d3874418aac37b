"""Settling many invoices: against one query over the same rows, and against the closest peer.

Every invoice has five lines on five income accounts and twelve members: 60 rows. A few patterns are
posted through the ORM and copied by SQL with their items and rows; the copies are audited against
the ledger before anything is measured.

The peer is OCA's ``account_commission_oca`` with twelve agents on every line of the same invoices,
in a database of its own: settling and drafting the bills there, settling and posting the members'
documents here.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from odoo import Command

MEMBERS = 12
LINES = 5
PATTERNS = 10
FRESH, MANY, TENFOLD = 100, 1_000, 10_000
ROWS = LINES * MEMBERS
ROUNDS = 3
DATE, DATE_TO = "2026-03-15", "2026-03-31"
BUYER = "Comprador de la medición"
ACCOUNTS = [f"7099{number}" for number in range(LINES)]


def run(context: Any) -> Iterator[dict[str, Any]]:
    """Yield one measurement at a time; the peer's come last, beside ours of the same size."""
    ours = {}
    with context.env() as env:
        _without_statistics(env, ["business_network_distribution", "account_move_line"])
        yield from _measure_ours(env, ours)
    with context.peer("account_commission_oca") as env:
        _without_statistics(env, ["account_invoice_line_agent", "commission_settlement_line"])
        yield from _measure_peer(env, ours)


# -- ours ------------------------------------------------------------------------------------------


def _measure_ours(env, ours):
    network = _create_cooperative(env)
    patterns = _post_patterns(env, network_id=network.id)
    loaded = PATTERNS
    for size, label in ((FRESH, "fresh"), (MANY, "many"), (TENFOLD, "tenfold")):
        _load(env, patterns, size - loaded, _copy_distributions)
        loaded = 0
        _audit(env, network, size)
        if label != "fresh":
            _analyze(env)
            yield from _measure_against_sql(env, network, size, ours)
        ours[label] = _settle_ours(env, network, size)
    yield from _compare_sizes(ours)


def _measure_against_sql(env, network, size, ours):
    """Both halves of computing, each against the least that any program would have to do."""
    rounds = ROUNDS if size <= MANY else 1  # marking ten times as many rows takes a while
    times = [_time_halves(env, network) for _number in range(rounds)]
    best = {name: min(seconds[name] for seconds in times) for name in times[0]}
    sizes = {"invoices": size, "rows": size * ROWS}
    ours[size] = best
    yield _result(
        f"sum {size:,} invoices, against one aggregate query",
        sizes,
        best["lines"],
        best["aggregate"],
        5.0,
    )
    yield _result(
        f"mark {size:,} invoices, against a bare UPDATE",
        sizes,
        best["mark"],
        best["update"],
        2.0,
    )


def _time_halves(env, network):
    """Seconds of summing and marking, by hand and by the settlement; nothing of it stays."""
    settlement = env["business.network.settlement"].create(
        {"network_id": network.id, "date_to": DATE_TO}
    )
    where = f"network_id = {network.id} AND settlement_line_id IS NULL AND date <= '{DATE_TO}'"
    by_hand = {
        "aggregate": "SELECT member_id, kind, sum(amount_currency) "
        f"FROM business_network_distribution WHERE {where} GROUP BY member_id, kind",
        "update": f"UPDATE business_network_distribution SET settlement_line_id = %s WHERE {where}",
    }
    times = {}
    with _undone(env):
        lines = _timed(times, "lines", env, lambda: _create_lines(settlement))
        _timed(times, "mark", env, lambda: settlement._take_rows(lines))
    with _undone(env):
        _timed(times, "aggregate", env, lambda: env.cr.execute(by_hand["aggregate"]))
        line = _create_lines(settlement)[0]
        _timed(times, "update", env, lambda: env.cr.execute(by_hand["update"], [line.id]))
    settlement.unlink()
    return times


def _create_lines(settlement):
    return settlement._create_lines(settlement._get_row_sums())


def _settle_ours(env, network, size):
    """Compute, approve and post as the buttons do; seconds of computing and of the documents."""
    settlement = env["business.network.settlement"].create(
        {"network_id": network.id, "date_to": DATE_TO}
    )
    env.cr.commit()
    times = {"rows": size * ROWS}
    _timed(times, "settle", env, settlement.action_compute)
    settlement.action_approve()
    env.cr.commit()
    _timed(times, "bills", env, settlement.action_post)
    env.cr.commit()
    if settlement.distribution_count != times["rows"] or len(settlement.move_ids) != MEMBERS:
        raise AssertionError(f"{settlement.distribution_count} rows were settled")
    return times


def _compare_sizes(ours):
    """Time per row at ten times the size, and of the documents with ten times the rows behind."""
    many, tenfold = ours["many"], ours["tenfold"]
    for name, seconds, before in (
        ("sum", ours[TENFOLD]["lines"], ours[MANY]["lines"]),
        ("sum and mark", tenfold["settle"], many["settle"]),
    ):
        yield _result(
            f"{name} {TENFOLD:,} invoices, per row against {MANY:,}",
            {"rows": tenfold["rows"]},
            seconds,
            before * TENFOLD / MANY,
            1.5,
        )
    yield _result(
        f"post {MEMBERS} documents, against {ours['fresh']['rows']:,} rows behind",
        {"rows": tenfold["rows"]},
        tenfold["bills"],
        ours["fresh"]["bills"],
        1.5,
    )


def _create_cooperative(env):
    """A cooperative of twelve members besides the company that keeps the books."""
    env = env(context={**env.context, "tracking_disable": True})
    form = env.ref("red_empresarial.operating_form_cooperative")
    network = env["business.network"].create(
        {"name": "Cooperativa de la medición", "operating_form_id": form.id}
    )
    members = env["business.network.member"].create(
        [
            {"network_id": network.id, "partner_id": partner.id, "date_from": "2026-01-01"}
            for partner in _create_partners(env)
        ]
    )
    env["business.network.agreement"].create(
        {
            "network_id": network.id,
            "date_from": "2026-01-01",
            "line_ids": [Command.create({"member_id": member.id}) for member in members],
        }
    ).action_put_in_force()
    return network


def _copy_distributions(env):
    _copy(
        env,
        "business_network_distribution",
        "move_id",
        "copied_move",
        {"settlement_line_id": "NULL"},
    )


def _audit(env, network, size):
    """Raise AssertionError unless the rows are all there and prove the ledger to the cent."""
    env.cr.execute(
        """
        WITH shared AS (
            SELECT move_id, sum(amount) AS amount, count(*) AS rows
              FROM business_network_distribution
             WHERE network_id = %(network)s AND settlement_line_id IS NULL
             GROUP BY move_id
        ), booked AS (
            SELECT line.move_id, -sum(line.balance) AS amount
              FROM account_move_line line JOIN account_move move ON move.id = line.move_id
             WHERE move.network_id = %(network)s AND line.display_type = 'product'
               AND line.parent_state = 'posted' AND move.network_settlement_id IS NULL
             GROUP BY line.move_id
        )
        SELECT count(*), sum(shared.rows), bool_and(shared.amount = booked.amount)
          FROM shared LEFT JOIN booked USING (move_id)
        """,
        {"network": network.id},
    )
    found = env.cr.fetchone()
    if found != (size, size * ROWS, True):
        raise AssertionError(f"The rows that were loaded do not prove the ledger: {found}.")


# -- the peer --------------------------------------------------------------------------------------


def _measure_peer(env, ours):
    """The peer's seconds, and how many times longer a row takes there than here."""
    agents = _create_agents(env)
    patterns = _post_patterns(env, product_id=_create_product(env, "Prenda").id)
    loaded, peer = PATTERNS, {}
    for size, label in ((FRESH, "fresh"), (MANY, "many")):
        _load(env, patterns, size - loaded, _copy_agent_lines)
        loaded = 0
        if label != "fresh":
            _analyze(env)
        peer[label] = _settle_peer(env, agents, size)
        yield _faster("settle", label, size, ours[label], peer[label], 10.0)
        yield _faster("bills", label, size, ours[label], peer[label], None)
    yield _result(
        f"the peer's {MEMBERS} draft bills, against {peer['fresh']['rows']:,} rows behind",
        {"rows": peer["many"]["rows"]},
        peer["many"]["bills"],
        peer["fresh"]["bills"],
        None,
    )


def _faster(what, label, size, ours, peer, target):
    ratio = peer[what] / ours[what]
    name = {
        "settle": "settling, times faster than the peer",
        "bills": f"{MEMBERS} documents posted, times faster than the peer's drafts",
    }[what]
    loaded = "freshly loaded, no statistics" if label == "fresh" else "with statistics"
    return {
        "name": f"settle: {name}, {loaded}",
        "sizes": {"invoices": size, "rows": ours["rows"], "peer seconds": round(peer[what], 2)},
        "seconds": round(ours[what], 4),
        "ratio": round(ratio, 1),
        "target": target,
        "met": ratio >= target if target else None,
    }


def _settle_peer(env, agents, size):
    wizard = env["commission.make.settle"].create(
        {"date_to": "2026-04-30", "settlement_type": "sale_invoice", "agent_ids": agents.ids}
    )
    env.cr.commit()
    times = {"rows": size * ROWS}
    action = _timed(times, "settle", env, wizard.action_settle)
    env.cr.commit()
    settlements = env["commission.settlement"].search(action["domain"])
    journal = env["account.journal"].search([("type", "=", "purchase")], limit=1)
    product = _create_product(env, "Comisión")
    _timed(times, "bills", env, lambda: settlements.make_invoices(journal, product, date=DATE_TO))
    env.cr.commit()
    if len(settlements.line_ids) != times["rows"] or len(settlements.invoice_id) != MEMBERS:
        raise AssertionError(f"The peer settled {len(settlements.line_ids)} rows")
    return times


def _create_agents(env):
    commission = env["commission"].create({"name": "Un doceavo", "fix_qty": 100 / MEMBERS})
    agents = _create_partners(env)
    agents.write({"agent": True, "commission_id": commission.id, "settlement": "monthly"})
    return agents


def _create_product(env, name):
    return env["product.product"].create({"name": name, "type": "service"})


def _copy_agent_lines(env):
    _copy(
        env,
        "account_invoice_line_agent",
        "object_id",
        "copied_line",
        {"invoice_id": "copied.move_id", "settled": "false"},
    )


# -- the same invoices in both databases -----------------------------------------------------------


def _create_partners(env):
    return env["res.partner"].create(
        [{"name": f"Taller {number}", "is_company": True} for number in range(1, MEMBERS + 1)]
    )


def _post_patterns(env, network_id=False, product_id=False):
    """Post the invoices that are copied: every line its own account, every pattern its prices."""
    env = env(context={**env.context, "tracking_disable": True})
    buyer = env["res.partner"].create(
        {
            "name": BUYER,
            "is_company": True,
            "vat": "20512345671",
            "country_id": env.ref("base.pe").id,
            "l10n_latam_identification_type_id": env.ref("l10n_pe.it_RUC").id,
        }
    )
    if product_id:
        agents = env["res.partner"].search([("agent", "=", True)])
        buyer.commission_agent_ids = agents
    accounts = env["account.account"].create(
        [{"code": code, "name": f"Ventas {code}", "account_type": "income"} for code in ACCOUNTS]
    )
    common = {
        "move_type": "out_invoice",
        "partner_id": buyer.id,
        "invoice_date": DATE,
        "date": DATE,
        **({"network_id": network_id} if network_id else {}),
    }
    moves = env["account.move"].create(
        [
            {**common, "invoice_line_ids": _prepare_lines(env, accounts, pattern, product_id)}
            for pattern in range(PATTERNS)
        ]
    )
    moves.action_post()
    env.cr.commit()
    return moves


def _prepare_lines(env, accounts, pattern, product_id):
    return [
        Command.create(
            {
                "name": f"Prenda {number}",
                "product_id": product_id,
                "quantity": 1 + pattern,
                "price_unit": 100.01 + 17 * number,
                "account_id": account.id,
                "tax_ids": [Command.set(env.company.account_sale_tax_id.ids)],
            }
        )
        for number, account in enumerate(accounts)
    ]


def _load(env, patterns, count, copy_shares):
    """Copy the patterns with their items and shares, until there are ``count`` more invoices."""
    env.flush_all()
    env.cr.execute(
        """
        DROP TABLE IF EXISTS copied_move, copied_line;
        CREATE TEMP TABLE copied_move AS
            SELECT pattern AS old_id, nextval('account_move_id_seq')::int AS new_id, number
              FROM unnest(%(patterns)s) WITH ORDINALITY AS original (pattern, position)
              CROSS JOIN generate_series(1, %(copies)s) AS number;
        CREATE TEMP TABLE copied_line AS
            SELECT line.id AS old_id, nextval('account_move_line_id_seq')::int AS new_id,
                   copied.new_id AS move_id
              FROM account_move_line line JOIN copied_move copied ON copied.old_id = line.move_id;
        ANALYZE copied_move; ANALYZE copied_line;
        """,
        {"patterns": patterns.ids, "copies": count // PATTERNS},
    )
    numbers = {"name": "'M' || copied.new_id", "sequence_number": "copied.new_id"}
    _copy(env, "account_move", "id", "copied_move", numbers)
    _copy(
        env,
        "account_move_line",
        "id",
        "copied_line",
        {"move_id": "copied.move_id", "move_name": "'M' || copied.move_id"},
    )
    copy_shares(env)
    env.cr.commit()
    env.invalidate_all()


def _copy(env, table, key, copied, values):
    """Copy the rows of a table whose ``key`` has copies; other columns as ``values`` say."""
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND "
        "column_name NOT IN %s",
        [table, (key, *values, *(() if key == "id" else ("id",)))],
    )
    same = [column for (column,) in env.cr.fetchall()]
    columns = ", ".join([key, *values, *(f'"{column}"' for column in same)])
    sources = ", ".join(
        ["copied.new_id", *values.values(), *(f'source."{column}"' for column in same)]
    )
    env.cr.execute(
        f"INSERT INTO {table} ({columns}) SELECT {sources} FROM {table} source "
        f"JOIN {copied} copied ON copied.old_id = source.{key}"
    )


def _without_statistics(env, tables):
    """Keep the server from counting rows by itself: a month's import is settled before it does."""
    for table in tables:
        env.cr.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = false)")
    env.cr.commit()


def _analyze(env):
    env.cr.execute("ANALYZE")
    env.cr.commit()


@contextmanager
def _undone(env):
    with env.cr.savepoint(flush=False) as savepoint:
        yield
        env.clear()
        savepoint.rollback()
    env.clear()


def _timed(times, name, env, action):
    """Run an action with an empty cache, flushed; note its seconds under ``name``."""
    gc.collect()
    env.flush_all()
    env.invalidate_all()
    started = perf_counter()
    result = action()
    env.flush_all()
    times[name] = perf_counter() - started
    return result


def _result(name, sizes, seconds, against, target):
    ratio = seconds / against
    return {
        "name": f"settle: {name}",
        "sizes": sizes,
        "seconds": round(seconds, 4),
        "ratio": round(ratio, 2),
        "target": target,
        "met": ratio <= target if target else None,
    }
