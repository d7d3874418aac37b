"""The invariants of the suite, each computed again from the database.

Every check takes the networks and companies of the campaign and answers True or False. A check that
finds nothing to look at is False: silence is no proof.
"""

from odoo.tools import SQL
from stdnum.pe import ruc

from .data import parameters
from .fund_checks import FUND_CHECKS, label_fund_checks


def _none(env, query):
    """Whether a query for counter-examples finds none."""
    return not env.execute_query(query)


def _some(env, query):
    return bool(env.execute_query(query))


def every_posted_entry_balances(env, networks, companies):
    """Invariant 1: debits equal credits in each posted entry."""
    posted = SQL("move.state = 'posted' AND move.company_id IN %s", tuple(companies.ids))
    return _some(env, SQL("SELECT 1 FROM account_move move WHERE %s LIMIT 1", posted)) and _none(
        env,
        SQL(
            """
            SELECT move.id
              FROM account_move move
              JOIN account_move_line line ON line.move_id = move.id
             WHERE %s
          GROUP BY move.id
            HAVING SUM(line.debit) != SUM(line.credit)
            """,
            posted,
        ),
    )


def trial_balances_balance(env, networks, companies):
    """Per company, and with entries in each."""
    rows = env.execute_query(
        SQL(
            """
            SELECT company_id, SUM(debit) = SUM(credit) AND SUM(balance) = 0
              FROM account_move_line
             WHERE parent_state = 'posted' AND company_id IN %s
          GROUP BY company_id
            """,
            tuple(companies.ids),
        )
    )
    return bool(rows) and all(balanced for _company, balanced in rows)


def _shared_items():
    """Items of posted joint documents that must be shared out, by kind as the rows name it.

    Stated here again from the ledger's own columns, not through the code that made the rows. Of
    entries only those count by which a network gets its part of a network of networks.
    """
    return SQL(
        """
        SELECT move.id AS move_id, line.account_id,
               CASE WHEN line.tax_repartition_line_id IS NOT NULL THEN 'input_tax'
                    WHEN move.move_type IN ('out_invoice', 'out_refund') THEN 'revenue'
                    WHEN account.account_type LIKE 'income%%' THEN 'revenue'
                    ELSE 'expense' END AS kind,
               line.balance, line.amount_currency
          FROM account_move move
          JOIN business_network network ON network.id = move.network_id
          JOIN account_move_line line ON line.move_id = move.id
          JOIN account_account account ON account.id = line.account_id
         WHERE move.state = 'posted'
           AND move.attribution_origin_id IS NULL
           AND move.network_settlement_id IS NULL
           AND (move.move_type != 'entry' OR (move.network_upper_line_id IS NOT NULL
                AND (account.account_type LIKE 'income%%'
                     OR account.account_type LIKE 'expense%%')))
           AND (line.display_type = 'product'
                OR (line.display_type = 'tax' AND network.policy = 'attribution'
                    AND move.move_type IN ('in_invoice', 'in_refund')))
        """
    )


def distributions_sum_to_their_documents(env, networks, companies):
    """Invariant 1: per document, account and kind, rows are minus the ledger in both currencies."""
    difference = SQL(
        """
        SELECT move_id, account_id, kind
          FROM (SELECT move_id, account_id, kind, balance, amount_currency FROM (%s) AS item
                 UNION ALL
                SELECT move_id, account_id, kind, amount, amount_currency
                  FROM business_network_distribution) AS both_sides
      GROUP BY move_id, account_id, kind
        HAVING SUM(balance) != 0 OR SUM(amount_currency) != 0
        """,
        _shared_items(),
    )
    return _some(env, SQL("SELECT 1 FROM business_network_distribution LIMIT 1")) and _none(
        env, difference
    )


def one_attribution_entry_per_attributed_document(env, networks, companies):
    """Invariant 9: exactly one posted entry per document, none without its source."""
    documents = env.execute_query(
        SQL(
            """
            SELECT COUNT(entry.id)
              FROM account_move move
              JOIN business_network network ON network.id = move.network_id
         LEFT JOIN account_move entry ON entry.attribution_origin_id = move.id
               AND entry.state = 'posted'
             WHERE move.state = 'posted'
               AND network.policy = 'attribution'
               AND move.move_type != 'entry'
               AND move.network_settlement_id IS NULL
          GROUP BY move.id
            """
        )
    )
    orphans = SQL(
        """
        SELECT entry.id
          FROM account_move entry
          JOIN account_move origin ON origin.id = entry.attribution_origin_id
         WHERE entry.state = 'posted' AND origin.state != 'posted'
        """
    )
    return bool(documents) and all(count == 1 for (count,) in documents) and _none(env, orphans)


