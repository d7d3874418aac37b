"""Two levels whose networks are of other kinds: members' own documents, suppliers, currencies."""

from tests.rounds.tiers_case import TiersCase


class TwoSuppliersCase(TiersCase):
    """Sheets from one supplier, soap from another, and a carrier that brings both."""

    def set_up_once(self):
        super().set_up_once()
        self.soap.uom_id = self.units
        self.soap_maker = self._create_partner("Jabonera SAC", "20100070970")
        self.carrier = self._create_partner("Transportes SAC", "20331066703")
        self._open({self.sheets: {}, self.soap: {}})
        for child, sheets, soap in (
            (self.own, (5, 4, 1), (3, 0, 0)),
            (self.far, (6, 3, 1), (0, 5, 2)),
        ):
            members = self.members if child == self.own else self.north_members
            for member, *quantities in zip(members, sheets, soap, strict=True):
                asked = dict(zip((self.sheets, self.soap), quantities, strict=True))
                self._create_request(child, member, {p: q for p, q in asked.items() if q})
        self.round.action_close()
        # 20 sheets at 20.01 and 7.00 of freight, 10 pieces of soap at 3.33; all brought for 9.00
        self._order_from(
            {
                self.supplier: ({self.sheets: 20.01, self.soap: 5}, 7),
                self.soap_maker: ({self.sheets: 25, self.soap: 3.33}, 0),
            },
            carrier=(self.carrier, 9),
        )
        self._receive()

    def _shares_of_north(self, moves, kind="expense"):
        rows = moves.distribution_ids.filtered(lambda row: row.kind == kind)
        return [
            round(-sum(rows.filtered(lambda r, m=m: r.member_id == m).mapped("amount")), 2)
            for m in self.north_members
        ]

    def _amounts(self):
        """``{supplier: net amount}`` of the orders in the books of Red Norte."""
        return {order.partner_id: order.amount_untaxed for order in self.far._get_orders()}


class TestMemberBooks(TwoSuppliersCase):
    """Consortia without operator at both levels: suppliers invoice the members by themselves."""

    union_form = "red_empresarial.operating_form_consortium_members"
    north_form = "red_empresarial.operating_form_consortium_members"

    def set_up_once(self):
        super().set_up_once()
        self.round.action_make_memoranda()
        self.round.action_distribute()

    def test_each_supplier_charges_the_network_its_part(self):
        self.assertEqual(self.round.state, "distributed")
        # of sheets 10 of 20, of soap 7 of 10; the carrier by their value: 223.41 of 433.50
        self.assertEqual(
            self._amounts(), {self.supplier: 203.6, self.soap_maker: 23.31, self.carrier: 4.64}
        )
        parts = self.round._get_bills().distribution_ids.filtered(
            lambda row: row.kind == "expense" and row.member_id == self.union_members[1]
        )
        self.assertEqual(round(-sum(parts.mapped("amount")), 2), 231.55)

    def test_no_bill_is_made_and_the_members_share_it_off_the_balance(self):
        self.assertFalse(self.far._get_bills())
        self.assertEqual(self.far.state, "received")
        self.far.action_make_memoranda()
        entries = self.far._get_bills()
        self.assertEqual(entries.company_id, self.second)
        self.assertEqual(set(entries.line_ids.account_id.mapped("account_type")), {"off_balance"})
        self.assertEqual(sum(self._shares_of_north(entries)), 231.55)
        sheets = entries.filtered(lambda move: move.partner_id == self.supplier)
        self.assertEqual(self._shares_of_north(sheets), [122.16, 61.08, 20.36])
        soap = entries.filtered(lambda move: move.partner_id == self.soap_maker)
        self.assertEqual(self._shares_of_north(soap), [0, 16.65, 6.66])
        self.far.action_distribute()
        self.assertEqual(self.far.state, "distributed")

    def test_twice_makes_one_order_for_each_supplier(self):
        orders = self.far._get_orders()
        self.far.action_take_documents()
        self.assertEqual(self.far._get_orders(), orders)
        self.round.action_reopen_distributed()
        self.assertEqual(set(orders.mapped("state")), {"cancel"})
        self.round.action_distribute()
        self.assertEqual(
            self._amounts(), {self.supplier: 203.6, self.soap_maker: 23.31, self.carrier: 4.64}
        )


class TestPrincipalAboveMemberBelow(TwoSuppliersCase):
    """A leader buys; the members of the network below are invoiced by themselves."""

    north_form = "red_empresarial.operating_form_consortium_members"

    def test_the_leader_is_the_only_supplier_below(self):
        self._distribute()
        invoice = self.round._get_member_invoices().filtered(
            lambda move: move.network_member_id == self.union_members[1]
        )
        self.assertEqual(self._amounts(), {self.company.partner_id: invoice.amount_untaxed})
        self.far.action_make_memoranda()
        self.assertEqual(
            round(sum(self._shares_of_north(self.far._get_bills())), 2), invoice.amount_untaxed
        )


