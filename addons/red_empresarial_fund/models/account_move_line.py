from odoo import api, fields, models

MOVEMENTS = [
    ("opening", "Opening balance"),
    ("dues", "Dues"),
    ("fine", "Fine"),
    ("event", "Fund-raising event"),
    ("donation", "Donation"),
    ("cofinancing", "Co-financing"),
    ("tariff", "Network tariff"),
    ("receipt", "Paid by a member"),
    ("expense", "Operating expense"),
    ("project", "Project"),
    ("loan", "Loan"),
    ("interest", "Interest"),
    ("share_out", "Share-out"),
    ("transfer", "Transfer between funds"),
    ("deposit", "Deposit or withdrawal"),
    ("company", "Paid in by the books' company"),
    ("difference", "Cash difference"),
    ("unidentified", "Not identified yet"),
]
# Their counterpart is with the company that keeps the books, outside the fund.
WITH_COMPANY = ("tariff", "company")
# What members are asked for; the rest of their account is what they pay.
ASKED = ("dues", "fine", "event", "loan", "interest")
# What a statement that was signed says of an item.
FIGURES = {"account_id", "balance", "debit", "credit", "date"}


class AccountMoveLine(models.Model):
    """What is of a fund: its posted items are all there is to its movements."""

    _inherit = "account.move.line"

    fund_id = fields.Many2one(
        "business.network.fund",
        string="Network Fund",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The fund of a network that this item moves.",
    )
    fund_movement = fields.Selection(MOVEMENTS, string="Movement of the Fund")

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._get_in_closed_months()._raise_in_closed_month()
        return lines

    @api.ondelete(at_uninstall=False)
    def _unlink_only_open_months(self):
        self._get_in_closed_months()._raise_in_closed_month()

    def write(self, vals):
        if FIGURES & vals.keys():
            self._check_fund_closed(vals)
        if not {"fund_id", "fund_movement", "partner_id"} & vals.keys():
            return super().write(vals)
        self._check_fund_frozen(vals)
        result = super().write(vals)
        self.move_id.filtered(lambda move: move.state == "posted")._check_fund_items()
        return result

    def _check_fund_closed(self, vals):
        """Raise UserError when a posted item of a closed month of its fund would change."""
        for line in self._get_in_closed_months():
            if any(
                line.move_id._field_will_change(line, vals, name) for name in FIGURES & vals.keys()
            ):
                line._raise_in_closed_month()

    def _get_in_closed_months(self):
        """The posted items of a closed month of their fund."""
        return self.filtered(
            lambda line: (
                line.fund_id
                and line.parent_state == "posted"
                and line.fund_id.sudo().date_closed
                and line.date <= line.fund_id.sudo().date_closed
            )
        )

    def _raise_in_closed_month(self):
        if self:
            self[0].move_id._raise_fund_frozen()

    def _check_fund_frozen(self, vals):
        """Raise UserError when a posted item would silently move to another fund or member.

        An item of no fund may still be given to one: that mends what was posted by hand.
        """
        moved = self.filtered(lambda line: line.parent_state == "posted" and line.fund_id)
        for line in moved:
            if any(
                line.move_id._field_will_change(line, vals, name)
                for name in line._get_fund_frozen_fields()
            ):
                line.move_id._raise_fund_frozen()

    def _get_fund_frozen_fields(self):
        """What a posted item keeps; who paid and what for is found out of a bank's line later."""
        self.ensure_one()
        if self.fund_movement != "unidentified" or not self.statement_line_id:
            return {"fund_id", "fund_movement", "partner_id"}
        if self.account_id == self.journal_id.default_account_id:
            return {"fund_id"}
        return {"fund_id", "fund_movement"}