def attribution_leaves_the_operator_its_share(env, networks, companies):
    """A document and its entry together leave on each account what the operator's rows say."""
    attributed = SQL(
        """
        SELECT DISTINCT row.move_id
          FROM business_network_distribution row
          JOIN business_network network ON network.id = row.network_id
         WHERE network.policy = 'attribution'
        """
    )
    difference = SQL(
        """
        SELECT move_id, account_id
          FROM (SELECT COALESCE(move.attribution_origin_id, move.id) AS move_id,
                       line.account_id, line.balance
                  FROM account_move move
                  JOIN account_move_line line ON line.move_id = move.id
                 WHERE move.state = 'posted'
                   AND COALESCE(move.attribution_origin_id, move.id) IN (%(attributed)s)
                 UNION ALL
                SELECT row.move_id, row.account_id, row.amount
                  FROM business_network_distribution row
                  JOIN res_company company ON company.id = row.company_id
                 WHERE row.partner_id = company.partner_id) AS both_sides
         WHERE (move_id, account_id) IN (
                SELECT move_id, account_id FROM business_network_distribution
                 WHERE move_id IN (%(attributed)s))
      GROUP BY move_id, account_id
        HAVING SUM(balance) != 0
        """,
        attributed=attributed,
    )
    return _some(env, attributed) and _none(env, difference)


def settlement_lines_sum_to_their_rows(env, networks, companies):
    """Invariant 2: what a member is due is the sum of the rows its line took, each taken once."""
    lines = env.execute_query(
        SQL(
            """
            SELECT line.amount_due = SUM(row.amount_currency)
                   AND BOOL_AND(row.member_id = line.member_id)
                   AND BOOL_AND(row.network_id = settlement.network_id)
              FROM business_network_settlement_line line
              JOIN business_network_settlement settlement ON settlement.id = line.settlement_id
         LEFT JOIN business_network_distribution row ON row.settlement_line_id = line.id
             WHERE settlement.state != 'reversed'
          GROUP BY line.id
            """
        )
    )
    return bool(lines) and all(agrees for (agrees,) in lines)


def settlements_are_paid_to_the_cent(env, networks, companies):
    """Payments of a settlement add up to its open items, and nothing of it is left open."""
    settlements = networks.settlement_ids.filtered(lambda s: s.state != "reversed")
    return bool(settlements) and all(
        settlement.state == "paid"
        and all(
            not line.amount_open and line.payment_state != "open" for line in settlement.line_ids
        )
        for settlement in settlements
    )


def member_documents_state_what_is_due(env, networks, companies):
    """Under the principal policy a member's document is what its line says, before tax."""
    lines = networks.settlement_ids.line_ids.filtered("document_id")
    return bool(lines) and all(
        not line.currency_id.compare_amounts(_get_stated_amount(line), line.amount_due)
        and line.document_id.state == "posted"
        for line in lines
    )


def _get_stated_amount(line):
    """An invoice states it before tax; an entry credits it to the network's current account."""
    document = line.document_id
    if document.move_type != "entry":
        return document.amount_untaxed
    account = line.network_id.member_payable_account_id
    own = document.line_ids.filtered(lambda item: item.account_id == account)
    return -sum(own.mapped("balance"))


def member_accounts_are_reconciled(env, networks, companies):
    """After payment the current accounts of the members hold nothing open."""
    accounts = networks.member_payable_account_id | networks.member_receivable_account_id
    rows = env.execute_query(
        SQL(
            """
            SELECT BOOL_AND(reconciled AND amount_residual = 0 AND amount_residual_currency = 0)
              FROM account_move_line
             WHERE parent_state = 'posted' AND account_id IN %s
            """,
            tuple(accounts.ids) or (0,),
        )
    )
    return bool(rows[0][0])


