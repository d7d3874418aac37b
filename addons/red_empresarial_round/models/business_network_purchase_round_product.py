from odoo import api, fields, models
from odoo.addons.red_empresarial.engine.apportion import rotated_keys
from odoo.addons.red_empresarial.engine.consolidation import consolidate, find_step
from odoo.addons.red_empresarial.tools.quantities import (
    convert_exact,
    exact_factor,
    from_exact,
    to_exact,
)
from odoo.exceptions import UserError, ValidationError

DECISIONS = [
    ("exact", "As asked"),
    ("up_within", "Rounded up, within the tolerances"),
    ("up_beyond", "Rounded up, beyond the tolerances"),
    ("down", "Rounded down"),
    ("raised", "Raised to the minimum"),
    ("below", "Below a pack or the minimum"),
    ("empty", "Nobody asked"),
]
TERMS = {"round_id", "product_id", "product_uom_id", "pack_quantity", "minimum_quantity"}


class BusinessNetworkPurchaseRoundProduct(models.Model):
    """A product of the round's catalogue: in which unit and packs it is bought, and how much.

    Quantities are in the unit of this line; requests may use any unit that converts to it.
    ``consolidated_quantity`` is what closing the round found: whole packs, at least the minimum.
    """

    _name = "business.network.purchase.round.product"
    _description = "Product of a Joint Purchase Round"
    _order = "sequence, id"
    _rec_name = "product_id"
    _check_company_auto = True

    round_id = fields.Many2one(
        "business.network.purchase.round", required=True, index=True, ondelete="cascade"
    )
    network_id = fields.Many2one(related="round_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="round_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="round_id.currency_id")
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(
        "product.product",
        required=True,
        ondelete="restrict",
        domain="[('purchase_ok', '=', True)]",
        check_company=True,
    )
    product_uom_id = fields.Many2one(
        "uom.uom",
        string="Unit",
        required=True,
        compute="_compute_product_uom_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    specification = fields.Char(help="The common standard: size, colour, grade, brand.")
    pack_quantity = fields.Float(
        string="Pack",
        digits="Product Unit",
        help="The supplier sells whole packs of this many units; zero where it does not matter.",
    )
    minimum_quantity = fields.Float(
        string="Minimum", digits="Product Unit", help="Smallest order the supplier accepts."
    )
    expected_price = fields.Float(digits="Product Price", help="Per unit and without tax.")
    request_line_ids = fields.One2many(
        "business.network.purchase.request.line", "round_product_id", string="Requests"
    )
    order_line_ids = fields.One2many("purchase.order.line", "round_product_id")
    consolidated_quantity = fields.Float(
        string="To Order", digits="Product Unit", readonly=True, copy=False
    )
    decision = fields.Selection(
        DECISIONS,
        readonly=True,
        copy=False,
        help="Why this quantity is ordered, as the pack rule of the round and the minimum say.",
    )
    requested_quantity = fields.Float(
        string="Requested",
        digits="Product Unit",
        compute="_compute_requested_quantity",
        help="What the requests that were sent ask, in this unit.",
    )
    member_count = fields.Integer(string="Members", compute="_compute_requested_quantity")

    _product_unique = models.Constraint(
        "UNIQUE(round_id, product_id)", "A product is only once in the catalogue of a round."
    )
    _quantities_not_negative = models.Constraint(
        "CHECK(pack_quantity >= 0 AND minimum_quantity >= 0 AND expected_price >= 0)",
        "Packs, minimums and expected prices cannot be negative.",
    )

    @api.depends("product_id")
    def _compute_product_uom_id(self):
        for line in self.filtered(lambda line: not line.product_uom_id):
            line.product_uom_id = line.product_id.uom_id

    @api.depends(
        "product_uom_id",
        "request_line_ids.quantity",
        "request_line_ids.product_uom_id",
        "request_line_ids.request_id.state",
    )
    def _compute_requested_quantity(self):
        """One query for all products."""
        sums = {}
        for product, uom, quantity, count in self.env[
            "business.network.purchase.request.line"
        ]._read_group(
            [
                ("round_product_id", "in", self.ids),
                ("request_id.state", "=", "sent"),
                ("quantity", ">", 0),
            ],
            ["round_product_id", "product_uom_id"],
            ["quantity:sum", "__count"],
        ):
            sums.setdefault(product, []).append((uom, quantity, count))
        for product in self:
            found = sums.get(product._origin, [])
            product.requested_quantity = from_exact(
                sum(
                    convert_exact(to_exact(quantity), uom, product.product_uom_id)
                    for uom, quantity, _count in found
                )
            )
            product.member_count = sum(count for _uom, _quantity, count in found)

    # -- consolidation -----------------------------------------------------------------------------

    def _consolidate(self, rows, finest, turn):
        """What to order, given the request lines of this product.

        :param rows: list of ``business_network_purchase_round_consolidation.Row``, in the order of
            the members
        :param finest: precision in which quantities are kept, a ``Fraction``
        :param int turn: number of the product; who wins a tie changes from one to the next
        :return: ``(engine.consolidation.Consolidation, step)``; quantities are steps of it
        :raise UserError: a quantity cannot be kept in the unit of this product
        """
        self.ensure_one()
        pack, minimum = to_exact(self.pack_quantity), to_exact(self.minimum_quantity)
        requests, tolerances, step = self._get_steps(rows, finest, pack, minimum)
        found = consolidate(
            requests,
            tolerances,
            # Without packs the least that can be bought is what can be kept.
            pack=int(pack / step) or 1,
            minimum=int(minimum / step),
            rule=self.round_id.pack_rule,
            keys=rotated_keys(len(rows), turn),
        )
        return found, step

    def _get_steps(self, rows, finest, *others):
        """What rows ask and tolerate, as whole steps of which ``others`` are multiples, too.

        :param rows: see :meth:`_consolidate`
        :param others: ``Fraction`` quantities in the unit of this product
        :return: ``(requests, tolerances, step)``
        :raise UserError: a quantity cannot be kept in the unit of this product
        """
        factors = self._get_factors({row.uom for row in rows})
        asked = {
            (row.uom, millionths) for row in rows for millionths in (row.quantity, row.maximum)
        }
        step = find_step(
            [*others, *(factors[uom] * millionths for uom, millionths in asked)], finest
        )
        if step < finest or any(row.maximum and row.maximum < row.quantity for row in rows):
            # A unit changed since they were sent: say whose line.
            lines = self.env["business.network.purchase.request.line"]
            lines.browse([row.line for row in rows])._check_quantities()
        steps = {uom: (factor / step).as_integer_ratio() for uom, factor in factors.items()}
        requests = [row.quantity * steps[row.uom][0] // steps[row.uom][1] for row in rows]
        tolerances = [
            (row.maximum or row.quantity) * steps[row.uom][0] // steps[row.uom][1] for row in rows
        ]
        return requests, tolerances, step

    def _get_factors(self, uom_ids):
        """What a millionth of each unit is in the unit of this product, exact: ``{id: factor}``."""
        own = exact_factor(self.product_uom_id) * 1_000_000
        return {uom.id: exact_factor(uom) / own for uom in self.env["uom.uom"].browse(uom_ids)}

    # -- rules -------------------------------------------------------------------------------------

    @api.constrains("product_id", "product_uom_id")
    def _check_units(self):
        """A unit that converts to the product's own, and to those in which members asked."""
        for line in self:
            asked = line.request_line_ids.product_uom_id
            for uom in line.product_id.uom_id | asked:
                if not line.product_uom_id._has_common_reference(uom):
                    raise ValidationError(
                        self.env._(
                            "%(product)s is bought in %(unit)s in %(round)s, which does not "
                            "convert to %(other)s. Choose a unit of the same kind.",
                            product=line.product_id.display_name,
                            unit=line.product_uom_id.name,
                            round=line.round_id.display_name,
                            other=uom.name,
                        )
                    )
            line.request_line_ids._check_quantities()

    @api.model_create_multi
    def create(self, vals_list):
        self._check_not_found({name for vals in vals_list for name in vals})
        products = super().create(vals_list)
        products._check_changeable()
        return products

    def write(self, vals):
        self._check_not_found(vals)
        if TERMS & vals.keys():
            self._check_changeable()
        if {"round_id", "product_id"} & vals.keys():
            self._check_not_asked()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_asked(self):
        """A product that members asked does not vanish from their requests."""
        self._check_changeable()
        self._check_not_asked()

    def _check_not_asked(self):
        """Raise UserError naming the members whose sent requests have these products."""
        for line in self:
            sent = line.request_line_ids.filtered(lambda asked: asked.request_id.state == "sent")
            if sent:
                raise UserError(
                    self.env._(
                        "%(product)s was asked by %(members)s in %(round)s. Reset their requests "
                        "to draft first.",
                        product=line.product_id.display_name,
                        members=", ".join(sent.member_id.mapped("display_name")),
                        round=line.round_id.display_name,
                    )
                )

    def _check_changeable(self):
        for purchase_round in self.round_id:
            purchase_round._check_state("draft", "open")

    @api.model
    def _check_not_found(self, names):
        """What to order is found by closing the round: nobody types it."""
        if not self.env.su and {"consolidated_quantity", "decision"} & set(names):
            raise UserError(
                self.env._(
                    "What to order of a product is found when the round closes. Change what is "
                    "asked, its packs or its minimum instead."
                )
            )
