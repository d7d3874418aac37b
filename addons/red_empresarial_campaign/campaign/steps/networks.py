"""The 20 networks and their 79 enterprises, and the two networks of networks.

Names of networks and enterprises are real; tax ids, people and third parties are fictitious. Where
a network of networks has a company, that one keeps the books of its networks without any, too.
"""

import base64
import csv
import io
from decimal import ROUND_HALF_UP, Decimal

from odoo import Command
from stdnum.pe import ruc

from ..books import find_network
from ..data import group_rows, parameters, read_table, to_date
from ..tables import Table

COLUMNS = ("cluster", "network", "line_of_business", "enterprise")
# The first member named leads; the next two complete the smallest board there is.
ROLES = ("leader", "secretary", "treasurer")


def title(env):
    return env._("Networks and enterprises")


def run(env):
    _import_networks(env)
    _ensure_third_parties(env)
    _ensure_tax_ids(env)
    users = _ensure_users(env)
    for row in read_table("network_details"):
        _complete_network(env, row, users)
    for row in read_table("networks_of_networks"):
        _ensure_network_of_networks(env, row, users)
    return [_networks_table(env), _sales_table(env)]


def _import_networks(env):
    """Through the import wizard, each network into the books it is kept in."""
    by_books = {}
    for name, rows in group_rows(read_table("networks"), "network").items():
        books = _find_books(name, rows[0]["cluster"])
        by_books.setdefault(books["company"] if books else None, []).extend(rows)
    for rows in by_books.values():
        company, form = _get_books(env, _find_books(rows[0]["network"], rows[0]["cluster"]))
        env["business.network.import"].with_company(company).create(
            {
                "file": base64.b64encode(_to_csv(rows).encode()),
                "filename": "networks.csv",
                "company_id": company.id,
                "operating_form_id": form.id,
                "country_id": env.ref("base.pe").id,
                "date_from": to_date(parameters("books")["members_from"]),
            }
        ).action_import()


def _find_books(name, cluster):
    """Row of the company of a network, else of the network of networks of its cluster, if any."""
    rows = {row["network"]: row for row in read_table("companies")}
    unions = {row["cluster"]: row["name"] for row in read_table("networks_of_networks")}
    return rows.get(name) or rows.get(unions.get(cluster))


def _get_books(env, row, form="leader"):
    """Company and operating form of a row of companies; without one the supporting entity's."""
    company = env.ref("base.main_company")
    if row:
        company = env["res.company"].search([("name", "=", row["company"])])
        form = row["operating_form"]
    return company, env.ref(f"red_empresarial.operating_form_{form}")


