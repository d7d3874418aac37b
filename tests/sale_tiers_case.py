"""Base class of the tests of joint sales over two tiers: networks in one company and apart.

The network of networks and Red ABC are kept in the main company; Red Norte has a company of its own
with the Peruvian chart and its operator among its members.
"""

from odoo import Command
from odoo.exceptions import UserError

from tests.allocation_case import AllocationCase


class SaleTiersCase(AllocationCase):
    union_form = "red_empresarial.operating_form_leader"
    north_form = "red_empresarial.operating_form_leader"
    day = "2026-03-10 12:00:00"

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
        cls.network.leader_id = cls.partner_b
        cls.union = cls._create_network("Central de redes", cls.union_form, tier="second")
        cls.union_members = cls._join(cls.network, cls.north)
        cls.union_members[0].partner_id = cls.partner_b
        cls.union.fund_account_id = cls.env["account.account"].search(
            [("account_type", "=", "liability_current"), ("company_ids", "in", cls.company.ids)],
            limit=1,
        )
        cls._create_agreement(cls.union, cls.union_members, (60, 40))

    def set_up_once(self):
        super().set_up_once()
        self.product.taxes_id = [Command.set(self.vat_sale.ids)]

    @classmethod
    def _create_north(cls):
        apart = cls.env(context={**cls.env.context, "allowed_company_ids": cls.second.ids})
        network = apart["business.network"].create(
            {
                "name": "Red Norte",
                "operating_form_id": cls.env.ref(cls.north_form).id,
                "company_id": cls.second.id,
            }
        )
        return network.with_env(cls.env)

    @classmethod
    def _join(cls, *networks):
        return cls.env["business.network.member"].create(
            [
                {
                    "network_id": cls.union.id,
                    "sub_network_id": network.id,
                    "date_from": "2026-01-01",
                    "sequence": number,
                }
                for number, network in enumerate(networks)
            ]
        )

    def _assert_refused(self, pattern, function):
        """``function`` raises what the pattern says, and leaves nothing behind."""
        with self.assertRaisesRegex(UserError, pattern), self.env.cr.savepoint():
            function()
        self.env.invalidate_all()

    # -- the two levels --------------------------------------------------------------------------

    def _sell(self, quantities, confirm=True, **vals):
        """An order of the union; ``quantities`` by its members."""
        order = self._order(quantity=sum(quantities), **vals)
        order.write({"network_id": self.union.id, "date_order": self.day})
        self.env["business.network.allocation"].create(
            [
                {
                    "sale_line_id": order.order_line.id,
                    "member_id": member.id,
                    "quantity": quantity,
                }
                for member, quantity in zip(self.union_members, quantities, strict=True)
                if quantity
            ]
        )
        if confirm:
            self._confirm(order)
        return order

    def _confirm(self, order):
        """Confirm on the day of the tests, which Odoo would set to now."""
        day = self.day
        self.patch(
            type(order),
            "_prepare_confirmation_values",
            lambda orders: {"state": "sale", "date_order": day},
        )
        order.action_confirm()

    def _part(self, order, network):
        """The order of a network for its part of ``order``."""
        return order.network_child_order_ids.filtered(
            lambda part: part.network_id == network and part.state != "cancel"
        )

    def _quantities(self, order, field="quantity"):
        """What each member of the order's network has of it, in their order."""
        members = order.network_id.member_ids.sorted(lambda m: (m.sequence, m.id))
        return [
            sum(
                order.order_line.allocation_ids.filtered(lambda a, m=m: a.member_id == m).mapped(
                    field
                )
            )
            for m in members
        ]

    def _deliver(self, order, quantities, date="2026-03-12"):
        """Deliver of the first line of an order what each of its members hands over."""
        members = order.network_id.member_ids.sorted(lambda m: (m.sequence, m.id))
        allocations = order.order_line.allocation_ids.grouped("member_id")
        return self.env["business.network.delivery"].create(
            [
                {
                    "allocation_id": allocations[member].id,
                    "quantity": quantity,
                    "date": date,
                    "state": "done",
                }
                for member, quantity in zip(members, quantities, strict=True)
                if quantity
            ]
        )

    def _settle_union(self, post=True, date_to="2026-03-31"):
        """Compute, approve and post the union's settlement; number the invoices it gets."""
        settlement = self._create_settlement(network=self.union, date_to=date_to)
        settlement.action_compute()
        settlement.action_approve()
        if post:
            self._post_settlement(settlement)
        return settlement

    def _post_settlement(self, settlement):
        for number, line in enumerate(settlement.line_ids, start=1):
            line.document_number = line.document_number or f"E001-{line.id * 100 + number:08d}"
        settlement.action_post()

    def _document(self, settlement, network):
        return settlement.network_document_ids.filtered(lambda move: move.network_id == network)

    def _member_amounts(self, move):
        """``{member: amount}`` of the rows of a document."""
        amounts = {}
        for row in move.distribution_ids:
            amounts[row.member_id] = round(amounts.get(row.member_id, 0) + row.amount, 2)
        return amounts
