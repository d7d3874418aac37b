from collections import defaultdict

from odoo import api, fields, models
from odoo.addons.red_empresarial.engine.apportion import exact_weight
from odoo.addons.red_empresarial.tools.quantities import exact_factor
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, format_date

SOURCES = [
    ("declared", "Declared by the Member"),
    ("document", "Document of the Member"),
    ("baseline", "Baseline"),
    ("market", "Market Price"),
]
BILL_TYPES = ("in_invoice", "in_receipt")


class BusinessNetworkReferencePrice(models.Model):
    """What a member paid alone for a product, per unit and without tax, when, and who says so.

    The saving of a joint purchase is measured against the latest one dated up to the purchase. A
    price without a member stands for every member that has none of its own. What a round measured
    with stays frozen (``business.network.purchase.reference``): a price added or corrected later
    changes no saving that was shown.
    """

    _name = "business.network.reference.price"
    _description = "Reference Price of a Member"
    _order = "date desc, id desc"
    _rec_name = "product_id"
    _check_company_auto = True

    network_id = fields.Many2one("business.network", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="network_id.company_id", store=True, index=True)
    member_id = fields.Many2one(
        "business.network.member",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('network_id', '=', network_id)]",
        help="Leave it empty for a price that stands for every member without one of its own.",
    )
    partner_id = fields.Many2one(related="member_id.partner_id", string="Enterprise", store=True)
    product_id = fields.Many2one(
        "product.product",
        required=True,
        ondelete="restrict",
        compute="_compute_from_bill",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('purchase_ok', '=', True)]",
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
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        compute="_compute_from_bill",
        store=True,
        readonly=False,
        precompute=True,
    )
    price_unit = fields.Float(
        string="Unit Price",
        digits="Product Price",
        required=True,
        compute="_compute_from_bill",
        store=True,
        readonly=False,
        precompute=True,
        aggregator="avg",
        help="Without tax, per unit.",
    )
    date = fields.Date(
        required=True,
        compute="_compute_from_bill",
        store=True,
        readonly=False,
        precompute=True,
        help="Day on which the member paid it.",
    )
    source = fields.Selection(
        SOURCES,
        required=True,
        compute="_compute_from_bill",
        store=True,
        readonly=False,
        precompute=True,
    )
    evidence = fields.Char(
        compute="_compute_from_bill",
        store=True,
        readonly=False,
        precompute=True,
        help="Document or statement that shows the price, as the network keeps it.",
    )
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Bill Line",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('parent_state', '=', 'posted'), ('product_id', '!=', False),"
        " ('move_id.move_type', 'in', ('in_invoice', 'in_receipt'))]",
        help="A posted bill in these books that shows what was paid alone: product, price, unit, "
        "currency and date are taken from it.",
    )

    _price_not_negative = models.Constraint(
        "CHECK(price_unit >= 0)", "A reference price cannot be negative."
    )
    _lookup_index = models.Index("(network_id, product_id, date)")
    _day_unique = models.UniqueIndex(
        "(network_id, COALESCE(member_id, 0), product_id, date)",
        "There is a reference price of this member, product and day already. Correct that one.",
    )

    @api.depends("product_id", "member_id", "date")
    def _compute_display_name(self):
        for price in self:
            names = (
                price.product_id.display_name,
                price.member_id.display_name or price.network_id.name,
                price.date and format_date(self.env, price.date),
            )
            price.display_name = " · ".join(filter(None, names))

    @api.depends("product_id", "move_line_id")
    def _compute_product_uom_id(self):
        for price in self:
            if price.move_line_id:
                price.product_uom_id = price.move_line_id.sudo().product_uom_id
            elif not price.product_uom_id:
                price.product_uom_id = price.product_id.uom_id

    @api.depends("move_line_id")
    def _compute_from_bill(self):
        """What a bill line says; without one, what was written stays."""
        for price in self:
            line = price.move_line_id.sudo()
            if line:
                price.update(self._prepare_from_bill(line))
                continue
            price.product_id = price.product_id
            price.price_unit = price.price_unit
            price.evidence = price.evidence
            price.currency_id = price.currency_id or self.env.company.currency_id
            price.date = price.date or fields.Date.context_today(price)
            price.source = price.source or "declared"

    @api.model
    def _prepare_from_bill(self, line):
        """Values of the reference price that a posted bill line shows, discounts deducted."""
        quantity = line.quantity or 1
        return {
            "product_id": line.product_id.id,
            "currency_id": line.currency_id.id,
            "price_unit": line.price_subtotal / quantity,
            "date": line.move_id.invoice_date or line.move_id.date,
            "source": "document",
            "evidence": line.move_id.display_name,
        }

    # -- rules -------------------------------------------------------------------------------------

    @api.constrains("network_id", "member_id")
    def _check_member(self):
        for price in self.filtered("member_id"):
            if price.member_id.network_id != price.network_id:
                raise ValidationError(
                    self.env._(
                        "%(member)s is no member of %(network)s. Choose one of its members, or "
                        "none for a price of the whole network.",
                        member=price.member_id.display_name,
                        network=price.network_id.name,
                    )
                )

    @api.constrains("product_id", "product_uom_id")
    def _check_product(self):
        """Odoo converts unrelated units silently; a price per metre of rice is refused here."""
        for price in self:
            if not price.product_id.purchase_ok:
                raise ValidationError(
                    self.env._(
                        "%s cannot be purchased. Tick “Purchase” on the product, or choose "
                        "another one.",
                        price.product_id.display_name,
                    )
                )
            if not price.product_uom_id._has_common_reference(price.product_id.uom_id):
                raise ValidationError(
                    self.env._(
                        "The reference price of %(product)s is per %(uom)s, which does not convert "
                        "to %(product_uom)s, the unit of the product. Use a unit that converts.",
                        product=price.product_id.display_name,
                        uom=price.product_uom_id.name,
                        product_uom=price.product_id.uom_id.name,
                    )
                )

    @api.constrains("currency_id", "date", "network_id")
    def _check_rate(self):
        for company, prices in self.grouped("company_id").items():
            known = prices._get_rates(company.currency_id)
            for price in prices:
                if price not in known:
                    price._raise_no_rate(company.currency_id)

    @api.constrains("move_line_id")
    def _check_bill(self):
        """A bill of the network shows a joint price, not what was paid alone."""
        for price in self.filtered("move_line_id"):
            move = price.move_line_id.sudo().move_id
            posted = move.state == "posted" and move.move_type in BILL_TYPES
            if not posted or move.network_id:
                raise ValidationError(
                    self.env._(
                        "%s shows no price that was paid alone: it must be a posted bill without "
                        "a network.",
                        move.display_name,
                    )
                )

    # -- the price of a question -----------------------------------------------------------------

    @api.model
    def _get_latest(self, pairs, date):
        """The price each pair is measured with, in one query.

        The member's own latest one dated up to ``date``; else the latest of the whole network.

        :param pairs: iterable of ``(member, product)``
        :return: dict ``{(member, product): record}``; pairs without any price are left out
        """
        pairs = list(dict.fromkeys(pairs))
        found = self._get_latest_by_id([(member.id, product.id) for member, product in pairs], date)
        return {
            (member, product): found[member.id, product.id]
            for member, product in pairs
            if (member.id, product.id) in found
        }

    @api.model
    def _get_latest_by_id(self, pairs, date):
        """:meth:`_get_latest` of ids, ``{(member id, product id): record}``."""
        pairs = list(dict.fromkeys(pairs))
        if not pairs:
            return {}
        self.flush_model()
        rows = self.env.execute_query(self._get_latest_query(pairs, date))
        ids = list(dict.fromkeys(price_id for _member_id, _product_id, price_id in rows))
        records = dict(zip(ids, self.browse(ids), strict=True))
        return {
            (member_id, product_id): records[price_id] for member_id, product_id, price_id in rows
        }

    @api.model
    def _get_latest_query(self, pairs, date):
        """Each price by one look into the unique index: it is the same with any statistics."""
        return SQL(
            """
            SELECT pair.member_id, pair.product_id, COALESCE(own.id, shared.id)
              FROM UNNEST(%(members)s, %(products)s) AS pair (member_id, product_id)
              JOIN business_network_member member ON member.id = pair.member_id
         LEFT JOIN LATERAL (%(own)s) own ON TRUE
         LEFT JOIN LATERAL (%(shared)s) shared ON own.id IS NULL
             WHERE COALESCE(own.id, shared.id) IS NOT NULL
            """,
            members=[member_id for member_id, _product_id in pairs],
            products=[product_id for _member_id, product_id in pairs],
            own=self._get_price_query(SQL("pair.member_id"), date),
            shared=self._get_price_query(SQL("0"), date),
        )

    def _get_price_query(self, member, date):
        return SQL(
            """
                SELECT price.id
                  FROM business_network_reference_price price
                 WHERE price.network_id = member.network_id
                   AND COALESCE(price.member_id, 0) = %s
                   AND price.product_id = pair.product_id
                   AND price.date <= %s
              ORDER BY price.date DESC
                 LIMIT 1""",
            member,
            date,
        )

    @api.model
    def _get_exact_prices(self, questions):
        """Prices in the unit and currency of each question, exact, at the rate of their own date.

        :param questions: list of ``(record, uom, currency)``
        :return: list of ``Fraction``, in that order
        :raise UserError: a currency has no rate up to the date of the price; with
            ``reference_without_rate`` in the context that one is None
        """
        exact = self._find_exact_prices(questions)
        for (price, _uom, currency), value in zip(questions, exact, strict=True):
            if value is None and not self.env.context.get("reference_without_rate"):
                price._raise_no_rate(currency)
        return exact

    @api.model
    def _find_exact_prices(self, questions):
        """See :meth:`_get_exact_prices`; None instead of a refusal where there is no rate."""
        by_currency = defaultdict(dict)
        for price, _uom, currency in questions:
            by_currency[currency][price.id] = None
        rates = {
            currency: self.browse(ids)._get_rates(currency) for currency, ids in by_currency.items()
        }
        exact = []
        for price, uom, currency in questions:
            rate = rates[currency].get(price)
            exact.append(None if rate is None else price._get_exact_price(uom, rate))
        return exact

    def _get_exact_price(self, uom, rate):
        """The price per ``uom``, as a ``Fraction``.

        :param rate: of the currency that it is asked in, see :meth:`_get_rates`
        """
        self.ensure_one()
        price = exact_weight(f"{self.price_unit:.6f}")
        if self.product_uom_id != uom:
            price *= exact_factor(uom) / exact_factor(self.product_uom_id)
        return price if rate == 1 else price * rate

    def _get_rates(self, currency):
        """What one unit of each price's currency is in ``currency``, by Odoo's rates.

        Read once per company and date. Odoo takes a later rate, or one, where a currency has none
        yet: those prices are left out here.

        :return: dict ``{record: Fraction}``
        """
        same = self.filtered(lambda price: price.currency_id == currency)
        rates = dict.fromkeys(same, 1)
        others = self - same
        for (company, date), prices in others.grouped(lambda p: (p.company_id, p.date)).items():
            known = prices._get_rates_of_day(company, date, currency)
            for price in prices:
                if price.currency_id in known:
                    rates[price] = known[price.currency_id]
        return rates

    def _get_rates_of_day(self, company, date, currency):
        """Rate to ``currency`` of each currency of these prices that has one on ``date``."""
        currencies = self.currency_id | currency | company.currency_id
        known = currencies._get_rates(company, date)
        dated = self._get_dated_currencies(currencies, company, date) | company.currency_id
        exact = {one: exact_weight(repr(float(known[one.id]))) for one in dated & currencies}
        return {one: exact[currency] / exact[one] for one in exact if currency in exact}

    @api.model
    def _get_dated_currencies(self, currencies, company, date):
        """Those of the currencies that have a rate up to a date."""
        rates = self.env["res.currency.rate"].sudo()
        groups = rates._read_group(
            [
                ("currency_id", "in", currencies.ids),
                ("name", "<=", date),
                ("company_id", "in", (False, company.root_id.id)),
            ],
            ["currency_id"],
        )
        return currencies.browse(currency.id for (currency,) in groups)

    def _raise_no_rate(self, currency):
        self.ensure_one()
        raise UserError(
            self.env._(
                "The reference price %(price)s is in %(currency)s, and there is no rate to "
                "%(target)s up to that day. Add the rate in Accounting, Configuration, Currencies.",
                price=self.display_name,
                currency=self.currency_id.name,
                target=currency.name,
            )
        )