def _to_csv(rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _ensure_third_parties(env):
    """Customers and suppliers of the campaign, all fictitious."""
    rows = read_table("third_parties")
    Partner = env["res.partner"]
    found = set(Partner.search([("name", "in", [row["name"] for row in rows])]).mapped("name"))
    Partner.create(
        [
            {
                "name": row["name"],
                "is_company": True,
                "city": row["city"],
                "country_id": env["res.country"].search([("code", "=", row["country"])]).id,
                **_foreign_tax_id(env, row),
            }
            for row in rows
            if row["name"] not in found
        ]
    )


def _foreign_tax_id(env, row):
    if not row["tax_id"]:
        return {}
    return {
        "vat": row["tax_id"],
        "l10n_latam_identification_type_id": env.ref("l10n_latam_base.it_fid").id,
    }


def _ensure_tax_ids(env):
    """Fictitious tax ids, numbered in the order of the files: no real one starts like these."""
    names = [row["enterprise"] for row in read_table("networks")]
    names += [row["company"] for row in read_table("companies")]
    names += [row["name"] for row in read_table("third_parties") if not row["tax_id"]]
    partners = {
        partner.name: partner
        for partner in env["res.partner"].search([("name", "in", names), ("vat", "=", False)])
    }
    for number, name in enumerate(dict.fromkeys(names), start=1):
        if name in partners:
            partners[name].write(
                {
                    "vat": fictitious_ruc(number),
                    "l10n_latam_identification_type_id": env.ref("l10n_pe.it_RUC").id,
                }
            )


def fictitious_ruc(number):
    """A tax id with a valid check digit below a prefix that is not given out."""
    body = f"{parameters('books')['ruc_prefix']}{number:06d}"
    return body + ruc.calc_check_digit(body)


def _ensure_users(env):
    """The articulators: users without a password, so that nobody can log in as one."""
    rows = read_table("users")
    Users = env["res.users"].with_context(no_reset_password=True)
    users = Users.search([("login", "in", [row["login"] for row in rows])])
    missing = [row for row in rows if row["login"] not in users.mapped("login")]
    companies = env["res.company"].browse(env.context["allowed_company_ids"])
    users |= Users.create(
        [
            {
                "name": row["name"],
                "login": row["login"],
                "email": row["login"],
                "company_id": companies[0].id,
                "company_ids": [Command.set(companies.ids)],
                "group_ids": [Command.set(env.ref("red_empresarial.group_network_manager").ids)],
                "lang": env.lang,
            }
            for row in missing
        ]
    )
    return {user.login: user for user in users}


def _complete_network(env, row, users):
    """Phase, territory, leader and articulator of a network just imported."""
    network = find_network(env, row["network"])
    if network.leader_id:
        return
    leading = network.member_ids.filtered(
        lambda member: member.partner_id.name == row["leading_enterprise"]
    )
    network.write(
        {
            **_prepare_details(env, row, users),
            "leader_id": _create_leader(env, row, leading.partner_id).id,
        }
    )
    ordered = leading + (network.member_ids - leading)
    for member, role in zip(ordered, ROLES, strict=False):
        member.role = role


def _prepare_details(env, row, users):
    return {
        "phase": row["phase"],
        "territory": row["territory"],
        "chain": row["chain"],
        "manager_id": env.ref("base.user_admin").id,
        "articulator_id": users[row["articulator"]].id,
    }


def _create_leader(env, row, enterprise):
    return env["res.partner"].create(
        {"name": row["leader"], "parent_id": enterprise.id, "type": "contact"}
    )


def _ensure_network_of_networks(env, row, users):
    """Its members are the networks of its cluster, each represented by its leader's enterprise."""
    if find_network(env, row["name"]):
        return
    networks = env["business.network"].search(
        [("cluster", "=", row["cluster"]), ("tier", "=", "first")], order="id"
    )
    company, form = _get_books(
        env, _find_books(row["name"], row["cluster"]), form="consortium_members"
    )
    env["business.network"].with_company(company).create(
        {
            "name": row["name"],
            "tier": "second",
            "cluster": row["cluster"],
            "company_id": company.id,
            "operating_form_id": form.id,
            "leader_id": find_network(env, row["leader_network"]).leader_id.id,
            **_prepare_details(env, row, users),
            "member_ids": [
                Command.create(
                    {
                        "sub_network_id": network.id,
                        "sequence": number,
                        "date_from": to_date(parameters("books")["members_from"]),
                        "role": "leader" if network.name == row["leader_network"] else "member",
                    }
                )
                for number, network in enumerate(networks, start=1)
            ],
        }
    )


def _networks_table(env):
    networks = env["business.network"].search([], order="tier, cluster, id")
    phases = dict(networks._fields["phase"]._description_selection(env))
    return Table(
        env._("Networks"),
        (env._("Network"), env._("Cluster"), env._("Phase"), env._("Form"), env._("Members")),
        [
            (
                network.name,
                network.cluster,
                phases[network.phase],
                network.operating_form_id.name,
                network.member_count,
            )
            for network in networks
        ],
        (env._("Networks and enterprises"), None, None, None, _count_enterprises(networks)),
    )


def _count_enterprises(networks):
    return len(networks.filtered(lambda network: network.tier == "first").member_ids)


def _sales_table(env):
    """The published result of the programme: a network that joined late is left out of the mean."""
    increases, counted = [], []
    for row in read_table("sales_increase_gamarra"):
        increase = Decimal(row["annual_gross_sales_increase_pct"])
        increases.append([row["network"], float(increase), row["counts_in_average"] == "yes"])
        if row["counts_in_average"] == "yes":
            counted.append(increase)
    mean = (sum(counted) / len(counted)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    labels = {True: env._("Yes"), False: env._("No, it joined late")}
    rows = [[name, increase, labels[counts]] for name, increase, counts in increases]
    return Table(
        env._("Increase of annual gross sales published by the programme, in percent"),
        (env._("Network"), env._("Increase"), env._("Counts")),
        rows,
        (env._("Mean of the networks counted"), float(mean), None),
    )
