"""One of two processes that confirm the orders of ``benchmarks/quota.py`` at the same time."""

import sys
from collections import Counter

import odoo.addons  # noqa: F401  first of all: it makes Odoo whole
from odoo.exceptions import UserError
from odoo.service.model import retrying
from psycopg2.errors import SerializationFailure

from tools.inside import odoo_session


def main(name, half):
    """Confirm every other order, each pressed again as long as the other process is in the way.

    Prints how many were confirmed, how many refused, and how often one was pressed again.
    """
    odoo_session.start()
    done = Counter()
    with odoo_session.environment(name) as env:
        orders = env["sale.order"].search([("client_order_ref", "=", "Medición")], order="id")
        ids = orders.ids[half::2]
        env.cr.commit()
        for order_id in ids:
            while (outcome := _confirm(env, order_id)) == "again":
                done[outcome] += 1
            done[outcome] += 1
    print(done["confirmed"], done["refused"], done["again"])


def _confirm(env, order_id):
    """Press the button as the server does, which tries five times after a conflict."""
    try:
        retrying(lambda: env["sale.order"].browse(order_id).action_confirm(), env)
    except UserError:
        env.cr.rollback()
        env.invalidate_all()
        return "refused"
    except SerializationFailure:
        return "again"
    env.cr.commit()
    return "confirmed"


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
