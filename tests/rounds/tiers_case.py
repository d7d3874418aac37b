"""Base class of the tests of rounds of a network of networks: two networks, two companies' books.

Red ABC is kept in the main company, like the network of networks that buys; Red Norte has a company
of its own, with the Peruvian chart, and its operator among its members.
"""

from fractions import Fraction

from odoo import Command

from tests.round_case import RoundCase


class TiersCase(RoundCase):
    union_form = "red_empresarial.operating_form_leader"
    north_form = "red_empresarial.operating_form_leader"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls._create_company("Operadora del Norte SAC", "20601111111")
        cls.north = cls._create_north()
        cls.north_members = cls._create_members(
            cls.north,
            [
                cls.second.partner_id,
                cls._create_partner("Taller N1", "20600000102"),
                cls._create_partner("Taller N2", "20600000111"),
            ],
        )
        cls._create_agreement(cls.north, cls.north_members, (50, 30, 20))
        cls.union = cls._create_network("Central de redes", cls.union_form, tier="second")
        cls.network.leader_id = cls.partner_b
        cls.union_members = cls.env["business.network.member"].create(
            [
                {
                    "network_id": cls.union.id,
                    "sub_network_id": network.id,
                    "date_from": "2026-01-01",
                    "sequence": number,
                }
                for number, network in enumerate((cls.network, cls.north))
            ]
        )
        cls._create_agreement(cls.union, cls.union_members, (60, 40))
        for product in cls.sheets | cls.soap:
            product.write(
                {
                    "supplier_taxes_id": [Command.set(cls.vat_purchase.ids)],
                    "taxes_id": [Command.set(cls.vat_sale.ids)],
                }
            )

    @classmethod
    def _create_north(cls):
        north = cls.env(context={**cls.env.context, "allowed_company_ids": cls.second.ids})
        network = north["business.network"].create(
            {
                "name": "Red Norte",
                "operating_form_id": cls.env.ref(cls.north_form).id,
                "company_id": cls.second.id,
            }
        )
        return network.with_env(cls.env)

    # -- the two levels ------------------------------------------------------------------------

    def _open(self, products=None, **vals):
        """An open round of the union; its children by network are ``self.own`` and ``self.far``."""
        self.round = self._create_round(products, network=self.union, **vals)
        self.own, self.far = self._get_child(self.network), self._get_child(self.north)
        return self.round

    def _get_child(self, network):
        return self.round.child_round_ids.filtered(lambda child: child.network_id == network)

    def _ask(self, child, product, quantities):
        members = self.members if child == self.own else self.north_members
        return self.env["business.network.purchase.request"].union(
            *(
                self._create_request(child, member, {product: asked})
                for member, asked in zip(members, quantities, strict=False)
                if asked
            )
        )

    def _line(self, network, product):
        """What the union's round has of a network and product."""
        return self.round.request_ids.line_ids.filtered(
            lambda line: line.member_id.sub_network_id == network and line.product_id == product
        )

    def _quantities(self, child, product, field="allotted_quantity"):
        """What each member of a network's round has, in the order of its members."""
        members = self.members if child == self.own else self.north_members
        lines = child.request_ids.line_ids.filtered(lambda line: line.product_id == product)
        return [
            sum(lines.filtered(lambda line, m=member: line.member_id == m).mapped(field))
            for member in members
        ]

    def _order(self, prices, freight=0):
        """Quote everything at ``{product: price}``, choose it and order."""
        order = self.round.action_request_quotations(self.supplier)
        for line in order.order_line:
            line.price_unit = prices[line.product_id]
        order.order_line = self._prepare_freight(freight)
        order.action_choose_for_round()
        self.round.action_negotiate()
        self.round.action_order()
        return order

    def _order_from(self, offers, carrier=None):
        """Quote, choose and order each product from a supplier of its own.

        :param offers: ``{supplier: ({product: price}, freight)}``
        :param carrier: who brings everything and at what freight
        """
        orders = self.round.action_request_quotations(
            self.env["res.partner"].union(*offers)
        ).grouped("partner_id")
        for supplier, (prices, freight) in offers.items():
            for line in orders[supplier].order_line:
                line.price_unit = prices.get(line.product_id, 0)
            orders[supplier].order_line = self._prepare_freight(freight)
        if carrier:
            self.env["purchase.order"].create(
                {
                    "partner_id": carrier[0].id,
                    "network_id": self.union.id,
                    "network_round_id": self.round.id,
                    "order_line": self._prepare_freight(carrier[1]),
                }
            )
        self.round.action_choose_cheapest()
        self.round.action_negotiate()
        self.round.action_order()
        return self.round._get_orders()

    def _prepare_freight(self, price):
        service = self._create_product(
            "Flete", type="service", supplier_taxes_id=[Command.set(self.vat_purchase.ids)]
        )
        vals = {"product_id": service.id, "product_qty": 1, "price_unit": price}
        return [Command.create(vals)] if price else []

    def _receive(self, quantities=None):
        """Receive in the union's round what is pending, or ``{product: quantity}``."""
        lines = self.round._get_orders().order_line.filtered("allocation_ids")
        return self.round._receive(
            [
                {
                    "line": line,
                    "quantity": Fraction(quantities[line.product_id])
                    if quantities
                    else line._get_pending_receipt(),
                    "rejected": Fraction(0),
                    "reason": False,
                }
                for line in lines
                if not quantities or line.product_id in quantities
            ]
        )

    def _post_bills(self, purchase_round):
        """Number, date and post the draft bills of a round."""
        bills = purchase_round._get_bills().filtered(lambda move: move.state == "draft")
        for bill in bills:
            self.__class__._bill_number = getattr(self, "_bill_number", 0) + 1
            bill.write(
                {
                    "invoice_date": self.today,
                    "date": self.today,
                    "l10n_latam_document_number": f"F009-{self._bill_number:08d}",
                }
            )
        bills.action_post()
        return bills

    def _distribute(self):
        """Bill and distribute the union's round, with the networks' invoices where it sells."""
        self.round.action_create_bills()
        bills = self._post_bills(self.round)
        if self.union.policy == "principal":
            self.round.action_invoice_members().action_post()
        self.round.action_distribute()
        return bills
