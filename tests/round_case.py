"""Base class of the tests of joint purchase rounds: three members who need linen together."""

from datetime import timedelta

from odoo import Command, fields

from tests.common import NetworkCase


class RoundCase(NetworkCase):
    """Sheets (bought by the unit) and soap (by the kilo), asked by the members of Red ABC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.units = cls.env.ref("uom.product_uom_unit")
        cls.dozens = cls.env.ref("uom.product_uom_dozen")
        cls.dozens.active = True  # as for users who work with several units
        cls.kilos = cls.env.ref("uom.product_uom_kgm")
        cls.sheets = cls._create_product("Sábana", cls.units)
        cls.soap = cls._create_product("Jabón", cls.kilos)
        cls.today = fields.Date.context_today(cls.network)

    @classmethod
    def _create_product(cls, name, uom=None, **vals):
        return cls.env["product.product"].create(
            {
                "name": name,
                "type": "consu",
                "purchase_method": "purchase",
                "uom_id": (uom or cls.env.ref("uom.product_uom_unit")).id,
                **vals,
            }
        )

    @classmethod
    def _create_round(cls, products=None, network=None, state="open", **vals):
        """A round of ``network``; ``products`` is ``{product: values of its catalogue line}``."""
        products = {cls.sheets: {}, cls.soap: {}} if products is None else products
        purchase_round = cls.env["business.network.purchase.round"].create(
            {
                "title": "Ropa de cama",
                "network_id": (network or cls.network).id,
                "date_open": cls.today,
                "date_close": cls.today + timedelta(days=7),
                "product_ids": [
                    Command.create({"product_id": product.id, **line})
                    for product, line in products.items()
                ],
                **vals,
            }
        )
        if state != "draft":
            purchase_round.action_open()
        if state == "closed":
            purchase_round.action_close()
        return purchase_round

    @classmethod
    def _create_request(cls, purchase_round, member, quantities, send=True, **vals):
        """What ``member`` asks: ``{product: quantity, (quantity, up to) or values}``."""
        catalogue = purchase_round.product_ids.grouped("product_id")
        request = cls.env["business.network.purchase.request"].create(
            {
                "round_id": purchase_round.id,
                "member_id": member.id,
                "line_ids": [
                    Command.create(
                        {
                            "round_product_id": catalogue[product].id,
                            **cls._prepare_quantity(asked),
                        }
                    )
                    for product, asked in quantities.items()
                ],
                **vals,
            }
        )
        if send:
            request.action_send()
        return request

    @staticmethod
    def _prepare_quantity(asked):
        if isinstance(asked, dict):
            return asked
        quantity, maximum = asked if isinstance(asked, tuple) else (asked, 0)
        return {"quantity": quantity, "maximum_quantity": maximum}

    @classmethod
    def _create_requests(cls, purchase_round, product, quantities, send=True):
        """One request of ``product`` per member in order, those who ask nothing left out."""
        return cls.env["business.network.purchase.request"].union(
            *(
                cls._create_request(purchase_round, member, {product: asked}, send)
                for member, asked in zip(cls.members, quantities, strict=False)
                if asked
            )
        )

    def _allotted(self, purchase_round, product):
        """What each member was allotted of ``product``, in the members' order."""
        lines = purchase_round.request_ids.line_ids.filtered(
            lambda line: line.product_id == product
        )
        return [
            sum(
                lines.filtered(lambda line, member=member: line.member_id == member).mapped(
                    "allotted_quantity"
                )
            )
            for member in self.members
        ]
