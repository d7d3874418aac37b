from collections import defaultdict
from fractions import Fraction

from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.quantities import from_exact
from odoo.tools import SQL, format_amount, format_date
from psycopg2 import sql

ROWS_PER_STATEMENT = 10_000


class BusinessNetworkPurchaseReference(models.Model):
    """The reference price a round measures one member and product with, frozen when it ordered.

    One per product of the round, member and currency of the documents, per unit of the round's
    product. Where no price was known the row says so, so that an older price written later does not
    change a saving that members were shown; ``action_take_references`` of the round takes them
    again, and notes what changed.

    A lean model: a round of 100 members and 200 products has 20,000 of them.
    """

    _name = "business.network.purchase.reference"
    _description = "Reference Price Frozen in a Round"
    _log_access = False
    _order = "round_product_id, member_id, id"
    _rec_name = "round_product_id"

    round_product_id = fields.Many2one(
        "business.network.purchase.round.product",
        string="Product of the Round",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    # Written with the row, and not related: 20,000 of them are frozen when a round orders.
    round_id = fields.Many2one(
        "business.network.purchase.round",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    network_id = fields.Many2one(
        "business.network", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    product_id = fields.Many2one(related="round_product_id.product_id")
    product_uom_id = fields.Many2one(related="round_product_id.product_uom_id", string="Unit")
    member_id = fields.Many2one(
        "business.network.member", required=True, readonly=True, index=True, ondelete="restrict"
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    reference_price_id = fields.Many2one(
        "business.network.reference.price",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    price_unit = fields.Float(
        string="Price Alone", digits=(16, 6), readonly=True, help="Without tax, per unit."
    )
    exact_price = fields.Char(
        readonly=True, help="The price as a whole number or a fraction; empty if none was known."
    )
    date = fields.Date(readonly=True, help="Day of the reference price.")
    source = fields.Selection(
        selection=lambda self: (
            self.env["business.network.reference.price"]
            ._fields["source"]
            ._description_selection(self.env)
        ),
        readonly=True,
    )

    # Looks up by product of the round, too, and there is no index more than what a freeze of 20,000
    # rows has to keep.
    _question_unique = models.UniqueIndex("(round_product_id, member_id, currency_id)")

    @api.model
    def _freeze(self, questions, date):
        """Freeze the reference prices of questions that have none yet, in one statement.

        :param questions: iterable of ids ``(round product, member, currency)``
        :param date: prices up to this day count
        """
        vals_list = self._prepare_frozen(self._get_open_questions(questions), date)
        if not vals_list:
            return
        columns = list(vals_list[0])
        query = sql.SQL("INSERT INTO {} ({}) VALUES %s ON CONFLICT DO NOTHING").format(
            sql.Identifier(self._table), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        rows = [tuple(vals[name] or None for name in columns) for vals in vals_list]
        self.env.cr.execute_values(query, rows, page_size=ROWS_PER_STATEMENT)
        self.invalidate_model()
        self.env["business.network.purchase.round"].invalidate_model(["reference_ids"])
        self._note_missing_rates(vals_list)

    def _get_open_questions(self, questions):
        questions = list(dict.fromkeys(questions))
        products = {product_id for product_id, _member_id, _currency_id in questions}
        self.flush_model(["round_product_id", "member_id", "currency_id"])
        known = set(
            self.env.execute_query(
                SQL(
                    "SELECT round_product_id, member_id, currency_id FROM %s "
                    "WHERE round_product_id = ANY(%s)",
                    SQL.identifier(self._table),
                    list(products),
                )
            )
        )
        return [question for question in questions if question not in known]

    def _prepare_frozen(self, questions, date):
        """Values of the rows of ``questions``, in that order; see :meth:`_freeze`."""
        Price = self.env["business.network.reference.price"]
        products = self._get_products(questions)
        currencies = {
            currency_id: self.env["res.currency"].browse(currency_id)
            for _product_id, _member_id, currency_id in questions
        }
        pairs = [
            (member_id, products[product_id].product_id.id)
            for product_id, member_id, _currency_id in questions
        ]
        latest = Price._get_latest_by_id(pairs, date)
        found = [latest.get(pair) for pair in pairs]
        exact = iter(
            Price._get_exact_prices(
                [
                    (price, products[product_id].product_uom_id, currencies[currency_id])
                    for price, (product_id, _member_id, currency_id) in zip(
                        found, questions, strict=True
                    )
                    if price
                ]
            )
        )
        common = {
            product.id: {
                "round_product_id": product.id,
                "round_id": product.round_id.id,
                "network_id": product.network_id.id,
                "company_id": product.company_id.id,
            }
            for product in products.values()
        }
        return [
            {
                **common[product_id],
                "member_id": member_id,
                "currency_id": currency_id,
                **self._prepare_price(price, next(exact) if price else None),
            }
            for price, (product_id, member_id, currency_id) in zip(found, questions, strict=True)
        ]

    def _get_products(self, questions):
        """Products of the round of ``questions``, ``{id: record}``."""
        ids = dict.fromkeys(product_id for product_id, _member_id, _currency_id in questions)
        products = self.env["business.network.purchase.round.product"].browse(ids)
        return dict(zip(ids, products, strict=True))

    @api.model
    def _note_missing_rates(self, vals_list):
        """Say on the rounds which prices are not counted because a rate is missing."""
        missing = defaultdict(set)
        for vals in vals_list:
            if vals["reference_price_id"] and not vals["exact_price"]:
                missing[vals["round_id"]].add(vals["round_product_id"])
        for purchase_round in self.env["business.network.purchase.round"].browse(missing):
            products = self.env["business.network.purchase.round.product"].browse(
                sorted(missing[purchase_round.id])
            )
            purchase_round.message_post(
                body=self.env._(
                    "What was saved on %s is not known: the day of its price alone has no exchange "
                    "rate. Add the rate and press “Take Them Again”.",
                    ", ".join(products.product_id.mapped("display_name")),
                )
            )

    @api.model
    def _prepare_price(self, price, exact):
        if not price or exact is None:
            return {
                "reference_price_id": price and price.id,
                "price_unit": 0.0,
                "exact_price": False,
                "date": False,
                "source": False,
            }
        return {
            "reference_price_id": price.id,
            "price_unit": from_exact(exact),
            "exact_price": str(exact),
            "date": price.date,
            "source": price.source,
        }

    def _get_exact_price(self):
        """The frozen price as a ``Fraction``; None if none was known."""
        self.ensure_one()
        return Fraction(self.exact_price) if self.exact_price else None

    def _take_price(self, vals):
        """Write another price and say what changed."""
        self.ensure_one()
        before = self._get_price_text()
        self.write({name: vals[name] for name in self._prepare_price(None, None)})
        return self.env._(
            "%(product)s, %(member)s: %(before)s → %(after)s",
            product=self.product_id.display_name,
            member=self.member_id.display_name,
            before=before,
            after=self._get_price_text(),
        )

    def _get_price_text(self):
        if not self.exact_price:
            return self.env._("none")
        price = format_amount(self.env, self.price_unit, self.currency_id)
        return f"{price} ({format_date(self.env, self.date)})"
