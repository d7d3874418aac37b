"""Posting a joint document against posting the same document of the company alone.

Side by side in one database and one run; the ratio is joint over plain, medians of several rounds.
The joint document is under the attribution policy: rows and a companion entry are part of it.

A document is saved in one transaction and posted in another that starts with an empty cache, as two
clicks of a user do: what both postings share (reading the document, the chatter's note of the
change of state) is part of both.

``BENCH_DOCUMENTS=15406`` adds one batch of that many, for a network of 3 members; it takes as many
minutes as thousands of documents, thrice.
"""

import gc
import os
from collections.abc import Iterator
from statistics import median
from time import perf_counter
from typing import Any

from odoo import Command

LINES = 5
ROUNDS = 11
BATCH, YEAR = 200, 956  # a season's documents, and a year's of the largest network
BATCH_ROUNDS = 3  # in turn, medians: what else the machine does falls on all of them
EXTRA = int(os.environ.get("BENCH_DOCUMENTS") or 0)
DATE = "2026-03-15"
BUYER = "Comprador de la medición"
TARGETS = {"create and post": 1.5, "post alone": 2.0, "flat": 1.25}


def run(context: Any) -> Iterator[dict[str, Any]]:
    """Yield one measurement at a time, for networks of 3 and of 12 members."""
    with context.env() as env:
        networks = {size: _create_network(env, size) for size in (3, 12)}
        plain = env["business.network"]
        _warm_up(env, [plain, *networks.values()])
        for size, network in networks.items():
            yield from _measure_single(env, plain, network, size)
        yield from _measure_batches(env, plain, networks)


def _measure_single(env, plain, network, size):
    """Create and post one document at a time, plain and joint in turn."""
    rounds = [(_time(env, plain, 1), _time(env, network, 1)) for _number in range(ROUNDS)]
    for name, pick in (("create and post", sum), ("post alone", lambda times: times[1])):
        seconds = median(pick(joint) for _plain, joint in rounds)
        ratio = seconds / median(pick(alone) for alone, _joint in rounds)
        target = TARGETS[name] if size == 3 or name == "create and post" else None
        yield _result(name, size, seconds, ratio, {"lines": LINES}, target)


def _measure_batches(env, plain, networks):
    """Batches in turn; the long ones once, since they take minutes; the extra for 3 members."""
    per_document = {}
    for count in filter(None, (BATCH, YEAR, EXTRA)):
        short = count == BATCH
        measured = {0: plain, **({3: networks[3]} if count > YEAR else networks)}
        seconds = _time_in_turn(env, measured, count, BATCH_ROUNDS if short else 1)
        per_document[count] = {size: taken / count for size, taken in seconds.items()}
        for size in measured.keys() - {0}:
            yield _result(
                f"create and post {count:,} at once",
                size,
                seconds[size],
                seconds[size] / seconds[0],
                {"documents": count, "lines": LINES},
                TARGETS["create and post"],
            )
        if not short:
            yield from _flat(count, per_document)


def _time_in_turn(env, networks, count, rounds):
    """``{size: seconds}`` of one batch of each of these networks, the median of some rounds."""
    taken = {size: [] for size in networks}
    for _round in range(rounds):
        for size, network in networks.items():
            _analyze(env)
            taken[size].append(sum(_time(env, network, count)))
    return {size: median(seconds) for size, seconds in taken.items()}


def _flat(count, per_document):
    """Growth per document of a long batch over the short one: as measured, and beside plain's.

    Odoo's own posting grows with the batch, so what is ours is the growth beyond that.
    """
    growth = {
        size: seconds / per_document[BATCH][size] for size, seconds in per_document[count].items()
    }
    for members in sorted(growth.keys() - {0}):
        for name, ratio, target in (
            (f"per document against {BATCH}", growth[members], None),
            (
                "growth per document, against plain's",
                growth[members] / growth[0],
                TARGETS["flat"],
            ),
        ):
            yield {
                "name": f"post: {count:,} at once, {name}, {members} members",
                "sizes": {"documents": count, "members": members},
                "seconds": round(per_document[count][members], 4),
                "ratio": round(ratio, 2),
                "target": target,
                "met": ratio <= target if target else None,
            }


def _result(name, members, seconds, ratio, sizes, target):
    return {
        "name": f"post: {name}, {members} members, against plain",
        "sizes": {**sizes, "members": members},
        "seconds": round(seconds, 4),
        "ratio": round(ratio, 2),
        "target": target,
        "met": ratio <= target if target else None,
    }


def _time(env, network, count):
    """Seconds to create and to post ``count`` documents of ``network`` (empty: plain ones)."""
    gc.collect()
    env.invalidate_all()
    started = perf_counter()
    moves = env["account.move"].create([_prepare_invoice(env, network) for _number in range(count)])
    env.cr.commit()
    created = perf_counter()
    env.invalidate_all()
    moves.action_post()
    env.cr.commit()
    return created - started, perf_counter() - created


def _prepare_invoice(env, network):
    return {
        "move_type": "out_invoice",
        "partner_id": env["res.partner"].search([("name", "=", _buyer_of(network))], limit=1).id,
        "invoice_date": DATE,
        "date": DATE,
        "network_id": network.id,
        "invoice_line_ids": [
            Command.create(
                {
                    "name": f"Prenda {number}",
                    "quantity": 1,
                    "price_unit": 100.01 + number,
                    "tax_ids": [Command.set(env.company.account_sale_tax_id.ids)],
                }
            )
            for number in range(LINES)
        ],
    }


def _buyer_of(network):
    """Each kind of document has a buyer of its own.

    Odoo looks through a buyer's items for the account of each new line: what one kind left behind
    must not slow the next.
    """
    return f"{BUYER}, {network.name or 'empresa sola'}"


def _create_partner(env, name, vat=False):
    return env["res.partner"].create(
        {
            "name": name,
            "is_company": True,
            "vat": vat,
            "country_id": env.ref("base.pe").id,
            "l10n_latam_identification_type_id": env.ref("l10n_pe.it_RUC").id,
        }
    )


def _create_network(env, size):
    network = env["business.network"].create(
        {
            "name": f"Red de {size}",
            "operating_form_id": env.ref("red_empresarial.operating_form_consortium_operator").id,
        }
    )
    partners = env.company.partner_id
    for number in range(1, size):
        partners += _create_partner(env, f"Taller {number} de {size}")
    members = env["business.network.member"].create(
        [
            {"network_id": network.id, "partner_id": partner.id, "date_from": "2026-01-01"}
            for partner in partners
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


def _warm_up(env, networks):
    """Fill caches and tables, collect a few invoices, and let the database count its rows."""
    for network in networks:
        _create_partner(env, _buyer_of(network), "20512345671")
        _time(env, network, 20)
    invoices = env["account.move"].search([("move_type", "=", "out_invoice")], limit=20)
    bank = env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", env.company.id)], limit=1
    )
    for invoice in invoices:
        env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"payment_date": DATE, "journal_id": bank.id})._create_payments()
    env.cr.commit()
    _analyze(env)


def _analyze(env):
    """Count the rows, as the database does by itself within a minute of such a batch."""
    env.cr.execute("ANALYZE")
    env.cr.commit()
