import json

from odoo import Command, api, fields, models
from odoo.tools import SQL
from odoo.tools.date_utils import end_of, start_of

CHECKS = [
    ("draft_documents", "Joint documents in draft"),
    ("not_distributed", "Posted documents without distribution or attribution"),
    ("not_invoiced", "Delivered and not invoiced"),
    ("not_collected", "Receivables past due"),
    ("not_settled", "Shares that no settlement took"),
    ("not_posted", "Settlements that are not posted"),
    ("missing_numbers", "Members' documents without a number"),
    ("not_paid", "Posted settlements that are not paid"),
    ("cash_calls", "Cash calls past due"),
    ("not_filed", "Agreements without a filing date"),
]


class BusinessNetworkMonthEnd(models.TransientModel):
    """What is left to do in a network before its month is closed, computed from the books.

    Nothing is stored: each line is counted when the list is checked, and opens the records it
    counted. A constant number of queries, whatever the number of documents.
    """

    _name = "business.network.month.end"
    _description = "Month-End Checklist"
    _rec_name = "network_id"

    network_id = fields.Many2one("business.network", required=True)
    date = fields.Date(
        string="Month",
        required=True,
        default=lambda self: self._default_date(),
        help="Any day of the month to be closed.",
    )
    date_from = fields.Date(compute="_compute_dates")
    date_to = fields.Date(compute="_compute_dates")
    line_ids = fields.One2many("business.network.month.end.line", "checklist_id", readonly=True)
    attention_count = fields.Integer(compute="_compute_attention_count")

    @api.model
    def _default_date(self):
        """The month that ended last."""
        return fields.Date.subtract(start_of(fields.Date.context_today(self), "month"), days=1)

    @api.depends("date")
    def _compute_dates(self):
        for checklist in self:
            checklist.date_from = checklist.date and start_of(checklist.date, "month")
            checklist.date_to = checklist.date and end_of(checklist.date, "month")

    @api.depends("line_ids.state")
    def _compute_attention_count(self):
        for checklist in self:
            checklist.attention_count = len(
                checklist.line_ids.filtered(lambda line: line.state == "attention")
            )

    def action_check(self):
        """Count again what is left to do."""
        self.ensure_one()
        self.network_id.check_access("read")
        checks = self.sudo()._get_checks()
        self.line_ids = [
            Command.clear(),
            *(
                Command.create(self._prepare_line(number, key, values))
                for number, (key, values_list) in enumerate(checks.items())
                for values in values_list
            ),
        ]

    def get_checklist(self):
        """What is left to do, as plain values.

        :return: list of dicts ``{key, name, count, amount, currency, state}``
        """
        self.ensure_one()
        self.action_check()
        labels = dict(self.line_ids._fields["key"]._description_selection(self.env))
        return [
            {
                "key": line.key,
                "name": labels[line.key],
                "count": line.count,
                "amount": line.amount,
                "currency": line.currency_id.name,
                "state": line.state,
            }
            for line in self.line_ids
        ]

    def _prepare_line(self, number, key, values):
        return {
            "sequence": number,
            "key": key,
            "count": values["count"],
            "amount": values.get("amount", 0.0),
            "currency_id": (values.get("currency") or self.network_id.sudo().currency_id).id,
            "res_model": values["model"],
            "domain": json.dumps(values["domain"], default=fields.Date.to_string),
        }

    # -- checks ------------------------------------------------------------------------------------

    def _get_checks(self):
        """Result of each check, ``{key: [values]}``: one dict, or one per currency.

        Values: ``{model, domain, count}``, and ``amount`` and ``currency`` where they make sense.
        """
        self.ensure_one()
        return {
            key: result
            for key, _label in CHECKS
            if (result := getattr(self, f"_check_{key}")()) is not None
        }

    def _get_joint_domain(self):
        """Documents that posting shares out among the members."""
        return [
            ("network_id", "=", self.network_id.id),
            ("attribution_origin_id", "=", False),
            ("network_settlement_id", "=", False),
            ("network_member_id", "=", False),
            ("network_redistribution_line_id", "=", False),
            ("is_network_opening", "=", False),
            ("date", "<=", self.date_to),
        ]

    def _count(self, model, domain):
        return [{"model": model, "domain": domain, "count": self.env[model].search_count(domain)}]

    def _count_by_currency(self, model, domain, amount, currency="currency_id"):
        """One result per currency; one of nothing if there is none."""
        groups = self.env[model]._read_group(domain, [currency], ["__count", f"{amount}:sum"])
        return [
            {
                "model": model,
                "domain": [*domain, (currency, "=", found.id)],
                "count": count,
                "amount": total,
                "currency": found,
            }
            for found, count, total in groups
        ] or [{"model": model, "domain": domain, "count": 0}]

    def _check_draft_documents(self):
        return self._count("account.move", [*self._get_joint_domain(), ("state", "=", "draft")])

    def _check_not_distributed(self):
        """Posted in the month: rows missing, or the entry that gives the others their part."""
        missing = [("distribution_ids", "=", False)]
        if self.network_id.policy == "attribution":
            others = [("partner_id", "!=", self.network_id.company_id.partner_id.id)]
            missing = [
                "|",
                *missing,
                "&",
                ("distribution_ids", "any", others),
                ("attribution_move_ids", "not any", [("state", "=", "posted")]),
            ]
        domain = [
            *self._get_joint_domain(),
            ("date", ">=", self.date_from),
            ("state", "=", "posted"),
            ("reversed_entry_id", "not any", [("is_network_opening", "=", True)]),
            ("line_ids.account_id.internal_group", "in", ("income", "expense")),
            *missing,
        ]
        return self._count("account.move", domain)

    def _check_not_invoiced(self):
        """Allocations of which more was delivered or received than invoices took."""
        model = "business.network.allocation"
        for name in (model, "business.network.allocation.invoiced"):
            self.env[name].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT allocation.id
                  FROM business_network_allocation allocation
             LEFT JOIN business_network_allocation_invoiced invoiced
                    ON invoiced.allocation_id = allocation.id
                 WHERE allocation.network_id = %s
                   AND allocation.delivered_quantity > 0
              GROUP BY allocation.id
                HAVING allocation.delivered_quantity - COALESCE(SUM(invoiced.quantity), 0) > 0.00001
                """,
                self.network_id.id,
            )
        )
        ids = [allocation_id for (allocation_id,) in rows]
        return [{"model": model, "domain": [("id", "in", ids)], "count": len(ids)}]

    def _check_not_collected(self):
        return self._count_by_currency(
            "account.move.line",
            [
                ("parent_state", "=", "posted"),
                ("move_id.network_id", "=", self.network_id.id),
                ("move_id.network_settlement_id", "=", False),
                ("move_id.network_member_id", "=", False),
                ("display_type", "=", "payment_term"),
                ("account_id.account_type", "=", "asset_receivable"),
                ("reconciled", "=", False),
                ("date_maturity", "<=", self.date_to),
            ],
            "amount_residual_currency",
        )

    def _check_not_settled(self):
        """Rows that no settlement completed, less the parts of them that settlements took."""
        domain = [
            ("network_id", "=", self.network_id.id),
            ("date", "<=", self.date_to),
            *self.env["business.network.distribution"]._get_unsettled_domain(),
        ]
        taken = dict(
            self.env["business.network.distribution.part"]._read_group(
                [("distribution_id", "any", domain)],
                ["distribution_id.currency_id"],
                ["amount_currency:sum"],
            )
        )
        found = self._count_by_currency("business.network.distribution", domain, "amount_currency")
        return [
            {**values, "amount": values["amount"] - taken.get(values["currency"], 0.0)}
            if values["count"]
            else values
            for values in found
        ]

    def _get_settlement_domain(self, *states):
        return [
            ("network_id", "=", self.network_id.id),
            ("date_to", "<=", self.date_to),
            ("state", "in", list(states)),
        ]

    def _check_not_posted(self):
        """None where there is nothing to post: each member documents its own part."""
        if self.network_id.policy == "member":
            return None
        return self._count_by_currency(
            "business.network.settlement",
            self._get_settlement_domain("draft", "computed", "approved"),
            "amount_total",
        )

    def _check_missing_numbers(self):
        """None where no member gives an invoice of its own; members may differ from the form."""
        network = self.network_id
        own = network.member_ids.filtered(
            lambda member: member._get_document_kind() == "own_invoice"
        )
        if network.policy != "principal" or not own:
            return None
        line_domain = [
            ("document_number", "in", (False, "")),
            ("amount_due", ">=", 0.0),
            ("member_id", "in", own.ids),
            ("partner_id", "!=", network.company_id.partner_id.id),
            "|",
            ("amount_revenue", "!=", 0.0),
            ("amount_expense", "!=", 0.0),
        ]
        settlements = self._get_settlement_domain("computed", "approved", "posted")
        lines = self.env["business.network.settlement.line"].search_count(
            [*line_domain, ("settlement_id", "any", settlements)]
        )
        return [
            {
                "model": "business.network.settlement",
                "domain": [*settlements, ("line_ids", "any", line_domain)],
                "count": lines,
            }
        ]

    def _check_not_paid(self):
        """Per currency, what the ledger still shows as open with the members, either way."""
        domain = self._get_settlement_domain("posted")
        model = "business.network.settlement"
        settlements = self.env[model].search(domain)
        return [
            {
                "model": model,
                "domain": [*domain, ("currency_id", "=", currency.id)],
                "count": len(alike),
                "amount": sum(
                    abs(line.amount_open) for line in alike.line_ids if line.payment_state == "open"
                ),
                "currency": currency,
            }
            for currency, alike in settlements.grouped("currency_id").items()
        ] or [{"model": model, "domain": domain, "count": 0}]

    def _check_cash_calls(self):
        model = "business.network.cash.call"
        domain = [
            ("network_id", "=", self.network_id.id),
            ("state", "in", ["called", "partly"]),
            ("date_due", "<=", self.date_to),
        ]
        calls = self.env[model].search(domain)
        return [
            {
                "model": model,
                "domain": [("id", "in", alike.ids)],
                "count": len(alike),
                "amount": sum(alike.mapped("amount_asked")) - sum(alike.mapped("amount_collected")),
                "currency": currency,
            }
            for currency, alike in calls.grouped("currency_id").items()
        ] or [{"model": model, "domain": domain, "count": 0}]

    def _check_not_filed(self):
        """None where the agreement is not filed with the tax authority: no consortium."""
        if self.network_id.policy == "principal":
            return None
        return self._count(
            "business.network.agreement",
            [
                ("network_id", "=", self.network_id.id),
                ("state", "!=", "draft"),
                ("date_from", "<=", self.date_to),
                ("filing_date", "=", False),
            ],
        )


class BusinessNetworkMonthEndLine(models.TransientModel):
    """One thing to look at before the month is closed."""

    _name = "business.network.month.end.line"
    _description = "Line of the Month-End Checklist"
    _order = "sequence, id"
    _rec_name = "key"

    checklist_id = fields.Many2one("business.network.month.end", required=True, ondelete="cascade")
    sequence = fields.Integer()
    key = fields.Selection(CHECKS, string="Check", required=True)
    count = fields.Integer()
    amount = fields.Monetary()
    currency_id = fields.Many2one("res.currency")
    state = fields.Selection(
        [("ok", "In order"), ("attention", "Needs attention")], compute="_compute_state"
    )
    remedy = fields.Char(string="What to Do", compute="_compute_remedy")
    res_model = fields.Char()
    domain = fields.Char()

    @api.depends("count")
    def _compute_state(self):
        for line in self:
            line.state = "attention" if line.count else "ok"

    @api.depends("key", "count")
    def _compute_remedy(self):
        remedies = self._get_remedies()
        for line in self:
            line.remedy = line.count and remedies.get(line.key)

    def _get_remedies(self):
        """What to do about each check that needs attention."""
        return {
            "draft_documents": self.env._("Post them, or delete what is not needed."),
            "not_distributed": self.env._("Reset them to draft and post them again."),
            "not_invoiced": self.env._("Invoice or bill the orders."),
            "not_collected": self.env._("Register the payments, or claim them."),
            "not_settled": self.env._("Compute a settlement of the period."),
            "not_posted": self.env._("Approve and post them."),
            "missing_numbers": self.env._("Ask the members for their documents."),
            "not_paid": self.env._("Pay or collect from the members."),
            "cash_calls": self.env._("Collect them, or close the call."),
            "not_filed": self.env._("File the contract and write the date on the agreement."),
        }

    def action_open(self):
        """Open what was counted."""
        self.ensure_one()
        labels = dict(self._fields["key"]._description_selection(self.env))
        return {
            "type": "ir.actions.act_window",
            "name": labels[self.key],
            "res_model": self.res_model,
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": json.loads(self.domain),
            "context": {"create": False},
        }
