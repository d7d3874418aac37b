from odoo import fields, models

# What a line of a statement can be without anything that was booked before.
MANUAL_MOVEMENTS = [
    ("receipt", "Paid by a member"),
    ("donation", "Donation"),
    ("cofinancing", "Co-financing"),
    ("event", "Fund-raising event"),
    ("expense", "Operating expense"),
    ("project", "Project"),
    ("opening", "Opening balance"),
    ("deposit", "Deposit or withdrawal"),
    ("company", "Paid in by the books' company"),
    ("difference", "Cash difference"),
]


class AccountReconcileModelLine(models.Model):
    """A rule for a fund's statement says what kind of movement it makes."""

    _inherit = "account.reconcile.model.line"

    fund_movement = fields.Selection(
        MANUAL_MOVEMENTS,
        string="Kind in the Fund",
        help="What the line of a fund's bank statement is: a bank fee is an operating expense.",
    )

    def _get_write_off_move_line_dict(self, balance, currency):
        return {
            **super()._get_write_off_move_line_dict(balance, currency),
            "fund_movement": self.fund_movement,
        }
