"""The books: a supporting entity's company and one company per trading network.

Opened when the addon is installed, because loading charts of accounts belongs to the set-up; the
campaign itself finds them in place.
"""

from odoo import Command

from ..books import find_account, find_journal, in_company, pay_straight_from
from ..data import parameters, read_table, to_date, to_number

UNNAMED = ("My Company", "YourCompany")


def title(env):
    return env._("Books of the supporting entity and of the trading networks")


def ensure_companies(env):
    """Companies of the campaign with the Peruvian chart, the supporting entity's first."""
    main = env.ref("base.main_company")
    if main.name in UNNAMED:
        main.name = parameters("books")["supporting_entity"]
    companies = main
    for row in read_table("companies"):
        company = env["res.company"].search([("name", "=", row["company"])], limit=1)
        companies |= company or _create_company(env, row)
    for company in companies:
        if not company.chart_template:
            env["account.chart.template"].try_loading("pe", company, install_demo=False)
    _ensure_warehouses(env, companies)
    _give_access(env, companies)
    return companies


def _create_company(env, row):
    return env["res.company"].create(
        {
            "name": row["company"],
            "country_id": env.ref("base.pe").id,
            "state_id": env.ref(row["state"]).id,
            "city": row["city"],
            "currency_id": env.ref("base.PEN").id,
        }
    )


def _ensure_warehouses(env, companies):
    """Where goods are kept in stock, an order needs a warehouse, which Odoo leaves to the user."""
    if "stock.warehouse" not in env:
        return
    Warehouse = env["stock.warehouse"]
    equipped = Warehouse.search([("company_id", "in", companies.ids)]).company_id
    Warehouse.create([{"company_id": company.id} for company in companies - equipped])


def _give_access(env, companies):
    users = env.ref("base.user_admin") | env.user
    for user in users:
        missing = companies - user.company_ids
        if missing:
            user.write({"company_ids": [Command.link(company.id) for company in missing]})


def run(env):
    """Bank accounts, exchange rates and opening balances of the trading networks' companies."""
    for row in read_table("companies"):
        company = env["res.company"].search([("name", "=", row["company"])])
        books = in_company(env, company)
        pay_straight_from(find_journal(books, "bank"))
        _ensure_opening(books, row)
    return []


def _ensure_opening(env, row):
    """The capital with which the company starts, paid into the bank."""
    Move = env["account.move"]
    reference = parameters("books")["opening_reference"]
    if Move.search_count([("company_id", "=", env.company.id), ("ref", "=", reference)], limit=1):
        return
    amount = to_number(row["capital"])
    bank = find_journal(env, "bank").default_account_id
    Move.create(
        {
            "move_type": "entry",
            "journal_id": find_journal(env, "general").id,
            "date": to_date(parameters("books")["opening_date"]),
            "ref": reference,
            "line_ids": [
                Command.create({"account_id": bank.id, "name": reference, "debit": amount}),
                Command.create(
                    {
                        "account_id": find_account(env, row["capital_account"]).id,
                        "name": reference,
                        "credit": amount,
                    }
                ),
            ],
        }
    ).action_post()
