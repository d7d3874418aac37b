from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class BusinessNetworkFund(models.Model):
    _inherit = "business.network.fund"

    def _get_promised(self):
        """What was lent before leaves no cash any more."""
        before = self.sudo().loan_ids.filtered(
            lambda loan: loan.state == "approved" and loan.is_opening
        )
        return super()._get_promised() - sum(before.mapped("amount"))

    def _get_last_opening(self):
        """The last day on which something was booked that the fund had before; None without."""
        self.ensure_one()
        ((last,),) = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [
                    ("fund_id", "=", self.id),
                    ("parent_state", "=", "posted"),
                    ("fund_movement", "=", "opening"),
                    ("move_id.fund_loan_id", "=", False),
                    ("move_id.reversed_entry_id", "=", False),
                    ("move_id.reversal_move_ids", "not any", [("state", "=", "posted")]),
                ],
                [],
                ["date:max"],
            )
        )
        return last or None


class BusinessNetworkFundLoan(models.Model):
    """A loan that was paid out before its fund came into the books.

    Its amount is the principal that is left then, its schedule what is left to repay. It is booked
    against the fund, as the rest of what the fund had; from then on it is a loan like any other.
    """

    _inherit = "business.network.fund.loan"

    is_opening = fields.Boolean(
        string="Lent Before",
        tracking=True,
        help="It was paid out before the fund came into the books: write what is left of it. No "
        "money leaves the fund's cash.",
    )

    def _get_requested_terms(self):
        return super()._get_requested_terms() | {"is_opening"}

    def _check_available(self, available):
        return None if self.is_opening else super()._check_available(available)

    def _check_can_pay(self):
        if not self.is_opening:
            return super()._check_can_pay()
        fund = self.fund_id
        if not self.date_paid:
            self.date_paid = fund._get_last_opening() or fields.Date.context_today(self)
        fund._check_can_book(self.date_paid, fund.journal_id)
        self._check_lent_before()
        self._check_can_lend()
        return None

    def _check_lent_before(self):
        """Raise UserError for a loan later than the opening of its fund."""
        last = self.fund_id._get_last_opening()
        if not last or self.date_paid > last:
            raise UserError(
                self.env._(
                    "%(loan)s is dated %(date)s, and was not lent before %(fund)s came into the "
                    "books (%(last)s). Open the fund first, and date the loan on that day; a loan "
                    "of today is paid out from a cash box or bank.",
                    loan=self.name,
                    date=format_date(self.env, self.date_paid),
                    fund=self.fund_id.display_name,
                    last=format_date(self.env, last) if last else self.env._("not opened"),
                )
            )

    def _prepare_entry(self):
        if not self.is_opening:
            return super()._prepare_entry()
        fund, name = self.fund_id, f"{self.name} · {self.purpose}"
        items = [
            fund._prepare_item(
                self.account_id, self.amount, "loan", partner=self.partner_id, name=name
            ),
            fund._prepare_item(fund.account_id, -self.amount, "opening", name=name),
        ]
        return fund._prepare_entry(
            fund.journal_id, self.date_paid, name, items, fund_loan_id=self.id
        )
