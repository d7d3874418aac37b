"""Quechuas keeps a common fund: dues at meetings, a fine, a raffle, an expense, a deposit, a loan.

Everything of the fund runs through the screens of its treasurer: the cash box is counted after each
meeting, the bank's statement is imported and reconciled, and the months are closed.
"""

from odoo import Command

from ..books import find_partner, in_books_of, members_by_name
from ..data import group_rows, parameters, prepare_file, read_table, to_date, to_number
from ..tables import Table

NETWORK_OF_FUND = "Quechuas"


def title(env):
    return env._("%s: two months of a common fund, and a loan", NETWORK_OF_FUND)


def run(env):
    network, _books = in_books_of(env, NETWORK_OF_FUND)
    fund = _ensure_fund(network)
    _ensure_schedule(fund)
    events = [
        *((to_date(day), _hold_meeting, day) for day in group_rows(_read("meetings"), "date")),
        *((to_date(parameters("fund")[name]), play, None) for name, play in HAPPENINGS.items()),
    ]
    for _date, play, detail in sorted(events, key=lambda event: event[0]):
        play(fund, detail)
    for row in _read("months"):
        _close_month(fund, to_date(row["date_to"]))
    return [_movements_table(fund)]


def find_fund(env):
    """The fund of the campaign, in the books of its network; empty before the first run."""
    network, books = in_books_of(env, NETWORK_OF_FUND)
    return books["business.network.fund"].search([("network_id", "=", network.id)], limit=1)


def _read(name):
    return read_table(f"fund_{name}")


# -- the fund --------------------------------------------------------------------------------------


def _ensure_fund(network):
    if found := find_fund(network.env):
        return found
    settings = parameters("fund")
    treasurer = members_by_name(network)[settings["treasurer"]].partner_id
    fund = network.env["business.network.fund"].create(
        {
            "name": settings["name"],
            "network_id": network.id,
            "note": settings["rules"],
            "cash_journal_ids": [Command.set(_create_journals(network.env, settings).ids)],
            "treasurer_ids": [
                Command.create(
                    {
                        "partner_id": treasurer.id,
                        "date_from": to_date(settings["in_office_from"]),
                    }
                )
            ],
        }
    )
    _ready_for_statements(fund)
    return fund


def _ready_for_statements(fund):
    """What is paid in is in transit until the bank's statement shows it."""
    fund.env["business.network.fund.bank.setup"].create(
        {"fund_id": fund.id, "date_from": to_date(parameters("fund")["in_office_from"])}
    ).action_set_up()


def _create_journals(env, settings):
    """The cash box and the savings account of the fund, of nobody else."""
    return env["account.journal"].create(
        [
            {
                "name": settings[f"{kind}_journal"],
                "code": settings[f"{kind}_code"],
                "type": kind,
                "company_id": env.company.id,
            }
            for kind in ("cash", "bank")
        ]
    )


def _get_box(fund, kind):
    return fund.cash_journal_ids.filtered(lambda journal: journal.type == kind)


def _ensure_schedule(fund):
    """Dues every two weeks."""
    settings = parameters("fund")
    schedule = fund.schedule_ids or fund.env["business.network.fund.schedule"].create(
        {
            "fund_id": fund.id,
            "name": settings["dues_concept"],
            "amount": to_number(settings["dues"]),
            "frequency": "fortnightly",
            "date_from": to_date(settings["first_due"]),
            "date_to": to_date(settings["last_due"]),
        }
    )
    if schedule.state == "draft":
        schedule.action_start()


# -- what happens, in the order of its days --------------------------------------------------------


def _hold_meeting(fund, day):
    """Ask what is due on the day, collect from who is present, count the cash box."""
    fund._ask_all_until(to_date(day))
    Meeting = fund.env["business.network.fund.meeting"]
    domain = [("fund_id", "=", fund.id), ("date", "=", to_date(day))]
    meeting = Meeting.search(domain, limit=1) or _open_meeting(fund, day)
    if meeting.state == "draft":
        meeting.action_collect()
    if meeting.state == "posted":
        _count(meeting, group_rows(_read("counts"), "date")[day])
        meeting.action_close()


def _open_meeting(fund, day):
    meeting = fund.env["business.network.fund.meeting"].create(
        {"fund_id": fund.id, "date": to_date(day)}
    )
    meeting.action_load_members()
    lines = {line.member_id.partner_id.name: line for line in meeting.line_ids}
    for row in group_rows(_read("meetings"), "date")[day]:
        lines[row["member"]].write(
            {"is_present": True, "amount_received": to_number(row["amount"])}
        )
    return meeting


def _count(meeting, rows):
    denominations = {
        f"{denomination.value:.2f}": denomination.id
        for denomination in meeting.env["business.network.denomination"].search(
            [("currency_id", "=", meeting.currency_id.id)]
        )
    }
    meeting.count_ids = [
        Command.create(
            {
                "denomination_id": denominations[f"{to_number(row['value']):.2f}"],
                "quantity": int(row["quantity"]),
            }
        )
        for row in rows
    ]
    if not meeting.currency_id.is_zero(meeting.amount_difference):
        meeting.difference_reason = parameters("fund")["difference_reason"]


def _fine(fund, _detail):
    env, settings = fund.env, parameters("fund")
    if env["business.network.fund.fine"].search_count([("fund_id", "=", fund.id)], limit=1):
        return
    rule = env["business.network.fund.fine.reason"].create(
        {
            "name": settings["rule"],
            "network_id": fund.network_id.id,
            "amount": to_number(settings["fine"]),
        }
    )
    env["business.network.fund.fine"].create(
        {
            "fund_id": fund.id,
            "date": to_date(settings["fine_date"]),
            "member_id": members_by_name(fund.network_id)[settings["fined_member"]].id,
            "reason_id": rule.id,
        }
    ).action_post()


