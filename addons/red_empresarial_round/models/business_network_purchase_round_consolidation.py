from fractions import Fraction

from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.quantities import to_exact

PAGE = 10_000  # rows written by one statement


class BusinessNetworkPurchaseRoundConsolidation(models.Model):
    """What to order of each product and what each member gets of it, found when a round closes.

    One query reads the lines that were sent, one statement per ten thousand writes what they got.
    """

    _inherit = "business.network.purchase.round"

    amount_expected = fields.Monetary(
        string="Expected Amount",
        compute="_compute_amount_expected",
        help="What is to be ordered, at the expected prices and without tax.",
    )
    is_below_minimum = fields.Boolean(compute="_compute_amount_expected")

    @api.depends(
        "product_ids.consolidated_quantity", "product_ids.expected_price", "minimum_amount"
    )
    def _compute_amount_expected(self):
        for purchase_round in self:
            amount = purchase_round.currency_id.round(
                float(
                    sum(
                        to_exact(product.consolidated_quantity) * to_exact(product.expected_price)
                        for product in purchase_round.product_ids
                    )
                )
            )
            purchase_round.amount_expected = amount
            purchase_round.is_below_minimum = (
                purchase_round.currency_id.compare_amounts(amount, purchase_round.minimum_amount)
                < 0
            )

    def _get_allotments(self):
        """What each member gets of each product.

        :return: ``{business.network.purchase.round.product: [(member, Fraction)]}``, in the unit of
            the round's product and the order of the members; what is zero is left out
        """
        self.ensure_one()
        allotments = {}
        for line in self._get_counted_lines([("allotted_quantity", ">", 0)]):
            allotments.setdefault(line.round_product_id, []).append(
                (line.member_id, to_exact(line.allotted_quantity))
            )
        return allotments

    def _get_counted_lines(self, domain):
        """Lines of sent requests, in the order of the members."""
        self.ensure_one()
        lines = self.env["business.network.purchase.request.line"].search_fetch(
            [("round_id", "=", self.id), ("request_id.state", "=", "sent"), *domain],
            [
                "round_product_id",
                "member_id",
                "product_uom_id",
                "quantity",
                "maximum_quantity",
                "allotted_quantity",
            ],
        )
        return lines.sorted(lambda line: (line.member_id.sequence, line.member_id.id))

    def _consolidate(self):
        """Write what to order of each product, and what each member gets of it."""
        self.ensure_one()
        lines = self._get_counted_lines([("quantity", ">", 0)])
        by_product = lines.grouped("round_product_id")
        finest = self._get_finest_step()
        ordered, allotted = [], []
        for turn, product in enumerate(self.product_ids.sorted()):
            product_lines = by_product.get(product, lines.browse())
            found, step = product._consolidate(product_lines, finest, turn)
            ordered.append((product.id, float(found.ordered * step), found.decided))
            allotted += zip(
                product_lines.ids, (float(part * step) for part in found.parts), strict=True
            )
        self._write_consolidation(ordered, allotted)

    @api.model
    def _get_finest_step(self):
        """Precision in which quantities are kept."""
        return Fraction(1, 10 ** self.env["decimal.precision"].precision_get("Product Unit"))

    def _write_consolidation(self, ordered, allotted):
        """Write columns of many rows at once.

        :param ordered: ``[(product id, quantity, decision)]``
        :param allotted: ``[(line id, quantity)]``
        """
        lines = self.env["business.network.purchase.request.line"]
        lines.flush_model(["allotted_quantity"])
        self.product_ids.flush_model(["consolidated_quantity", "decision"])
        self.env.cr.execute_values(
            "UPDATE business_network_purchase_request_line line SET allotted_quantity = part"
            " FROM (VALUES %s) AS found (id, part) WHERE line.id = found.id",
            allotted,
            page_size=PAGE,
        )
        self.env.cr.execute_values(
            "UPDATE business_network_purchase_round_product product"
            " SET consolidated_quantity = quantity, decision = decided"
            " FROM (VALUES %s) AS found (id, quantity, decided) WHERE product.id = found.id",
            ordered,
            page_size=PAGE,
        )
        lines.browse([line_id for line_id, _part in allotted]).modified(["allotted_quantity"])
        self.product_ids.modified(["consolidated_quantity", "decision"])
        lines.invalidate_model(["allotted_quantity"], flush=False)
        self.product_ids.invalidate_model(["consolidated_quantity", "decision"], flush=False)

    def _clear_consolidation(self):
        """Forget what was found: nothing is to be ordered, nobody was allotted anything."""
        lines = self.env["business.network.purchase.request.line"].search(
            [("round_id", "in", self.ids), ("allotted_quantity", "!=", 0)]
        )
        lines.write({"allotted_quantity": 0})
        self.product_ids.write({"consolidated_quantity": 0, "decision": False})
