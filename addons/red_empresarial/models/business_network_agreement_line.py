from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class BusinessNetworkAgreementLine(models.Model):
    """Weights of one member under one agreement version; thirds are 1 : 1 : 1, never 33.33 %."""

    _name = "business.network.agreement.line"
    _description = "Member Weights of an Agreement"
    _order = "agreement_id, sequence, id"

    agreement_id = fields.Many2one(
        "business.network.agreement", required=True, index=True, ondelete="cascade"
    )
    network_id = fields.Many2one(related="agreement_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="agreement_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    member_id = fields.Many2one(
        "business.network.member",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('network_id', '=', network_id)]",
    )
    revenue_weight = fields.Float(
        digits=(16, 6),
        required=True,
        default=1.0,
        aggregator=None,
        help="Share of the revenue in proportion to the other members' weights.",
    )
    expense_weight = fields.Float(
        digits=(16, 6),
        required=True,
        default=1.0,
        aggregator=None,
        help="Share of the expenses in proportion to the other members' weights.",
    )
    revenue_share = fields.Float(
        string="Revenue %", compute="_compute_shares", help="For reading; the weights decide."
    )
    expense_share = fields.Float(
        string="Expense %", compute="_compute_shares", help="For reading; the weights decide."
    )

    _weights_not_negative = models.Constraint(
        "CHECK(revenue_weight >= 0 AND expense_weight >= 0)", "A weight cannot be negative."
    )
    _member_unique = models.Constraint(
        "UNIQUE(agreement_id, member_id)", "A member appears twice in the agreement."
    )

    @api.depends(
        "revenue_weight",
        "expense_weight",
        "agreement_id.line_ids.revenue_weight",
        "agreement_id.line_ids.expense_weight",
    )
    def _compute_shares(self):
        for line in self:
            for side in ("revenue", "expense"):
                total = sum(line.agreement_id.line_ids.mapped(f"{side}_weight"))
                line[f"{side}_share"] = line[f"{side}_weight"] / total if total else 0.0

    @api.constrains("member_id", "agreement_id")
    def _check_member_network(self):
        for line in self:
            if line.member_id.network_id != line.agreement_id.network_id:
                raise ValidationError(
                    self.env._(
                        "%(member)s is not a member of %(network)s, whose agreement this is. "
                        "Choose one of its members.",
                        member=line.member_id.display_name,
                        network=line.agreement_id.network_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_agreement_draft()
        return lines

    def write(self, vals):
        if vals.keys() - {"sequence"}:
            self._check_agreement_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        self._check_agreement_draft()

    def _check_agreement_draft(self):
        for agreement in self.agreement_id.filtered(lambda a: a.state != "draft"):
            raise UserError(
                self.env._(
                    "The weights of “%s” are frozen because it is in force. Make a new version of "
                    "the agreement.",
                    agreement.name,
                )
            )