def one_agreement_in_force_per_day(env, networks, companies):
    """Invariant 3: agreements of a network never overlap, and each document's day has one."""
    overlaps = SQL(
        """
        SELECT one.id
          FROM business_network_agreement one
          JOIN business_network_agreement other
            ON other.network_id = one.network_id AND other.id > one.id
           AND daterange(other.date_from, other.date_to, '[]')
               && daterange(one.date_from, one.date_to, '[]')
         WHERE one.state != 'draft' AND other.state != 'draft'
           AND one.parent_id IS NULL AND other.parent_id IS NULL
        """
    )
    uncovered = SQL(
        """
        SELECT row.id
          FROM business_network_distribution row
          JOIN business_network_agreement agreement ON agreement.id = row.agreement_id
         WHERE NOT daterange(agreement.date_from, agreement.date_to, '[]') @> row.date
            OR agreement.state = 'draft'
        """
    )
    return (
        _some(env, SQL("SELECT 1 FROM business_network_agreement WHERE state = 'in_force'"))
        and _none(env, overlaps)
        and _none(env, uncovered)
    )


def shares_go_to_members_of_the_day(env, networks, companies):
    """Nobody shares in a document dated outside of its membership."""
    return _some(env, SQL("SELECT 1 FROM business_network_distribution LIMIT 1")) and _none(
        env,
        SQL(
            """
            SELECT row.id
              FROM business_network_distribution row
              JOIN business_network_member member ON member.id = row.member_id
             WHERE NOT daterange(member.date_from, member.date_to, '[]') @> row.date
                OR member.network_id != row.network_id
            """
        ),
    )


def milestone_evidence_adds_up(env, networks, companies):
    """Invariant 8: what a milestone proved by the books states is what its entries say today."""
    verifications = networks.verification_ids.filtered(
        lambda v: v.proof == "breakeven" and v.state == "verified"
    )
    cited = {
        verification_id: (income, expense)
        for verification_id, income, expense in env.execute_query(
            SQL(
                """
                SELECT rel.business_network_verification_id,
                       -SUM(line.balance) FILTER (WHERE account.account_type LIKE 'income%%'),
                       SUM(line.balance) FILTER (WHERE account.account_type LIKE 'expense%%')
                  FROM business_network_verification_move_rel rel
                  JOIN account_move move ON move.id = rel.account_move_id
                  JOIN account_move_line line ON line.move_id = move.id
                  JOIN account_account account ON account.id = line.account_id
                 WHERE move.state = 'posted' AND move.attribution_origin_id IS NULL
              GROUP BY 1
                """
            )
        )
    }
    return bool(verifications) and all(
        _states_what_it_cites(verification, *cited.get(verification.id, (0, 0)))
        for verification in verifications
    )


def _states_what_it_cites(verification, income, expense):
    currency = verification.currency_id
    return (
        not currency.compare_amounts(float(income or 0), verification.evidence_income)
        and not currency.compare_amounts(float(expense or 0), verification.evidence_expense)
        and verification.evidence_income >= verification.evidence_expense
        and not verification.is_stale
    )


def what_members_delivered_is_invoiced_once(env, networks, companies):
    """Quantities invoiced of an allocation are those delivered, no more and no less."""
    allocations = env["business.network.allocation"].search(
        [("network_id", "in", networks.ids), ("sale_line_id", "!=", False)]
    )
    return bool(allocations) and all(
        allocation.quantity == allocation.delivered_quantity == allocation.invoiced_quantity
        for allocation in allocations
    )


def _distributed_rounds(networks):
    return networks.env["business.network.purchase.round"].search(
        [("network_id", "in", networks.ids), ("state", "=", "distributed")]
    )


def rounds_compare_three_suppliers(env, networks, companies):
    """Three suppliers priced everything a round buys, and what is dearer has its reason."""
    rounds = _distributed_rounds(networks)
    return bool(rounds) and all(_compared(purchase_round) for purchase_round in rounds)


def _compared(purchase_round):
    bought = purchase_round.product_ids.filtered("consolidated_quantity")
    complete = purchase_round.order_ids.filtered(
        lambda order: (
            order.order_line.filtered(
                lambda line: line.price_subtotal and line.product_qty
            ).round_product_id
            == bought
        )
    )
    chosen = complete.filtered(lambda order: order.state == "purchase")
    others = complete - chosen
    return (
        len(complete.partner_id) >= 3
        and len(complete.purchase_group_id) == 1
        and set(others.mapped("state")) == {"cancel"}
        and bool(chosen and purchase_round.choice_reason)
    )