class TestPrincipalBooks(TwoSuppliersCase):
    """A leader at both levels: one invoice above for what two suppliers and a carrier bill."""

    def test_one_invoice_carries_every_suppliers_part_to_the_cent(self):
        bills = self._distribute()
        self.assertEqual(len(bills), 3)
        invoice = self.round._get_member_invoices().filtered(
            lambda move: move.network_member_id == self.union_members[1]
        )
        cost = sum(
            bills.distribution_ids.filtered(
                lambda row: row.kind == "expense" and row.member_id == self.union_members[1]
            ).mapped("amount")
        )
        self.assertEqual(invoice.amount_untaxed, round(-cost, 2))
        bill = self.far._get_bills()
        self.assertEqual(bill.partner_id, self.company.partner_id)
        self.assertEqual(bill.amount_untaxed, invoice.amount_untaxed)
        self._post_bills(self.far)
        self.assertEqual(round(sum(self._shares_of_north(bill)), 2), invoice.amount_untaxed)


class TestAttributionBooks(TwoSuppliersCase):
    """An operator at both levels: one annex below weighs what two suppliers and a carrier bring."""

    union_form = "red_empresarial.operating_form_consortium_operator"
    north_form = "red_empresarial.operating_form_consortium_operator"

    def test_the_annex_below_weighs_all_goods_and_freight(self):
        bills = self._distribute()
        cost = sum(
            bills.distribution_ids.filtered(
                lambda row: row.kind == "expense" and row.member_id == self.union_members[1]
            ).mapped("amount")
        )
        bill = self._post_bills(self.far)
        self.assertEqual(bill.amount_untaxed, round(-cost, 2))
        self.assertEqual(
            [round(100 * share) for share in self._shares_of_north(bill)],
            self.far.annex_id.line_ids.mapped("expense_weight"),
        )


class TestCurrencies(TiersCase):
    """Red Norte keeps its books in dollars, the network of networks in soles."""

    def set_up_once(self):
        super().set_up_once()
        self.dollar = self.env.ref("base.USD")
        self.dollar.active = True
        self.second.currency_id = self.dollar
        self._open({self.sheets: {"expected_price": 20}})
        self._ask(self.own, self.sheets, (5, 4, 1))
        self._ask(self.far, self.sheets, (6, 3, 1))
        self.round.action_close()
        self.env["business.network.reference.price"].create(
            {
                "network_id": self.north.id,
                "member_id": self.north_members[0].id,
                "product_id": self.sheets.id,
                "date": self.today,
                "price_unit": 10,
                "currency_id": self.dollar.id,
                "source": "declared",
            }
        )

    def _set_rate(self):
        """A sol is a quarter of a dollar in the books of Red Norte."""
        self.env["res.currency.rate"].create(
            {
                "currency_id": self.company.currency_id.id,
                "company_id": self.second.id,
                "name": "2026-01-01",
                "inverse_company_rate": 0.25,
            }
        )

    def test_the_bill_is_in_the_currency_of_who_charges(self):
        self._set_rate()
        self._order({self.sheets: 20.01}, freight=7)
        self._receive()
        self._distribute()
        self.assertEqual(self.north.currency_id, self.dollar)
        self.assertEqual(self.far.product_ids.expected_price, 0)
        bill = self.far._get_bills()
        self.assertEqual(bill.currency_id, self.company.currency_id)
        # 200.10 and 3.50 of freight
        self.assertEqual(bill.amount_untaxed, 203.6)
        self._post_bills(self.far)
        rows = bill.distribution_ids.filtered(lambda row: row.kind == "expense")
        by_member = rows.grouped("member_id")
        self.assertEqual(
            [
                (
                    round(-sum(by_member[member].mapped("amount_currency")), 2),
                    round(-sum(by_member[member].mapped("amount")), 2),
                )
                for member in self.north_members
            ],
            [(122.16, 30.54), (61.08, 15.27), (20.36, 5.09)],
        )
        saved = self.env["business.network.purchase.saving"].search(
            [("round_id", "=", self.far.id), ("member_id", "=", self.north_members[0].id)]
        )
        # six sheets at 10 dollars, 40 soles, alone
        self.assertEqual(sum(saved.mapped("reference_amount")), 240)
        self.assertEqual(round(sum(saved.mapped("saving")), 2), 117.84)
        self.far.action_invoice_members().action_post()
        self.far.action_distribute()
        self.assertEqual(self.far.state, "distributed")

    def test_a_missing_rate_stops_nothing_above_and_is_named_below(self):
        self._order({self.sheets: 20.01})
        self._receive()
        self._distribute()
        self.assertEqual(self.round.state, "distributed")
        self.assertFalse(self.far._get_orders())
        self.assertRegex(str(self.far.activity_ids.mapped("note")), "PEN.*no rate")
        self._set_rate()
        self.far.action_take_documents()
        self.assertEqual(self.far._get_bills().amount_untaxed, 200.1)
