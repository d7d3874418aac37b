from fractions import Fraction
from typing import NamedTuple

from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.quantities import to_exact
from odoo.tools import SQL

from .business_network_purchase_request_line import PAGE

MILLION = 1_000_000  # quantities are read as whole millionths: exact, and quick to reckon with


class Row(NamedTuple):
    """A line of a sent request: ids, and quantities in millionths of its unit.

    What is allotted is in millionths of the unit of the round's product.
    """

    line: int
    product: int
    member: int
    uom: int
    quantity: int
    maximum: int
    allotted: int


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
        self.check_access("read")
        rows = [row for row in self._get_counted_rows() if row.allotted]
        Member = self.env["business.network.member"]
        members = {member.id: member for member in Member.browse({row.member for row in rows})}
        products = {product.id: product for product in self.product_ids}
        allotments = {}
        for row in rows:
            allotments.setdefault(products[row.product], []).append(
                (members[row.member], Fraction(row.allotted, MILLION))
            )
        return allotments

    def _get_counted_rows(self):
        """Lines of sent requests that ask for something, as plain values.

        There may be twenty thousand: as records they would take most of the time.

        :return: list of :class:`Row`, by product and in the order of the members
        """
        self.ensure_one()
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id, line.round_product_id, line.member_id, line.product_uom_id,
                       round(line.quantity * %(million)s)::bigint,
                       round(coalesce(line.maximum_quantity, 0) * %(million)s)::bigint,
                       round(coalesce(line.allotted_quantity, 0) * %(million)s)::bigint
                  FROM business_network_purchase_request_line line
                  JOIN business_network_purchase_request request ON request.id = line.request_id
                  JOIN business_network_member member ON member.id = line.member_id
                 WHERE line.round_id = %(round)s AND request.state = 'sent' AND line.quantity > 0
                 ORDER BY line.round_product_id, member.sequence, member.id
                """,
                million=MILLION,
                round=self.id,
            )
        )
        return [Row(*values) for values in rows]

    def _get_rows_by_product(self):
        """``{product id: [Row]}`` of :meth:`_get_counted_rows`."""
        by_product = {}
        for row in self._get_counted_rows():
            by_product.setdefault(row.product, []).append(row)
        return by_product

    def _consolidate(self):
        """Write what to order of each product, and what each member gets of it."""
        self.ensure_one()
        by_product = self._get_rows_by_product()
        finest = self._get_finest_step()
        ordered, allotted = [], []
        for turn, product in enumerate(self.product_ids.sorted()):
            rows = by_product.get(product.id, [])
            found, step = product._consolidate(rows, finest, turn)
            ordered.append((product.id, float(found.ordered * step), found.decided))
            allotted += [
                (row.line, part * step.numerator / step.denominator)
                for row, part in zip(rows, found.parts, strict=True)
            ]
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
        self.env["business.network.purchase.request.line"]._write_found(
            "allotted_quantity", allotted
        )
        self.product_ids.flush_model(["consolidated_quantity", "decision"])
        self.env.cr.execute_values(
            "UPDATE business_network_purchase_round_product product"
            " SET consolidated_quantity = quantity, decision = decided"
            " FROM (VALUES %s) AS found (id, quantity, decided) WHERE product.id = found.id",
            ordered,
            page_size=PAGE,
        )
        self.product_ids.modified(["consolidated_quantity", "decision"])
        self.product_ids.invalidate_model(["consolidated_quantity", "decision"], flush=False)

    def _clear_consolidation(self):
        """Forget what was found: nothing is to be ordered, nobody was allotted anything."""
        lines = self.env["business.network.purchase.request.line"].search(
            [("round_id", "in", self.ids), ("allotted_quantity", "!=", 0)]
        )
        lines.write({"allotted_quantity": 0})
        self.product_ids.write({"consolidated_quantity": 0, "decision": False})
