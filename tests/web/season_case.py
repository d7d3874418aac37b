"""A network in the middle of its season, for the tests that look at its screens."""

from odoo import Command

from tests.common import NetworkCase
from tests.web.browser import BrowserCase


class SeasonCase(BrowserCase, NetworkCase):
    """A consortium that sold, bought, advanced, called cash and settled; a second one whose
    members document their own part.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        admin = cls.env.ref("base.user_admin")
        admin.odoobot_state = "disabled"  # its chat fills a phone
        cls.env = cls.env(context=dict(cls.env.context, lang=admin.lang))  # who types it all
        cls.network.write(
            {
                "name": "Red Textil del Sur (ficticia)",
                "manager_id": admin.id,
                "advance_limit": 2000,
            }
        )
        cls.partner_b.name = "Confecciones Rosales (ficticia)"
        cls.partner_c.name = "Tejidos Huanca (ficticia)"
        cls.members.partner_id.lang = admin.lang  # of their statements
        cls.grade = cls.env["business.network.grade"].create(
            {"name": "Segunda", "price_factor": 0.8}
        )
        cls._trade()
        cls._lend()
        cls.settlement = cls._settle_march()
        cls._go_on()
        cls._document_apart()
        cls.env.flush_all()

    # -- builders ------------------------------------------------------------------------------

    @classmethod
    def _create_order(cls, model, network, amount, quantity=100):
        sale = model == "sale.order"
        product = cls.env["product.product"].create(
            {
                "name": "Casaca" if sale else "Tela de algodón",
                "type": "service",
                "invoice_policy": "delivery" if network == cls.network else "order",
            }
        )
        tax = cls.vat_sale if sale else cls.vat_purchase
        order = cls.env[model].create(
            {
                "partner_id": (cls.customer if sale else cls.supplier).id,
                "network_id": network.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty" if sale else "product_qty": quantity,
                            "price_unit": amount,
                            "tax_ids": [Command.set(tax.ids)],
                        }
                    )
                ],
            }
        )
        order.action_allocate_by_weights()
        (order.action_confirm if sale else order.button_confirm)()
        return order

    @classmethod
    def _deliver(cls, allocation, quantity, **vals):
        delivery = cls.env["business.network.delivery"].create(
            {
                "allocation_id": allocation.id,
                "quantity": quantity,
                "date": "2026-03-12",
                **vals,
            }
        )
        delivery.action_done()
        return delivery

    @classmethod
    def _trade(cls):
        cls.sale_order = cls._create_order("sale.order", cls.network, 80)
        allocations = cls.sale_order.order_line.allocation_ids
        cls._deliver(allocations[0], 40)
        cls._deliver(allocations[1], 20, grade_id=cls.grade.id)
        cls._deliver(allocations[1], 10, rejected_quantity=2, reason="Costuras abiertas")
        cls.purchase_order = cls._create_order("purchase.order", cls.network, 12)
        cls._deliver(cls.purchase_order.order_line.allocation_ids[0], 40)
        cls._deliver(cls.purchase_order.order_line.allocation_ids[1], 30)
        cls.invoice = cls._create_document("out_invoice", [10000])
        cls.bill = cls._create_document("in_invoice", [4000])

    @classmethod
    def _lend(cls):
        cls._post_opening()
        cls.advance = cls._pay_advance(500, "2026-03-10", "Hilo para el pedido de marzo")
        cls.call = cls.env["business.network.cash.call"].create(
            {
                "network_id": cls.network.id,
                "purpose": "Máquinas de coser",
                "amount": 3000,
                "date": "2026-03-02",
                "date_due": "2026-03-20",
            }
        )
        cls.call.action_call()
        lines = cls.call.line_ids.filtered("amount_open")
        cls.call.collect(
            {lines[0]: lines[0].amount_open, lines[1]: 300}, cls.bank, cls._date("2026-03-05")
        )

    @classmethod
    def _post_opening(cls):
        cls.env["business.network.opening"].create(
            {
                "network_id": cls.network.id,
                "date": "2026-03-01",
                "line_ids": [
                    Command.create({"member_id": cls.member_b.id, "owed_to": 120.5}),
                    Command.create({"member_id": cls.member_c.id, "owed_by": 30}),
                ],
            }
        ).post()

    @classmethod
    def _pay_advance(cls, amount, date, note):
        return (
            cls.env["business.network.advance"]
            .create(
                {
                    "member_id": cls.member_b.id,
                    "amount": amount,
                    "journal_id": cls.bank.id,
                    "date": date,
                    "note": note,
                }
            )
            .pay()
        )

    @classmethod
    def _settle_march(cls):
        settlement = cls.env["business.network.settlement"].create(
            {"network_id": cls.network.id, "date_to": "2026-03-31"}
        )
        settlement.action_compute()
        settlement.action_approve()
        settlement.action_post()
        return settlement

    @classmethod
    def _go_on(cls):
        """April: a sale, an advance that stays open, a settlement that is only computed."""
        cls.second_advance = cls._pay_advance(350, "2026-03-28", "Pasajes a la feria")
        cls.late_invoice = cls._create_document("out_invoice", [2500], date="2026-04-08")
        cls.draft_invoice = cls._create_document(
            "out_invoice", [900], post=False, date="2026-04-20"
        )
        cls.open_settlement = cls.env["business.network.settlement"].create(
            {"network_id": cls.network.id, "date_to": "2026-04-30"}
        )
        cls.open_settlement.action_compute()
        cls.redistribution = cls.env["business.network.redistribution"].create(
            {
                "network_id": cls.network.id,
                "agreement_id": cls.agreement.id,
                "date": "2026-04-30",
                "reason": "Acta 12: los porcentajes se copiaron mal",
            }
        )

    @classmethod
    def _document_apart(cls):
        cls.apart = cls._create_network(
            "Consorcio Valle Sagrado (ficticio)",
            "red_empresarial.operating_form_consortium_members",
        )
        members = cls._create_members(cls.apart, [cls.partner_a, cls.partner_b, cls.partner_c])
        cls._create_agreement(cls.apart, members, (1, 1, 1))
        cls.apart_order = cls._create_order("sale.order", cls.apart, 90)
        cls.apart_order.action_make_memorandum()
        cls.apart_settlement = cls.env["business.network.settlement"].create(
            {"network_id": cls.apart.id}
        )
        cls.apart_settlement.action_compute()
        cls.apart_settlement.action_approve()
        cls.apart_settlement.action_post()
        cls.apart_settlement.invoicing_order_ids[0].declare("E001-15", cls.apart_settlement.date_to)
