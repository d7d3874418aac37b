"""Effective dating: the accounting date of a document decides the version that shares it."""

from odoo.exceptions import UserError

from tests.common import NetworkCase


class TestVersions(NetworkCase):
    def set_up_once(self):
        super().set_up_once()
        self.before = self._create_document("out_invoice", [1000], date="2026-03-15")
        self.second = self._create_agreement(
            self.network, self.members, (20, 30, 50), date_from="2026-03-16", name="Versión 2"
        )

    def test_new_version_ends_the_earlier_one_the_day_before(self):
        self.assertEqual(self.agreement.state, "ended")
        self.assertEqual(self.agreement.date_to, self._date("2026-03-15"))
        self.assertEqual(self.second.state, "in_force")

    def test_mid_period_change_follows_the_accounting_date(self):
        after = self._create_document("out_invoice", [1000], date="2026-03-16")
        late = self._create_document("out_invoice", [1000], date="2026-03-14")
        self.assertEqual(self._shares(self.before), [400, 350, 250])
        self.assertEqual(self._shares(after), [200, 300, 500])
        self.assertEqual(self._shares(late), [400, 350, 250])
        self.assertEqual(after.distribution_ids.agreement_id, self.second)
        self.assertEqual(late.distribution_ids.agreement_id, self.agreement)

    def test_accounting_date_and_not_the_invoice_date_decides(self):
        bill = self._create_document("in_invoice", [1000], post=False, date="2026-03-10")
        bill.date = "2026-03-20"
        bill.action_post()
        self.assertEqual(self._shares(bill, kind="expense"), [-200, -300, -500])

    def test_one_settlement_covers_both_versions(self):
        self._create_document("out_invoice", [1000], date="2026-03-16")
        settlement = self._settle()
        self.assertEqual(settlement.line_ids.mapped("amount_revenue"), [600, 650, 750])

    def test_credit_note_after_the_change_uses_the_original_shares(self):
        refund = self._refund(self.before, date="2026-03-20")
        self.assertEqual(self._shares(refund), [-400, -350, -250])
        self.assertEqual(refund.distribution_ids.agreement_id, self.agreement)
        self.assertEqual(set(refund.distribution_ids.mapped("basis")), {"original"})

    def test_partial_credit_notes_around_the_change_give_back_exactly(self):
        self._refund(self.before, amount=333.33, date="2026-03-15")
        self._refund(self.before, amount=333.33, date="2026-03-17")
        self._refund(self.before, amount=333.34, date="2026-03-18")
        self.assertEqual(self._balance(self.network.member_payable_account_id), 0)

    def test_credit_note_dated_later_does_not_keep_an_agreement_from_ending(self):
        self._refund(self.before, date="2026-04-20")
        self.agreement.action_end(self._date("2026-03-15"))
        self.assertEqual(self.agreement.date_to, self._date("2026-03-15"))

    def test_posted_again_after_a_move_to_the_new_version(self):
        self.before.button_draft()
        self.before.write({"invoice_date": "2026-03-20", "date": "2026-03-20"})
        self.before.action_post()
        self.assertEqual(self._shares(self.before), [200, 300, 500])

    def test_new_version_button_copies_the_weights_to_a_draft(self):
        action = self.second.action_new_version()
        version = self.env["business.network.agreement"].browse(action["res_id"])
        self.assertEqual(version.state, "draft")
        self.assertEqual(version.line_ids.mapped("revenue_weight"), [20, 30, 50])


class TestFreeze(NetworkCase):
    def test_weights_in_force_are_frozen(self):
        line = self.agreement.line_ids[0]
        for change in (
            lambda: line.write({"revenue_weight": 99}),
            lambda: line.write({"member_id": self.member_b.id}),
            line.unlink,
            lambda: self.agreement.write({"line_ids": [(2, line.id)]}),
        ):
            with self.assertRaisesRegex(UserError, "Acuerdo"):
                change()

    def test_back_to_draft_only_while_unused(self):
        self.agreement.action_reset_to_draft()
        self.agreement.line_ids[0].revenue_weight = 50
        self.agreement.action_put_in_force()
        sale = self._create_document("out_invoice", [1100])
        self.assertEqual(self._shares(sale), [500, 350, 250])
        with self.assertRaisesRegex(UserError, sale.name):
            self.agreement.action_reset_to_draft()

    def test_rows_keep_the_weights_they_were_shared_by(self):
        sale = self._create_document("out_invoice", [1000])
        row = sale.distribution_ids[0]
        self.assertEqual((row.weight, row.weight_total), ("40", "100"))
        self.assertEqual(row.share, 0.4)


class TestAnnex(NetworkCase):
    """T5 by need: the annex fixes the proportions of the documents that name it, and only these."""

    def set_up_once(self):
        super().set_up_once()
        self.annex = self._create_agreement(
            self.network,
            self.members,
            (40, 35, 25),
            (50, 30, 20),
            parent_id=self.agreement.id,
            name="Anexo 1",
        )

    def test_T5_by_annex(self):
        bill = self._create_document("in_invoice", [60000], network_annex_id=self.annex.id)
        self.assertEqual(self._shares(bill, kind="expense"), [-30000, -18000, -12000])
        self.assertEqual(self._shares(bill, kind="input_tax"), [-5400, -3240, -2160])
        self.assertEqual(self._tax_balance(self.vat_purchase), 5400)

    def test_other_documents_follow_the_agreement(self):
        bill = self._create_document("in_invoice", [60000])
        self.assertEqual(self._shares(bill, kind="expense"), [-24000, -21000, -15000])

    def test_annex_lives_beside_its_agreement(self):
        self.assertEqual((self.agreement | self.annex).mapped("state"), ["in_force", "in_force"])

    def test_credit_note_without_annex_follows_the_original(self):
        bill = self._create_document("in_invoice", [60000], network_annex_id=self.annex.id)
        self.annex.action_end(self._date("2026-03-16"))
        refund = self._refund(bill, date="2026-03-20")
        self.assertEqual(self._shares(refund, kind="expense"), [30000, 18000, 12000])
