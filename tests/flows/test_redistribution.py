"""Shares corrected retroactively: wrong ones taken back, right ones given, nothing changed."""

from odoo.exceptions import UserError, ValidationError

from tests.common import NetworkCase


class RedistributionCase(NetworkCase):
    def _correct(self, revenue, expense=None, agreement=None, date="2026-04-15"):
        """A redistribution of ``agreement`` with other weights, applied."""
        redistribution = self.env["business.network.redistribution"].create(
            {
                "network_id": self.network.id,
                "agreement_id": (agreement or self.agreement).id,
                "date": date,
                "reason": "Acta 12: los porcentajes se copiaron mal",
            }
        )
        redistribution.action_prepare_version()
        lines = redistribution.corrected_agreement_id.line_ids.sorted("sequence")
        for line, weight, cost in zip(lines, revenue, expense or revenue, strict=True):
            line.write({"revenue_weight": weight, "expense_weight": cost})
        redistribution.action_apply()
        return redistribution

    def _payable(self, partner):
        return -self._balance(self.network.member_payable_account_id, partner)


class TestUnsettled(RedistributionCase):
    def test_a_sale_is_shared_out_again_and_the_entry_books_the_difference(self):
        invoice = self._create_document("out_invoice", [100000])
        redistribution = self._correct((50, 30, 20))
        self.assertEqual(self._shares(invoice), [50000, 30000, 20000])
        self.assertEqual(self._payable(self.partner_b), 30000)
        self.assertEqual(self._payable(self.partner_c), 20000)
        income = invoice.invoice_line_ids.account_id
        self.assertEqual(self._balance(income), -50000, "the operator's own part grew")
        self.assertEqual(redistribution.line_ids.mapped("state"), ["corrected"])
        self.assertEqual(invoice.attribution_move_ids.state, "posted", "the first one stays")

    def test_a_purchase_takes_the_input_tax_along(self):
        bill = self._create_document("in_invoice", [60000])
        self._correct((40, 35, 25), (50, 30, 20))
        self.assertEqual(self._shares(bill, kind="expense"), [-30000, -18000, -12000])
        self.assertEqual(self._shares(bill, kind="input_tax"), [-5400, -3240, -2160])
        self.assertEqual(self._tax_balance(self.vat_purchase), 5400)
        self.assertEqual(self._tax_base_balance(self.vat_purchase), 30000)
        self.assertEqual(
            self._balance(self.network.member_receivable_account_id, self.partner_b), 21240
        )

    def test_the_next_settlement_pays_the_right_shares(self):
        self._create_document("out_invoice", [100000])
        self._create_document("in_invoice", [60000])
        self._correct((50, 30, 20))
        settlement = self._settle(date_to="2026-04-30")
        payments = settlement.pay_members(self.bank, self._date("2026-05-02"))
        self.assertEqual(sorted(payments.mapped("amount")), [20000 - 14160, 30000 - 21240])
        self.assertEqual(settlement.state, "paid")
        for partner in (self.partner_b, self.partner_c):
            self.assertEqual(self._payable(partner), 0)

    def test_a_credit_note_follows_the_corrected_shares(self):
        invoice = self._create_document("out_invoice", [100.01])
        early = self._refund(invoice, 50)
        self._correct((1, 1, 1))
        late = self._refund(invoice, 50.01, date="2026-04-20")
        for member in self.members:
            rows = (invoice | early | late).distribution_ids.filtered(
                lambda row, member=member: row.member_id == member
            )
            self.assertAlmostEqual(sum(rows.mapped("amount")), 0, 2, member.display_name)

    def test_what_does_not_change_is_left_alone(self):
        self._create_document("out_invoice", [100])
        redistribution = self._correct((80, 70, 50), (40, 35, 25))
        self.assertFalse(redistribution.line_ids, "twice the weights are the same shares")

    def test_a_second_correction_corrects_the_first(self):
        invoice = self._create_document("out_invoice", [90000])
        first = self._correct((1, 0, 0))
        self._correct((1, 1, 1), agreement=first.corrected_agreement_id)
        self.assertEqual(self._shares(invoice), [30000, 30000, 30000])
        self.assertEqual(self._payable(self.partner_b), 30000)

    def test_the_right_version_takes_the_whole_time_of_the_wrong_one(self):
        redistribution = self._correct((1, 1, 1))
        right = redistribution.corrected_agreement_id
        self.assertEqual((right.date_from, right.state), (self.agreement.date_from, "in_force"))
        self.assertEqual(self.agreement.state, "corrected")
        invoice = self._create_document("out_invoice", [300])
        self.assertEqual(self._shares(invoice), [100, 100, 100])


