from odoo import fields, models

from ..tools.minor_units import from_minor, to_minor

UNCOVERED_HELP = (
    "Tax of the joint sales less the tax of the joint bills and of the members' posted documents, "
    "in company currency: what the books' company owes the tax office and no member has invoiced "
    "it yet. It shrinks as members give their documents; what members without tax never invoice "
    "stays with the company."
)


class ResCompany(models.Model):
    _inherit = "res.company"

    def _has_output_tax(self):
        """Whether sales of this company carry a tax it must declare."""
        self.ensure_one()
        taxes = self.env["account.tax"].sudo()
        domain = [("type_tax_use", "=", "sale"), ("amount", "!=", 0.0)]
        return bool(taxes.search_count([*taxes._check_company_domain(self), *domain], limit=1))


class BusinessNetwork(models.Model):
    """Policy ``principal``: the output tax that no input tax covers yet, read from tax items."""

    _inherit = "business.network"

    shows_output_tax = fields.Boolean(compute="_compute_uncovered_output_tax")
    uncovered_output_tax = fields.Monetary(
        string="Output Tax Not Covered",
        compute="_compute_uncovered_output_tax",
        help=UNCOVERED_HELP,
    )

    def _compute_uncovered_output_tax(self):
        taxed = self.company_id.filtered(lambda company: company._has_output_tax())
        for network in self:
            network.shows_output_tax = network.policy == "principal" and network.company_id in taxed
        shown = self.filtered("shows_output_tax")
        amounts = shown._origin._get_uncovered_output_tax()
        for network in self:
            network.uncovered_output_tax = amounts.get(network._origin.id, 0.0)

    def _get_output_tax_domain(self):
        """Posted tax items of joint documents and members' documents that are declared.

        What was passed on to a member is the company's own sale; a tax at cost is no credit.
        """
        return [
            ("parent_state", "=", "posted"),
            ("tax_line_id", "!=", False),
            ("move_id.network_id", "in", self.ids),
            # A member's down-payment bill covers output tax as its final bill does.
            "|",
            ("move_id.network_member_id", "=", False),
            ("move_id.move_type", "in", ("in_invoice", "in_refund")),
            ("account_id.internal_group", "not in", ("income", "expense")),
        ]

    def _get_uncovered_output_tax(self, domain=()):
        """Output tax less input tax of each network in company currency, ``{network id: amount}``.

        :param domain: narrows the tax items, such as to a period
        """
        coins = dict.fromkeys(self.ids, 0)
        for network, balance in (
            self.env["account.move.line"]
            .sudo()
            ._read_group([*self._get_output_tax_domain(), *domain], ["network_id"], ["balance:sum"])
        ):
            coins[network.id] -= to_minor(balance, network.currency_id)
        return {network.id: from_minor(coins[network.id], network.currency_id) for network in self}


class BusinessNetworkSettlement(models.Model):
    _inherit = "business.network.settlement"

    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    shows_output_tax = fields.Boolean(related="network_id.shows_output_tax")
    uncovered_output_tax = fields.Monetary(
        string="Output Tax Not Covered",
        currency_field="company_currency_id",
        compute="_compute_uncovered_output_tax",
        help=UNCOVERED_HELP
        + " Documents up to the end of the period, and those of this settlement.",
    )

    def _compute_uncovered_output_tax(self):
        for settlement in self:
            amounts = {}
            if settlement.shows_output_tax and settlement.date_to:
                amounts = settlement.network_id._origin._get_uncovered_output_tax(
                    [
                        "|",
                        ("date", "<=", settlement.date_to),
                        ("move_id.network_settlement_id", "=", settlement._origin.id),
                    ]
                )
            settlement.uncovered_output_tax = amounts.get(settlement.network_id._origin.id, 0.0)
