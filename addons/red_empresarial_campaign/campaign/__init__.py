"""The campaign: a season of real networks, driven through the methods behind the screens.

``run(env, emit)`` plays it on any database in which the addon is installed. It finds what an
earlier run made and adds only what is missing; it never commits.
"""

from time import monotonic

from .checks import label_checks, run_checks, take_inventory
from .report import (
    describe_network,
    describe_trial_balance,
    network_tables,
    trial_balance_table,
)
from .steps import (
    common_fund,
    companies,
    cooperative_year,
    corporate_order,
    corporate_quotas,
    export_order,
    linen_purchase,
    networks,
)
from .tables import render

STEPS = (
    companies,
    networks,
    linen_purchase,
    export_order,
    cooperative_year,
    common_fund,
    corporate_quotas,
    corporate_order,
)


def run(env, emit):
    """Play the campaign and report it.

    :param env: environment of a user who may do everything, as the administrator
    :param emit: called with each line of the report
    :return: JSON-serialisable dict: ``networks`` (name → documents, distribution, settlements,
        milestones), ``trial_balances``, ``elapsed`` (step → seconds), ``checks`` (name → bool)
    """
    env = _prepare_environment(env)
    elapsed = {}
    for number, step in enumerate(STEPS, start=1):
        _play(env, emit, f"[{number}/{len(STEPS)}]", step, elapsed)
    balances = _report_trial_balances(env, emit)
    checks = _check(env, emit, elapsed)
    return {
        "networks": {network.name: describe_network(network) for network in _find_networks(env)},
        "trial_balances": balances,
        "elapsed": elapsed,
        "checks": checks,
    }


def _prepare_environment(env):
    """All companies of the campaign at hand, in Spanish where it is installed.

    Nothing is noted in the documents' chatter: a quarter of the time would go there.
    """
    books = companies.ensure_companies(env)
    context = {**env.context, "allowed_company_ids": books.ids, "tracking_disable": True}
    languages = [code for code, _name in env["res.lang"].get_installed()]
    spanish = sorted(code for code in languages if code.startswith("es"))
    context["lang"] = (
        "es_PE" if "es_PE" in languages else spanish[0] if spanish else env.lang or "en_US"
    )
    # Whoever is added by hand later gets her statements in that language, too.
    env["ir.default"].sudo().set("res.partner", "lang", context["lang"])
    return env(context=context)


def _find_networks(env):
    return env["business.network"].search([], order="tier, cluster, id")


def _play(env, emit, position, step, elapsed):
    """Run one step, print its tables and how long it took."""
    title = step.title(env)
    emit("")
    emit(f"{position} {title} …")
    started = monotonic()
    tables = step.run(env)
    env.flush_all()
    elapsed[step.__name__.rpartition(".")[2]] = seconds = round(monotonic() - started, 2)
    if network_name := getattr(step, "NETWORK", None):
        network = env["business.network"].search([("name", "=", network_name)])
        tables = [*tables, *network_tables(env, describe_network(network))]
    _print_tables(emit, tables)
    emit(env._("%(position)s done in %(seconds)s s", position=position, seconds=f"{seconds:.1f}"))


def _print_tables(emit, tables):
    for table in tables:
        emit("")
        for line in render(table):
            emit(f"  {line}")
    emit("")


def _report_trial_balances(env, emit):
    balances = {}
    for company in env["res.company"].browse(env.context["allowed_company_ids"]):
        balances[company.name] = accounts = describe_trial_balance(company)
        if accounts:
            _print_tables(emit, [trial_balance_table(env, company, accounts)])
    return balances


def _check(env, emit, elapsed):
    """Prove the invariants, and that playing the campaign again creates nothing."""
    started = monotonic()
    books = env["res.company"].browse(env.context["allowed_company_ids"])
    checks = run_checks(env, _find_networks(env), books)
    before = take_inventory(env)
    for step in STEPS:
        step.run(env)
    checks["second_run_creates_nothing"] = take_inventory(env) == before
    elapsed["checks"] = round(monotonic() - started, 2)
    emit(env._("Checks"))
    for name, label in label_checks(env).items():
        emit(f"  {'✓' if checks[name] else '✗'} {label}")
    emit(env._("Elapsed: %s s", f"{sum(elapsed.values()):.1f}"))
    return checks
