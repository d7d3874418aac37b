"""The campaign plays, its figures are those worked out by hand, and a second run adds nothing."""

import json

from odoo.addons.red_empresarial_campaign.campaign import checks, run
from odoo.addons.red_empresarial_campaign.campaign.checks import take_inventory
from odoo.addons.red_empresarial_campaign.campaign.tables import Table, render
from odoo.tests import TransactionCase, tagged

# What each check of the purchase rounds must notice, done behind the back of the models.
SPOILED = {
    "rounds_compare_three_suppliers": """
        UPDATE business_network_purchase_round SET choice_reason = NULL""",
    "members_get_what_they_asked": """
        UPDATE business_network_delivery SET quantity = quantity - 1
         WHERE id = (SELECT MAX(delivery.id) FROM business_network_delivery delivery
                       JOIN business_network_allocation allocation
                         ON allocation.id = delivery.allocation_id
                      WHERE allocation.purchase_line_id IS NOT NULL)""",
    "annexes_are_filed_before_the_bill": """
        UPDATE business_network_agreement SET filing_date = '2026-03-06'
         WHERE parent_id IS NOT NULL""",
    "annexes_weigh_the_landed_cost": """
        UPDATE business_network_agreement_line SET expense_weight = expense_weight + 100
         WHERE agreement_id IN (
               SELECT id FROM business_network_agreement WHERE parent_id IS NOT NULL)""",
    "round_bills_follow_their_annex": """
        UPDATE business_network_distribution SET amount = amount - 0.02
         WHERE id = (SELECT MIN(row.id) FROM business_network_distribution row
                       JOIN account_move move ON move.id = row.move_id
                      WHERE move.network_round_id IS NOT NULL AND row.kind = 'input_tax')""",
    "savings_are_what_the_books_say": """
        UPDATE business_network_purchase_reference SET price_unit = price_unit + 1""",
}


