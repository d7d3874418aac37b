"""What a network's books say, as plain values for machines and as tables for people."""

from .quotas import describe_plan, find_plans
from .tables import Table


def describe_network(network):
    """Documents, distribution, settlements and milestones of a network, JSON-serialisable."""
    return {
        "tier": network.tier,
        "cluster": network.cluster,
        "phase": network.phase,
        "operating_form": network.operating_form_id.code,
        "company": network.company_id.name,
        "members": network.member_ids.mapped("display_name"),
        "documents": [_describe_document(move) for move in find_joint_documents(network)],
        "distribution": _describe_distribution(network),
        "rounds": [describe_round(purchase_round) for purchase_round in find_rounds(network)],
        "quota_plans": [describe_plan(plan) for plan in find_plans(network)],
        "settlements": [
            _describe_settlement(settlement) for settlement in network.settlement_ids.sorted("id")
        ],
        "milestones": _describe_milestones(network),
    }


def find_joint_documents(network):
    """Posted joint documents, attribution entries and members' documents left out."""
    return network.env["account.move"].search(
        [
            ("network_id", "=", network.id),
            ("state", "=", "posted"),
            ("attribution_origin_id", "=", False),
            ("network_settlement_id", "=", False),
        ],
        order="date, id",
    )


def _describe_document(move):
    return {
        "number": move.name,
        "type": move.move_type,
        "date": move.date.isoformat(),
        "partner": move.partner_id.name or None,
        "untaxed": move.amount_untaxed,
        "total": move.amount_total,
        "currency": move.currency_id.name,
        "attribution_entry": move.attribution_move_ids[:1].name or None,
    }


def _describe_distribution(network):
    return [
        {
            key: result[key]
            for key in ("name", "revenue", "expense", "input_tax", "lost_input_tax", "result")
        }
        for result in network.get_member_results()
    ]


def find_rounds(network):
    """Purchase rounds of a network, the first one first."""
    return network.env["business.network.purchase.round"].search(
        [("network_id", "=", network.id)], order="id"
    )


def describe_round(purchase_round):
    """A purchase round as plain values: what was asked, offered and saved."""
    return {
        "number": purchase_round.name,
        "title": purchase_round.title,
        "state": purchase_round.state,
        "closed": purchase_round.date_close.isoformat(),
        "reason": purchase_round.choice_reason or None,
        "annex_filed": _get_filing_date(purchase_round.annex_id),
        "products": [_describe_product(product) for product in purchase_round.product_ids],
        "quotations": [
            _describe_quotation(order) for order in purchase_round.order_ids.sorted("id")
        ],
        "savings": _describe_savings(purchase_round),
    }


def _get_filing_date(annex):
    return annex.filing_date.isoformat() if annex.filing_date else None


def _describe_product(product):
    """Ordered and received are what the confirmed orders say."""
    lines = product.order_line_ids.filtered(lambda line: line.state == "purchase")
    return {
        "product": product.product_id.name,
        "requested": product.requested_quantity,
        "pack": product.pack_quantity,
        "ordered": sum(lines.mapped("product_qty")),
        "received": sum(lines.mapped("qty_received")),
        "decision": product.decision,
    }


def _describe_quotation(order):
    freights = order.order_line.filtered("landed_basis")
    freight = sum(freights.mapped("price_subtotal"))
    goods = sum((order.order_line - freights).mapped("price_subtotal"))
    return {
        "supplier": order.partner_id.name,
        "number": order.partner_ref,
        "goods": order.currency_id.round(goods),
        "freight": order.currency_id.round(freight),
        "landed": order.currency_id.round(goods + freight),
        "chosen": order.state == "purchase",
    }


def _describe_savings(purchase_round):
    """What each member saved, read from the posted bills."""
    groups = purchase_round.env["business.network.purchase.saving"]._read_group(
        [("round_id", "=", purchase_round.id)],
        ["member_id"],
        ["reference_amount:sum", "joint_amount:sum", "saving:sum"],
    )
    round_amount = purchase_round.currency_id.round
    return [
        {
            "member": member.partner_id.name,
            "alone": round_amount(alone),
            "together": round_amount(together),
            "saved": round_amount(saved),
        }
        for member, alone, together, saved in sorted(
            groups, key=lambda group: (group[0].sequence, group[0].id)
        )
    ]


