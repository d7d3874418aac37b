"""Base class of the tests of savings: a round ordered and billed without its screens."""

from odoo import Command

from tests.common import NetworkCase


class SavingCase(NetworkCase):
    """Rice in sacks and oil in litres for the three members of a leader's network.

    Alone, A paid 4.00 and B 5.00 for a sack; C none of its own, so 4.50 of the whole network.
    """

    operating_form = "red_empresarial.operating_form_leader"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.units = cls.env.ref("uom.product_uom_unit")
        cls.dozens = cls.env.ref("uom.product_uom_dozen")
        cls.currency = cls.company.currency_id
        cls.rice, cls.oil = (
            cls._create_product(name, weight=weight)
            for name, weight in (("Arroz", 50), ("Aceite", 1))
        )
        cls.freight = cls._create_product("Flete")
        cls.prices = cls._create_prices(
            (cls.member_a, 4), (cls.member_b, 5), (cls.env["business.network.member"], 4.5)
        )
        cls.round = cls._create_round(cls.rice, cls.oil)

    @classmethod
    def _create_product(cls, name, **vals):
        return cls.env["product.product"].create(
            {"name": name, "type": "service", "purchase_method": "purchase", **vals}
        )

    @classmethod
    def _create_prices(cls, *pairs, date="2026-01-15", **vals):
        return cls.env["business.network.reference.price"].create(
            [
                {
                    "network_id": cls.network.id,
                    "member_id": member.id,
                    "product_id": cls.rice.id,
                    "price_unit": price,
                    "date": date,
                    "source": "declared",
                    **vals,
                }
                for member, price in pairs
            ]
        )

    @classmethod
    def _create_round(cls, *products, network=None, **vals):
        return cls.env["business.network.purchase.round"].create(
            {
                "title": "Abarrotes",
                "network_id": (network or cls.network).id,
                "date_open": "2026-02-01",
                "date_close": "2026-02-15",
                "product_ids": [Command.create({"product_id": product.id}) for product in products],
                **vals,
            }
        )

    def _order(self, lines, freight=0, confirm=True, date="2026-03-01", **vals):
        """An order of the round.

        :param lines: ``[(product, price, quantities of the members)]``
        """
        purchase_round = vals.pop("purchase_round", self.round)
        order = self.env["purchase.order"].create(
            {
                "partner_id": self.supplier.id,
                "network_id": purchase_round.network_id.id,
                "network_round_id": purchase_round.id,
                "date_order": f"{date} 12:00:00",
                "order_line": [
                    Command.create(self._prepare_line(purchase_round, *line)) for line in lines
                ]
                + [Command.create(self._prepare_freight(freight))] * bool(freight),
                **vals,
            }
        )
        for line, (_product, _price, quantities) in zip(order.order_line, lines, strict=False):
            self._allocate(line, quantities)
        purchase_round.sudo().state = "ordered"  # as its own button does before it confirms
        if confirm:
            purchase_round.sudo().state = "ordered"
            order.sudo().network_round_placed = True
            order.button_confirm()
            order.date_approve = f"{date} 12:00:00"
        return order

    def _prepare_line(self, purchase_round, product, price, quantities):
        product_line = purchase_round.product_ids.filtered(lambda line: line.product_id == product)
        return {
            "product_id": product.id,
            "product_qty": sum(quantities),
            "price_unit": price,
            "tax_ids": [Command.set(self.vat_purchase.ids)],
            "round_product_id": product_line.id,
        }

    def _prepare_freight(self, amount):
        return {
            "product_id": self.freight.id,
            "product_qty": 1,
            "price_unit": amount,
            "tax_ids": [Command.set(self.vat_purchase.ids)],
        }

    def _allocate(self, line, quantities):
        members = line.order_id.network_id.member_ids.sorted("sequence")
        self.env["business.network.allocation"].create(
            [
                {"purchase_line_id": line.id, "member_id": member.id, "quantity": quantity}
                for member, quantity in zip(members, quantities, strict=True)
                if quantity
            ]
        )

    def _bill(self, order, date="2026-03-15", post=True, **vals):
        order.action_create_invoice()
        bill = order.invoice_ids.sorted("id")[-1]
        self.__class__._bill_number = getattr(self, "_bill_number", 0) + 1
        bill.write(
            {
                "invoice_date": date,
                "date": date,
                "l10n_latam_document_number": f"F001-{self._bill_number:08d}",
                **vals,
            }
        )
        if post:
            bill.action_post()
        return bill

    def _savings(self, *domain):
        return self.env["business.network.purchase.saving"].search(list(domain))

    def _sums(self, field, *domain):
        """What each member has in a field of the report, in the members' order."""
        return self._sum_by_member(self._savings(*domain), field)

    def _charged(self, moves):
        """What each member was charged by documents, by their distribution rows."""
        rows = moves.distribution_ids.filtered(lambda row: row.kind == "expense")
        return [-amount for amount in self._sum_by_member(rows, "amount_currency")]

    def _sum_by_member(self, records, field):
        by_member = records.grouped("member_id")
        none = records.browse()
        return [
            self.currency.round(sum(by_member.get(member, none).mapped(field)))
            for member in self.members
        ]
