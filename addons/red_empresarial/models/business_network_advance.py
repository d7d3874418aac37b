from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class BusinessNetwork(models.Model):
    """Accounts and limit of what a network pays and receives on account of its members."""

    _inherit = "business.network"

    advance_limit = fields.Monetary(
        tracking=True,
        help="Most that one member may have in advances at a time, in the currency of the books; "
        "zero sets no limit.",
    )
    advance_account_id = fields.Many2one(
        "account.account",
        string="Advances to Members",
        domain=[
            ("account_type", "in", ("asset_prepayments", "asset_current")),
            ("reconcile", "=", True),
        ],
        check_company=True,
        ondelete="restrict",
        copy=False,
        help="Where the down payments that members billed wait for the settlement that deducts "
        "them.",
    )
    opening_account_id = fields.Many2one(
        "account.account",
        string="Opening Balances",
        domain=[("account_type", "not in", ("asset_receivable", "liability_payable"))],
        check_company=True,
        ondelete="restrict",
        copy=False,
        help="Counterpart of what members owed and were owed when the network started here.",
    )
    advance_amount = fields.Monetary(
        string="Advances Outstanding",
        compute="_compute_advance_amount",
        help="Advances that no settlement has netted or deducted yet.",
    )
    cash_call_ids = fields.One2many("business.network.cash.call", "network_id")
    cash_call_count = fields.Integer(compute="_compute_cash_call_count")

    _advance_limit_not_negative = models.Constraint(
        "CHECK(advance_limit >= 0)", "A limit of advances cannot be negative."
    )

    def _compute_advance_amount(self):
        amounts = self.env["business.network.member"]._get_advance_amounts(
            [("move_id.network_id", "in", self.ids)], "move_id.network_id"
        )
        for network in self:
            network.advance_amount = amounts.get(network._origin, 0.0)

    def _compute_cash_call_count(self):
        counts = dict(
            self.env["business.network.cash.call"]._read_group(
                [("network_id", "in", self.ids)], ["network_id"], ["__count"]
            )
        )
        for network in self:
            network.cash_call_count = counts.get(network._origin, 0)

    # -- checks shared by advances, cash calls and opening balances --------------------------------

    def _check_account_set(self, *names):
        """Raise UserError naming the accounting fields of the network that are still empty."""
        for network in self:
            missing = [
                network._fields[name].get_description(self.env, ["string"])["string"]
                for name in names
                if not network[name]
            ]
            if missing:
                raise UserError(
                    self.env._(
                        "%(network)s lacks %(fields)s. Set it on the network, page Accounting.",
                        network=network.name,
                        fields=", ".join(missing),
                    )
                )

    def _check_date_open(self, date, journal, has_tax=False):
        """Raise UserError when the books of the network are closed on ``date``."""
        self.ensure_one()
        company = self.company_id.sudo()
        locks = company._get_violated_lock_dates(date, has_tax, journal)
        if locks:
            raise UserError(
                self.env._(
                    "The books of %(company)s are closed on %(date)s: %(locks)s. Choose a later "
                    "date for %(network)s, or ask the accountant to open the period.",
                    company=company.name,
                    date=format_date(self.env, date),
                    locks=company._format_lock_dates(locks),
                    network=self.name,
                )
            )

    def _check_payment_journal(self, journal):
        """Raise UserError for a journal that cannot pay or receive for this network."""
        self.ensure_one()
        if journal.company_id != self.company_id or journal.type not in ("bank", "cash"):
            raise UserError(
                self.env._(
                    "%(journal)s of %(journal_company)s cannot pay or receive for %(network)s. "
                    "Choose a bank or cash journal of %(company)s, which keeps its books.",
                    journal=journal.name,
                    journal_company=journal.company_id.name,
                    network=self.name,
                    company=self.company_id.name,
                )
            )

    # -- actions -----------------------------------------------------------------------------------

    def action_open_advances(self):
        return self._get_action(
            "red_empresarial.business_network_advance_item_action",
            [
                *self.env["business.network.member"]._get_advance_item_domain(),
                ("move_id.network_id", "=", self.id),
            ],
            {"search_default_group_member": 1, "create": False},
        )

    def action_open_cash_calls(self):
        return self._get_action(
            "red_empresarial.business_network_cash_call_action", [("network_id", "=", self.id)]
        )

    def action_open_month_end(self):
        """Check the month that ended last."""
        self.ensure_one()
        checklist = self.env["business.network.month.end"].create({"network_id": self.id})
        checklist.action_check()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Month-End Checklist"),
            "res_model": checklist._name,
            "res_id": checklist.id,
            "view_mode": "form",
        }
