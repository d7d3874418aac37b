"""The settlement of a network of networks by hand: the documents of its networks."""

from tests.sale_tiers_case import SaleTiersCase
from tests.web.browser import BrowserCase


class TestSettlementTiersByHand(BrowserCase, SaleTiersCase):
    """One network is kept in these books, without a journal for its part yet; one has its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.user_admin").company_ids |= cls.second

    def _invoice_sale(self):
        order = self._sell([60, 40])
        own, far = self._part(order, self.network), self._part(order, self.north)
        (own | far).action_confirm()
        self._deliver(own, [24, 21, 15])
        self._deliver(far, [20, 12, 8])
        self._invoice(order)

    def test_draft_what_lacks_open_the_documents_and_take_them_back(self):
        self._invoice_sale()
        journal = self.network.settlement_journal_id
        self.network.settlement_journal_id = False
        settlement = self._create_settlement(network=self.union, date_to="2026-03-31")
        self.env.flush_all()
        with self.browser(self.company | self.second) as page:
            self.log_in(page)
            self.open_record(page, settlement)
            self.press(page, "action_compute")
            names = page.locator("[name=line_ids] td[name=member_name]").all_inner_texts()
            self.assertEqual(names, ["Red ABC", "Red Norte"])
            self.press(page, "action_approve")
            self.see(page, ".alert-warning:has-text('Red ABC'):visible", 1)
            self.see(page, ".alert-warning:has-text('Red Norte'):visible", 0)
            self._open_documents(page, ["Red Norte"])
            self._set_journal(journal)
            self.open_record(page, settlement)
            self.press(page, "action_make_network_documents")
            self.see(page, "button[name=action_make_network_documents]:visible", 0)
            self._open_documents(page, ["Red ABC", "Red Norte"])
            self.picture(page, "network_documents")
            self.open_record(page, settlement)
            self.press(page, "action_reset_to_draft")
            self.see(page, "button[name=action_open_network_documents]:visible", 0)
        self.env.invalidate_all()
        self.assertEqual((settlement.state, len(settlement.network_document_ids)), ("draft", 0))

    def _set_journal(self, journal):
        self.env.invalidate_all()
        self.network.settlement_journal_id = journal
        self.env.flush_all()

    def _open_documents(self, page, networks):
        self.press(page, "action_open_network_documents")
        self.see(page, ".o_list_view .o_data_row", len(networks))
        cells = page.locator(".o_list_view .o_data_row td[name=network_id]").all_inner_texts()
        self.assertEqual(sorted(cells), networks)
        self.settle(page)
