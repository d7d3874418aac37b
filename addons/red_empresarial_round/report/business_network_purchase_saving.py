from odoo import api, fields, models
from odoo.addons.red_empresarial.engine.saving import Saving, compare
from odoo.addons.red_empresarial.tools.minor_units import from_minor, to_minor
from odoo.tools import SQL, format_amount

MEASURES = {
    "value": "part.value",
    "quantity": "part.quantity",
    "weight": "part.weight",
}


class BusinessNetworkPurchaseSaving(models.Model):
    """What each member saved: one row per member, product of a round and posted bill line.

    ``joint_amount`` is the member's part of the document as it was shared out
    (``business.network.distribution``, expense only, so net of tax that is credited): the rows of a
    member and document add up to that part to the coin, freight and what else was billed included.
    It is spread over the products by what the member took of each line; freight by the order's
    landed basis. Supplier credit notes are rows below zero; a *rebate*, at another price than the
    bill's, takes back no quantity.

    Quantities come from what the bill took of the allocations, exact; under the ``member`` policy,
    where a memorandum stands for the members' own bills, from the allocations of its order.

    ``reference_amount`` is the quantity at the price frozen in the round. Products and members
    without one count in ``unmeasured_amount`` and in no saving. Amounts are in the currency of the
    document and never added over currencies.
    """

    _name = "business.network.purchase.saving"
    _description = "Saving of a Joint Purchase"
    _auto = False
    _order = "date desc, move_id desc, member_id, id"
    _rec_name = "product_id"

    network_id = fields.Many2one("business.network", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    round_id = fields.Many2one("business.network.purchase.round", readonly=True)
    round_product_id = fields.Many2one(
        "business.network.purchase.round.product", string="Product of the Round", readonly=True
    )
    product_id = fields.Many2one("product.product", readonly=True)
    product_uom_id = fields.Many2one("uom.uom", string="Unit", readonly=True)
    member_id = fields.Many2one("business.network.member", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Enterprise", readonly=True)
    supplier_id = fields.Many2one("res.partner", readonly=True)
    move_id = fields.Many2one("account.move", string="Document", readonly=True)
    move_line_id = fields.Many2one("account.move.line", string="Bill Line", readonly=True)
    date = fields.Date(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    reference_id = fields.Many2one(
        "business.network.purchase.reference", string="Price Alone", readonly=True
    )
    quantity = fields.Float(digits="Product Unit", readonly=True)
    reference_amount = fields.Monetary(string="Alone", readonly=True)
    joint_amount = fields.Monetary(string="Together", readonly=True)
    saving = fields.Monetary(string="Saved", readonly=True)
    measured_amount = fields.Monetary(
        string="Together, With Reference",
        readonly=True,
        help="What was bought together of what has a known price alone.",
    )
    unmeasured_amount = fields.Monetary(
        string="Without Reference",
        readonly=True,
        help="Bought together without a known price alone; counts in no saving.",
    )

    _depends = {
        "account.move": ["state", "invoice_date", "date", "reversed_entry_id", "partner_id"],
        "account.move.line": [
            "move_id", "purchase_line_id", "amount_currency", "price_unit", "display_type",
        ],
        "business.network.allocation": ["member_id", "quantity", "product_uom_id"],
        "business.network.allocation.invoiced": ["quantity", "exact_quantity", "move_line_id"],
        "business.network.distribution": ["move_id", "member_id", "kind", "amount_currency"],
        "business.network.purchase.reference": ["exact_price", "member_id", "currency_id"],
        "business.network.purchase.round": ["landed_basis"],
        "business.network.purchase.round.product": ["product_id", "product_uom_id"],
        "purchase.order": ["network_round_id"],
        "purchase.order.line": ["order_id", "round_product_id", "price_subtotal", "price_unit"],
    }  # fmt: skip

    @property
    def _table_query(self):
        return SQL(
            "WITH %s %s",
            SQL(", ").join(
                SQL("%s AS (%s)", SQL.identifier(name), query)
                for name, query in self._get_parts().items()
            ),
            self._get_rows(),
        )

    # -- what the rows are made of ---------------------------------------------------------------

    def _get_parts(self):
        """Common table expressions by name, in the order in which they build on each other."""
        return {
            "order_part": self._get_order_parts(),
            "charged": self._get_charged(),
            "taken": self._get_taken(),
            "shared": self._get_shared(),
            "absent": self._get_absent(),
            "late": self._get_late(),
            "weighed": self._get_weighed(),
            "spread": self._get_spread(),
        }

    def _get_order_parts(self):
        """What an order allocates of each product to each member: quantity, value, weight."""
        return SQL(
            """
            SELECT line.order_id, line.round_product_id, allocation.member_id,
                   SUM(allocation.quantity * unit.factor) AS quantity,
                   SUM(line.price_subtotal * allocation.quantity * unit.factor
                       / NULLIF(line.product_qty * line_unit.factor, 0)) AS value,
                   SUM(allocation.quantity * unit.factor * COALESCE(product.weight, 0)) AS weight
              FROM purchase_order_line line
              JOIN purchase_order purchase ON purchase.id = line.order_id
              JOIN business_network_allocation allocation
                ON allocation.purchase_line_id = line.id
              JOIN uom_uom unit ON unit.id = allocation.product_uom_id
              JOIN uom_uom line_unit ON line_unit.id = line.product_uom_id
              JOIN product_product product ON product.id = line.product_id
             WHERE purchase.network_round_id IS NOT NULL AND line.round_product_id IS NOT NULL
          GROUP BY line.order_id, line.round_product_id, allocation.member_id
            """
        )

    def _get_charged(self):
        """What each member was charged by each document: its shares, corrected ones included."""
        return SQL(
            """
            SELECT share.move_id, share.member_id, share.network_id, share.company_id,
                   share.currency_id, -SUM(share.amount_currency) AS amount
              FROM business_network_distribution share
              JOIN account_move move ON move.id = share.move_id AND move.state = 'posted'
             WHERE share.kind = 'expense' AND share.move_id IN (
                    SELECT item.move_id
                      FROM account_move_line item
                      JOIN purchase_order_line line ON line.id = item.purchase_line_id
                      JOIN purchase_order purchase ON purchase.id = line.order_id
                     WHERE purchase.network_round_id IS NOT NULL
                 UNION ALL
                    SELECT memorandum.id
                      FROM account_move memorandum
                      JOIN purchase_order purchase
                        ON purchase.id = memorandum.network_purchase_order_id
                     WHERE purchase.network_round_id IS NOT NULL)
          GROUP BY share.move_id, share.member_id, share.network_id, share.company_id,
                   share.currency_id
            """
        )

    def _get_taken(self):
        """Products: what each member took of each bill line, and its value.

        A credit note at the price of its bill returns goods; at another price it is a rebate.
        """
        return SQL(
            """
            SELECT item.move_id, item.id AS line_id, part.member_id, line.round_product_id,
                   CASE WHEN %(rebate)s THEN 0 ELSE part.quantity END AS quantity,
                   item.amount_currency * part.quantity
                   / NULLIF(SUM(part.quantity) OVER (PARTITION BY item.id), 0) AS value
              FROM account_move_line item
              JOIN account_move move ON move.id = item.move_id AND move.state = 'posted'
              JOIN purchase_order_line line ON line.id = item.purchase_line_id
              JOIN purchase_order purchase ON purchase.id = line.order_id
              JOIN LATERAL (%(parts)s) part ON TRUE
             WHERE purchase.network_round_id IS NOT NULL AND line.round_product_id IS NOT NULL
         UNION ALL
            SELECT move.id, NULL, part.member_id, part.round_product_id,
                   CASE WHEN move.reversed_entry_id IS NULL THEN part.quantity
                        ELSE -part.quantity END,
                   CASE WHEN move.reversed_entry_id IS NULL THEN part.value ELSE -part.value END
              FROM account_move move
              JOIN order_part part ON part.order_id = move.network_purchase_order_id
             WHERE move.state = 'posted'
            """,
            rebate=self._is_rebate(),
            parts=self._get_invoiced_parts(),
        )

    def _is_rebate(self):
        return SQL(
            """(move.move_type = 'in_refund' AND EXISTS (
                    SELECT 1 FROM account_move_line billed
                     WHERE billed.move_id = move.reversed_entry_id
                       AND billed.purchase_line_id = item.purchase_line_id)
                AND NOT EXISTS (
                    SELECT 1 FROM account_move_line billed
                     WHERE billed.move_id = move.reversed_entry_id
                       AND billed.purchase_line_id = item.purchase_line_id
                       AND billed.price_unit = item.price_unit))"""
        )

    def _get_invoiced_parts(self):
        """What a bill line took of each member's allocation, in reference units, exact.

        The record's fraction where it has one; the rounded quantity of records that are older.
        """
        return SQL(
            """
                    SELECT allocation.member_id, SUM(COALESCE(
                           split_part(invoiced.exact_quantity, '/', 1)::numeric / COALESCE(
                           NULLIF(split_part(invoiced.exact_quantity, '/', 2), ''), '1')::numeric,
                           invoiced.quantity * unit.factor)) AS quantity
                      FROM business_network_allocation_invoiced invoiced
                      JOIN business_network_allocation allocation
                        ON allocation.id = invoiced.allocation_id
                      JOIN uom_uom unit ON unit.id = allocation.product_uom_id
                     WHERE invoiced.move_line_id = item.id
                  GROUP BY allocation.member_id"""
        )

    def _get_shared(self):
        """Lines without members of their own: freight of an order, and what a bill adds by hand.

        Freight is spread over the order's members and products by its landed basis; a line that no
        order knows, over what the bill's members took, by value.
        """
        return SQL(
            """
            SELECT item.move_id, item.id AS line_id, part.member_id, part.round_product_id,
                   item.amount_currency * COALESCE(%(measure)s
                   / NULLIF(SUM(%(measure)s) OVER (PARTITION BY item.id), 0),
                   part.value / NULLIF(SUM(part.value) OVER (PARTITION BY item.id), 0)) AS value
              FROM account_move_line item
              JOIN account_move move ON move.id = item.move_id AND move.state = 'posted'
              JOIN purchase_order_line line ON line.id = item.purchase_line_id
              JOIN purchase_order purchase ON purchase.id = line.order_id
              JOIN business_network_purchase_round purchase_round
                ON purchase_round.id = purchase.network_round_id
              JOIN order_part part ON part.order_id = purchase.id
             WHERE line.round_product_id IS NULL AND line.is_downpayment IS NOT TRUE
               AND item.display_type = 'product'
         UNION ALL
            SELECT item.move_id, item.id, taken.member_id, taken.round_product_id,
                   item.amount_currency * SUM(taken.value)
                   / NULLIF(SUM(SUM(taken.value)) OVER (PARTITION BY item.id), 0)
              FROM account_move_line item
              JOIN taken ON taken.move_id = item.move_id AND taken.line_id IS NOT NULL
             WHERE item.purchase_line_id IS NULL AND item.display_type = 'product'
          GROUP BY item.move_id, item.id, item.amount_currency, taken.member_id,
                   taken.round_product_id
            """,
            measure=self._get_landed_measure(),
        )

    def _get_landed_measure(self):
        """What freight is spread by: the landed basis of the round."""
        cases = SQL(" ").join(
            SQL("WHEN %s THEN %s", basis, SQL(measure)) for basis, measure in MEASURES.items()
        )
        return SQL("(CASE %s %s END)", self._get_landed_basis(), cases)

    def _get_landed_basis(self):
        """Landed basis of a freight line; extend where the order's line has its own."""
        return SQL("purchase_round.landed_basis")

    def _get_absent(self):
        """Members charged by a document that they took nothing of, such as a partial receipt.

        By sets and not by looking each one up: a round of 20,000 parts has no statistics yet when
        its bill was just posted.
        """
        return SQL(
            """
            SELECT move_id, member_id FROM charged
            EXCEPT SELECT move_id, member_id FROM taken
            EXCEPT SELECT move_id, member_id FROM shared
            """
        )

    def _get_late(self):
        """What absent members are charged for: the goods of the document, by value.

        An annex shares every bill of an order by the whole order; the next bill makes it good.
        """
        return SQL(
            """
            SELECT goods.move_id, goods.line_id, absent.member_id, goods.round_product_id,
                   goods.value
              FROM absent
              JOIN (SELECT move_id, line_id, round_product_id, SUM(value) AS value
                      FROM taken
                  GROUP BY move_id, line_id, round_product_id) goods
                ON goods.move_id = absent.move_id
            """
        )

    def _get_weighed(self):
        """All of it; what is charged for other orders and advances is left out at the end."""
        return SQL(
            """
            SELECT move_id, line_id, member_id, round_product_id, quantity, value FROM taken
         UNION ALL
            SELECT move_id, line_id, member_id, round_product_id, 0, value FROM shared
         UNION ALL
            SELECT move_id, line_id, member_id, round_product_id, 0, value FROM late
         UNION ALL
            SELECT item.move_id, item.id, charged.member_id, NULL, 0,
                   item.amount_currency * COALESCE(
                       part.quantity / NULLIF(SUM(part.quantity) OVER (PARTITION BY item.id), 0),
                       charged.amount / NULLIF(SUM(charged.amount) OVER (PARTITION BY item.id), 0))
              FROM account_move_line item
              JOIN purchase_order_line line ON line.id = item.purchase_line_id
              JOIN purchase_order purchase ON purchase.id = line.order_id
              JOIN charged ON charged.move_id = item.move_id
         LEFT JOIN LATERAL (%(parts)s) part ON part.member_id = charged.member_id
             WHERE purchase.network_round_id IS NULL OR line.is_downpayment IS TRUE
            """,
            parts=self._get_invoiced_parts(),
        )

    def _get_spread(self):
        """The member's part of the document over its weighed rows; the coins add up to it."""
        return SQL(
            """
            SELECT weighed.*, charged.network_id, charged.company_id, charged.currency_id,
                   currency.rounding AS coin,
                   ROUND(charged.amount / currency.rounding
                         * COALESCE(SUM(weighed.value) OVER (own ROWS UNBOUNDED PRECEDING)
                                    / NULLIF(SUM(weighed.value) OVER (PARTITION BY
                                        weighed.move_id, weighed.member_id), 0), 1)) AS seen,
                   ROW_NUMBER() OVER own AS number
              FROM weighed
              JOIN charged ON charged.move_id = weighed.move_id
                          AND charged.member_id = weighed.member_id
              JOIN res_currency currency ON currency.id = charged.currency_id
            WINDOW own AS (PARTITION BY weighed.move_id, weighed.member_id
                           ORDER BY weighed.line_id, weighed.round_product_id)
            """
        )

    # -- the rows --------------------------------------------------------------------------------

    def _get_rows(self):
        """Rows with their amounts: the reference price is per unit of the round's product."""
        return SQL(
            """
            SELECT measured.id, measured.network_id, measured.company_id, measured.round_id,
                   measured.round_product_id, measured.product_id, measured.product_uom_id,
                   measured.member_id, measured.partner_id, measured.supplier_id,
                   measured.move_id, measured.line_id AS move_line_id, measured.date,
                   measured.currency_id, measured.reference_id, measured.quantity,
                   measured.joint_amount, measured.reference_amount,
                   CASE WHEN measured.price IS NULL THEN 0
                        ELSE measured.reference_amount - measured.joint_amount END AS saving,
                   CASE WHEN measured.price IS NULL THEN 0
                        ELSE measured.joint_amount END AS measured_amount,
                   CASE WHEN measured.price IS NULL THEN measured.joint_amount
                        ELSE 0 END AS unmeasured_amount
              FROM (%s) measured
             WHERE measured.round_product_id IS NOT NULL
            """,
            self._get_measured(),
        )

    def _get_measured(self):
        return SQL(
            """
            SELECT ROW_NUMBER() OVER (ORDER BY spread.move_id, spread.member_id, spread.number)
                   AS id, spread.network_id, spread.company_id, product.round_id,
                   spread.round_product_id, product.product_id, product.product_uom_id,
                   spread.member_id, member.partner_id, move.partner_id AS supplier_id,
                   spread.move_id, spread.line_id, COALESCE(move.invoice_date, move.date) AS date,
                   spread.currency_id, reference.id AS reference_id, reference.price,
                   spread.quantity / unit.factor AS quantity,
                   spread.coin * (spread.seen - COALESCE(LAG(spread.seen) OVER (
                       PARTITION BY spread.move_id, spread.member_id ORDER BY spread.number), 0)
                   ) AS joint_amount,
                   COALESCE(spread.coin * ROUND(reference.price * spread.quantity
                       / unit.factor / spread.coin), 0) AS reference_amount
              FROM spread
              JOIN account_move move ON move.id = spread.move_id
              JOIN business_network_member member ON member.id = spread.member_id
         LEFT JOIN business_network_purchase_round_product product
                ON product.id = spread.round_product_id
         LEFT JOIN uom_uom unit ON unit.id = product.product_uom_id
         LEFT JOIN LATERAL (
                SELECT frozen.id, split_part(frozen.exact_price, '/', 1)::numeric
                       / COALESCE(NULLIF(split_part(frozen.exact_price, '/', 2), ''), '1')::numeric
                       AS price
                  FROM business_network_purchase_reference frozen
                 WHERE frozen.round_product_id = spread.round_product_id
                   AND frozen.member_id = spread.member_id
                   AND frozen.currency_id = spread.currency_id) reference ON TRUE
            """
        )

    # -- totals ------------------------------------------------------------------------------------

    @api.model
    def _get_totals(self, field, records):
        """Savings added up per record and currency; what has no reference price is left out.

        :param field: a many2one of this report, such as ``"round_id"``
        :return: dict ``{(record id, currency): Saving}``
        """
        groups = self._read_group(
            [(field, "in", records.ids)],
            [field, "currency_id"],
            ["reference_amount:sum", "measured_amount:sum"],
        )
        return {
            (record.id, currency): compare(to_minor(alone, currency), to_minor(together, currency))
            for record, currency, alone, together in groups
        }

    @api.model
    def _get_texts(self, field, records):
        """``{record id: "S/ 1,200.00 (10.0 %)"}``, an amount per currency; see `_get_totals`."""
        texts = {}
        for (record_id, currency), total in self._get_totals(field, records).items():
            if total.ratio is not None:
                texts.setdefault(record_id, []).append(self._get_text(total, currency))
        return {record_id: " · ".join(parts) for record_id, parts in texts.items()}

    @api.model
    def _get_text(self, total: Saving, currency):
        """A saving as a person reads it: the amount and its part of the price alone."""
        amount = format_amount(self.env, from_minor(total.amount, currency), currency)
        return f"{amount} ({float(100 * total.ratio):.1f} %)"
