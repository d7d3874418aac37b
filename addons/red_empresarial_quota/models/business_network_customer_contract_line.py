from collections import defaultdict
from fractions import Fraction

from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.quantities import (
    convert_exact,
    exact_factor,
    from_exact,
    to_exact,
)
from odoo.exceptions import ValidationError


class BusinessNetworkCustomerContractLine(models.Model):
    """How much of a product the buyer takes, and what is ordered of it so far."""

    _name = "business.network.customer.contract.line"
    _description = "Product of a Customer Contract"
    _order = "contract_id, sequence, id"
    _check_company_auto = True

    contract_id = fields.Many2one(
        "business.network.customer.contract", required=True, index=True, ondelete="cascade"
    )
    network_id = fields.Many2one(related="contract_id.network_id", store=True)
    company_id = fields.Many2one(related="contract_id.company_id", store=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(
        "product.product", required=True, index=True, ondelete="restrict", check_company=True
    )
    product_uom_id = fields.Many2one(
        "uom.uom",
        string="Unit",
        required=True,
        ondelete="restrict",
        compute="_compute_product_uom_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    quantity = fields.Float(digits=(20, 6), required=True, aggregator=None)
    price_unit = fields.Float(
        digits="Product Price",
        aggregator=None,
        help="Net of tax, in the currency of the network's books. Zero takes the price list's.",
    )
    ordered_quantity = fields.Float(
        string="Ordered",
        digits=(20, 6),
        compute="_compute_ordered_quantity",
        help="In confirmed orders of this contract.",
    )
    quoted_quantity = fields.Float(
        string="Quoted",
        digits=(20, 6),
        compute="_compute_ordered_quantity",
        help="In quotations of this contract.",
    )
    remaining_quantity = fields.Float(
        string="Remaining",
        digits=(20, 6),
        compute="_compute_ordered_quantity",
        help="Neither ordered nor quoted.",
    )

    _quantity_positive = models.Constraint(
        "CHECK(quantity > 0 AND price_unit >= 0)",
        "A contract has quantities above zero, and no negative prices.",
    )
    _product_unique = models.UniqueIndex(
        "(contract_id, product_id)", "A contract has each product once."
    )

    @api.depends("product_id")
    def _compute_product_uom_id(self):
        for line in self:
            uom = line.product_id.uom_id
            if not line.product_uom_id or not line.product_uom_id._has_common_reference(uom):
                line.product_uom_id = uom

    @api.depends("quantity", "product_uom_id", "product_id")
    def _compute_ordered_quantity(self):
        """One query for the lines of any number of contracts."""
        taken = self._get_taken()
        for line in self:
            contract, product = line.contract_id._origin, line.product_id._origin
            factor = exact_factor(line.product_uom_id) if line.product_uom_id else 1
            ordered, quoted = (
                taken[contract, product, confirmed] / factor for confirmed in (True, False)
            )
            line.ordered_quantity = from_exact(ordered)
            line.quoted_quantity = from_exact(quoted)
            line.remaining_quantity = from_exact(
                max(to_exact(line.quantity) - ordered - quoted, Fraction(0))
            )

    def _get_taken(self):
        """``{(contract, product, confirmed): exact quantity in reference units}``."""
        groups = (
            self.env["sale.order.line"]
            .sudo()
            ._read_group(
                [
                    ("order_id.customer_contract_id", "in", self.contract_id._origin.ids),
                    ("order_id.state", "!=", "cancel"),
                    ("product_id", "in", self.product_id._origin.ids),
                ],
                ["order_id", "product_id", "product_uom_id"],
                ["product_uom_qty:sum"],
            )
        )
        taken = defaultdict(Fraction)
        for order, product, uom, quantity in groups:
            key = order.customer_contract_id, product, order.state == "sale"
            taken[key] += to_exact(quantity) * exact_factor(uom)
        return taken

    @api.constrains("product_id", "product_uom_id")
    def _check_unit(self):
        for line in self:
            if not line.product_uom_id._has_common_reference(line.product_id.uom_id):
                raise ValidationError(
                    self.env._(
                        "%(product)s is in %(uom)s in %(contract)s, which does not convert to "
                        "%(product_uom)s. Choose a unit that converts.",
                        product=line.product_id.display_name,
                        uom=line.product_uom_id.name,
                        contract=line.contract_id.display_name,
                        product_uom=line.product_id.uom_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.contract_id._check_draft()
        return lines

    def write(self, vals):
        self.check_access("write")
        self.contract_id._check_draft()
        result = super().write(vals)
        self.check_access("write")
        self.contract_id._check_draft()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_of_drafts(self):
        self.contract_id._check_draft()

    def _prepare_order_line(self):
        """Values of an order line for what remains; without a price of its own, the list's.

        A price of the contract is one that was typed: another quantity leaves it, and the list
        takes no discount off it.
        """
        self.ensure_one()
        vals = {
            "product_id": self.product_id.id,
            "product_uom_id": self.product_uom_id.id,
            "product_uom_qty": self.remaining_quantity,
        }
        if not self.price_unit:
            return vals
        agreed = {"price_unit": self.price_unit, "technical_price_unit": 0.0, "discount": 0.0}
        return {**vals, **agreed}

    def _get_quantity(self, uom):
        """Quantity of the line in another unit, exact."""
        return convert_exact(to_exact(self.quantity), self.product_uom_id, uom)

    def _get_amount(self):
        """What the line is sold for, net of tax, exact."""
        return to_exact(self.quantity) * to_exact(self.price_unit)