def members_get_what_they_asked(env, networks, companies):
    """From asked to received: within each member's tolerance, in whole packs, nothing lost."""
    rounds = tuple(_distributed_rounds(networks).ids) or (0,)
    differences = SQL(
        """
        WITH asked AS (
            SELECT line.round_product_id, line.member_id, line.quantity,
                   GREATEST(line.quantity, line.maximum_quantity) AS most,
                   line.allotted_quantity AS allotted
              FROM business_network_purchase_request_line line
              JOIN business_network_purchase_request request ON request.id = line.request_id
             WHERE request.state = 'sent' AND line.round_id IN %(rounds)s),
        given AS (
            SELECT line.round_product_id, allocation.member_id,
                   SUM(allocation.quantity) AS quantity, SUM(arrived.quantity) AS arrived
              FROM business_network_allocation allocation
              JOIN purchase_order_line line ON line.id = allocation.purchase_line_id
              JOIN purchase_order purchase ON purchase.id = line.order_id
         LEFT JOIN LATERAL (
                    SELECT SUM(delivery.quantity - delivery.rejected_quantity) AS quantity
                      FROM business_network_delivery delivery
                     WHERE delivery.allocation_id = allocation.id
                       AND delivery.state = 'done') arrived ON TRUE
             WHERE purchase.network_round_id IN %(rounds)s AND purchase.state = 'purchase'
          GROUP BY line.round_product_id, allocation.member_id)
        SELECT round_product_id
          FROM asked FULL JOIN given USING (round_product_id, member_id)
         WHERE (asked.allotted BETWEEN asked.quantity AND asked.most
                AND given.quantity = asked.allotted
                AND given.arrived = asked.allotted) IS NOT TRUE
     UNION ALL
        SELECT product.id
          FROM business_network_purchase_round_product product
     LEFT JOIN asked ON asked.round_product_id = product.id
         WHERE product.round_id IN %(rounds)s
      GROUP BY product.id
        HAVING COALESCE(SUM(asked.allotted), 0) != product.consolidated_quantity
            OR MOD(product.consolidated_quantity, NULLIF(product.pack_quantity, 0)) != 0
        """,
        rounds=rounds,
    )
    return rounds != (0,) and _none(env, differences)


def _attributed_bills():
    """Posted bills of purchase rounds under attribution, with the annex of their order."""
    return SQL(
        """
        SELECT DISTINCT move.id AS move_id, move.invoice_date, purchase.id AS order_id,
               purchase.network_annex_id AS annex_id
          FROM account_move move
          JOIN business_network network ON network.id = move.network_id
          JOIN account_move_line line ON line.move_id = move.id
          JOIN purchase_order_line ordered ON ordered.id = line.purchase_line_id
          JOIN purchase_order purchase ON purchase.id = ordered.order_id
         WHERE move.state = 'posted' AND network.policy = 'attribution'
           AND purchase.network_round_id IS NOT NULL
        """
    )


def annexes_are_filed_before_the_bill(env, networks, companies):
    """The proportions of a purchase by need were communicated before there was a bill to share."""
    late = SQL(
        """
        SELECT bill.move_id
          FROM (%s) bill
     LEFT JOIN business_network_agreement annex ON annex.id = bill.annex_id
         WHERE (annex.parent_id IS NOT NULL AND annex.date_from <= bill.invoice_date
                AND annex.filing_date <= bill.invoice_date) IS NOT TRUE
        """,
        _attributed_bills(),
    )
    return _some(env, _attributed_bills()) and _none(env, late)


