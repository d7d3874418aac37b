"""A fund's statement by hand: a file to correct, the right one, a key to reconcile, the proof."""

from tests.fund_bank_case import FundBankCase
from tests.web.browser import BrowserCase


class TestBankByHand(BrowserCase, FundBankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.user_admin").group_ids += cls.env.ref("account.group_account_user")
        cls.env.ref("base.user_admin").odoobot_state = "disabled"
        cls.env.ref("base.user_admin").lang = "en_US"

    def _choose(self, page, name, *rows):
        page.set_input_files(
            ".modal input[type=file]",
            {"name": name, "mimeType": "text/csv", "buffer": self._csv(*rows)},
        )
        self.settle(page)
        page.click(".modal button[name=import_file_and_reconcile_button]")

    def test_from_the_file_to_the_proof(self):
        self._ask()
        good = ("01/04/2026", "OP-1", "Yape", "Taller B", "30.00", "", "30.00")
        with self.browser() as page:
            self.log_in(page)
            self.open_record(page, self.fund)
            page.click("button[name=action_import_statement]")
            page.wait_for_selector(".modal button[name=action_download_template]")
            self._choose(page, "malo.csv", good, ("02/04/2026", "", "x", "", "mil", "", ""))
            page.wait_for_selector(".modal .alert-danger:has-text('is no amount')")
            self._choose(page, "abril.csv", good)
            page.wait_for_selector(".o_kanban_record:has-text('Yape')")
            page.click(".o_kanban_record:has-text('Yape')")
            page.wait_for_selector("button[name=reconcile_bank_line]:not(.disabled)")
            self.settle(page)
            # The company's own rules, "Bank Fees" among them, are not offered to a fund.
            names = page.locator("[name=manual_model_id] .btn").all_inner_texts()
            self.assertEqual(sorted(names), ["Bank fee", "Donation"])
            page.click("button[name=reconcile_bank_line]:not(.disabled)")
            page.wait_for_selector(".o_reconcile_rainbowman, .o_reward, :text('Reconciled')")
            self.settle(page)
            self.open_record(page, self.fund)
            page.click("button[name=action_open_reconciliation]")
            page.wait_for_selector(".o_form_view:has-text('Banco del fondo')")
            self.settle(page)
        line = self._lines()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(self._owed(self.member_b), [0])
        self._check_ties()
