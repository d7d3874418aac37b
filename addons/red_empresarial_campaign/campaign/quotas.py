"""What a quota plan and the sales that consumed it say, as plain values and as tables."""

from fractions import Fraction

from .data import parameters
from .tables import Table


def find_plan(network):
    """The campaign's plan of a network of networks; empty before it is made."""
    return find_plans(network).filtered(
        lambda plan: plan.minute_reference == parameters("corporate")["minutes"]
    )[:1]


def find_plans(network):
    """Quota plans of a network, the first one first."""
    return network.env["business.network.quota.plan"].search(
        [("network_id", "=", network.id)], order="id"
    )


def describe_plan(plan):
    """A quota plan as plain values: who may fill what and why, what each delivered and earned."""
    return {
        "number": plan.name,
        "product": plan.product_tmpl_id.name,
        "state": plan.state,
        "volume": plan.volume,
        "unit_size": plan.unit_size,
        "units": plan.volume_units,
        "not_allocated": plan.unallocated_volume,
        "basis": plan.basis,
        "sub_basis": plan.sub_basis,
        "minutes": plan.minute_reference,
        "quotas": _describe_quotas(plan),
        "transfers": [_describe_transfer(transfer) for transfer in plan.transfer_ids.sorted("id")],
    }


def _describe_quotas(plan):
    """Each network followed by its members; exact numbers are text."""
    quotas = {quota.id: quota for quota in plan.quota_ids}
    fulfilled, income = _get_fulfilled(plan), _get_income(plan)
    rows = []
    for row in plan.explain():
        quota = quotas[row["quota_id"]]
        rows.append(
            {
                **{name: row[name] for name in EXPLAINED},
                "quantity": quota.planned_quantity,
                "transferred": quota.transferred_in - quota.transferred_out,
                "consumed": quota.consumed_units,
                "remaining": quota.remaining_units,
                **fulfilled[quota],
                "income": income.get(quota.member_id, 0.0),
            }
        )
    return rows


EXPLAINED = ("level", "network", "member", "weight", "cap", "fair_share", "units")


def _get_fulfilled(plan):
    """Asked of the database, since this is a report that the running step has changed."""
    names = ("delivered", "rejected", "on_time", "score")
    groups = plan.env["business.network.quota.fulfilment"]._read_group(
        [("plan_id", "=", plan.id)], ["quota_id"], [f"{name}:sum" for name in names]
    )
    return {quota: dict(zip(names, values, strict=True)) for quota, *values in groups}


def _get_income(plan):
    """What each member earned by the documents of the orders that consumed the plan."""
    lines = plan.quota_ids.consumption_ids.allocation_id.sale_line_id
    groups = plan.env["business.network.distribution"]._read_group(
        [("move_id", "in", lines.invoice_lines.move_id.ids), ("kind", "=", "revenue")],
        ["member_id"],
        ["amount:sum"],
    )
    return {member: plan.currency_id.round(amount) for member, amount in groups}


def _describe_transfer(transfer):
    return {
        "number": transfer.name,
        "network": transfer.network_id.name,
        "giver": transfer.giver_id.partner_id.name,
        "receiver": transfer.receiver_id.partner_id.name,
        "units": transfer.units,
        "quantity": transfer.quantity,
        "compensation": transfer.amount,
        "entry": transfer.move_ids[:1].name or None,
        "state": transfer.state,
    }


# -- tables ----------------------------------------------------------------------------------------


def quotas_table(env, title, quotas, level):
    """Why each quota is what it is: weight, most, exact share, and whole units."""
    rows = [row for row in quotas if row["level"] == level]
    return Table(
        title,
        (
            *_get_name_columns(env, level),
            env._("Weight"),
            env._("Most"),
            env._("Exact share"),
            env._("Units"),
            env._("Pieces"),
        ),
        [
            (
                *_get_names(row),
                _to_text(row["weight"]),
                row["cap"],
                float(Fraction(row["fair_share"])),
                row["units"],
                row["quantity"],
            )
            for row in rows
        ],
        (
            *_get_total_names(env, level),
            None,
            None,
            float(sum(Fraction(row["fair_share"]) for row in rows)),
            sum(row["units"] for row in rows),
            sum(row["quantity"] for row in rows),
        ),
    )


def fulfilment_table(env, title, quotas, level):
    """What became of each quota: transferred, consumed, delivered and earned."""
    keys = ("transferred", "consumed", "rejected", "delivered", "income")
    rows = [row for row in quotas if row["level"] == level]
    return Table(
        title,
        (
            *_get_name_columns(env, level),
            env._("Units"),
            env._("Exact share"),
            env._("Transferred"),
            env._("Consumed"),
            env._("Rejected"),
            env._("Delivered"),
            env._("Income"),
        ),
        [
            (
                *_get_names(row),
                row["units"],
                float(Fraction(row["fair_share"])),
                *(_to_whole(row[key]) for key in keys[:-1]),
                row["income"],
            )
            for row in rows
        ],
        (
            *_get_total_names(env, level),
            sum(row["units"] for row in rows),
            float(sum(Fraction(row["fair_share"]) for row in rows)),
            *(_to_whole(sum(row[key] for row in rows)) for key in keys[:-1]),
            round(sum(row["income"] for row in rows), 2),
        ),
    )


def transfers_table(env, transfers):
    keys = ("number", "giver", "receiver", "units", "compensation", "entry")
    return Table(
        env._("Quota that a workshop gave another, for a compensation"),
        (
            env._("Number"),
            env._("Giver"),
            env._("Receiver"),
            env._("Units"),
            env._("Compensation"),
            env._("Entry"),
        ),
        [tuple(transfer[key] for key in keys) for transfer in transfers],
    )


def _get_name_columns(env, level):
    return (env._("Network"), env._("Workshop"))[:level]


def _get_names(row):
    return (row["network"], row["member"])[2 - row["level"] :]


def _get_total_names(env, level):
    return (env._("Total"), None)[:level]


def _to_whole(number):
    """A whole number as one, so that it is printed without decimals."""
    return int(number) if number == int(number) else number


def _to_text(exact):
    """An exact number as people read it."""
    return _to_whole(float(Fraction(exact)))
