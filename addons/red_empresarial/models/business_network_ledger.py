from odoo import api, fields, models

from ..tools.minor_units import to_minor


class BusinessNetwork(models.Model):
    """What a network's books say: every figure is read from posted entries, none is stored."""

    _inherit = "business.network"

    joint_sale_amount = fields.Monetary(
        string="Joint Sales",
        compute="_compute_joint_amounts",
        help="Posted joint income net of tax, of the whole joint business.",
    )
    joint_expense_amount = fields.Monetary(
        string="Joint Expenses",
        compute="_compute_joint_amounts",
        help="Posted joint expenses net of tax, of the whole joint business.",
    )
    joint_result_amount = fields.Monetary(string="Joint Result", compute="_compute_joint_amounts")
    member_payable_amount = fields.Monetary(
        string="Owed to Members", compute="_compute_member_balances"
    )
    member_receivable_amount = fields.Monetary(
        string="Owed by Members", compute="_compute_member_balances"
    )

    balance_member_ids = fields.One2many(
        "business.network.member",
        "network_id",
        string="Members' Balances",
        readonly=True,
        help="What each member is owed and owes, by the posted items of today.",
    )

    @api.model
    def _get_joint_line_domain(self):
        """Domain of the journal items that make the result of the whole joint business.

        Source documents with outsiders only: attribution entries, the members' documents of a
        settlement and documents between the network and one member move parts of the same result
        between parties and would count it twice.
        """
        return [
            ("parent_state", "=", "posted"),
            ("move_id.attribution_origin_id", "=", False),
            ("move_id.network_settlement_id", "=", False),
            ("move_id.network_member_id", "=", False),
            ("move_id.network_redistribution_line_id", "=", False),
            ("account_id.internal_group", "in", ("income", "expense")),
        ]

    def _compute_joint_amounts(self):
        totals = {network.id: {"income": 0.0, "expense": 0.0} for network in self}
        groups = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [*self._get_joint_line_domain(), ("move_id.network_id", "in", self.ids)],
                ["network_id", "account_id"],
                ["balance:sum"],
            )
        )
        for network, account, balance in groups:
            totals[network.id][account.internal_group] -= balance
        for network in self:
            income, expense = totals[network.id]["income"], totals[network.id]["expense"]
            network.joint_sale_amount = income
            network.joint_expense_amount = -expense
            network.joint_result_amount = income + expense

    def _get_member_item_domain(self, account_type):
        """Domain of the posted items that members are owed (payable) or owe (receivable).

        The member current accounts, the members' documents that settlements booked, and every
        document with one member, such as the invoice of goods passed on to it: what settlements
        net. The statement's account reads the same items (``report/statement_account.py``).
        """
        return [
            ("parent_state", "=", "posted"),
            ("move_id.network_id", "in", self.ids),
            ("account_id.account_type", "=", account_type),
            "|",
            "|",
            ("move_id.network_settlement_id", "!=", False),
            ("move_id.network_member_id", "!=", False),
            (
                "account_id",
                "in",
                (self.member_payable_account_id | self.member_receivable_account_id).ids,
            ),
        ]

    def _compute_member_balances(self):
        items = self.env["account.move.line"].sudo()
        for name, account_type, sign in (
            ("member_payable_amount", "liability_payable", -1),
            ("member_receivable_amount", "asset_receivable", 1),
        ):
            open_amounts = dict(
                items._read_group(
                    self._get_member_item_domain(account_type),
                    ["network_id"],
                    ["amount_residual:sum"],
                )
            )
            for network in self:
                network[name] = sign * open_amounts.get(network._origin, 0.0)

    def get_member_results(self, date_from=None, date_to=None):
        """Result of each member from the frozen distribution rows, in company currency.

        :param date_from, date_to: accounting dates, both included; None leaves that side open
        :return: list of dicts ``{member_id, partner_id, name, revenue, expense, input_tax,
            lost_input_tax, result}`` of floats rounded to the currency, in members' order;
            ``result`` is revenue − expense, less the input tax of a member that cannot use it
            as credit (acceptance case T3)
        """
        self.ensure_one()
        domain = [("network_id", "=", self.id)]
        if date_from:
            domain.append(("date", ">=", date_from))
        if date_to:
            domain.append(("date", "<=", date_to))
        sums = {}
        for member, kind, amount in self.env["business.network.distribution"]._read_group(
            domain, ["member_id", "kind"], ["amount:sum"]
        ):
            sums.setdefault(member, {})[kind] = amount
        return [
            self._prepare_member_result(member, sums[member])
            for member in sorted(sums, key=lambda member: (member.sequence, member.id))
        ]

    def _prepare_member_result(self, member, sums):
        rounded = self.currency_id.round
        revenue, expense = sums.get("revenue", 0.0), -sums.get("expense", 0.0)
        input_tax = -sums.get("input_tax", 0.0)
        lost_input_tax = 0.0 if member.recovers_input_tax else input_tax
        return {
            "member_id": member.id,
            "partner_id": member.partner_id.id,
            "name": member.partner_id.display_name,
            "revenue": rounded(revenue),
            "expense": rounded(expense),
            "input_tax": rounded(input_tax),
            "lost_input_tax": rounded(lost_input_tax),
            "result": rounded(revenue - expense - lost_input_tax),
        }

    def _get_monthly_joint_results(self):
        """Posted income and expense of the whole joint business per month.

        :return: list of ``(month, income, expense)``: first day of the month (date) and two
            integers in minor units of the company currency, in order of time
        """
        self.ensure_one()
        months = {}
        for month, account, balance in (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [*self._get_joint_line_domain(), ("move_id.network_id", "=", self.id)],
                ["date:month", "account_id"],
                ["balance:sum"],
                order="date:month",
            )
        ):
            totals = months.setdefault(month, {"income": 0, "expense": 0})
            totals[account.internal_group] += to_minor(balance, self.currency_id)
        return [(month, -totals["income"], totals["expense"]) for month, totals in months.items()]
