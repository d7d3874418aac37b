from odoo import api, fields, models
from odoo.addons.red_empresarial.engine.exact import exact_weight
from odoo.addons.red_empresarial.tools.minor_units import from_minor, to_minor
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_amount

METHODS = [
    ("principal", "Equal principal, interest on what is owed"),
    ("instalment", "Equal instalments"),
    ("flat", "Equal principal, interest on the whole loan"),
]
RATE_PERIODS = [("month", "a month"), ("year", "a year")]


class BusinessNetworkFund(models.Model):
    """Under which rules a fund lends to its members, and what it has lent.

    What is lent and not due yet is on an account of its own, that is no receivable of the partner's
    kind: neither a payment at the meeting nor a settlement takes what nobody owes yet. On its day
    each instalment moves to what the member owes.
    """

    _inherit = "business.network.fund"

    loan_ids = fields.One2many("business.network.fund.loan", "fund_id")
    loan_account_id = fields.Many2one(
        "account.account",
        string="Loans Account",
        compute="_compute_loan_account_id",
        store=True,
        readonly=False,
        check_company=True,
        ondelete="restrict",
        domain="[('account_type', 'in', ('asset_current', 'asset_non_current'))]",
        tracking=True,
        help="What members were lent and is not due yet.",
    )
    loan_rate = fields.Float(
        string="Interest (%)", digits=(16, 4), tracking=True, help="Proposed for new loans."
    )
    loan_rate_period = fields.Selection(
        RATE_PERIODS, string="Interest Per", required=True, default="month"
    )
    loan_method = fields.Selection(
        METHODS, string="Repaid By", required=True, default="principal", tracking=True
    )
    loan_maximum = fields.Monetary(
        string="Most Per Member",
        tracking=True,
        help="Most that one member may be lent in all; zero is no limit.",
    )
    loan_multiple = fields.Float(
        string="Times Its Contributions",
        digits=(16, 2),
        tracking=True,
        help="So many times what it paid in may a member be lent in all; zero is no limit.",
    )
    loan_refuses_late = fields.Boolean(
        string="Not to Who Is Late",
        default=True,
        tracking=True,
        help="Refuse another loan while an instalment is late.",
    )
    loan_count = fields.Integer(string="Loans", compute="_compute_loan_count")

    _loan_rules_not_negative = models.Constraint(
        "CHECK(loan_rate >= 0 AND loan_maximum >= 0 AND loan_multiple >= 0)",
        "Interest and limits of loans cannot be negative.",
    )

    @api.depends("network_id", "allows_loan")
    def _compute_loan_account_id(self):
        for fund in self:
            company = fund.company_id.sudo()
            account = fund.loan_account_id
            if fund.allows_loan and company and not account:
                account = company._get_network_fund_loan_account()
            fund.loan_account_id = account

    def _compute_loan_count(self):
        counts = dict(
            self.env["business.network.fund.loan"]
            .sudo()
            ._read_group([("fund_id", "in", self.ids)], ["fund_id"], ["__count"])
        )
        for fund in self:
            fund.loan_count = counts.get(fund._origin, 0)

    @api.constrains("allows_loan", "loan_account_id")
    def _check_lending(self):
        for fund in self:
            account = fund.loan_account_id
            if account and account.account_type not in ("asset_current", "asset_non_current"):
                raise ValidationError(
                    self.env._(
                        "%(account)s cannot hold the loans of %(fund)s: choose a current or "
                        "non-current asset, that is not reconciled with what members owe.",
                        account=account.display_name,
                        fund=fund.display_name,
                    )
                )
            lent = fund.sudo().loan_ids.filtered(
                lambda loan: loan.state in ("approved", "disbursed")
            )
            if lent and not fund.allows_loan:
                raise ValidationError(
                    self.env._(
                        "%(fund)s has lent %(loan)s. Loans are allowed until that is repaid.",
                        fund=fund.display_name,
                        loan=lent[:1].name,
                    )
                )

    # -- rules ---------------------------------------------------------------------------------

    def _get_promised(self):
        approved = self.sudo().loan_ids.filtered(lambda loan: loan.state == "approved")
        return super()._get_promised() + sum(approved.mapped("amount"))

    def _check_may_borrow(self, member, amount, others):
        """Raise UserError when the fund's rules refuse ``amount`` to a member.

        :param others: loans of the member in this fund that are approved or not repaid
        """
        self.ensure_one()
        self._check_not_late(member, others)
        lent = sum(loan._get_exposure() for loan in others)
        for most, reason in self._get_loan_limits(member):
            if self.currency_id.compare_amounts(lent + amount, most) > 0:
                raise UserError(
                    self.env._(
                        "%(member)s may owe %(fund)s up to %(most)s (%(reason)s), has %(lent)s of "
                        "other loans and asks for %(amount)s. Ask for less, or repay first.",
                        member=member.display_name,
                        fund=self.display_name,
                        most=format_amount(self.env, most, self.currency_id),
                        reason=reason,
                        lent=format_amount(self.env, lent, self.currency_id),
                        amount=format_amount(self.env, amount, self.currency_id),
                    )
                )

    def _check_not_late(self, member, others):
        late = others.filtered("amount_late")[:1]
        if late and self.loan_refuses_late:
            raise UserError(
                self.env._(
                    "%(member)s is late with %(amount)s of %(loan)s, and %(fund)s lends nothing "
                    "before that is paid.",
                    member=member.display_name,
                    amount=format_amount(self.env, late.amount_late, self.currency_id),
                    loan=late.name,
                    fund=self.display_name,
                )
            )

    def _get_loan_limits(self, member):
        """Most that a member may be lent in all, with the reason of each limit."""
        limits = []
        if self.loan_maximum:
            limits.append((self.loan_maximum, self.env._("most per member")))
        if self.loan_multiple:
            times = exact_weight(f"{self.loan_multiple:.2f}")
            paid = to_minor(self._get_paid_in(member.partner_id), self.currency_id)
            reason = self.env._("%s times its contributions", f"{self.loan_multiple:g}")
            limits.append((from_minor(int(times * paid), self.currency_id), reason))
        return limits

    def _get_paid_in(self, partner):
        """What a partner contributed to the fund, less the dues that it still owes."""
        ((unpaid,),) = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [
                    *self._get_open_domain(),
                    ("partner_id", "=", partner.id),
                    ("fund_movement", "=", "dues"),
                ],
                [],
                ["amount_residual:sum"],
            )
        )
        given = self._get_contributions().get(partner, 0.0)
        return max(self.currency_id.round(given - (unpaid or 0.0)), 0.0)

    # -- following the ledger ------------------------------------------------------------------

    def _reconcile_members(self, partners):
        result = super()._reconcile_members(partners)
        self._follow_loans(partners)
        return result

    def _follow_loans(self, partners):
        """Loans of these partners are repaid, or open again, as the posted items say."""
        self.env["business.network.fund.loan"].sudo().search(
            [
                ("fund_id", "in", self.ids),
                ("partner_id", "in", partners.ids),
                ("state", "in", ("disbursed", "repaid", "written_off")),
            ]
        )._follow_ledger()

    def action_open_loans(self):
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "red_empresarial_fund.business_network_fund_loan_action"
            ),
            "domain": [("fund_id", "in", self.ids)],
            "context": {"default_fund_id": self[:1].id},
        }
