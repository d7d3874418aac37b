"""Base class of the tests of buying in a round: members' needs are given, quotations come."""

from fractions import Fraction

from odoo import Command

from tests.common import NetworkCase


class BuyingCase(NetworkCase):
    operating_form = "red_empresarial.operating_form_leader"

    def set_up_once(self):
        super().set_up_once()
        self.expense_account = self.env["account.account"].search(
            [("account_type", "=", "expense"), ("company_ids", "in", self.company.ids)], limit=1
        )
        self.sheet, self.towel = self.products = self._create_products("Sábana", "Toalla")
        self.freight = self._create_products("Flete", type="service", purchase_method="purchase")
        self.supplier_b = self._create_partner("Textil Norte SAC", "20100070970")
        self.supplier_c = self._create_partner("Importadora Sur SAC", "20331066703")

    def _create_products(self, *names, **vals):
        return self.env["product.product"].create(
            [
                {
                    "name": name,
                    "type": "consu",
                    "purchase_method": "receive",
                    "weight": 2.0,
                    "property_account_expense_id": self.expense_account.id,
                    "supplier_taxes_id": [Command.set(self.vat_purchase.ids)],
                    "taxes_id": [Command.set(self.vat_sale.ids)],
                    **vals,
                }
                for name in names
            ]
        )

    def _price(self, partner, product, price, least=0, **vals):
        return self.env["product.supplierinfo"].create(
            {
                "partner_id": partner.id,
                "product_tmpl_id": product.product_tmpl_id.id,
                "price": price,
                "min_qty": least,
                "currency_id": self.company.currency_id.id,
                **vals,
            }
        )

    def _create_round(self, needs, state="closed", **vals):
        """A round in ``state`` whose members are allotted ``{product: (a, b, c)}``."""
        purchase_round = self.env["business.network.purchase.round"].create(
            {
                "title": "Ropa de cama",
                "network_id": self.network.id,
                "date_open": "2026-03-01",
                "date_close": "2026-03-10",
                "product_ids": [Command.create({"product_id": product.id}) for product in needs],
                **vals,
            }
        )
        purchase_round.sudo().state = "open"
        lines = dict(zip(needs, purchase_round.product_ids, strict=True))
        requests = self.env["business.network.purchase.request"].create(
            [
                {
                    "round_id": purchase_round.id,
                    "member_id": member.id,
                    "line_ids": [
                        Command.create(
                            {"round_product_id": lines[product].id, "quantity": row[number]}
                        )
                        for product, row in needs.items()
                        if row[number]
                    ],
                }
                for number, member in enumerate(self.members)
            ]
        )
        requests.sudo().write({"state": "sent"})
        for line in requests.line_ids:
            line.allotted_quantity = line.quantity
        for product, row in needs.items():
            lines[product].consolidated_quantity = sum(row)
        purchase_round.sudo().state = state
        return purchase_round

    def _quote(self, purchase_round, partner, prices, freight=0, basis="value", **vals):
        """The quotation of a supplier, written by hand: ``{product: price}`` and its freight."""
        order = purchase_round._get_quotations().filtered(lambda o: o.partner_id == partner)
        order = order or purchase_round.action_request_quotations(partner)
        order.write({"date_order": "2026-03-11", **vals})
        for line in order.order_line:
            line.price_unit = prices.get(line.product_id, 0.0)
        if freight:
            order.order_line = [
                Command.create(
                    {
                        "product_id": self.freight.id,
                        "product_qty": 1,
                        "price_unit": freight,
                        "landed_basis": basis,
                        "tax_ids": [Command.set(self.vat_purchase.ids)],
                    }
                )
            ]
        return order

    def _order(self, purchase_round, order=None):
        """Choose all of ``order``, or the cheapest split, and order."""
        order.action_choose_for_round() if order else purchase_round.action_choose_cheapest()
        purchase_round.action_negotiate()
        purchase_round.action_order()
        return purchase_round._get_orders()

    def _receive(self, purchase_round, quantities=None, rejected=0, reason=False):
        """Receive everything that is pending, or ``{product: quantity}``."""
        receipts = [
            {
                "line": line,
                "quantity": Fraction(quantities[line.product_id])
                if quantities
                else line._get_pending_receipt(),
                "rejected": Fraction(rejected),
                "reason": reason,
            }
            for line in purchase_round._get_orders().order_line.filtered("allocation_ids")
            if not quantities or line.product_id in quantities
        ]
        return purchase_round._receive(receipts, self._date("2026-03-14"))

    def _bill(self, purchase_round, date="2026-03-15", post=True):
        before = purchase_round._get_bills()
        purchase_round.action_create_bills()
        bills = purchase_round._get_bills() - before
        for bill in bills:
            self.__class__._bill_number = getattr(self, "_bill_number", 0) + 1
            bill.write(
                {
                    "invoice_date": date,
                    "date": date,
                    "l10n_latam_document_number": f"F001-{self._bill_number:08d}",
                }
            )
        if post:
            bills.action_post()
        return bills

    def _parts(self, lines, field="quantity"):
        """What each member has of order lines, in the members' order."""
        return [
            sum(lines.allocation_ids.filtered(lambda a, m=member: a.member_id == m).mapped(field))
            for member in self.members
        ]
