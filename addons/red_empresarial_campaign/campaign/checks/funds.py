"""What must hold of the common fund, computed again from the database's own columns."""

from odoo.tools import SQL

from ..steps.common_fund import find_fund


def fund_is_its_account(env, networks, companies):
    """The fund is what stands on its account, and where its money is adds up to it."""
    fund = find_fund(env)
    ((account, others),) = env.execute_query(
        SQL(
            """
            SELECT SUM(-item.balance) FILTER (WHERE item.account_id = fund.account_id),
                   SUM(item.balance) FILTER (WHERE item.account_id != fund.account_id)
              FROM account_move_line item
              JOIN business_network_fund fund ON fund.id = item.fund_id
             WHERE item.parent_state = 'posted' AND fund.id = %s
            """,
            fund.id,
        )
    )
    return bool(account) and account == others and float(account) == fund.balance


def fund_ties_hold(env, networks, companies):
    """Nothing on its account, in its boxes or on what its members owe is of no fund."""
    fund = find_fund(env)
    return bool(fund) and not fund.get_ties()


def fund_cash_is_what_was_counted(env, networks, companies):
    """After each meeting the box held what was counted: the books say so up to that day."""
    meetings = env["business.network.fund.meeting"].search([("fund_id", "=", find_fund(env).id)])
    return bool(meetings) and all(
        meeting.state == "closed"
        and meeting.amount_counted == _get_balance(meeting.journal_id, meeting.date)
        for meeting in meetings
    )


def fund_bank_is_reconciled(env, networks, companies):
    """What the bank stated is the balance of its account, and every line is identified."""
    bank = find_fund(env).cash_journal_ids.filtered(lambda journal: journal.type == "bank")
    lines = env["account.bank.statement.line"].search([("journal_id", "=", bank.id)])
    stated = bank.company_id.currency_id.round(sum(lines.mapped("amount")))
    return bool(lines) and all(lines.mapped("is_reconciled")) and stated == _get_balance(bank)


def fund_loans_are_on_their_account(env, networks, companies):
    """What was lent and its schedule has not asked yet is what stands on the loans' account."""
    ((lent, asked, booked),) = env.execute_query(
        SQL(
            """
            SELECT SUM(loan.amount),
                   SUM((SELECT SUM(instalment.amount_principal)
                          FROM business_network_fund_loan_instalment instalment
                          JOIN account_move move ON move.fund_loan_instalment_id = instalment.id
                         WHERE instalment.loan_id = loan.id AND move.state = 'posted')),
                   (SELECT SUM(item.balance)
                      FROM account_move_line item
                      JOIN business_network_fund fund ON fund.id = item.fund_id
                     WHERE item.account_id = fund.loan_account_id
                       AND item.parent_state = 'posted' AND fund.id = %(fund)s)
              FROM business_network_fund_loan loan
             WHERE loan.fund_id = %(fund)s AND loan.state IN ('disbursed', 'repaid')
            """,
            fund=find_fund(env).id,
        )
    )
    return bool(lent) and lent - (asked or 0) == booked


def _get_balance(journal, date=None):
    """Posted balance of a journal's own account, up to a day."""
    domain = [
        ("account_id", "=", journal.default_account_id.id),
        ("parent_state", "=", "posted"),
        *([("date", "<=", date)] if date else []),
    ]
    ((balance,),) = journal.env["account.move.line"]._read_group(domain, [], ["balance:sum"])
    return journal.company_id.currency_id.round(balance or 0.0)


def fund_months_are_closed(env, networks, companies):
    """Each month has a statement signed by two, and its figures are still those of the books."""
    fund = find_fund(env)
    statements = env["business.network.fund.statement"].search([("fund_id", "=", fund.id)])
    return (
        bool(statements)
        and set(statements.mapped("state")) == {"closed"}
        and not any(statements.mapped("is_changed"))
        and fund.date_closed == max(statements.mapped("date_to"))
    )


def label_checks(env):
    """``{name: what it says to people}``, in the order in which they are printed."""
    return {
        "fund_is_its_account": env._("The common fund is its account, to the cent"),
        "fund_ties_hold": env._("The three ties of the common fund hold"),
        "fund_cash_is_what_was_counted": env._("The cash box holds what was counted"),
        "fund_bank_is_reconciled": env._("The fund's bank says what the books say"),
        "fund_loans_are_on_their_account": env._(
            "What the common fund lent and did not ask yet is on its account"
        ),
        "fund_months_are_closed": env._("The months of the common fund are signed and closed"),
    }


CHECKS = (
    fund_is_its_account,
    fund_ties_hold,
    fund_cash_is_what_was_counted,
    fund_bank_is_reconciled,
    fund_loans_are_on_their_account,
    fund_months_are_closed,
)
