from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_amount

RESTRICTED = ("restricted_amount", "restricted_free", "gift_ids")


class BusinessNetworkFund(models.Model):
    """Money that was given for one use is set aside: only what names it may spend it."""

    _inherit = "business.network.fund"

    gift_ids = fields.One2many("business.network.fund.gift", "fund_id", string="Restricted Money")
    restricted_amount = fields.Monetary(
        string="Given for One Use",
        compute="_compute_restricted",
        compute_sudo=True,
        help="What is left of donations and co-financing with a restriction of use.",
    )
    restricted_free = fields.Monetary(
        string="Given and Not Approved Yet", compute="_compute_restricted", compute_sudo=True
    )

    def _compute_restricted(self):
        groups = self.env["business.network.fund.gift"]._read_group(
            [("fund_id", "in", self.ids), ("amount_left", ">", 0.0)],
            ["fund_id"],
            ["amount_left:sum", "amount_free:sum"],
        )
        amounts = {fund.id: rest for fund, *rest in groups}
        for fund in self:
            left, free = amounts.get(fund._origin.id, (0.0, 0.0))
            fund.restricted_amount, fund.restricted_free = fund._round(left), fund._round(free)

    def _forget_balances(self):
        result = super()._forget_balances()
        self.invalidate_recordset(RESTRICTED, flush=False)
        self.env["business.network.fund.gift"].invalidate_model(flush=False)
        return result

    def _get_promised(self):
        """What was given for one use is spoken for, too, as far as no expense names it yet."""
        return super()._get_promised() + self.restricted_free

    def _get_gift_figures(self, date_from, date_to):
        """What there was of each gift before a period, and what came and was used in it.

        :return: list of dicts ``{restriction, partner, before, received, used, left}``, by date;
            those with nothing left before and nothing moved are left out
        """
        self.ensure_one()
        self.env.flush_all()
        figures = {}
        for gift_id, date, amount, is_use in self.env.execute_query(
            self._get_gift_item_query(date_to)
        ):
            figure = figures.setdefault(gift_id, {"before": 0.0, "received": 0.0, "used": 0.0})
            amount = float(amount)
            if date < date_from:
                figure["before"] += amount
            elif is_use:
                figure["used"] -= amount
            else:
                figure["received"] += amount
        gifts = self.env["account.move"].sudo().browse(figures)
        return [
            self._prepare_gift_figure(gift, figures[gift.id])
            for gift in gifts
            if any(not self.currency_id.is_zero(amount) for amount in figures[gift.id].values())
        ]

    def _prepare_gift_figure(self, gift, amounts):
        amounts = {name: self._round(amount) for name, amount in amounts.items()}
        items = gift.line_ids.filtered(lambda item: item.account_id == self.account_id)
        return {
            "restriction": gift.fund_restriction.strip(),
            "partner": items.partner_id[:1].display_name or "",
            **amounts,
            "left": self._round(amounts["before"] + amounts["received"] - amounts["used"]),
        }

    def _get_gift_item_query(self, date_to):
        """Items of this fund's gifts, of what took them back and what used them, up to a day."""
        return SQL(
            """
            WITH gift AS (
                SELECT DISTINCT move.id, move.date
                  FROM account_move move
                  JOIN account_move_line item ON item.move_id = move.id
                 WHERE move.fund_restriction IS NOT NULL AND BTRIM(move.fund_restriction) != ''
                   AND move.state = 'posted' AND item.fund_id = %(fund)s
                   AND item.fund_movement IN ('donation', 'cofinancing')
            ), entry AS (
                SELECT id AS gift_id, date AS given_on, id AS move_id, FALSE AS is_use FROM gift
                 UNION ALL
                SELECT gift.id, gift.date, move.id, FALSE
                  FROM gift JOIN account_move move ON move.reversed_entry_id = gift.id
                 UNION ALL
                SELECT gift.id, gift.date, move.id, TRUE
                  FROM gift JOIN account_move move ON move.fund_gift_id = gift.id
            )
            SELECT entry.gift_id, move.date, -SUM(item.balance), entry.is_use
              FROM entry
              JOIN account_move move ON move.id = entry.move_id
              JOIN account_move_line item ON item.move_id = move.id
             WHERE move.state = 'posted' AND move.date <= %(date)s
               AND item.account_id = %(account)s AND item.fund_id = %(fund)s
             GROUP BY entry.gift_id, entry.given_on, entry.is_use, move.id
             ORDER BY entry.given_on, entry.gift_id, move.date, move.id
            """,
            fund=self.id,
            account=self.account_id.id,
            date=date_to,
        )


