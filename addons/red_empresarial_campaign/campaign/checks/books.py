"""What must hold of entries, shares, settlements and members."""

from odoo.tools import SQL
from stdnum.pe import ruc

from ..data import parameters
from .queries import find_none, find_some


def every_posted_entry_balances(env, networks, companies):
    """Invariant 1: debits equal credits in each posted entry."""
    posted = SQL("move.state = 'posted' AND move.company_id IN %s", tuple(companies.ids))
    return find_some(
        env, SQL("SELECT 1 FROM account_move move WHERE %s LIMIT 1", posted)
    ) and find_none(
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
    return find_some(env, SQL("SELECT 1 FROM business_network_distribution LIMIT 1")) and find_none(
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
    return bool(documents) and all(count == 1 for (count,) in documents) and find_none(env, orphans)


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
    return find_some(env, attributed) and find_none(env, difference)


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
        find_some(env, SQL("SELECT 1 FROM business_network_agreement WHERE state = 'in_force'"))
        and find_none(env, overlaps)
        and find_none(env, uncovered)
    )


def shares_go_to_members_of_the_day(env, networks, companies):
    """Nobody shares in a document dated outside of its membership."""
    return find_some(env, SQL("SELECT 1 FROM business_network_distribution LIMIT 1")) and find_none(
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
        "tax_ids_are_valid_and_fictitious": env._("Tax ids are well formed and fictitious"),
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
    tax_ids_are_valid_and_fictitious,
)
