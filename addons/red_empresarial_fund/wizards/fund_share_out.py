from odoo import Command, api, fields, models
from odoo.addons.red_empresarial.engine.dues import claims_ended, share_out
from odoo.addons.red_empresarial.tools.minor_units import from_minor, to_minor
from odoo.exceptions import UserError
from odoo.tools import format_amount


class BusinessNetworkFundShareOut(models.TransientModel):
    """Share a fund out: each member gets its contributions back and its part of the profit (F1).

    What each put in is read from the fund's account, by member; nothing is counted beside it.
    """

    _name = "business.network.fund.share.out"
    _description = "Share Out a Fund"

    fund_id = fields.Many2one("business.network.fund", required=True)
    currency_id = fields.Many2one(related="fund_id.currency_id")
    allowed_journal_ids = fields.Many2many(related="fund_id.cash_journal_ids")
    date = fields.Date(required=True, default=fields.Date.context_today)
    journal_id = fields.Many2one(
        "account.journal", string="Paid From", domain="[('id', 'in', allowed_journal_ids)]"
    )
    amount = fields.Monetary(
        string="To Share Out",
        compute="_compute_amount",
        store=True,
        readonly=False,
        precompute=True,
    )
    line_ids = fields.One2many("business.network.fund.share.out.line", "share_out_id")

    @api.depends("fund_id")
    def _compute_amount(self):
        for wizard in self:
            wizard.amount = max(wizard._get_most(), 0.0) if wizard.fund_id else 0.0

    def _get_most(self):
        """Most that can be shared out: the fund's own money, what is approved left aside."""
        fund = self.fund_id
        return fund._round(fund._get_own_money() - fund._get_promised())

    def action_compute(self):
        """What each member gets, before anything is paid; from then on the amount stays."""
        self.ensure_one()
        self.fund_id._check_accepts("share_out")
        self._check_amount()
        shares = self._get_shares()
        self.line_ids = [
            Command.clear(),
            *(
                Command.create({"partner_id": partner.id, "contribution": given, "amount": gets})
                for partner, (given, gets, _claim) in shares.items()
            ),
        ]
        return self._reopen()

    def action_change(self):
        """Forget what was computed, to share out another amount."""
        self.ensure_one()
        self.line_ids = [Command.clear()]
        return self._reopen()

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Share Out"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _get_shares(self):
        """``{partner: (put in, gets, settled of what it put in)}`` of who put something in."""
        fund, currency = self.fund_id, self.currency_id
        given = fund._get_contributions()
        if not given:
            raise UserError(self.env._("No member put anything into %s yet.", fund.display_name))
        amount = to_minor(self.amount, currency)
        contributions = [to_minor(one, currency) for one in given.values()]
        gets = share_out(amount, contributions)
        claims = claims_ended(amount, to_minor(fund.balance, currency), contributions)
        return {
            partner: (own, from_minor(share, currency), from_minor(claim, currency))
            for (partner, own), share, claim in zip(given.items(), gets, claims, strict=True)
        }

    def action_post(self):
        self.ensure_one()
        return self.fund_id._show_entry(self.post())

    def post(self):
        """Pay the members out, in one entry.

        :return: the posted ``account.move``
        :raise UserError: the fund is not shared out, members still owe it, it has less money, or
            what each gets is not what was computed
        """
        self.ensure_one()
        fund = self.fund_id
        fund.check_access("write")
        fund._check_accepts("share_out")
        fund._check_cash_journal(self.journal_id)
        fund._check_can_book(self.date, self.journal_id)
        fund._lock_receipts()
        self._check_amount()
        fund._check_has_treasurer(self.date)
        fund._check_holds(self.journal_id, self.amount, self.date)
        shares = self._get_shares()
        self._check_computed(shares)
        return fund._post_entries([self._prepare_entry(shares)])

    def _check_computed(self, shares):
        """Raise UserError unless these shares are those that were looked at."""
        shown = {line.partner_id: (line.contribution, line.amount) for line in self.line_ids}
        if shown.keys() != shares.keys() or any(
            self.currency_id.compare_amounts(*amounts)
            for partner, (given, gets, _claim) in shares.items()
            for amounts in zip(shown[partner], (given, gets), strict=True)
        ):
            raise UserError(
                self.env._(
                    "What each member gets of %s is not computed, or changed since. Press "
                    "“Compute”, and look at it again.",
                    self.fund_id.display_name,
                )
            )

    def _prepare_entry(self, shares):
        """Values of the entry: claims end, and each member is paid by an item of its own."""
        fund = self.fund_id
        name = self.env._("Share-out of %s", fund.name)
        cash = fund._get_cash_account(self.journal_id, "outbound")
        items = fund._prepare_claim_items(
            {partner: claim for partner, (_given, _gets, claim) in shares.items()},
            self.amount,
            name,
        )
        items += [
            fund._prepare_item(cash, -gets, "share_out", partner=partner, name=name)
            for partner, (_given, gets, _claim) in shares.items()
            if gets
        ]
        return fund._prepare_entry(self.journal_id, self.date, name, items)

    def _check_amount(self):
        fund = self.fund_id
        compare = self.currency_id.compare_amounts
        debtors = [partner for partner, owed in fund._get_owed().items() if compare(owed, 0.0) > 0]
        if debtors:
            raise UserError(
                self.env._(
                    "%(member)s still owes %(fund)s. Collect it or forgive it before sharing out.",
                    member=debtors[0].display_name,
                    fund=fund.display_name,
                )
            )
        most = self._get_most()
        if compare(self.amount, 0.0) <= 0 or compare(self.amount, most) > 0:
            raise UserError(
                self.env._(
                    "%(fund)s has %(most)s to share out: cash and bank %(cash)s, balance "
                    "%(balance)s, what is approved already left aside. Write an amount above zero "
                    "and not above that.",
                    fund=fund.display_name,
                    most=format_amount(self.env, most, self.currency_id),
                    **fund._get_money_terms(),
                )
            )


class BusinessNetworkFundShareOutLine(models.TransientModel):
    """What one member put in and gets."""

    _name = "business.network.fund.share.out.line"
    _description = "Share of a Member in a Fund"

    share_out_id = fields.Many2one(
        "business.network.fund.share.out", required=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="share_out_id.currency_id")
    partner_id = fields.Many2one("res.partner", string="Member", readonly=True)
    contribution = fields.Monetary(string="Put In", readonly=True)
    amount = fields.Monetary(string="Gets", readonly=True)
