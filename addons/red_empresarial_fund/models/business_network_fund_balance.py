from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.actions import open_records
from odoo.tools import format_amount

from .business_network_fund_accounts import PROFIT_AND_LOSS


class BusinessNetworkFund(models.Model):
    """What a fund is worth and where its money is: read from posted items, never stored.

    ``balance = cash_amount + owed_amount + other_amount + company_amount``: the money the members
    hold together is in the fund's cash and bank, owed by members, elsewhere (loans), or still with
    the company that keeps the books (a tariff, dues that a settlement netted).
    """

    _inherit = "business.network.fund"

    expense_ids = fields.One2many("business.network.fund.expense", "fund_id", string="Expenses")
    balance = fields.Monetary(
        compute="_compute_balances", help="What belongs to the members: the fund's account."
    )
    cash_amount = fields.Monetary(
        string="Cash and Bank Balance",
        compute="_compute_balances",
        help="Money in the fund's cash box, bank and wallet.",
    )
    owed_amount = fields.Monetary(
        string="Owed by Members",
        compute="_compute_balances",
        help="Dues, fines and instalments not yet paid, less what was paid in advance.",
    )
    due_amount = fields.Monetary(
        string="Open Dues and Fines",
        compute="_compute_advances",
        help="What members owe, before what others paid in advance.",
    )
    advance_amount = fields.Monetary(
        string="Paid in Advance",
        compute="_compute_advances",
        help="What members paid before it was asked: the fund owes it to them.",
    )
    other_amount = fields.Monetary(
        string="Elsewhere",
        compute="_compute_balances",
        help="Lent to members and not due yet, and named differences.",
    )
    company_amount = fields.Monetary(
        string="Held by the Books' Company",
        compute="_compute_balances",
        help="Tariffs, and dues netted by settlements, that are not in the fund's cash yet.",
    )
    available_amount = fields.Monetary(
        string="Available",
        compute="_compute_balances",
        help="Cash and bank, and no more than the balance, less the minimum balance and what is "
        "approved and not paid yet. What members paid in advance is not the fund's to spend.",
    )

    def _compute_balances(self):
        amounts = self._get_section_amounts()
        for fund in self:
            sections = amounts.get(fund._origin.id, {})
            fund.balance = sections.get("fund", 0.0)
            fund.cash_amount = sections.get("cash", 0.0)
            fund.owed_amount = sections.get("members", 0.0)
            fund.other_amount = sections.get("other", 0.0)
            elsewhere = fund.cash_amount + fund.owed_amount + fund.other_amount
            fund.company_amount = fund._round(fund.balance - elsewhere)
            fund.available_amount = fund._round(fund._get_own_money() - fund._get_left_aside())

    def _compute_advances(self):
        groups = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [
                    ("fund_id", "in", self.ids),
                    ("parent_state", "=", "posted"),
                    ("account_type", "=", "asset_receivable"),
                    ("amount_residual", "<", 0.0),
                ],
                ["fund_id"],
                ["amount_residual:sum"],
            )
        )
        advances = {fund.id: -residual for fund, residual in groups}
        for fund in self:
            fund.advance_amount = fund._round(advances.get(fund._origin.id, 0.0))
            fund.due_amount = fund._round(fund.owed_amount + fund.advance_amount)

    def _round(self, amount):
        """To the coin of the fund; a form that names no network yet has no currency."""
        return self.currency_id.round(amount) if self.currency_id else amount

    def _forget_balances(self):
        """Read the ledger anew: something was posted or approved in this transaction."""
        computes = {"_compute_balances", "_compute_advances"}
        names = [name for name, field in self._fields.items() if field.compute in computes]
        self.invalidate_recordset(names, flush=False)

    def _get_own_money(self):
        """Cash and bank that is the fund's own.

        What members paid in advance and what a bank states that nobody identified yet is in its
        cash, and not of its balance.
        """
        self.ensure_one()
        return min(self.cash_amount, self.balance)

    def _get_left_aside(self):
        """Money that stays whatever is asked of the fund."""
        self.ensure_one()
        return self.minimum_balance + self._get_promised()

    def _get_money_terms(self):
        """Cash and balance as texts, for a refusal that says why there is no more."""
        self.ensure_one()
        return {
            "cash": format_amount(self.env, self.cash_amount, self.currency_id),
            "balance": format_amount(self.env, self.balance, self.currency_id),
        }

    def _get_promised(self):
        """Money that is spoken for and not yet paid."""
        self.ensure_one()
        approved = self.sudo().expense_ids.filtered(lambda expense: expense.state == "approved")
        return sum(approved.mapped("amount"))

    def _get_section_amounts(self):
        """What is on each side of these funds, ``{fund id: {section: amount}}``, in one query.

        Sections: ``fund`` (its account), ``cash``, ``members`` (still open) and ``other``.
        """
        amounts, transit = {}, self._get_transit_accounts()
        for fund, account, balance, residual in (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [("fund_id", "in", self.ids), ("parent_state", "=", "posted")],
                ["fund_id", "account_id"],
                ["balance:sum", "amount_residual:sum"],
            )
        ):
            section = fund._get_section(account, transit)
            value = {"fund": -balance, "members": residual}.get(section, balance)
            sections = amounts.setdefault(fund.id, {})
            sections[section] = fund.currency_id.round(sections.get(section, 0.0) + value)
        return amounts

    @api.model
    def _get_transit_accounts(self):
        """Accounts of money on its way to or from a bank: cash of the fund all the same."""
        methods = self.env["account.payment.method.line"].sudo()
        return methods.search([("payment_account_id", "!=", False)]).payment_account_id

    def _get_section(self, account, transit=None):
        """On which side of the fund an account is; the movements' view says the same in SQL.

        :param transit: what :meth:`_get_transit_accounts` returns, where it was read already
        """
        self.ensure_one()
        if account == self.account_id or account.internal_group in PROFIT_AND_LOSS:
            return "fund"  # income and expense are the members' where the network is a legal person
        if account in (self._get_transit_accounts() if transit is None else transit):
            return "cash"
        return {"asset_cash": "cash", "asset_receivable": "members"}.get(
            account.account_type, "other"
        )

    def get_summary(self):
        """What these funds are worth and where their money is, as plain values.

        :return: list of dicts ``{fund_id, name, currency, balance, cash, owed, other, company}``
        """
        self.check_access("read")
        return [
            {
                "fund_id": fund.id,
                "name": fund.display_name,
                "currency": fund.currency_id.name,
                "balance": fund.balance,
                "cash": fund.cash_amount,
                "owed": fund.owed_amount,
                "other": fund.other_amount,
                "company": fund.company_amount,
            }
            for fund in self
        ]

    # -- actions -------------------------------------------------------------------------------

    def _open_movements(self, section):
        return open_records(
            self.env,
            "red_empresarial_fund.business_network_fund_movement_action",
            [("fund_id", "in", self.ids)],
            context={f"search_default_{section}": 1},
        )

    def action_open_movements(self):
        return self._open_movements("section_fund")

    def action_open_cash(self):
        return self._open_movements("section_cash")

    def action_open_dues(self):
        return open_records(
            self.env,
            "red_empresarial_fund.business_network_fund_due_action",
            [("fund_id", "in", self.ids)],
            context={"search_default_open": 1},
        )

    def get_compliance(self, date_from=None, date_to=None):
        """What members paid of what they were asked, due in a period.

        :param date_from, date_to: due dates, both included; None leaves that side open
        :return: list of dicts ``{partner_id, name, asked, paid, on_time, rate}``, by name; ``rate``
            is paid in percent of asked, None where nothing was asked
        """
        self.check_access("read")
        domain = [("fund_id", "in", self.ids), ("movement", "=", "dues")]
        domain += [("date_due", ">=", date_from)] if date_from else []
        domain += [("date_due", "<=", date_to)] if date_to else []
        groups = (
            self.env["business.network.fund.due"]
            .sudo()
            ._read_group(
                domain,
                ["partner_id"],
                ["amount_asked:sum", "amount_paid:sum", "amount_on_time:sum"],
            )
        )
        return [
            {
                "partner_id": partner.id,
                "name": partner.display_name,
                "asked": asked,
                "paid": paid,
                "on_time": on_time,
                "rate": round(100.0 * paid / asked, 2) if asked else None,
            }
            for partner, asked, paid, on_time in sorted(
                groups, key=lambda group: group[0].display_name or ""
            )
        ]

    def _get_contributions(self):
        """What each put into the fund for itself and did not get back: ``{partner: amount}``.

        Dues and what it had in the fund at the start; fines, gifts and events are everybody's.
        """
        self.ensure_one()
        groups = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                self._get_contribution_domain(),
                ["partner_id"],
                ["balance:sum"],
                order="partner_id",
            )
        )
        given = {partner: self.currency_id.round(-balance) for partner, balance in groups}
        return {partner: amount for partner, amount in given.items() if amount > 0}

    def _get_contribution_domain(self):
        """Items on the accounts of these funds that are of who put something in for itself."""
        return [
            ("fund_id", "in", self.ids),
            ("account_id", "in", self.account_id.ids),
            ("parent_state", "=", "posted"),
            ("partner_id", "!=", False),
            ("fund_movement", "in", ("dues", "opening", "share_out")),
        ]
