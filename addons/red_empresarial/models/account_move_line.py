from odoo import api, fields, models
from odoo.exceptions import UserError

BASE_DISPLAY_TYPES = ("product", "rounding", "discount", "epd", "cogs")
DISTRIBUTED_TAXES = {
    "attribution": ("input_tax",),
    "principal": (),
    "member": ("input_tax", "output_tax"),
}


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    network_id = fields.Many2one(related="move_id.network_id", string="Business Network")
    allocation_invoiced_ids = fields.One2many(
        "business.network.allocation.invoiced", "move_line_id"
    )
    # Without it, every change of an item asked the database which settlements it closes.
    network_settlement_line_ids = fields.Many2many(
        "business.network.settlement.line",
        "business_network_settlement_line_item_rel",
        string="Settlement Lines",
        readonly=True,
        copy=False,
        groups="red_empresarial.group_network_manager,red_empresarial.group_network_coordinator,"
        "account.group_account_readonly,account.group_account_invoice",
    )

    def _get_network_protected_fields(self):
        """Fields of a distributed document or an attribution entry that posting freezes."""
        return {
            "account_id",
            "partner_id",
            "balance",
            "debit",
            "credit",
            "amount_currency",
            "currency_id",
            "quantity",
            "price_unit",
            "discount",
        }

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.move_id._check_network_lines_frozen()
        return lines

    def write(self, vals):
        if vals.keys() & self._get_network_protected_fields():
            self.move_id._check_network_lines_frozen()
        return super().write(vals)

    def unlink(self):
        self.move_id._check_network_lines_frozen()
        return super().unlink()

    def _get_network_side(self):
        """``"revenue"`` or ``"expense"``: whose weights share this item."""
        self.ensure_one()
        if self.move_id.is_sale_document(include_receipts=True):
            return "revenue"
        if self.move_id.is_purchase_document(include_receipts=True):
            return "expense"
        if self.tax_line_id:
            return "revenue" if self.tax_line_id.type_tax_use == "sale" else "expense"
        return "revenue" if self.account_id.internal_group == "income" else "expense"

    def _is_network_base_line(self):
        """Whether this item is income, expense or another cost of the joint business, not tax."""
        self.ensure_one()
        if self.tax_repartition_line_id or self.display_type not in BASE_DISPLAY_TYPES:
            return False
        if self.move_id.is_invoice(include_receipts=True):
            return True
        return self.account_id.internal_group in ("income", "expense")

    def _get_distribution_kind(self):
        """Kind of distribution row this item makes, None if it is not shared out.

        Input tax is shared under attribution only, output tax under the member policy only: in the
        other cases the tax stays with the company that declares it.
        """
        self.ensure_one()
        if self._is_network_base_line():
            return self._get_network_side()
        if not self.tax_repartition_line_id:
            return None
        if self._is_tax_at_cost() and self.move_id.network_id.policy != "attribution":
            return self._get_network_side()
        kind = "output_tax" if self._get_network_side() == "revenue" else "input_tax"
        return kind if kind in DISTRIBUTED_TAXES[self.move_id.network_id.policy] else None

    def _is_input_taxed(self):
        """Whether this item is an input tax or its base: taxes that follow the members' part.

        A loss on a sale carries the sale's taxes; they stay with the company that invoiced, as the
        sale's did.
        """
        self.ensure_one()
        return "purchase" in (self.tax_line_id or self.tax_ids).mapped("type_tax_use")

    def _is_tax_at_cost(self):
        """Whether the tax is not recoverable: it is booked on the expense it was computed on."""
        self.ensure_one()
        return self.account_id.internal_group in ("income", "expense")

    def _get_portion_name(self):
        """What this item is a share of, the same in a document and in its refunds.

        Once per account and tax; under ``principal`` what members delivered or received stays apart
        from what follows the agreement, such as the deduction of a down payment.
        """
        self.ensure_one()
        policy = self.move_id.network_id.policy
        taxes = self.tax_line_id or (self.tax_ids if policy == "attribution" else self.tax_ids[:1])
        allocated = policy == "principal" and self._get_network_allocations()
        return "/".join(
            (
                self._get_distribution_kind(),
                str(self.account_id.id),
                ",".join(map(str, sorted(taxes.ids))),
                "allocated" if allocated else "",
            )
        )

    def _get_portion_key(self):
        """Items with the same key are split together.

        An attribution entry moves the items' taxes and tags too, so there these split a portion.
        """
        self.ensure_one()
        name = self._get_portion_name()
        if self.move_id.network_id.policy != "attribution":
            return (name,)
        return (name, self.tax_repartition_line_id.id, frozenset(self.tax_tag_ids.ids))

    def _get_network_allocations(self):
        """Allocations of the order lines this item invoices."""
        return self.sale_line_ids.allocation_ids | self.purchase_line_id.allocation_ids

    def _raise_not_attributable(self, reason):
        self.ensure_one()
        raise UserError(
            self.env._(
                "%(document)s cannot be attributed to the members of %(network)s: the line "
                "“%(line)s” %(reason)s",
                document=self.move_id.display_name,
                network=self.move_id.network_id.name,
                line=self.name or self.product_id.display_name or self.account_id.display_name,
                reason=reason,
            )
        )

    def _check_attributable(self):
        """Raise UserError for what attribution cannot do exactly yet, naming the line."""
        for line in self:
            taxes = line.tax_ids.flatten_taxes_hierarchy()
            if "on_payment" in taxes.mapped("tax_exigibility"):
                line._raise_not_attributable(
                    self.env._(
                        "has a tax that is due on payment. Use a tax that is due on the invoice."
                    )
                )
            if line.move_id.is_purchase_document() and line.deductible_amount != 100:
                line._raise_not_attributable(
                    self.env._(
                        "is only partly deductible. Split it into a deductible line of the "
                        "network and a bill of the company's own."
                    )
                )

    @api.depends("move_id.network_id")
    def _compute_analytic_distribution(self):
        return super()._compute_analytic_distribution()

    def _related_analytic_distribution(self):
        """Lines of a joint document start with the network's account: posting adds nothing."""
        related = super()._related_analytic_distribution()
        if not self.move_id.network_id or not self.move_id._is_joint_document():
            return related
        account = self.move_id.network_id.sudo().analytic_account_id
        if not account or not self._is_network_base_line():
            return related
        return self._get_network_analytic_distribution(account, related)

    def _get_network_analytic_distribution(self, account, distribution):
        """``distribution`` with the network's account in every key, at 100 % if it is empty."""
        self.ensure_one()
        if not distribution:
            return {str(account.id): 100.0}
        return {
            key if str(account.id) in key.split(",") else f"{key},{account.id}": percentage
            for key, percentage in distribution.items()
        }
