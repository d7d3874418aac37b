"""20,000 pieces over 11 networks and 40 members: planned, sold, delivered, invoiced, shared out."""

from collections import defaultdict

from tests.sale_tiers_case import SaleTiersCase

SIZES = (4, 4, 4, 4, 4, 4, 4, 3, 3, 3, 3)  # members of each of the 11 networks
WEIGHTS = (20, 17, 13, 11, 9, 8, 7, 5, 4, 3, 3)
PIECES = 20_000
PRICE = 12.35


class TestTwoTiersFlow(SaleTiersCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.networks = cls.network | cls.north
        cls.network_members = {
            cls.network: cls.members | cls._create_members(cls.network, cls._partners("ABC", 1)),
            cls.north: cls.north_members,
        }
        for number, size in enumerate(SIZES[2:], start=3):
            cls._create_network_of(number, size)
        cls.north_members |= cls._create_members(cls.north, cls._partners("Norte", 1))
        cls.network_members[cls.north] = cls.north_members
        cls.union_members |= cls._join(*cls.networks[2:])
        for sequence, member in enumerate(cls.union_members):
            member.sequence = sequence

    @classmethod
    def _partners(cls, name, size):
        return [cls._create_partner(f"Taller {name} {number}") for number in range(1, size + 1)]

    @classmethod
    def _create_network_of(cls, number, size):
        partners = cls._partners(f"R{number}", size)
        network = cls._create_network(f"Red {number}", cls.operating_form, leader_id=partners[0].id)
        members = cls._create_members(network, partners)
        cls._create_agreement(network, members, [1] * size)
        cls.network_members[network] = members
        cls.networks |= network

    def _plan(self):
        plan = self.env["business.network.quota.plan"].create(
            {
                "network_id": self.union.id,
                "product_tmpl_id": self.product.product_tmpl_id.id,
                "date_from": "2026-01-01",
                "date_to": "2026-06-30",
                "volume": PIECES,
                "basis": "manual",
                "sub_basis": "equal",
                "agreed_on": "2026-01-10",
                "minute_reference": "Acta 7",
            }
        )
        plan.action_load_members()
        for member, weight in zip(self.union_members, WEIGHTS, strict=True):
            quota = plan.quota_ids.filtered(lambda quota, m=member: quota.member_id == m)
            quota.manual_weight = weight
        plan.action_propose()
        plan.action_agree()
        plan.action_run()
        return plan

    def _order_of_union(self):
        order = self._order(quantity=PIECES, price=PRICE)
        order.write({"network_id": self.union.id, "date_order": self.day})
        order.share_out("quota")
        self._confirm(order)
        return order

    def _check_plan(self, plan):
        top = plan.quota_ids.filtered(lambda quota: quota.level == 1)
        below = plan.quota_ids - top
        self.assertEqual((len(top), len(below)), (11, 40))
        self.assertEqual(sum(top.mapped("units")), PIECES)
        for quota in top:
            self.assertEqual(sum(quota.child_ids.mapped("units")), quota.units)
        return top, below

    def _check_parts(self, order, parts):
        self.assertEqual(len(parts), 11)
        self.assertEqual(len(parts.order_line.allocation_ids), 40)
        for part in parts:
            allocation = order.order_line.allocation_ids.filtered(
                lambda a, p=part: a.member_id == p.network_parent_member_id
            )
            self.assertEqual(part.order_line.product_uom_qty, allocation.quantity)
            self.assertEqual(
                sum(part.order_line.allocation_ids.mapped("quantity")), allocation.quantity
            )

    def _deliver_parts(self, parts):
        """Everybody delivers twice; one lot of each fourth member is rejected in part."""
        deliveries = []
        for number, allocation in enumerate(parts.order_line.allocation_ids):
            first = allocation.quantity // 2
            rejected = 3 if number % 4 == 0 else 0
            deliveries += [
                {
                    "allocation_id": allocation.id,
                    "date": "2026-03-12",
                    "quantity": first,
                    "rejected_quantity": rejected,
                    "reason": rejected and "Costura",
                    "state": "done",
                },
                {
                    "allocation_id": allocation.id,
                    "date": "2026-03-14",
                    "quantity": allocation.quantity - first,
                    "state": "done",
                },
            ]
        self.env["business.network.delivery"].create(deliveries)

    def test_the_way_of_20000_pieces_down_to_40_members(self):
        plan = self._plan()
        top, below = self._check_plan(plan)
        order = self._order_of_union()
        self.assertEqual(sum(order.order_line.allocation_ids.mapped("quantity")), PIECES)
        self.assertEqual(set(top.mapped("remaining_units")), {0})
        self.assertEqual(below.mapped("consumed_units"), [0] * 40)

        parts = order.network_child_order_ids
        self._check_parts(order, parts)
        parts.action_confirm()
        self.assertEqual(set(below.mapped("remaining_units")), {0})
        self._deliver_parts(parts)
        accepted = PIECES - 30
        self.assertEqual(order.order_line.qty_delivered, accepted)
        self.assertEqual(sum(parts.order_line.mapped("qty_delivered")), accepted)

        invoice = self._invoice(order)
        total = round(accepted * PRICE, 2)
        self.assertEqual(invoice.amount_untaxed, total)
        self.assertEqual(round(sum(invoice.distribution_ids.mapped("amount")), 2), total)
        self.assertEqual(len(invoice.distribution_ids), 11)

        settlement = self._settle_union()
        documents = settlement.network_document_ids
        self.assertEqual(len(documents), 11)
        self.assertEqual(
            documents.filtered(lambda m: m.move_type == "out_invoice").network_id, self.north
        )
        documents.action_post()
        by_network = defaultdict(float)
        for row in documents.distribution_ids:
            by_network[row.network_id] += row.amount
        for row in invoice.distribution_ids:
            network = row.member_id.sub_network_id
            self.assertEqual(round(by_network[network], 2), row.amount, network.name)
        self.assertEqual(round(sum(by_network.values()), 2), total)
        self.assertEqual(len(documents.distribution_ids.member_id), 40)
        self._check_pay(documents)
        self._check_settlements_below(total)

    def _check_pay(self, documents):
        """Each member earns what it had accepted, to the cent."""
        for document in documents:
            for row in document.distribution_ids:
                accepted = sum(
                    self.env["business.network.delivery"]
                    .search([("member_id", "=", row.member_id.id)])
                    .mapped("accepted_quantity")
                )
                self.assertLessEqual(abs(row.amount - accepted * PRICE), 0.01 + 1e-6)

    def _check_settlements_below(self, total):
        due = 0
        for network in self.networks:
            settlement = (
                self.env["business.network.settlement"]
                .with_company(network.company_id)
                .create({"network_id": network.id, "date_to": "2026-03-31"})
            )
            settlement.action_compute()
            due += settlement.amount_total
        self.assertEqual(round(due, 2), total)
