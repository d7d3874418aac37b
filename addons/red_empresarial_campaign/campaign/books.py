"""What every step needs of the books: records by name, and the screens' payment wizard."""

from odoo import Command

from .data import to_date


def in_company(env, company):
    """The same environment working in the books of one company."""
    return env(context={**env.context, "allowed_company_ids": company.ids})


def in_books_of(env, network_name):
    """A network and the environment of the company that keeps its books."""
    network = find_network(env, network_name)
    books = in_company(env, network.company_id)
    return network.with_env(books), books


def find_network(env, name):
    return env["business.network"].search([("name", "=", name)], limit=1)


def find_partner(env, name):
    return env["res.partner"].search([("name", "=", name)], limit=1)


def find_account(env, code):
    """First account of the current company's chart whose code starts like this."""
    Account = env["account.account"]
    return Account.search(
        [*Account._check_company_domain(env.company), ("code", "=like", f"{code}%")],
        order="code",
        limit=1,
    )


def find_tax(env, name):
    """Tax of the current company by its name in the template of the chart."""
    return env["account.chart.template"].ref(name)


def find_journal(env, journal_type, currency=None):
    """Journal of the current company; of the company's currency unless another is named."""
    Journal = env["account.journal"]
    return Journal.search(
        [
            *Journal._check_company_domain(env.company),
            ("type", "=", journal_type),
            ("currency_id", "=", currency.id if currency else False),
        ],
        limit=1,
    )


def pay_straight_from(journal):
    """Book payments on the bank account itself: the demonstration reconciles no statements."""
    lines = journal.inbound_payment_method_line_ids | journal.outbound_payment_method_line_ids
    for line in lines.filtered(lambda line: not line.payment_account_id):
        line.payment_account_id = journal.default_account_id


def members_by_name(network):
    """``{partner name: business.network.member}``"""
    return {member.partner_id.name: member for member in network.member_ids}


def ensure_products(env, rows, **common):
    """Products of the current company, ``{name: product}``; the missing ones in one create.

    ``company_id=False`` makes them products of all companies.
    """
    Product = env["product.product"]
    common.setdefault("company_id", env.company.id)
    names = [row["product"] for row in rows]
    found = Product.search([("name", "in", names), ("company_id", "=", common["company_id"])])
    missing = set(names) - set(found.mapped("name"))
    found |= Product.create([{"name": name, **common} for name in names if name in missing])
    return {product.name: product for product in found}


def ensure_agreement(network, members, **vals):
    """Put in force the agreement of a network that has none.

    :param members: ``[(member, revenue weight, expense weight)]``
    """
    if network.agreement_ids:
        return
    agreement = network.env["business.network.agreement"].create(
        {
            "network_id": network.id,
            **vals,
            "line_ids": [
                Command.create(
                    {
                        "member_id": member.id,
                        "sequence": number,
                        "revenue_weight": revenue_weight,
                        "expense_weight": expense_weight,
                    }
                )
                for number, (member, revenue_weight, expense_weight) in enumerate(members, start=1)
            ],
        }
    )
    agreement.action_put_in_force()


def confirm_on_its_day(order):
    """Confirming stamps an order with the present moment; the campaign's orders keep their day."""
    day = order.date_order
    order.action_confirm()
    order.date_order = day


def ensure_invoice(order, date):
    """Through the wizard “Create Invoice” of the sales order, from what was delivered."""
    if not order.invoice_ids:
        order.env["sale.advance.payment.inv"].with_context(
            active_model="sale.order", active_ids=order.ids
        ).create({"advance_payment_method": "delivered"}).create_invoices()
        order.invoice_ids.l10n_latam_document_type_id = order.env.ref("l10n_pe.document_type01")
    post(order.invoice_ids, date)
    return order.invoice_ids


def set_document_account(network, code):
    """Where the documents of the members are booked, by the first digits of the account."""
    account = find_account(network.env, code)
    if network.member_document_account_id != account:
        network.member_document_account_id = account


def ensure_settlement(network, date_to, currency=None):
    """The settlement of a network up to a date, created if it is missing."""
    currency = currency or network.currency_id
    Settlement = network.env["business.network.settlement"]
    domain = [
        ("network_id", "=", network.id),
        ("currency_id", "=", currency.id),
        ("date_to", "=", date_to),
    ]
    return Settlement.search(domain, limit=1) or Settlement.create(
        {"network_id": network.id, "currency_id": currency.id, "date_to": date_to}
    )


def compute_and_approve(settlement):
    """The first two buttons of a settlement, once."""
    if settlement.state == "draft":
        settlement.action_compute()
    if settlement.state == "computed":
        settlement.action_approve()


def post_and_pay(settlement, journal, date):
    """The last two buttons of a settlement, once; it is paid when the ledger says so."""
    if settlement.state == "approved":
        settlement.action_post()
    if settlement.state == "posted":
        settlement.pay_members(journal, date)


def register_payments(documents, journal, date, group=False, **vals):
    """Pay or collect what is open of posted documents through the wizard of the screen."""
    documents = documents.filtered(lambda move: move.payment_state in ("not_paid", "partial"))
    if not documents:
        return
    documents.env["account.payment.register"].with_context(
        active_model="account.move", active_ids=documents.ids
    ).create(
        {"journal_id": journal.id, "payment_date": date, "group_payment": group, **vals}
    ).action_create_payments()


def prove_milestones(env):
    """What the scheduled job does every day: verify what the books prove by now."""
    env["business.network.verification"]._cron_prove_milestones()


def refresh_statistics(env):
    """Let the database count what this transaction posted.

    Nobody else can count it before the commit, and without a count the queries with which Odoo
    looks for the payments of a document read whole tables, once per document.
    """
    env.flush_all()
    env.cr.execute(
        "ANALYZE account_move, account_move_line, account_payment, account_partial_reconcile"
    )


def post(documents, date=None):
    """Date the drafts among these documents and post them together."""
    drafts = documents.filtered(lambda move: move.state == "draft")
    if date:
        drafts.write({"invoice_date": to_date(date), "date": to_date(date)})
    drafts.action_post()