@tagged("post_install", "-at_install", "standard")
class TestCampaign(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lines = []
        cls.season = run(cls.env, cls.lines.append)
        cls.networks = cls.season["networks"]

    def _accounts(self, company):
        """Balance by the first digits of the account's code."""
        return {
            account["code"].rstrip("0"): account["balance"]
            for account in self.season["trial_balances"][company]
        }

    def _settlement_lines(self, network):
        (settlement,) = self.networks[network]["settlements"]
        self.assertEqual(settlement["state"], "paid")
        return {line["member"]: line for line in settlement["lines"]}

    def test_every_invariant_holds(self):
        self.assertGreaterEqual(len(self.season["checks"]), 8)
        self.assertEqual(
            [name for name, holds in self.season["checks"].items() if holds is not True], []
        )

    def test_the_real_networks_are_there(self):
        first = [n for n in self.networks.values() if n["tier"] == "first"]
        second = {name: n for name, n in self.networks.items() if n["tier"] == "second"}
        self.assertEqual(len(first), 20)
        cooperative = self.networks["Pacha Paccareq"]["members"]
        fictitious = [name for name in cooperative if "(persona ficticia)" in name]
        self.assertEqual(len(cooperative) - len(fictitious), 3)
        self.assertEqual(sum(len(n["members"]) for n in first) - len(fictitious), 79)
        self.assertEqual(
            {name: len(n["members"]) for name, n in second.items()},
            {"Red de redes Gamarra": 11, "Red de redes Cusco": 9},
        )

    def _round(self):
        (purchase_round,) = self.networks["Inkas Hotels"]["rounds"]
        self.assertEqual(purchase_round["state"], "distributed")
        return purchase_round

    def _find_round(self):
        return self.env["business.network.purchase.round"].search(
            [("name", "=", self._round()["number"])]
        )

    def test_linen_is_attributed_by_landed_need(self):
        """44,845.58 of goods and 540 of freight + 18 %; each hotel owes what it needed."""
        (bill,) = self.networks["Inkas Hotels"]["documents"]
        self.assertEqual((bill["untaxed"], bill["total"]), (45385.58, 53554.98))
        self.assertTrue(bill["attribution_entry"])
        lines = self._settlement_lines("Inkas Hotels")
        self.assertEqual(
            {member: (line["due"], line["paid"]) for member, line in lines.items()},
            {
                "Inversiones Hoteleras MAPI": (-14838.18, 0.0),
                "Amaru Hostal": (-11811.69, -11811.69),
                "INCARRY": (-8953.96, -8953.96),
                "Inversiones Llipimpac S:CRL": (-7419.08, -7419.08),
                "HOTEL APUS DREAN": (-10532.07, -10532.07),
            },
        )

    def test_the_operator_keeps_its_own_cost_and_tax_only(self):
        """Of the bill 12,574.73, goods and freight together, and 2,263.45 of its tax."""
        accounts = self._accounts("Inversiones Hoteleras MAPI")
        self.assertEqual(accounts["656"], 12425.12)
        self.assertEqual(accounts["63111"], 149.61)
        self.assertEqual(accounts["40111"], 2263.45)
        self.assertEqual(accounts["1699"], 0.0)
        self.assertEqual(accounts["1041001"], 15161.82, "30,000 + 38,716.80 − 53,554.98")

    def test_what_the_hotels_ask_fills_whole_packs(self):
        """214 sheets make 18 packs of 12 since one hotel takes 60 for 58; 640 towels 26 of 25."""
        self.assertEqual(
            [
                (product["requested"], product["pack"], product["ordered"], product["decision"])
                for product in self._round()["products"]
            ],
            [
                (214, 12, 216, "up_within"),
                (108, 6, 108, "exact"),
                (640, 25, 650, "up_within"),
                (216, 10, 220, "up_within"),
            ],
        )
        allotted = self._find_round().request_ids.line_ids.filtered(
            lambda line: line.allotted_quantity != line.quantity
        )
        self.assertEqual(
            [(line.quantity, line.allotted_quantity) for line in allotted.sorted("quantity")],
            [(40, 44), (58, 60), (85, 90), (125, 130)],
        )

    def test_the_dearer_goods_are_cheaper_landed(self):
        """Volume breaks and freight decide; buying the pillows apart is 119 less, so a reason."""
        self.assertEqual(
            {
                quotation["supplier"].partition(" SAC")[0]: (
                    quotation["goods"],
                    quotation["freight"],
                    quotation["landed"],
                    quotation["chosen"],
                )
                for quotation in self._round()["quotations"]
            },
            {
                "Textil Lencera del Sur": (44845.58, 540.0, 45385.58, True),
                "Hilandería del Pacífico": (44265.10, 1380.0, 45645.10, False),
                "Importadora Hotelera Andina": (46379.0, 90.0, 46469.0, False),
            },
        )
        self.assertIn("S/ 119.00", self._round()["reason"])
        body = self._find_round().message_ids.mapped("body")
        self.assertTrue(any("45,645.10" in text for text in body), "the comparison is kept")

    def test_linen_arrives_in_two_deliveries(self):
        """385 of 400 towels are good; each hotel gets its part of them, and the rest later."""
        deliveries = self._find_round().order_ids.order_line.allocation_ids.delivery_ids
        towels = deliveries.filtered(lambda delivery: "Toalla" in delivery.product_id.name)
        by_day = towels.grouped(lambda delivery: delivery.date.isoformat())
        self.assertEqual(
            {
                day: (
                    sum(found.mapped("quantity")),
                    sum(found.mapped("rejected_quantity")),
                    len(found),
                )
                for day, found in by_day.items()
            },
            {"2026-02-27": (400, 15, 5), "2026-03-04": (265, 0, 5)},
        )
        self.assertEqual(
            set(towels.filtered("rejected_quantity").mapped("reason")), {"Bordes descosidos"}
        )

    def test_the_annex_is_filed_before_the_bill(self):
        self.assertEqual(self._round()["annex_filed"], "2026-02-20")
        (bill,) = self.networks["Inkas Hotels"]["documents"]
        self.assertGreater(bill["date"], self._round()["annex_filed"])

    def test_each_hotel_sees_what_it_saved(self):
        """56,058.60 at the prices alone, 45,385.58 together: 19 % less, each hotel its own."""
        savings = self._round()["savings"]
        self.assertEqual(
            {saving["member"]: (saving["alone"], saving["saved"]) for saving in savings},
            {
                "Inversiones Hoteleras MAPI": (15156.0, 2581.27),
                "Amaru Hostal": (12308.0, 2298.09),
                "INCARRY": (9535.6, 1947.50),
                "Inversiones Llipimpac S:CRL": (8103.0, 1815.64),
                "HOTEL APUS DREAN": (10956.0, 2030.52),
            },
        )
        self.assertEqual(round(sum(saving["together"] for saving in savings), 2), 45385.58)
        self.assertIn("10,673.02", "\n".join(self.lines))

    def test_the_checks_of_rounds_notice_what_is_wrong(self):
        networks = self.env["business.network"].search([])
        for name, spoil in SPOILED.items():
            with self.subTest(name):
                savepoint = self.env.cr.savepoint()
                self.env.cr.execute(spoil)
                self.env.invalidate_all(flush=False)
                found = getattr(checks, name)(self.env, networks, networks.company_id)
                savepoint.close(rollback=True)
                self.env.invalidate_all(flush=False)
                self.assertIs(bool(found), False)
                self.assertTrue(getattr(checks, name)(self.env, networks, networks.company_id))

    def test_export_order_in_dollars(self):
        """1,200 + 800 + 1,500 garments for USD 50,610; costs of 1,850 at 40 : 35 : 25."""
        invoice, bill = self.networks["Creart Mod Perú"]["documents"]
        self.assertEqual((invoice["total"], invoice["currency"]), (50610.0, "USD"))
        self.assertEqual((bill["untaxed"], bill["total"]), (1850.0, 2183.0))
        lines = self._settlement_lines("Creart Mod Perú")
        self.assertEqual(
            {member: (line["due"], line["paid"]) for member, line in lines.items()},
            {
                "Angora Sac": (19350.0, 0.0),
                "Cread Mod Peru": (16972.5, 20027.55),
                "Taller Creart Mod Perú 3": (12437.5, 14676.25),
            },
        )

    def test_exchange_differences_of_the_export(self):
        """Loss 30,000 × 0.033; gains 20,610 × 0.018, 2,183 × 0.032 and 34,703.80 × 0.008."""
        accounts = self._accounts("Angora Sac")
        self.assertEqual(accounts["676"], 990.0)
        self.assertEqual(accounts["776"], -(370.98 + 69.86 + 277.63))
        self.assertEqual(accounts["70211"], -186447.24)
        self.assertEqual(accounts["1213"], 0.0)

    def test_the_cooperative_reaches_breakeven_in_june(self):
        milestone = self.networks["Pacha Paccareq"]["milestones"]["breakeven"]
        self.assertEqual(milestone["state"], "verified")
        self.assertEqual(milestone["reached"], "2026-06-30")
        self.assertEqual((milestone["income"], milestone["expense"]), (47518.0, 42792.0))
        self.assertEqual(milestone["entries"], 24)
        self.assertFalse(milestone["stale"])

    def test_the_cooperative_settles_by_cooperative_acts(self):
        """100,342 of sales less 58,388 of costs, by places to receive visitors: 30 of 129 first."""
        lines = self._settlement_lines("Pacha Paccareq")
        self.assertEqual(len(lines), 25)
        self.assertEqual(round(sum(line["due"] for line in lines.values()), 2), 41954.0)
        largest = lines["Asociación de Jóvenes para el desarrollo Cachicata"]
        self.assertAlmostEqual(largest["due"], 41954 * 30 / 129, delta=0.1)
        for line in lines.values():
            self.assertTrue(line["document"].startswith("ACOOP"))
            self.assertEqual(line["paid"], line["due"])

    def test_a_second_run_changes_nothing(self):
        before = take_inventory(self.env)
        again = run(self.env, lambda line: None)
        self.assertEqual(take_inventory(self.env), before)
        for key in ("networks", "trial_balances", "checks"):
            self.assertEqual(again[key], self.season[key])

    def test_the_report_is_for_machines_and_people(self):
        self.assertEqual(json.loads(json.dumps(self.season))["checks"], self.season["checks"])
        text = "\n".join(self.lines)
        for shown in ("F001-00004821", "E001-00000214", "100,342.00", "42.84", "[5/5]"):
            self.assertIn(shown, text)
        self.assertGreaterEqual(set(self.season["elapsed"]), {"linen_purchase", "export_order"})


@tagged("post_install", "-at_install", "standard")
class TestTables(TransactionCase):
    def test_amounts_stand_to_the_right(self):
        table = Table("Pay", ("Member", "Due"), [("Ana", 1250.0), ("Luz", -3.5)], ("", 1246.5))
        self.assertEqual(
            render(table),
            [
                "Pay",
                "Member       Due",
                "────────────────",
                "Ana     1,250.00",
                "Luz        -3.50",
                "────────────────",
                "        1,246.50",
            ],
        )

    def test_long_names_are_cut(self):
        lines = render(Table("Names", ("Name",), [("x" * 80,)]))
        self.assertEqual(len(lines[-1]), 50)
        self.assertTrue(lines[-1].endswith("…"))