def annexes_weigh_the_landed_cost(env, networks, companies):
    """A member weighs what it gets with its freight, to a cent per line of the order."""
    differences = SQL(
        """
        WITH part AS (
            SELECT line.order_id, allocation.member_id,
                   SUM(line.price_subtotal * allocation.quantity / line.product_qty) AS value,
                   SUM(allocation.quantity * product.weight) AS weight
              FROM purchase_order_line line
              JOIN business_network_allocation allocation
                ON allocation.purchase_line_id = line.id
              JOIN product_product product ON product.id = line.product_id
          GROUP BY line.order_id, allocation.member_id),
        freight AS (
            SELECT order_id, SUM(price_subtotal) AS amount
              FROM purchase_order_line
             WHERE landed_basis = 'weight'
          GROUP BY order_id)
        SELECT part.member_id
          FROM (SELECT DISTINCT order_id, annex_id FROM (%s) bill) bought
          JOIN (SELECT part.*, SUM(part.weight) OVER (PARTITION BY part.order_id) AS total
                  FROM part) part ON part.order_id = bought.order_id
     LEFT JOIN freight ON freight.order_id = bought.order_id
     LEFT JOIN business_network_agreement_line line
            ON line.agreement_id = bought.annex_id AND line.member_id = part.member_id
         WHERE (ABS(line.expense_weight - 100 * (part.value + COALESCE(freight.amount, 0)
                    * part.weight / NULLIF(part.total, 0)))
                <= (SELECT COUNT(*) FROM purchase_order_line own
                     WHERE own.order_id = bought.order_id)) IS NOT TRUE
        """,
        _attributed_bills(),
    )
    return _some(env, _attributed_bills()) and _none(env, differences)


def round_bills_follow_their_annex(env, networks, companies):
    """Each share of cost and of input tax is its weight in the annex, to less than a cent."""
    differences = SQL(
        """
        SELECT row.id
          FROM (SELECT row.id, row.kind, row.member_id, row.amount, bill.annex_id,
                       SUM(row.amount) OVER (
                           PARTITION BY row.move_id, row.kind, row.account_id, row.portion) AS total
                  FROM business_network_distribution row
                  JOIN (%s) bill ON bill.move_id = row.move_id) row
     LEFT JOIN business_network_agreement_line line
            ON line.agreement_id = row.annex_id AND line.member_id = row.member_id
         WHERE (row.kind IN ('expense', 'input_tax')
                AND ABS(row.amount - row.total * line.expense_weight
                        / (SELECT SUM(expense_weight) FROM business_network_agreement_line own
                            WHERE own.agreement_id = row.annex_id)) < 0.01) IS NOT TRUE
        """,
        _attributed_bills(),
    )
    return _some(env, _attributed_bills()) and _none(env, differences)


def savings_are_what_the_books_say(env, networks, companies):
    """Per member: the price alone of what was billed less its share of the bills, above zero."""
    rounds = _distributed_rounds(networks)
    alone_and_together = {
        (round_id, member_id): (alone, together)
        for round_id, member_id, alone, together in env.execute_query(
            SQL(
                """
                SELECT alone.round_id, alone.member_id, alone.amount, together.amount
                  FROM (SELECT frozen.round_id, allocation.member_id,
                               SUM(ROUND(invoiced.quantity * frozen.price_unit, 2)) AS amount
                          FROM business_network_allocation_invoiced invoiced
                          JOIN account_move_line item ON item.id = invoiced.move_line_id
                           AND item.parent_state = 'posted'
                          JOIN business_network_allocation allocation
                            ON allocation.id = invoiced.allocation_id
                          JOIN purchase_order_line line ON line.id = allocation.purchase_line_id
                          JOIN business_network_purchase_reference frozen
                            ON frozen.round_product_id = line.round_product_id
                           AND frozen.member_id = allocation.member_id
                      GROUP BY 1, 2) alone
                  JOIN (SELECT move.network_round_id AS round_id, row.member_id,
                               -SUM(row.amount) AS amount
                          FROM business_network_distribution row
                          JOIN account_move move ON move.id = row.move_id
                         WHERE row.kind = 'expense'
                      GROUP BY 1, 2) together USING (round_id, member_id)
                """
            )
        )
    }
    shown = {
        (purchase_round.id, member.id): (alone, together, saved)
        for purchase_round, member, alone, together, saved in env[
            "business.network.purchase.saving"
        ]._read_group(
            [("round_id", "in", rounds.ids)],
            ["round_id", "member_id"],
            ["reference_amount:sum", "joint_amount:sum", "saving:sum"],
        )
    }
    return bool(shown) and all(
        (round(alone, 2), round(together, 2))
        == tuple(float(amount) for amount in alone_and_together.get(key, (0, 0)))
        and round(saved, 2) == round(alone - together, 2) > 0
        for key, (alone, together, saved) in shown.items()
    )


