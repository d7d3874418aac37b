"""What the campaign creates, counted, so that a second run can be seen to create nothing."""

from odoo.tools import SQL

COUNTED = (
    "account.bank.statement.line",
    "account.full.reconcile",
    "account.move",
    "account.move.line",
    "account.partial.reconcile",
    "account.payment",
    "business.network",
    "business.network.agreement",
    "business.network.allocation",
    "business.network.capacity",
    "business.network.delivery",
    "business.network.distribution",
    "business.network.fund",
    "business.network.fund.event",
    "business.network.fund.expense",
    "business.network.fund.fine",
    "business.network.fund.loan",
    "business.network.fund.loan.instalment",
    "business.network.fund.meeting",
    "business.network.fund.statement",
    "business.network.member",
    "business.network.purchase.reference",
    "business.network.purchase.request",
    "business.network.purchase.request.line",
    "business.network.purchase.round",
    "business.network.purchase.round.product",
    "business.network.quota",
    "business.network.quota.consumption",
    "business.network.quota.plan",
    "business.network.quota.transfer",
    "business.network.reference.price",
    "business.network.settlement",
    "business.network.settlement.line",
    "business.network.verification",
    "mail.message",
    "product.product",
    "product.supplierinfo",
    "purchase.order",
    "purchase.order.group",
    "purchase.order.line",
    "res.company",
    "res.currency.rate",
    "res.partner",
    "res.users",
    "sale.order",
)


def take_inventory(env):
    """``{model: (records, last id)}`` of everything the campaign creates."""
    env.flush_all()
    return {
        model: env.execute_query(
            SQL("SELECT COUNT(*), MAX(id) FROM %s", SQL.identifier(env[model]._table))
        )[0]
        for model in COUNTED
    }
