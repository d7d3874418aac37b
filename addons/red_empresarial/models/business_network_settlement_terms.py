from odoo import fields, models

SETTLEMENT_BASES = [
    ("invoiced", "Invoiced: revenue is due once its invoice is posted"),
    ("collected", "Collected: revenue is due as the customer pays"),
]
NEGATIVE_RESULTS = [
    ("carry", "Carry it forward to the next settlement"),
    ("charge", "Charge it to the member by an invoice"),
]


class BusinessNetwork(models.Model):
    """What the members agreed on their settlements; each settlement starts with these terms."""

    _inherit = "business.network"

    settlement_basis = fields.Selection(
        SETTLEMENT_BASES,
        required=True,
        default="invoiced",
        tracking=True,
        help="Costs are always settled once their bill is posted.",
    )
    tariff_rate = fields.Float(
        string="Network Tariff %",
        digits=(16, 6),
        tracking=True,
        help="Part of each joint sale, net of tax, that stays with the network: it is taken off "
        "what the members are due and goes to the network's fund.",
    )
    fund_account_id = fields.Many2one(
        "account.account",
        domain=[("account_type", "not in", ("asset_receivable", "liability_payable"))],
        check_company=True,
        ondelete="restrict",
        copy=False,
        help="What the members put into the network's common fund: a liability to them, unless the "
        "network is a legal person that earns it.",
    )
    minimum_payout = fields.Monetary(
        tracking=True,
        help="A member that is due less than this waits for a later settlement.",
    )
    negative_result = fields.Selection(
        NEGATIVE_RESULTS,
        required=True,
        default="carry",
        help="Where members document their part: what happens to a member whose costs exceed its "
        "revenue.",
    )

    _tariff_rate_range = models.Constraint(
        "CHECK(tariff_rate >= 0 AND tariff_rate <= 100)",
        "A network tariff is a percentage from 0 to 100.",
    )
    _minimum_payout_not_negative = models.Constraint(
        "CHECK(minimum_payout >= 0)", "A minimum pay-out cannot be negative."
    )