def _describe_settlement(settlement):
    return {
        "number": settlement.name,
        "date": settlement.date.isoformat(),
        "state": settlement.state,
        "currency": settlement.currency_id.name,
        "total": settlement.amount_total,
        "lines": [
            {
                "member": line.partner_id.name,
                "revenue": line.amount_revenue,
                "expense": line.amount_expense,
                "input_tax": line.amount_input_tax,
                "due": line.amount_due,
                "document": line.document_id.name or None,
                "paid": _get_paid(line),
                "payment_state": line.payment_state,
            }
            for line in settlement.line_ids
        ],
    }


def _get_paid(line):
    """What was paid to the member, negative when it was collected."""
    payments = line.settlement_id.payment_ids.filtered(
        lambda payment: payment.partner_id == line.partner_id and payment.state == "paid"
    )
    signs = {"outbound": 1, "inbound": -1}
    return line.currency_id.round(
        sum(signs[payment.payment_type] * payment.amount for payment in payments)
    )


def _describe_milestones(network):
    return {
        verification.milestone_id.code: {
            "state": verification.state,
            "reached": verification.reached_date.isoformat() if verification.reached_date else None,
            "income": verification.evidence_income,
            "expense": verification.evidence_expense,
            "entries": verification.evidence_count,
            "stale": verification.is_stale,
        }
        for verification in network.verification_ids
        if verification.proof == "breakeven"
    }


def describe_trial_balance(company):
    """``[{code, name, debit, credit, balance}]`` of the posted items of a company."""
    env = company.with_company(company).env
    return [
        {
            "code": account.code,
            "name": account.name,
            "debit": debit,
            "credit": credit,
            "balance": company.currency_id.round(debit - credit),
        }
        for account, debit, credit in env["account.move.line"]._read_group(
            [("company_id", "=", company.id), ("parent_state", "=", "posted")],
            ["account_id"],
            ["debit:sum", "credit:sum"],
            order="account_id",
        )
    ]


# -- tables ----------------------------------------------------------------------------------------


def network_tables(env, description):
    """Tables of a description made by :func:`describe_network`."""
    return [
        _documents_table(env, description["documents"]),
        _distribution_table(env, description["distribution"]),
        *(_settlement_table(env, settlement) for settlement in description["settlements"]),
        _milestones_table(env, description["milestones"]),
    ]


def _documents_table(env, documents):
    keys = ("number", "date", "partner", "untaxed", "total", "currency")
    rows = [tuple(document[key] for key in keys) for document in documents]
    return Table(
        env._("Documents"),
        (
            env._("Number"),
            env._("Date"),
            env._("Partner"),
            env._("Untaxed"),
            env._("Total"),
            env._("Currency"),
        ),
        rows,
    )


def _distribution_table(env, results):
    keys = ("revenue", "expense", "input_tax", "result")
    rows = [(result["name"], *(result[key] for key in keys)) for result in results]
    return Table(
        env._("Share of each member, in soles"),
        (
            env._("Member"),
            env._("Income"),
            env._("Expenses"),
            env._("Input tax"),
            env._("Result"),
        ),
        rows,
        (env._("Total"), *(_add_up(results, key) for key in keys)),
    )


def _settlement_table(env, settlement):
    lines = settlement["lines"]
    rows = [(line["member"], line["due"], line["document"], line["paid"]) for line in lines]
    return Table(
        env._(
            "Settlement %(number)s of %(date)s, in %(currency)s",
            number=settlement["number"],
            date=settlement["date"],
            currency=settlement["currency"],
        ),
        (env._("Member"), env._("Due"), env._("Document"), env._("Paid")),
        rows,
        (env._("Total"), _add_up(lines, "due"), None, _add_up(lines, "paid")),
    )


def _milestones_table(env, milestones):
    keys = ("reached", "income", "expense", "entries")
    states = {"pending": env._("Pending"), "verified": env._("Verified by the books")}
    rows = [
        [states[milestone["state"]], *[milestone[key] for key in keys]]
        for milestone in milestones.values()
    ]
    return Table(
        env._("Breakeven milestone"),
        (env._("State"), env._("Reached"), env._("Income"), env._("Expenses"), env._("Entries")),
        rows,
    )


def trial_balance_table(env, company, accounts):
    keys = ("debit", "credit", "balance")
    rows = [
        (account["code"], account["name"], *(account[key] for key in keys)) for account in accounts
    ]
    return Table(
        env._("Trial balance of %s", company.name),
        (env._("Account"), env._("Name"), env._("Debit"), env._("Credit"), env._("Balance")),
        rows,
        (None, env._("Total"), *(_add_up(accounts, key) for key in keys)),
    )


def _add_up(rows, key):
    return round(sum(row[key] for row in rows), 2)