def quotas_add_up(env, networks, companies):
    """Units add up on each level; consumed + remaining + given = planned + received (invariant 4).

    What is consumed is what the plan's allocations of confirmed orders take.
    """
    differences = SQL(
        """
        WITH held AS (
            SELECT quota.*, quota.units + quota.transferred_in - quota.transferred_out AS now,
                   (SELECT COALESCE(SUM(row.quantity), 0)
                      FROM business_network_quota_consumption row
                     WHERE row.quota_id = quota.id) AS taken
              FROM business_network_quota quota)
        SELECT held.id
          FROM held
         WHERE held.consumed_quantity != held.taken
            OR held.remaining_units * held.unit_quantity + held.taken
               != held.now * held.unit_quantity
            OR held.now < 0 OR held.remaining_units < 0
     UNION ALL
        SELECT parent.id
          FROM held parent
          JOIN held child ON child.parent_id = parent.id
      GROUP BY parent.id, parent.units, parent.now, parent.pool_units
        HAVING SUM(child.units) != parent.units
            OR SUM(child.now) + parent.pool_units != parent.now
     UNION ALL
        SELECT plan.id
          FROM business_network_quota_plan plan
          JOIN held ON held.plan_id = plan.id AND held.level = 1
      GROUP BY plan.id
        HAVING SUM(held.units) * plan.unit_size > plan.volume
     UNION ALL
        SELECT held.id
          FROM held
         WHERE held.units > NULLIF(held.applied_cap, '')::integer
        """
    )
    return _some(env, SQL("SELECT 1 FROM business_network_quota WHERE level = 2 LIMIT 1")) and (
        _none(env, differences)
    )


def orders_fill_their_quotas(env, networks, companies):
    """Allocated = consumed = delivered and accepted = invoiced, on both levels of each order."""
    differences = SQL(
        """
        SELECT allocation.id
          FROM business_network_quota_consumption row
          JOIN business_network_allocation allocation ON allocation.id = row.allocation_id
          JOIN sale_order_line line ON line.id = allocation.sale_line_id
     LEFT JOIN LATERAL (
                SELECT SUM(delivery.quantity - delivery.rejected_quantity) AS quantity
                  FROM business_network_delivery delivery
                 WHERE delivery.allocation_id = allocation.id
                   AND delivery.state = 'done') arrived ON TRUE
         WHERE (row.quantity = allocation.quantity AND arrived.quantity = allocation.quantity)
               IS NOT TRUE
     UNION ALL
        SELECT above.id
          FROM sale_order_line above
          JOIN sale_order_line below ON below.network_source_line_id = above.id
      GROUP BY above.id
        HAVING SUM(below.product_uom_qty) != above.product_uom_qty
            OR SUM(below.qty_delivered) != above.qty_delivered
            OR above.qty_invoiced != above.product_uom_qty
        """
    )
    return _some(env, SQL("SELECT 1 FROM business_network_quota_consumption LIMIT 1")) and (
        _none(env, differences)
    )


def networks_share_what_they_are_due(env, networks, companies):
    """What a network of networks owes a network is what that one's members share, to the cent."""
    differences = SQL(
        """
        SELECT line.id
          FROM business_network_settlement_line line
          JOIN business_network_settlement settlement ON settlement.id = line.settlement_id
          JOIN business_network_member member ON member.id = line.member_id
     LEFT JOIN LATERAL (
                SELECT SUM(row.amount_currency) AS amount
                  FROM account_move move
                  JOIN business_network_distribution row ON row.move_id = move.id
                 WHERE move.network_upper_line_id = line.id AND move.state = 'posted'
                   AND row.network_id = member.sub_network_id) below ON TRUE
         WHERE member.sub_network_id IS NOT NULL
           AND settlement.state IN ('posted', 'paid')
           AND below.amount IS DISTINCT FROM line.amount_due
        """
    )
    return bool(networks.filtered(lambda n: n.tier == "second").settlement_ids) and (
        _none(env, differences)
    )


def compensations_are_netted(env, networks, companies):
    """What a member is owed for its quota reached it with its settlement, and the other paid it."""
    transfers = env["business.network.quota.transfer"].search(
        [("network_id", "in", networks.ids), ("state", "=", "done"), ("amount", ">", 0)]
    )
    return bool(transfers) and all(
        _netted(transfer, transfer.giver_id) == transfer.amount
        and _netted(transfer, transfer.receiver_id) == -transfer.amount
        for transfer in transfers
    )


def _netted(transfer, member):
    lines = transfer.network_id.settlement_ids.line_ids.filtered(
        lambda line: line.member_id == member
    )
    return sum(lines.mapped("amount_netted"))