class BusinessNetworkFundApprovalMixin(models.AbstractModel):
    """Whatever is asked of a fund leaves alone what was given for another use, and says so."""

    _inherit = "business.network.fund.approval.mixin"

    def _check_not_restricted(self, available):
        """Raise UserError where only money given for another use would be enough."""
        compare = self.currency_id.compare_amounts
        restricted = self.fund_id.restricted_free
        if (
            compare(self.amount, available) > 0
            and compare(self.amount, available + restricted) <= 0
        ):
            gifts = self.fund_id.sudo().gift_ids.filtered(lambda gift: gift.amount_free > 0)
            raise UserError(
                self.env._(
                    "%(expense)s is for %(amount)s, and %(fund)s has %(available)s available: "
                    "%(restricted)s of its money was given for another use (%(gifts)s). %(remedy)s",
                    expense=self.name,
                    amount=format_amount(self.env, self.amount, self.currency_id),
                    fund=self.fund_id.display_name,
                    available=format_amount(self.env, max(available, 0.0), self.currency_id),
                    restricted=format_amount(self.env, restricted, self.currency_id),
                    gifts=", ".join(gift._get_name() for gift in gifts),
                    remedy=self._get_restricted_remedy(),
                )
            )

    def _get_restricted_remedy(self):
        return self.env._("Ask for less, or collect first.")


class BusinessNetworkFundExpense(models.Model):
    """An expense or project that is paid from money given for that use."""

    _inherit = "business.network.fund.expense"

    gift_id = fields.Many2one(
        "business.network.fund.gift",
        string="Paid From Restricted Money",
        copy=False,
        tracking=True,
        domain="[('fund_id', '=', fund_id), ('amount_free', '>', 0)]",
        help="The donation or co-financing it uses. Other expenses leave that money where it is.",
    )

    @api.onchange("fund_id")
    def _onchange_fund_gift(self):
        if self.gift_id.fund_id != self.fund_id:
            self.gift_id = False

    def _get_requested_terms(self):
        return super()._get_requested_terms() | {"gift_id"}

    def _get_gift(self):
        """What it uses, read anew: something was booked or approved meanwhile."""
        self.ensure_one()
        return self.env["account.move"].browse(self.sudo().gift_id.id)._get_gifts()

    def _check_terms(self):
        result = super()._check_terms()
        if self.sudo().gift_id and self._get_gift().fund_id != self.fund_id:
            raise UserError(
                self.env._(
                    "What %(expense)s uses was not given to %(fund)s, or was taken back. Choose "
                    "restricted money of that fund, or leave it empty.",
                    expense=self.name,
                    fund=self.fund_id.display_name,
                )
            )
        return result

    def _check_available(self, available):
        """Within what is free in the fund; an expense that names a gift has that one, too."""
        gift = self._get_gift()
        if gift:
            own = self.amount if self.state == "approved" else 0.0  # set aside for it already
            self._check_gift_suffices(gift, gift.amount_free + own)
            available += max(gift.amount_free, 0.0)
        else:
            self._check_not_restricted(available)
        return super()._check_available(available)

    def _check_gift_suffices(self, gift, left):
        if self.currency_id.compare_amounts(self.amount, left) > 0:
            raise UserError(
                self.env._(
                    "%(expense)s is for %(amount)s, and %(left)s is left of what was given for "
                    "“%(gift)s”. Ask for less, or pay the rest by another expense.",
                    expense=self.name,
                    amount=format_amount(self.env, self.amount, self.currency_id),
                    left=format_amount(self.env, left, self.currency_id),
                    gift=gift._get_name(),
                )
            )

    def _get_restricted_remedy(self):
        return self.env._("Say that it is paid from that, if it is for that use, or ask for less.")

    def _prepare_entry(self):
        return {**super()._prepare_entry(), "fund_gift_id": self.sudo().gift_id.id}