def _raffle(fund, _detail):
    """Everybody sold; the one in charge bought the prize."""
    env, settings = fund.env, parameters("fund")
    if env["business.network.fund.event"].search_count([("fund_id", "=", fund.id)], limit=1):
        return
    event = env["business.network.fund.event"].create(
        {
            "fund_id": fund.id,
            "name": settings["raffle"],
            "date": to_date(settings["raffle_date"]),
            "responsible_id": members_by_name(fund.network_id)[settings["raffle_responsible"]].id,
            "line_ids": [
                Command.create(
                    {
                        **row,
                        "amount": to_number(row["amount"]),
                        "journal_id": _get_box(fund, "cash").id,
                    }
                )
                for row in _read("raffle")
            ],
        }
    )
    event.action_hold()
    event.action_load_members()
    event.action_post()


def _spend(fund, _detail):
    env, settings = fund.env, parameters("fund")
    if env["business.network.fund.expense"].search_count([("fund_id", "=", fund.id)], limit=1):
        return
    expense = env["business.network.fund.expense"].create(
        {
            "fund_id": fund.id,
            "purpose": settings["expense"],
            "date": to_date(settings["expense_date"]),
            "date_paid": to_date(settings["expense_date"]),
            "amount": to_number(settings["expense_amount"]),
            "partner_id": find_partner(env, settings["expense_supplier"]).id,
            "document_reference": settings["expense_receipt"],
            "journal_id": _get_box(fund, "cash").id,
        }
    )
    expense.action_request()
    expense.action_approve()
    expense.action_pay()


def _deposit(fund, _detail):
    env, settings = fund.env, parameters("fund")
    date = to_date(settings["deposit_date"])
    taken = [
        ("fund_id", "=", fund.id),
        ("movement", "=", "deposit"),
        ("date", "=", date),
    ]
    if env["business.network.fund.movement"].search_count(taken, limit=1):
        return
    env["business.network.fund.operation"].create(
        {
            "fund_id": fund.id,
            "operation": "deposit",
            "date": date,
            "amount": to_number(settings["deposit"]),
            "concept": settings["deposit_concept"],
            "journal_id": _get_box(fund, "cash").id,
            "to_journal_id": _get_box(fund, "bank").id,
        }
    ).post()


def _reconcile(fund, _detail):
    """Import the bank's statement: the deposit is found, the fee is booked by its rule."""
    env, bank = fund.env, _get_box(fund, "bank")
    Line = env["account.bank.statement.line"]
    if Line.search_count([("journal_id", "=", bank.id)], limit=1):
        return
    file = prepare_file("fund_statement")
    env["account.statement.import"].with_context(journal_id=bank.id).create(
        {"statement_file": file["file"], "statement_filename": file["filename"]}
    ).import_file_button()
    lines = Line.search([("journal_id", "=", bank.id)])
    lines.action_reconcile_exact()
    for line in lines.filtered(lambda line: line.amount < 0 and not line.is_reconciled):
        line.manual_model_id = _find_fee_rule(bank)
        line._onchange_manual_model_id()
        line.reconcile_bank_line()


def _find_fee_rule(bank):
    rules = bank.env["account.reconcile.model"].search([("match_journal_ids", "in", bank.ids)])
    return rules.filtered(lambda rule: "expense" in rule.line_ids.mapped("fund_movement"))


def _lend(fund, _detail):
    """The members agree to lend; the treasurer pays from the cash box."""
    env, settings = fund.env, parameters("fund")
    if env["business.network.fund.loan"].search_count([("fund_id", "=", fund.id)], limit=1):
        return
    fund.allows_loan = True
    loan = env["business.network.fund.loan"].create(
        {
            "fund_id": fund.id,
            "member_id": members_by_name(fund.network_id)[settings["loan_member"]].id,
            "purpose": settings["loan_purpose"],
            "date": to_date(settings["loan_date"]),
            "date_paid": to_date(settings["loan_date"]),
            "amount": to_number(settings["loan"]),
            "instalment_count": int(settings["loan_instalments"]),
            "date_first": to_date(settings["loan_first"]),
            "journal_id": _get_box(fund, "cash").id,
        }
    )
    loan.action_request()
    loan.action_approve()
    loan.action_pay()


HAPPENINGS = {
    "fine_date": _fine,
    "raffle_date": _raffle,
    "expense_date": _spend,
    "deposit_date": _deposit,
    "statement_date": _reconcile,
    "loan_date": _lend,
}


def _close_month(fund, date_to):
    """Sign the month by treasurer and president; nothing is posted in it any more."""
    Statement = fund.env["business.network.fund.statement"]
    if Statement.search_count([("fund_id", "=", fund.id), ("date_to", "=", date_to)], limit=1):
        return
    statement = Statement.create({"fund_id": fund.id, "date_to": date_to})
    statement.action_sign_treasurer()
    statement.action_sign_president()
    statement.action_close()


# -- what it comes to ------------------------------------------------------------------------------


def _movements_table(fund):
    """What the fund gained and spent, by kind, as its account says."""
    env = fund.env
    labels = dict(env["account.move.line"]._fields["fund_movement"]._description_selection(env))
    groups = env["business.network.fund.movement"]._read_group(
        [("fund_id", "=", fund.id), ("section", "=", "fund")], ["movement"], ["amount:sum"]
    )
    rows = [(labels[movement], float(amount)) for movement, amount in groups]
    return Table(
        env._("The fund of %s by kind of movement", NETWORK_OF_FUND),
        (env._("Kind"), env._("Amount")),
        rows,
        (env._("In the fund"), float(sum(amount for _label, amount in rows))),
    )