def tax_ids_are_valid_and_fictitious(env, networks, companies):
    """Tax ids of members and companies have right check digits and a prefix nobody has."""
    partners = networks.member_ids.partner_id | companies.partner_id
    tax_ids = [
        partner.vat
        for partner in partners
        if partner.l10n_latam_identification_type_id == env.ref("l10n_pe.it_RUC")
    ]
    prefix = parameters("books")["ruc_prefix"]
    return bool(tax_ids) and all(
        ruc.is_valid(tax_id) and tax_id.startswith(prefix) for tax_id in tax_ids
    )


def label_checks(env):
    """``{name: what it says to people}``, in the order in which they are printed."""
    return {
        "every_posted_entry_balances": env._("Every posted entry balances"),
        "trial_balances_balance": env._("The trial balance of each company balances"),
        "distributions_sum_to_their_documents": env._(
            "Shares sum to their document's account and tax, in both currencies"
        ),
        "one_attribution_entry_per_attributed_document": env._(
            "Each attributed document has exactly one attribution entry"
        ),
        "attribution_leaves_the_operator_its_share": env._(
            "Attribution leaves the operator exactly its share of cost and tax"
        ),
        "settlement_lines_sum_to_their_rows": env._(
            "What a settlement pays is the sum of shares settled once"
        ),
        "settlements_are_paid_to_the_cent": env._("Settlements are paid to the cent"),
        "member_documents_state_what_is_due": env._("Members' documents state what is due"),
        "member_accounts_are_reconciled": env._(
            "The current accounts of the members are reconciled to zero"
        ),
        "one_agreement_in_force_per_day": env._("One agreement in force per network and day"),
        "shares_go_to_members_of_the_day": env._("Shares go to those who are members on the day"),
        "milestone_evidence_adds_up": env._("Milestones state what their cited entries add up to"),
        "what_members_delivered_is_invoiced_once": env._("What members delivered is invoiced once"),
        "rounds_compare_three_suppliers": env._(
            "Purchase rounds compare three suppliers and say why one is chosen"
        ),
        "members_get_what_they_asked": env._(
            "Members get what they asked, within their tolerance and in whole packs"
        ),
        "annexes_are_filed_before_the_bill": env._("Annexes are filed before the bill"),
        "annexes_weigh_the_landed_cost": env._("Annexes weigh what each needs with its freight"),
        "round_bills_follow_their_annex": env._(
            "Cost and tax of a round's bill follow its annex to the cent"
        ),
        "savings_are_what_the_books_say": env._("Savings are what the posted bills say"),
        "quotas_add_up": env._("Quotas add up on each level and hold what is consumed"),
        "orders_fill_their_quotas": env._(
            "What quotas gave is what was ordered, delivered and invoiced, on both levels"
        ),
        "networks_share_what_they_are_due": env._(
            "What each network is due is what its members share, to the cent"
        ),
        "compensations_are_netted": env._("Compensations for quota are netted with both members"),
        **label_fund_checks(env),
        "tax_ids_are_valid_and_fictitious": env._("Tax ids are well formed and fictitious"),
        "second_run_creates_nothing": env._("A second run creates nothing"),
    }


CHECKS = (
    every_posted_entry_balances,
    trial_balances_balance,
    distributions_sum_to_their_documents,
    one_attribution_entry_per_attributed_document,
    attribution_leaves_the_operator_its_share,
    settlement_lines_sum_to_their_rows,
    settlements_are_paid_to_the_cent,
    member_documents_state_what_is_due,
    member_accounts_are_reconciled,
    one_agreement_in_force_per_day,
    shares_go_to_members_of_the_day,
    milestone_evidence_adds_up,
    what_members_delivered_is_invoiced_once,
    rounds_compare_three_suppliers,
    members_get_what_they_asked,
    annexes_are_filed_before_the_bill,
    annexes_weigh_the_landed_cost,
    round_bills_follow_their_annex,
    savings_are_what_the_books_say,
    quotas_add_up,
    orders_fill_their_quotas,
    networks_share_what_they_are_due,
    compensations_are_netted,
    *FUND_CHECKS,
    tax_ids_are_valid_and_fictitious,
)


def run_checks(env, networks, companies):
    """``{name: bool}`` of every check."""
    env.flush_all()
    return {check.__name__: bool(check(env, networks, companies)) for check in CHECKS}


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
