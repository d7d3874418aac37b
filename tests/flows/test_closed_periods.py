"""Nothing of the joint business is dated in a closed period, and a refusal leaves nothing behind.

Core moves an entry of a closed period to the first open day; the record that made it would keep the
date that was typed, and tell another month than the books.
"""

from odoo.exceptions import UserError
from odoo.tests import Form

from tests.flows.test_redistribution import RedistributionCase
from tests.flows.test_write_off import WriteOffCase

WATCHED = (
    "account.move",
    "account.payment",
    "business.network.distribution",
    "business.network.redistribution.line",
)


class ClosedPeriodCase(WriteOffCase):
    def _lock(self, day, field="fiscalyear_lock_date"):
        self.company.sudo()[field] = day

    def _assert_refused(self, act):
        """``act`` is refused, names network and date, and nothing is written."""
        self.env.flush_all()
        before = [self.env[model].search_count([]) for model in WATCHED]
        with self.assertRaisesRegex(UserError, r"closed on .*2026.*later date for Red ABC"):
            act()
        self.env.flush_all()
        self.assertEqual([self.env[model].search_count([]) for model in WATCHED], before)


class TestRedistribution(RedistributionCase, ClosedPeriodCase):
    def _prepare_correction(self, date):
        redistribution = self.env["business.network.redistribution"].create(
            {
                "network_id": self.network.id,
                "agreement_id": self.agreement.id,
                "date": date,
                "reason": "Acta 12",
            }
        )
        redistribution.action_prepare_version()
        lines = redistribution.corrected_agreement_id.line_ids.sorted("sequence")
        for line, weight in zip(lines, (50, 30, 20), strict=True):
            line.write({"revenue_weight": weight, "expense_weight": weight})
        return redistribution

    def test_applying_in_a_closed_period(self):
        self._create_document("out_invoice", [1000])
        redistribution = self._prepare_correction("2026-03-15")
        self._lock("2026-03-31")
        self._assert_refused(redistribution.action_apply)
        self.assertEqual(redistribution.state, "draft")
        self.assertEqual(self.agreement.state, "in_force")
        redistribution.date = "2026-04-01"
        redistribution.action_apply()
        rows = redistribution.line_ids.row_ids
        self.assertEqual(set(rows.mapped("date")), {self._date("2026-04-01")})
        self.assertEqual(redistribution.line_ids.entry_id.date, self._date("2026-04-01"))

    def test_accepting_in_a_period_closed_meanwhile(self):
        invoice = self._create_document("out_invoice", [1000])
        self._settle()
        redistribution = self._prepare_correction("2026-04-15")
        redistribution.action_apply()
        self._lock("2026-04-30")
        self._assert_refused(redistribution.action_accept_all)
        self.assertEqual(redistribution.line_ids.state, "proposed")
        with self.assertRaisesRegex(UserError, "is applied"):
            redistribution.date = "2026-04-14"
        with Form(redistribution) as form:
            form.date = "2026-05-02"
        redistribution.action_accept_all()
        self.assertEqual(redistribution.line_ids.entry_id.date, self._date("2026-05-02"))
        self.assertEqual(self._shares(invoice), [500, 300, 200])
        with self.assertRaisesRegex(UserError, "is applied"):
            redistribution.date = "2026-05-03"

    def test_a_closed_tax_period_stops_what_moves_input_tax(self):
        self._create_document("in_invoice", [1000])
        redistribution = self._prepare_correction("2026-03-15")
        self._lock("2026-03-31", "tax_lock_date")
        self._assert_refused(redistribution.action_apply)


class TestSettlement(ClosedPeriodCase):
    def _approve(self):
        settlement = self._create_settlement()
        settlement.action_compute()
        settlement.action_approve()
        return settlement

    def test_posting(self):
        self._create_document("out_invoice", [1000])
        settlement = self._approve()
        self._lock("2026-03-31")
        self._assert_refused(settlement.action_post)
        self.assertEqual(settlement.state, "approved")
        settlement.date = "2026-04-01"
        settlement.action_post()
        self.assertEqual(settlement.state, "posted")

    def test_paying_the_members(self):
        self._create_document("out_invoice", [1000])
        settlement = self._approve()
        settlement.action_post()
        self._lock("2026-04-30")
        self._assert_refused(lambda: settlement.pay_members(self.bank, self._date("2026-04-02")))
        self.assertEqual(settlement.state, "posted")
        payments = settlement.pay_members(self.bank, self._date("2026-05-01"))
        self.assertEqual(set(payments.move_id.mapped("date")), {self._date("2026-05-01")})
        self.assertEqual(settlement.state, "paid")


class TestSettlementOfALeader(ClosedPeriodCase):
    operating_form = "red_empresarial.operating_form_leader"

    def test_members_documents_in_a_closed_purchase_or_tax_period(self):
        self._create_document("out_invoice", [1000])
        settlement = self._create_settlement()
        settlement.action_compute()
        for number, line in enumerate(settlement.line_ids, start=1):
            line.document_number = f"E001-{number}"
        settlement.action_approve()
        for field in ("purchase_lock_date", "tax_lock_date"):
            self._lock("2026-03-31", field)
            self._assert_refused(settlement.action_post)
            self._lock(False, field)
        settlement.action_post()
        self.assertEqual(
            set(settlement.line_ids.document_id.mapped("date")), {self._date("2026-03-31")}
        )


class TestWriteOff(ClosedPeriodCase):
    def test_writing_off(self):
        invoice = self._create_document("out_invoice", [1000])
        self._lock("2026-06-30")
        self._assert_refused(lambda: self._write_off(invoice))
        self.assertEqual(invoice.payment_state, "not_paid")
        entry = self._write_off(invoice, date="2026-07-01")
        self.assertEqual(entry.date, self._date("2026-07-01"))

    def test_correcting_the_tax_in_a_closed_tax_period(self):
        invoice = self._create_document("out_invoice", [1000])
        self._lock("2026-06-30", "tax_lock_date")
        self._assert_refused(lambda: self._write_off(invoice, corrects_tax=True))
        self.assertEqual(self._write_off(invoice).date, self._date("2026-06-30"))