class TestSettled(RedistributionCase):
    def test_a_difference_is_proposed_and_books_only_when_accepted(self):
        invoice = self._create_document("out_invoice", [1000])
        settlement = self._settle()
        settlement.pay_members(self.bank, self._date("2026-04-02"))
        redistribution = self._correct((50, 30, 20))
        self.assertEqual(redistribution.proposed_count, 1)
        self.assertIn("Taller B", redistribution.line_ids.difference)
        self.assertEqual(self._shares(invoice), [400, 350, 250])
        redistribution.action_accept_all()
        self.assertEqual(self._shares(invoice), [500, 300, 200])
        self.assertEqual(self._payable(self.partner_b), -50, "it was paid 50 too much")
        self.assertEqual(settlement.state, "paid")

    def test_the_next_settlement_takes_the_difference(self):
        self._create_document("out_invoice", [1000])
        self._settle().pay_members(self.bank, self._date("2026-04-02"))
        self._correct((50, 30, 20)).action_accept_all()
        self._create_document("out_invoice", [1000], date="2026-04-20")
        settlement = self._settle(date_to="2026-04-30")
        self.assertEqual(settlement.line_ids.mapped("amount_due"), [600, 250, 150])
        payments = settlement.pay_members(self.bank, self._date("2026-05-02"))
        self.assertEqual(sorted(payments.mapped("amount")), [150, 250])
        self.assertEqual(self._payable(self.partner_b), 0)

    def test_a_credit_note_waits_for_the_invoice_it_follows(self):
        invoice = self._create_document("out_invoice", [1000])
        self._settle()
        refund = self._refund(invoice, date="2026-04-05")
        redistribution = self._correct((50, 30, 20))
        lines = redistribution.line_ids
        self.assertEqual(lines.mapped("state"), ["proposed", "proposed"])
        follower = lines.filtered(lambda line: line.move_id == refund)
        with self.assertRaisesRegex(UserError, f"{invoice.name} first"):
            follower.action_accept()
        redistribution.action_accept_all()
        rows = (invoice | refund).distribution_ids
        for member in self.members:
            own = rows.filtered(lambda row, member=member: row.member_id == member)
            self.assertEqual(sum(own.mapped("amount")), 0, member.display_name)

    def test_accepting_twice_books_once(self):
        self._create_document("out_invoice", [1000])
        self._settle()
        redistribution = self._correct((50, 30, 20))
        redistribution.line_ids.action_accept()
        entry = redistribution.line_ids.entry_id
        redistribution.line_ids.action_accept()
        self.assertEqual(redistribution.line_ids.entry_id, entry)
        self.assertEqual(self._payable(self.partner_b), 300)


class TestPrincipal(RedistributionCase):
    operating_form = "red_empresarial.operating_form_cooperative"

    def test_rows_are_corrected_without_an_entry(self):
        invoice = self._create_document("out_invoice", [1000])
        redistribution = self._correct((50, 30, 20))
        self.assertEqual(self._shares(invoice), [500, 300, 200])
        self.assertFalse(redistribution.line_ids.entry_id)


class TestRefusals(RedistributionCase):
    def test_the_corrected_document_is_not_reset(self):
        invoice = self._create_document("out_invoice", [100])
        redistribution = self._correct((1, 1, 1))
        with self.assertRaisesRegex(UserError, f"{redistribution.name}.*credit note"):
            invoice.button_draft()

    def test_a_correction_entry_is_not_undone_alone(self):
        self._create_document("out_invoice", [100])
        entry = self._correct((1, 1, 1)).line_ids.entry_id
        for undo in (entry.button_draft, entry._reverse_moves, entry.unlink):
            with self.assertRaisesRegex(UserError, "another redistribution|posted"):
                undo()

    def test_without_a_right_version_nothing_is_applied(self):
        redistribution = self.env["business.network.redistribution"].create(
            {
                "network_id": self.network.id,
                "agreement_id": self.agreement.id,
                "reason": "Sin versión",
            }
        )
        with self.assertRaisesRegex(UserError, "Prepare Version"):
            redistribution.action_apply()

    def test_an_applied_one_stays(self):
        redistribution = self._correct((1, 1, 1))
        with self.assertRaisesRegex(UserError, "kept as the trail"):
            redistribution.unlink()
        with self.assertRaisesRegex(UserError, "correct again"):
            redistribution.date = "2026-05-01"

    def test_two_agreements_on_one_day_are_still_refused(self):
        self._correct((1, 1, 1))
        with self.assertRaises(ValidationError):
            self._create_agreement(self.network, self.members, (1, 1, 1))
