"""The network of networks of Gamarra agrees who fills how much of a corporate order.

The 11 networks have agreements of their own, their 40 workshops declare what they can sew, and a
plan shares 20,000 garments: over the networks by capacity, within each one by its agreement. Nobody
gets more than its capacity, and a network of late no more than the minutes say.
"""

from ..books import (
    ensure_agreement,
    ensure_products,
    find_account,
    find_network,
    in_company,
    members_by_name,
    set_document_account,
)
from ..data import group_rows, parameters, prepare_file, read_table, to_date, to_number
from ..quotas import describe_plan, find_plan, quotas_table

UNION = "Red de redes Gamarra"


def title(env):
    return env._("%s agrees on the quotas of a corporate order", UNION)


def run(env):
    union = find_union(env)
    networks = union.member_ids.sub_network_id
    _ensure_agreements(union, networks)
    plan = find_plan(union) or _create_plan(union, networks)
    for state, play in STAGES.items():
        if plan.state == state:
            play(plan)
    description = describe_plan(plan)
    return [
        quotas_table(env, env._("Quotas of the networks"), description["quotas"], level=1),
        quotas_table(env, env._("Quotas of their workshops"), description["quotas"], level=2),
    ]


def find_union(env):
    """The network of networks in its own books, with those of its networks ticked, too."""
    union = find_network(env, UNION)
    return union.with_company(union.company_id)


# -- before the plan -------------------------------------------------------------------------------


def _ensure_agreements(union, networks):
    """Equal weights above, since all the networks bear the costs alike; within, their own."""
    settings, rows = parameters("corporate"), read_table("corporate_agreements")
    by_network = group_rows(rows, "network")
    for network in networks:
        own = network.with_env(in_company(network.env, network.company_id))
        members, weights = members_by_name(own), by_network.get(network.name, [])
        _ensure_agreement(
            own, [(members[row["workshop"]], to_number(row["weight"])) for row in weights]
        )
        set_document_account(own, settings["member_document_account"])
    _ensure_agreement(union, [(member, 1) for member in union.member_ids])
    set_document_account(union, settings["member_document_account"])


def _ensure_agreement(network, weights):
    ensure_agreement(
        network,
        [(member, weight, weight) for member, weight in weights],
        name=network.env._("Shares by machines and hands"),
        date_from=to_date(parameters("books")["members_from"]),
    )


def _create_plan(union, networks):
    settings = parameters("corporate")
    product = _ensure_product(union, networks)
    return union.env["business.network.quota.plan"].create(
        {
            "network_id": union.id,
            "product_tmpl_id": product.product_tmpl_id.id,
            "volume": to_number(settings["volume"]),
            "unit_size": to_number(settings["unit_size"]),
            "capped_by_capacity": True,
            "minute_reference": settings["minutes"],
            **{
                name: settings[name]
                for name in ("date_from", "date_to", "basis", "sub_basis", "agreed_on", "note")
            },
        }
    )


def _ensure_product(union, networks):
    """Sold by all the companies that keep books of these networks, each on its own account."""
    settings = parameters("corporate")
    (product,) = ensure_products(
        union.env,
        [settings],
        company_id=False,
        type="consu",
        invoice_policy="delivery",
        list_price=to_number(settings["price"]),
    ).values()
    for company in (union | networks).company_id:
        books = in_company(union.env, company)
        account = find_account(books, settings["income_account"])
        product.with_env(books).property_account_income_id = account
    return product


# -- the plan, a function per state that it leaves -------------------------------------------------


def _propose(plan):
    """The workshops declare what they can sew; one corrects it, and the first figure is kept."""
    plan.action_load_members()
    for name in ("corporate_limits", "corporate_limits_corrected"):
        _import_limits(plan, name)
    plan.action_propose()


def _import_limits(plan, name):
    wizard = plan.env["business.network.quota.limit.import"].create(
        {"plan_id": plan.id, "approve": True, **prepare_file(name)}
    )
    wizard.action_import()
    if wizard.problem_ids:
        raise ValueError(f"{name}.csv: {wizard.problem_ids.mapped('problem')}")


STAGES = {
    "draft": _propose,
    "proposed": lambda plan: plan.action_agree(),
    "agreed": lambda plan: plan.action_run(),
}
