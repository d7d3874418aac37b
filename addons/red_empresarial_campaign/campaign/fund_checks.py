"""What must hold of the common fund, computed again from the database's own columns."""

from odoo.tools import SQL

from .steps.common_fund import find_fund


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
        meeting.state == "closed" and meeting.amount_counted == _held_after(meeting)
        for meeting in meetings
    )


def _held_after(meeting):
    ((balance,),) = meeting.env["account.move.line"]._read_group(
        [
            ("account_id", "=", meeting.journal_id.default_account_id.id),
            ("parent_state", "=", "posted"),
            ("date", "<=", meeting.date),
        ],
        [],
        ["balance:sum"],
    )
    return meeting.currency_id.round(balance)


def label_fund_checks(env):
    """``{name: what it says to people}``, in the order in which they are printed."""
    return {
        "fund_is_its_account": env._("The common fund is its account, to the cent"),
        "fund_ties_hold": env._("The three ties of the common fund hold"),
        "fund_cash_is_what_was_counted": env._("The cash box holds what was counted"),
    }


FUND_CHECKS = (fund_is_its_account, fund_ties_hold, fund_cash_is_what_was_counted)
