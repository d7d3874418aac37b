from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date


class BusinessNetworkFundBankSetup(models.TransientModel):
    """Ready a fund's banks for statements: money is in transit until the bank states it.

    What was booked on the bank account itself since the first statement would be there twice, so it
    is moved to transit, item by item, on its own day. So is what is open on an account that is
    replaced: the fund's money would be in none of its banks any more.
    """

    _name = "business.network.fund.bank.setup"
    _description = "Bank Statements of a Fund"

    fund_id = fields.Many2one("business.network.fund", required=True)
    bank_ids = fields.Many2many("account.journal", string="Banks", compute="_compute_items")
    currency_id = fields.Many2one(related="fund_id.currency_id")
    date_from = fields.Date(
        string="Statements From",
        required=True,
        default=fields.Date.context_today,
        help="First day of the first statement that will be imported.",
    )
    item_count = fields.Integer(string="Booked Since Then", compute="_compute_items")
    amount = fields.Monetary(string="Moved to Transit", compute="_compute_items")
    replaced_count = fields.Integer(
        string="Open on the Account That Is Replaced",
        compute="_compute_items",
        help="In transit on an account that other banks use, too, or that is not reconciled.",
    )
    replaced_amount = fields.Monetary(
        string="Moved from There to Transit", compute="_compute_items"
    )
    reconciles_exact = fields.Boolean(
        related="fund_id.reconciles_exact", readonly=False, string="Reconcile Exact Matches"
    )

    @api.depends("fund_id", "date_from")
    def _compute_items(self):
        for wizard in self:
            wizard.bank_ids = wizard.fund_id._get_banks()
            items = wizard._get_items() if wizard.date_from else []
            wizard.item_count = len(items)
            wizard.amount = sum(item.balance for item in items)
            replaced = wizard.bank_ids._get_replaced_items()
            wizard.replaced_count = len(replaced)
            wizard.replaced_amount = sum(item._get_transit_amount() for item in replaced)

    def _get_items(self):
        """Items of funds on the bank accounts themselves, but for balances they began with.

        What was moved to transit before, and what moved it, are left out.
        """
        banks = self.fund_id._get_banks()
        fresh = banks.filtered(lambda bank: not bank._get_last_statement())
        items = fresh._get_direct_items(self.date_from).filtered(
            lambda item: item.fund_id and item.fund_movement != "opening"
        )
        transit = fresh._get_transit_accounts()
        moving = items.filtered(lambda item: item.move_id.line_ids.account_id & transit)
        items -= moving
        for item in moving:
            items -= items.filtered(lambda other, item=item: self._took_back(item, other))[:1]
        return items

    def _took_back(self, item, other):
        """Whether ``item`` moved ``other`` from the bank account to transit."""
        same = ("account_id", "fund_id", "fund_movement", "date")
        return all(item[name] == other[name] for name in same) and self.currency_id.is_zero(
            item.balance + other.balance
        )

    def action_set_up(self):
        """Ready the banks and move what is in transit; twice does nothing."""
        self.ensure_one()
        self.fund_id.check_access("write")
        banks = self.fund_id._get_banks()
        replaced = self._get_replaced(banks)
        banks._set_up_fund_statements()
        banks._create_fund_rules()
        self._move_to_transit(self._get_items())
        self._move_replaced(replaced)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _move_to_transit(self, items):
        """One entry per fund, bank and day: each item leaves the bank account by itself."""
        vals_list = []
        groups = items.grouped(lambda item: (item.fund_id, item.account_id, item.date))
        for (fund, account, date), moved in groups.items():
            bank = self._get_bank(account)
            self._check_open(fund, date, moved)
            vals_list.append(self._prepare_transit_entry(fund, bank, date, moved))
        return self.fund_id._post_entries(vals_list) if vals_list else vals_list

    def _get_bank(self, account):
        return self.fund_id._get_banks().filtered(lambda bank: bank.default_account_id == account)

    def _check_open(self, fund, date, items):
        if fund.date_closed and date <= fund.date_closed:
            raise UserError(
                self.env._(
                    "“%(item)s” of %(date)s is on the bank account, and %(fund)s is closed up to "
                    "%(closed)s. Begin with the statement after that day.",
                    item=items[0].name or items[0].move_id.display_name,
                    date=format_date(self.env, date),
                    fund=fund.display_name,
                    closed=format_date(self.env, fund.date_closed),
                )
            )

    def _prepare_transit_entry(self, fund, bank, date, items):
        """Values of the entry that moves items from where they are to transit of their bank."""
        transit = bank._get_transit_accounts()
        name = self.env._("In transit until the bank states it")
        lines = [
            fund._prepare_item(
                account,
                sign * item._get_transit_amount(),
                item.fund_movement,
                name=item.name or item.move_id.ref,
            )
            for item in items
            for account, sign in ((transit, 1), (item.account_id, -1))
        ]
        return fund._prepare_entry(bank, date, name, lines)

    # -- what is open on an account that is replaced -----------------------------------------------

    def _get_replaced(self, banks):
        """Bank of each item that is open on an account to be replaced: ``{item: bank}``.

        :raise UserError: an item does not say which of several banks it is on its way to
        """
        replaced = {item: item._find_transit_banks() for item in banks._get_replaced_items()}
        for item, found in replaced.items():
            if len(found) > 1:
                raise UserError(
                    self.env._(
                        "“%(item)s” of %(entry)s, %(amount)s on %(account)s, does not say which of "
                        "these banks it is on its way to: %(banks)s. Reverse that entry, set the "
                        "banks up, and book it again.",
                        item=item.name or item.move_id.ref,
                        entry=item.move_id.display_name,
                        amount=format_amount(
                            self.env, item._get_transit_amount(), self.currency_id
                        ),
                        account=item.account_id.display_name,
                        banks=", ".join(found.mapped("name")),
                    )
                )
        return replaced

    def _move_replaced(self, replaced):
        """One entry per fund, bank and day, in a closed month after it; the old items are closed.

        :param replaced: ``{account.move.line: bank}``
        """
        groups = (
            self.env["account.move.line"]
            .union(*replaced)
            .grouped(
                lambda item: (item.fund_id, replaced[item], item.fund_id._get_open_date(item.date))
            )
        )
        entries = self.fund_id._post_entries(
            [
                self._prepare_transit_entry(fund, bank, date, items)
                for (fund, bank, date), items in groups.items()
            ]
        )
        self.env["business.network.settlement"]._reconcile_items(
            [
                (items | entry.line_ids).filtered(
                    lambda item, old=items.account_id: item.account_id in old.filtered("reconcile")
                )
                for entry, items in zip(entries, groups.values(), strict=True)
            ]
        )
