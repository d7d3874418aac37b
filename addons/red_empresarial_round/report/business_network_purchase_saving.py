from odoo import api, fields, models
from odoo.addons.red_empresarial.engine.saving import Saving, compare
from odoo.addons.red_empresarial.tools.minor_units import from_minor, to_minor
from odoo.fields import Domain
from odoo.orm.domains import DomainAnd, DomainCondition
from odoo.orm.utils import COLLECTION_TYPES
from odoo.tools import SQL, format_amount

BASES = ("value", "quantity", "weight")
SCOPES = ("round_id", "network_id", "move_id")
ROWS_PER_SHARE = 2**20  # more than the rows of a member and document; ids stay below 2**53


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
        "account.move": [
            "state", "invoice_date", "date", "reversed_entry_id", "partner_id", "network_id",
            "currency_id", "network_purchase_order_id",
        ],
        "account.move.line": [
            "move_id", "purchase_line_id", "amount_currency", "price_unit", "discount",
            "display_type",
        ],
        "business.network.allocation": ["member_id", "quantity", "product_uom_id"],
        "business.network.allocation.invoiced": ["quantity", "exact_quantity", "move_line_id"],
        "business.network.distribution": ["move_id", "member_id", "kind", "amount_currency"],
        "business.network.purchase.reference": ["exact_price", "member_id", "currency_id"],
        "business.network.purchase.round": ["landed_basis"],
        "business.network.purchase.round.product": ["product_id", "product_uom_id"],
        "purchase.order": ["network_round_id"],
        "purchase.order.line": [
            "order_id", "round_product_id", "price_subtotal", "price_unit", "product_qty",
            "landed_basis", "is_downpayment",
        ],
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

    # -- which documents ---------------------------------------------------------------------------

    @api.model
    def _search(self, domain, *args, **kwargs):
        """Compute only the documents that a search by round, network or document asks for."""
        scoped = self.with_context(saving_scope=self._get_scope(domain))
        return super(BusinessNetworkPurchaseSaving, scoped)._search(domain, *args, **kwargs)

    def _as_query(self, ordered=True):
        """Compute only the documents of these rows to read them."""
        shares = tuple({row_id // ROWS_PER_SHARE for row_id in self.ids})
        scoped = self.with_context(saving_scope=(("share_id", shares),))
        return super(BusinessNetworkPurchaseSaving, scoped)._as_query(ordered)

    @api.model
    def _get_scope(self, domain):
        """Conditions of a domain that say which documents can have rows.

        :return: pairs ``(field name, tuple of ids)`` of what every row must fulfil
        """
        domain = Domain(domain).optimize_full(self)
        conditions = domain.children if isinstance(domain, DomainAnd) else (domain,)
        return tuple(
            (one.field_expr, tuple(one.value))
            for one in conditions
            if isinstance(one, DomainCondition)
            and one.field_expr in SCOPES
            and one.operator == "in"
            and isinstance(one.value, COLLECTION_TYPES)
            and all(isinstance(value, int) and value for value in one.value)
        )

    def _get_scope_condition(self):
        """SQL on ``purchase``, an order of a round, and ``document``, what bills it."""
        tests = {
            "round_id": "purchase.network_round_id IN %s",
            "network_id": "document.network_id IN %s",
            "move_id": "document.id IN %s",
            "share_id": "document.id IN "
            "(SELECT move_id FROM business_network_distribution WHERE id IN %s)",
        }
        scope = self.env.context.get("saving_scope", ())
        conditions = [SQL(tests[name], ids) for name, ids in scope if ids]
        return SQL(" AND ").join([SQL("purchase.network_round_id IS NOT NULL"), *conditions])

    # -- what the rows are made of ---------------------------------------------------------------
    #
    # Written so that no statistics are needed, which a round that was just billed has none of: each
    # part starts at its documents and reaches base tables by their indexes, and large parts are put
    # together with UNION and windows, never joined with each other. What a part needs of its
    # document's other lines comes as arrays, one row per document (``paper``).

    def _get_parts(self):
        """Common table expressions by name, in the order in which they build on each other."""
        return {
            "document": self._get_documents(),
            "item": self._get_items(),
            "paper": self._get_papers(),
            "charged": self._get_charged(),
            "part": self._get_invoiced_parts(),
            "carried": self._get_carried(),
            "absent": self._get_absent(),
            "weighed": self._get_weighed(),
            "spread": self._get_spread(),
        }

    def _get_documents(self):
        """Posted bills, credit notes and memoranda of rounds."""
        return SQL(
            """
            SELECT document.id, document.move_type, document.reversed_entry_id,
                   document.network_purchase_order_id
              FROM purchase_order purchase
              JOIN purchase_order_line line ON line.order_id = purchase.id
              JOIN account_move_line billed ON billed.purchase_line_id = line.id
              JOIN account_move document ON document.id = billed.move_id
             WHERE document.state = 'posted' AND %(scope)s
             UNION
            SELECT document.id, document.move_type, document.reversed_entry_id,
                   document.network_purchase_order_id
              FROM purchase_order purchase
              JOIN account_move document ON document.network_purchase_order_id = purchase.id
             WHERE document.state = 'posted' AND %(scope)s
            """,
            scope=self._get_scope_condition(),
        )

    def _get_items(self):
        """What is billed: lines of the documents, and the goods that a memorandum stands for.

        ``kind`` says how a line is shared: *goods* by what each member took; *freight* by the
        landed basis; *other*, an order without a round or an advance, by what was taken or charged;
        *added*, what no order knows, by the value of the goods.
        """
        return SQL(
            """
            SELECT document.id AS move_id, item.id AS line_id,
                   CASE WHEN %(kind)s = 'goods' THEN line.round_product_id END AS round_product_id,
                   line.order_id, item.amount_currency AS amount, %(kind)s AS kind,
                   %(basis)s AS basis,
                   document.move_type = 'in_refund' AND %(rebate)s AS rebate,
                   line.id AS order_line_id, document.reversed_entry_id,
                   EXISTS (SELECT 1 FROM business_network_allocation_invoiced invoiced
                            WHERE invoiced.move_line_id = item.id)
                   OR EXISTS (SELECT 1 FROM account_move_line billed
                                JOIN business_network_allocation_invoiced invoiced
                                  ON invoiced.move_line_id = billed.id
                               WHERE document.move_type = 'in_refund' AND %(rebate)s
                                 AND billed.move_id = document.reversed_entry_id
                                 AND billed.purchase_line_id = line.id) AS taken
              FROM document
              JOIN account_move_line item ON item.move_id = document.id
         LEFT JOIN purchase_order_line line ON line.id = item.purchase_line_id
         LEFT JOIN purchase_order purchase ON purchase.id = line.order_id
         LEFT JOIN business_network_purchase_round purchase_round
                ON purchase_round.id = purchase.network_round_id
             WHERE item.display_type = 'product' AND document.network_purchase_order_id IS NULL
         UNION ALL
            SELECT document.id, NULL, line.round_product_id, line.order_id,
                   CASE WHEN document.reversed_entry_id IS NULL THEN line.price_subtotal
                        ELSE -line.price_subtotal END, 'memorandum', NULL, FALSE,
                   line.id, NULL, TRUE
              FROM document
              JOIN purchase_order_line line ON line.order_id = document.network_purchase_order_id
             WHERE line.round_product_id IS NOT NULL
            """,
            kind=self._get_kind(),
            basis=self._get_landed_basis(),
            rebate=self._is_rebate(),
        )

    def _get_kind(self):
        return SQL(
            """CASE WHEN line.id IS NULL THEN 'added'
                    WHEN purchase.network_round_id IS NULL OR line.is_downpayment THEN 'other'
                    WHEN line.round_product_id IS NULL THEN 'freight' ELSE 'goods' END"""
        )

    def _get_landed_basis(self):
        """Landed basis of a freight line: its own, else that of the round."""
        return SQL("COALESCE(line.landed_basis, purchase_round.landed_basis)")

    def _is_rebate(self):
        """A credit note at the price of its bill returns goods; at another price it is a rebate."""
        return SQL(
            """COALESCE((SELECT BOOL_AND((billed.price_unit, COALESCE(billed.discount, 0))
                                            <> (item.price_unit, COALESCE(item.discount, 0)))
                           FROM account_move_line billed
                          WHERE billed.move_id = document.reversed_entry_id
                            AND billed.purchase_line_id = item.purchase_line_id), FALSE)"""
        )

    def _get_papers(self):
        """One row per document: arrays of its lines that are shared by what others are."""
        return SQL(
            """
            SELECT move_id,
                   ARRAY_AGG(line_id) FILTER (WHERE kind = 'added') AS added_ids,
                   ARRAY_AGG(amount) FILTER (WHERE kind = 'added') AS added_amounts,
                   ARRAY_AGG(line_id) FILTER (WHERE kind = 'other' AND NOT taken) AS other_ids,
                   ARRAY_AGG(amount) FILTER (WHERE kind = 'other' AND NOT taken) AS other_amounts,
                   ARRAY_AGG(line_id) FILTER (WHERE %(goods)s) AS goods_ids,
                   ARRAY_AGG(round_product_id) FILTER (WHERE %(goods)s) AS goods_products,
                   ARRAY_AGG(amount) FILTER (WHERE %(goods)s) AS goods_amounts
              FROM item
          GROUP BY move_id
            """,
            goods=SQL("kind IN ('goods', 'memorandum') AND taken"),
        )

    def _get_charged(self):
        """What each member was charged by each document: its shares, corrected ones included."""
        return SQL(
            """
            SELECT share.move_id, share.member_id, MIN(share.id) AS share_id,
                   -SUM(share.amount_currency) AS amount
              FROM paper
              JOIN business_network_distribution share ON share.move_id = paper.move_id
             WHERE share.kind = 'expense'
          GROUP BY share.move_id, share.member_id
            """
        )

    def _get_invoiced_parts(self):
        """What a bill line took of each member's allocation, in reference units, exact.

        A rebate took nothing: it is borne by what was taken of the lines that it lowers. The
        record's fraction where it has one; the rounded quantity of records that are older.
        """
        return SQL(
            """
            SELECT item.line_id, allocation.member_id, MIN(item.move_id) AS move_id,
                   MIN(item.round_product_id) AS round_product_id, MIN(item.kind) AS kind,
                   BOOL_OR(item.rebate) AS rebate,
                   SUM(%(quantity)s) AS quantity,
                   MIN(item.amount) * SUM(%(quantity)s)
                   / NULLIF(SUM(SUM(%(quantity)s)) OVER (PARTITION BY item.line_id), 0) AS value
              FROM (SELECT item.*, item.line_id AS source_id FROM item
                     WHERE item.kind IN ('goods', 'other') AND NOT item.rebate
                 UNION ALL
                    SELECT item.*, billed.id FROM item
                      JOIN account_move_line billed
                        ON billed.move_id = item.reversed_entry_id
                       AND billed.purchase_line_id = item.order_line_id
                     WHERE item.kind IN ('goods', 'other') AND item.rebate) item
              JOIN business_network_allocation_invoiced invoiced
                ON invoiced.move_line_id = item.source_id
              JOIN business_network_allocation allocation ON allocation.id = invoiced.allocation_id
              JOIN uom_uom unit ON unit.id = allocation.product_uom_id
          GROUP BY item.line_id, allocation.member_id
            """,
            quantity=SQL(
                "COALESCE(%s, invoiced.quantity * unit.factor)",
                self._as_number(SQL("invoiced.exact_quantity")),
            ),
        )

    def _as_number(self, column):
        """A column with a whole number or a fraction as text, as a number; NULL stays NULL."""
        return SQL(
            """CASE WHEN STRPOS(%(text)s, '/') = 0 THEN %(text)s::numeric
                    ELSE SPLIT_PART(%(text)s, '/', 1)::numeric
                         / SPLIT_PART(%(text)s, '/', 2)::numeric END""",
            text=column,
        )

    def _get_carried(self):
        """What is shared by what an order allocates: its freight, and a memorandum of its goods."""
        return SQL(
            """
            SELECT item.line_id, allocation.member_id, item.move_id, goods.round_product_id,
                   MIN(item.kind) AS kind, MIN(item.amount) AS amount, MIN(item.basis) AS basis,
                   SUM(allocation.quantity * unit.factor) AS quantity,
                   SUM(goods.price_subtotal * allocation.quantity * unit.factor
                       / NULLIF(goods.product_qty * line_unit.factor, 0)) AS value,
                   SUM(allocation.quantity * unit.factor * COALESCE(product.weight, 0)
                       / product_unit.factor) AS weight
              FROM (SELECT line_id, move_id, order_id, kind, amount, basis
                      FROM item WHERE kind = 'freight'
                 UNION ALL
                    SELECT NULL, move_id, order_id, kind,
                           CASE WHEN SUM(amount) < 0 THEN -1 ELSE 1 END, NULL
                      FROM item WHERE kind = 'memorandum'
                  GROUP BY move_id, order_id, kind) item
              JOIN purchase_order_line goods
                ON goods.order_id = item.order_id AND goods.round_product_id IS NOT NULL
              JOIN business_network_allocation allocation
                ON allocation.purchase_line_id = goods.id
              JOIN uom_uom unit ON unit.id = allocation.product_uom_id
              JOIN uom_uom line_unit ON line_unit.id = goods.product_uom_id
              JOIN product_product product ON product.id = goods.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
              JOIN uom_uom product_unit ON product_unit.id = template.uom_id
          GROUP BY item.line_id, allocation.member_id, item.move_id, goods.round_product_id
            """
        )

    def _get_absent(self):
        """Members charged by a document that they took nothing of, such as a partial receipt."""
        return SQL(
            """
            SELECT move_id, member_id
              FROM (SELECT move_id, member_id, TRUE AS missing FROM charged
                 UNION ALL SELECT move_id, member_id, FALSE FROM part WHERE kind = 'goods'
                 UNION ALL SELECT move_id, member_id, FALSE FROM carried) present
          GROUP BY move_id, member_id
            HAVING BOOL_AND(missing)
            """
        )

    def _get_weighed(self):
        """All of it; what is charged for other orders and advances is left out at the end.

        What absent members are charged for are the goods of the document, by value: an annex
        shares every bill of an order by the whole order; the next bill makes it good.
        """
        return SQL(
            """
            SELECT move_id, line_id, member_id, round_product_id,
                   CASE WHEN rebate THEN 0 ELSE quantity END AS quantity, value
              FROM part
         UNION ALL
            SELECT move_id, NULL, member_id, round_product_id, amount * quantity, amount * value
              FROM carried WHERE kind = 'memorandum'
         UNION ALL
            SELECT move_id, line_id, member_id, round_product_id, 0,
                   amount * COALESCE(%(measure)s
                   / NULLIF(SUM(%(measure)s) OVER (PARTITION BY line_id), 0),
                   value / NULLIF(SUM(value) OVER (PARTITION BY line_id), 0))
              FROM carried WHERE kind = 'freight'
         UNION ALL
            SELECT part.move_id, added.line_id, part.member_id, part.round_product_id, 0,
                   MIN(added.amount) * SUM(part.value)
                   / NULLIF(SUM(SUM(part.value)) OVER (PARTITION BY added.line_id), 0)
              FROM paper
              JOIN part ON part.move_id = paper.move_id AND part.kind = 'goods'
        CROSS JOIN LATERAL UNNEST(paper.added_ids, paper.added_amounts) added (line_id, amount)
             WHERE paper.added_ids IS NOT NULL
          GROUP BY part.move_id, added.line_id, part.member_id, part.round_product_id
         UNION ALL
            SELECT absent.move_id, goods.line_id, absent.member_id, goods.round_product_id, 0,
                   SUM(goods.amount)
              FROM absent
              JOIN paper ON paper.move_id = absent.move_id
        CROSS JOIN LATERAL UNNEST(paper.goods_ids, paper.goods_products, paper.goods_amounts)
                   goods (line_id, round_product_id, amount)
          GROUP BY absent.move_id, goods.line_id, absent.member_id, goods.round_product_id
         UNION ALL
            SELECT charged.move_id, other.line_id, charged.member_id, NULL, 0,
                   other.amount * charged.amount
                   / NULLIF(SUM(charged.amount) OVER (PARTITION BY other.line_id), 0)
              FROM charged
              JOIN paper ON paper.move_id = charged.move_id
        CROSS JOIN LATERAL UNNEST(paper.other_ids, paper.other_amounts) other (line_id, amount)
            """,
            measure=self._get_landed_measure(),
        )

    def _get_landed_measure(self):
        """What freight is spread by: the landed basis of its line."""
        cases = SQL(" ").join(
            SQL("WHEN %s THEN %s", basis, SQL.identifier(basis)) for basis in BASES
        )
        return SQL("(CASE basis %s END)", cases)

    def _get_spread(self):
        """The member's part of the document over its weighed rows; the coins add up to it.

        What was charged comes as one more row of each member and document, after the others.
        """
        return SQL(
            """
            SELECT member.*, move.network_id, move.company_id, move.currency_id,
                   move.partner_id AS supplier_id, COALESCE(move.invoice_date, move.date) AS date,
                   currency.rounding AS coin,
                   ROUND(member.charged / currency.rounding
                         * COALESCE(member.so_far / NULLIF(member.total, 0), 1)) AS seen
              FROM (SELECT one.*, MAX(amount) OVER whole AS charged,
                           MAX(share_id) OVER whole AS first_id, SUM(value) OVER whole AS total,
                           SUM(value) OVER own AS so_far, ROW_NUMBER() OVER own AS number
                      FROM (SELECT weighed.*, NULL::numeric AS amount, NULL::int AS share_id
                              FROM weighed
                         UNION ALL
                            SELECT move_id, NULL, member_id, NULL, 0, 0, amount, share_id
                              FROM charged) one
                    WINDOW whole AS (PARTITION BY move_id, member_id),
                           own AS (PARTITION BY move_id, member_id
                                   ORDER BY share_id NULLS FIRST, line_id, round_product_id
                                   ROWS UNBOUNDED PRECEDING)) member
              JOIN account_move move ON move.id = member.move_id
              JOIN res_currency currency ON currency.id = move.currency_id
             WHERE member.charged IS NOT NULL
            """
        )

    # -- the rows --------------------------------------------------------------------------------

    def _get_rows(self):
        """Rows with their amounts: the reference price is per unit of the round's product."""
        return SQL(
            """
            SELECT measured.*,
                   CASE WHEN measured.price IS NULL THEN 0
                        ELSE measured.reference_amount - measured.joint_amount END AS saving,
                   CASE WHEN measured.price IS NULL THEN 0
                        ELSE measured.joint_amount END AS measured_amount,
                   CASE WHEN measured.price IS NULL THEN measured.joint_amount
                        ELSE 0 END AS unmeasured_amount
              FROM (%s) measured
            """,
            self._get_measured(),
        )

    def _get_measured(self):
        """The id is the first share of the member and document, and the number of the row in it.

        So it is the same whichever documents are computed.
        """
        return SQL(
            """
            SELECT told.first_id::bigint * %(rows)s + told.number AS id,
                   told.network_id, told.company_id, product.round_id,
                   told.round_product_id, product.product_id, product.product_uom_id,
                   told.member_id, member.partner_id, told.supplier_id,
                   told.move_id, told.line_id AS move_line_id, told.date,
                   told.currency_id, frozen.id AS reference_id, frozen.price,
                   told.quantity / unit.factor AS quantity,
                   told.coin * (told.seen - told.seen_before) AS joint_amount,
                   COALESCE(told.coin * ROUND(frozen.price * told.quantity
                       / unit.factor / told.coin), 0) AS reference_amount
              FROM (SELECT spread.*, COALESCE(LAG(seen) OVER (
                           PARTITION BY move_id, member_id ORDER BY number), 0) AS seen_before
                      FROM spread) told
              JOIN business_network_purchase_round_product product
                ON product.id = told.round_product_id
              JOIN business_network_member member ON member.id = told.member_id
              JOIN uom_uom unit ON unit.id = product.product_uom_id
         LEFT JOIN (SELECT id, round_product_id, member_id, currency_id, %(price)s AS price
                      FROM business_network_purchase_reference) frozen
                ON frozen.round_product_id = told.round_product_id
               AND frozen.member_id = told.member_id
               AND frozen.currency_id = told.currency_id
            """,
            rows=ROWS_PER_SHARE,
            price=self._as_number(SQL("exact_price")),
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
