"""The network of networks of Gamarra fills the corporate order by its quotas.

The order consumes the quotas of the networks, their own orders those of the workshops; one workshop
gives part of its quota to another for a compensation. Everything is delivered twice, invoiced once,
and what the customer pays goes down two levels of books: to the networks, and to who sewed.
"""

from odoo import Command

from ..books import (
    compute_and_approve,
    confirm_on_its_day,
    ensure_invoice,
    ensure_settlement,
    find_journal,
    find_partner,
    in_books_of,
    in_company,
    members_by_name,
    post,
    post_and_pay,
    prove_milestones,
    register_payments,
)
from ..data import group_rows, parameters, read_table, to_date, to_number
from ..quotas import describe_plan, find_plan, fulfilment_table, transfers_table
from .corporate_quotas import UNION, find_union

NETWORK = UNION


def title(env):
    return env._("%s fills the corporate order by its quotas", NETWORK)


def run(env):
    union, settings = find_union(env), parameters("corporate")
    bank, plan = find_journal(union.env, "bank"), find_plan(union)
    order = _find_order(union) or _create_order(plan)
    if order.state == "draft":
        order.share_out("quota")
        confirm_on_its_day(order)
        _fill(order, plan)
    invoice = ensure_invoice(order, settings["invoice_date"])
    register_payments(invoice, bank, to_date(settings["collection_date"]))
    _settle_networks(union, bank)
    _settle_workshops(env)
    prove_milestones(env)
    description = describe_plan(plan)
    quotas = description["quotas"]
    return [
        fulfilment_table(env, env._("What the networks delivered and earned"), quotas, level=1),
        fulfilment_table(env, env._("What their workshops delivered and earned"), quotas, level=2),
        transfers_table(env, description["transfers"]),
    ]


# -- the order and its parts -----------------------------------------------------------------------


def _find_order(union):
    reference = parameters("corporate")["order_reference"]
    return union.env["sale.order"].search(
        [("network_id", "=", union.id), ("client_order_ref", "=", reference)]
    )


def _create_order(plan):
    settings, network = parameters("corporate"), plan.network_id
    return plan.env["sale.order"].create(
        {
            "partner_id": find_partner(plan.env, settings["customer"]).id,
            "client_order_ref": settings["order_reference"],
            "network_id": network.id,
            "date_order": settings["order_date"],
            "commitment_date": settings["commitment_date"],
            "order_line": [
                Command.create(
                    {
                        "product_id": plan.product_tmpl_id.product_variant_id.id,
                        "product_uom_qty": plan.volume,
                        "price_unit": to_number(settings["price"]),
                    }
                )
            ],
        }
    )


def _fill(order, plan):
    """The networks' orders, on the day of the order; a transfer before they are shared out."""
    parts = order.network_child_order_ids
    parts.date_order = order.date_order
    for row in read_table("corporate_transfers"):
        _transfer(plan, row)
    for part in parts:
        part.share_out("quota")
    parts.action_confirm()
    parts.env["business.network.delivery"].create(
        [
            vals
            for allocation in parts.order_line.allocation_ids
            for vals in _prepare_deliveries(allocation)
        ]
    )


def _transfer(plan, row):
    """Both workshops consent, then the network carries it out."""
    quotas = {
        quota.member_id.partner_id.name: quota
        for quota in plan.quota_ids.filtered(lambda quota: quota.network_id.name == row["network"])
    }
    transfer = plan.env["business.network.quota.transfer"].create(
        {
            "from_quota_id": quotas[row["giver"]].id,
            "to_quota_id": quotas[row["receiver"]].id,
            "units": int(row["units"]),
            "amount": to_number(row["amount"]),
            "date": row["date"],
            "reason": row["reason"],
            "consent_reference": row["paper"],
        }
    )
    transfer.action_consent_giver()
    transfer.action_consent_receiver()
    transfer.action_carry_out()


def _prepare_deliveries(allocation):
    """Part of the quantity on each day, up to the whole; what is rejected comes the next time."""
    rejections = {(row["date"], row["workshop"]): row for row in read_table("corporate_rejections")}
    accepted = 0
    for row in read_table("corporate_deliveries"):
        quantity = allocation.quantity * int(row["percent"]) // 100 - accepted
        rejection = rejections.get((row["date"], allocation.partner_id.name), {})
        rejected = int(rejection.get("rejected", 0))
        accepted += quantity - rejected
        yield {
            "allocation_id": allocation.id,
            "date": row["date"],
            "quantity": quantity,
            "rejected_quantity": rejected,
            "reason": rejection.get("reason"),
            "state": "done",
        }


# -- the money, level by level ---------------------------------------------------------------------


def _settle_networks(union, bank):
    """What each network is due, as a document in its own books.

    A network with books of its own invoices its part, which the settlement pays; what the same
    company keeps for the others is passed on by an entry.
    """
    settings = parameters("corporate")
    settlement = ensure_settlement(union, to_date(settings["settlement_date"]))
    compute_and_approve(settlement)
    documents = settlement.network_document_ids
    invoices = documents.filtered(lambda move: move.move_type == "out_invoice")
    for invoice in map(_in_own_books, invoices.filtered(lambda move: move.state == "draft")):
        invoice.l10n_latam_document_type_id = union.env.ref("l10n_pe.document_type01")
        post(invoice, settings["settlement_date"])
    pay_date = to_date(settings["networks_pay_date"])
    post_and_pay(settlement, bank, pay_date)
    post(documents - invoices)
    for invoice in map(_in_own_books, invoices):
        register_payments(invoice, find_journal(invoice.env, "bank"), pay_date)


def _in_own_books(move):
    return move.with_env(in_company(move.env, move.company_id))


def _settle_workshops(env):
    """The networks whose workshops have all given their invoices settle and pay them."""
    settings = parameters("corporate")
    for name, rows in group_rows(read_table("corporate_invoices"), "network").items():
        network, books = in_books_of(env, name)
        settlement = ensure_settlement(network, to_date(settings["settlement_date"]))
        compute_and_approve(settlement)
        _write_invoice_numbers(settlement, rows)
        pay_date = to_date(settings["members_pay_date"])
        post_and_pay(settlement, find_journal(books, "bank"), pay_date)


def _write_invoice_numbers(settlement, rows):
    if settlement.state != "approved":
        return
    lines = settlement.line_ids.grouped("member_id")
    members = members_by_name(settlement.network_id)
    for row in rows:
        lines[members[row["workshop"]]].document_number = row["invoice_number"]
