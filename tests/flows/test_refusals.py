"""Bad input: each refusal names the record and the remedy, and leaves nothing half-written."""

from contextlib import contextmanager
from datetime import timedelta

import psycopg2
from odoo import Command, fields
from odoo.exceptions import UserError, ValidationError
from odoo.tools import mute_logger

from tests.common import NetworkCase


class RefusalCase(NetworkCase):
    COUNTED = (
        "account.move",
        "account.move.line",
        "account.payment",
        "business.network.distribution",
        "business.network.allocation",
        "business.network.agreement",
        "business.network.settlement.line",
    )

    def _counts(self):
        posted = self.env["account.move"].search_count([("state", "=", "posted")])
        return [posted, *(self.env[model].search_count([]) for model in self.COUNTED)]

    @contextmanager
    def _refused(self, *names, error=UserError):
        """The block raises a message with all ``names``; what it wrote is rolled back."""
        before = self._counts()
        with self.assertRaises(error) as caught, self.cr.savepoint():
            yield
        self.env.invalidate_all()
        for name in names:
            self.assertIn(name, str(caught.exception))
        self.assertEqual(self._counts(), before)


class TestPosting(RefusalCase):
    def test_no_agreement_on_the_date_names_network_and_date(self):
        sale = self._create_document("out_invoice", [100], post=False, date="2025-12-31")
        with self._refused(self.network.name, "12/31/2025"):
            sale.action_post()
        self.assertEqual(sale.state, "draft")
        self.assertFalse(sale.distribution_ids)

    def test_one_bad_document_stops_the_batch(self):
        good = self._create_document("out_invoice", [100], post=False)
        bad = self._create_document("out_invoice", [100], post=False, date="2025-12-31")
        with self._refused("12/31/2025"):
            (good | bad).action_post()
        self.assertEqual((good | bad).mapped("state"), ["draft", "draft"])

    def test_agreement_ended_before_the_date(self):
        self.agreement.action_end(self._date("2026-02-28"))
        sale = self._create_document("out_invoice", [100], post=False)
        with self._refused(self.network.name, "03/15/2026"):
            sale.action_post()

    def test_member_that_left_before_the_date(self):
        self.member_c.date_to = "2026-02-28"
        sale = self._create_document("out_invoice", [100], post=False)
        with self._refused(self.partner_c.name, self.network.name, "03/15/2026"):
            sale.action_post()

    def test_member_that_joins_after_the_date(self):
        self.member_b.date_from = "2026-04-01"
        sale = self._create_document("out_invoice", [100], post=False)
        with self._refused(self.partner_b.name, "03/15/2026"):
            sale.action_post()

    def test_member_without_weight_may_have_left(self):
        self.agreement.action_end(self._date("2026-02-28"))
        self._create_agreement(self.network, self.members, (1, 1, 0), date_from="2026-03-01")
        self.member_c.date_to = "2026-03-10"
        sale = self._create_document("out_invoice", [100])
        self.assertEqual(self._shares(sale), [50, 50, 0])

    def test_credit_note_reaches_a_member_that_left_since(self):
        sale = self._create_document("out_invoice", [100])
        self.member_c.date_to = "2026-03-16"
        refund = self._refund(sale, date="2026-03-20")
        self.assertEqual(self._shares(refund), [-40, -35, -25])

    def test_books_without_member_accounts(self):
        sale = self._create_document("out_invoice", [100], post=False)
        self.network.member_payable_account_id = False
        with self._refused(self.network.name, "Payable to Members"):
            sale.action_post()

    def test_network_of_a_company_without_chart_posts_nothing(self):
        company = self.env["res.company"].create({"name": "Sin plan contable"})
        network = self._create_network("Red sin plan", self.operating_form, company_id=company.id)
        self.assertFalse(network.attribution_journal_id)
        with self._refused("Red sin plan", "Payable to Members"):
            network._check_ready_to_distribute()

    def test_network_of_another_company_on_a_document(self):
        company = self.env["res.company"].create({"name": "Otros libros"})
        network = self._create_network("Ajena", self.operating_form, company_id=company.id)
        with self._refused("Ajena"):
            self._create_document("out_invoice", [100], network=network)


class TestAttributable(RefusalCase):
    def _make_cash_basis(self, tax):
        account = tax.invoice_repartition_line_ids.account_id[:1].copy(
            {"code": "4019998", "reconcile": True}
        )
        self.company.tax_exigibility = True
        tax.write({"tax_exigibility": "on_payment", "cash_basis_transition_account_id": account.id})

    def test_cash_basis_tax(self):
        tax = self.vat_purchase.copy({"name": "IGV al pago"})
        self._make_cash_basis(tax)
        bill = self._create_document("in_invoice", [100], post=False)
        bill.invoice_line_ids.tax_ids = tax
        with self._refused(self.network.name, "Línea 1", "due on payment"):
            bill.action_post()

    def test_cash_basis_tax_inside_a_group(self):
        tax = self.vat_purchase.copy({"name": "IGV al pago"})
        self._make_cash_basis(tax)
        group = self.env["account.tax"].create(
            {
                "name": "Grupo",
                "amount_type": "group",
                "type_tax_use": "purchase",
                "children_tax_ids": [Command.set(tax.ids)],
            }
        )
        bill = self._create_document("in_invoice", [100], post=False)
        bill.invoice_line_ids.tax_ids = group
        with self._refused("Línea 1", "due on payment"):
            bill.action_post()

    def test_cash_basis_tax_after_the_company_switched_the_option_off(self):
        tax = self.vat_purchase.copy({"name": "IGV al pago"})
        self._make_cash_basis(tax)
        self.company.tax_exigibility = False
        bill = self._create_document("in_invoice", [100], post=False)
        bill.invoice_line_ids.tax_ids = tax
        with self._refused("Línea 1", "due on payment"):
            bill.action_post()

    def test_partly_deductible_line(self):
        bill = self._create_document("in_invoice", [100], post=False)
        bill.invoice_line_ids.deductible_amount = 50
        with self._refused("Línea 1", "partly deductible"):
            bill.action_post()

    def test_storable_product(self):
        product = self.env["product.product"].create(
            {"name": "Tela en almacén", "type": "consu", "is_storable": True}
        )
        bill = self._create_document("in_invoice", [100], post=False)
        bill.invoice_line_ids.product_id = product
        with self._refused("Línea 1", self.network.name, "stock"):
            bill.action_post()


class TestAgreements(RefusalCase):
    def _second(self, **vals):
        return self._create_agreement(
            self.network, self.members, (1, 1, 1), in_force=False, name="Segundo acuerdo", **vals
        )

    def test_weights_all_zero(self):
        for revenue, expense, side in (
            ((0, 0, 0), (1, 1, 1), "revenue"),
            ((1, 1, 1), (0, 0, 0), "expense"),
        ):
            network = self._create_network(f"Red cero {side}", self.operating_form)
            members = self._create_members(
                network, [self.partner_a, self.partner_b, self.partner_c]
            )
            agreement = self._create_agreement(network, members, revenue, expense, in_force=False)
            with self._refused(f"Red cero {side}", side):
                agreement.action_put_in_force()

    def test_agreement_without_lines(self):
        network = self._create_network("Red vacía", self.operating_form)
        agreement = self._create_agreement(network, [], (), in_force=False)
        with self._refused("Red vacía"):
            agreement.action_put_in_force()

    def test_negative_weight(self):
        with mute_logger("odoo.sql_db"), self._refused(error=psycopg2.errors.CheckViolation):
            self._create_agreement(self.network, self.members, (-1, 1, 1), in_force=False)
            self.env.flush_all()

    def test_overlap_names_the_other_agreement(self):
        second = self._second(date_from="2026-01-01")
        with self._refused(self.network.name, "Acuerdo", "Segundo acuerdo", error=ValidationError):
            second.action_put_in_force()
        self.assertEqual(second.state, "draft")

    def test_overlap_by_changed_dates(self):
        second = self._second(date_from="2026-06-01")
        second.action_put_in_force()
        with self._refused("Segundo acuerdo", error=ValidationError):
            self.agreement.date_to = "2026-07-31"

    def test_overlap_is_impossible_in_the_database(self):
        second = self._second(date_from="2026-02-01")
        self.env.flush_all()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.ExclusionViolation),
            self.cr.savepoint(),
        ):
            self.cr.execute(
                "UPDATE business_network_agreement SET state = 'in_force' WHERE id = %s",
                [second.id],
            )

    def test_end_before_start(self):
        with mute_logger("odoo.sql_db"), self._refused(error=psycopg2.errors.CheckViolation):
            self.agreement.action_end(self._date("2025-12-31"))
            self.env.flush_all()

    def test_end_before_a_document_names_it(self):
        sale = self._create_document("out_invoice", [100])
        with self._refused(sale.name, "Acuerdo"):
            self.agreement.action_end(self._date("2026-03-14"))

    def test_new_version_over_a_document_names_it(self):
        sale = self._create_document("out_invoice", [100])
        second = self._second(date_from="2026-03-01")
        with self._refused(sale.name):
            second.action_put_in_force()
        self.assertEqual(self.agreement.state, "in_force")

    def test_member_of_another_network_on_a_line(self):
        other = self._create_network("Otra red", self.operating_form)
        (stranger,) = self._create_members(other, [self.supplier])
        with self._refused(self.supplier.name, self.network.name, error=ValidationError):
            self._create_agreement(self.network, [stranger], (1,), in_force=False)

    def test_member_not_yet_joined_when_it_starts(self):
        self.member_b.date_from = "2026-08-01"
        second = self._second(date_from="2026-06-01")
        with self._refused(self.partner_b.name, error=ValidationError):
            second.action_put_in_force()

    def test_member_twice(self):
        with mute_logger("odoo.sql_db"), self._refused(error=psycopg2.errors.UniqueViolation):
            self._create_agreement(
                self.network, self.member_a | self.member_b, (1, 1), in_force=False
            ).line_ids[1].member_id = self.member_a
            self.env.flush_all()

    def test_in_force_cannot_be_deleted(self):
        with self._refused("Acuerdo"):
            self.agreement.unlink()

    def test_the_same_partner_is_not_twice_a_member_on_one_day(self):
        with mute_logger("odoo.sql_db"), self._refused(error=psycopg2.errors.ExclusionViolation):
            self._create_members(self.network, [self.partner_b], date_from="2026-05-01")
            self.env.flush_all()

    def test_policy_of_a_network_with_documents_cannot_change(self):
        self._create_document("out_invoice", [100])
        with self._refused(self.network.name, error=ValidationError):
            self.network.operating_form_id = self.env.ref("red_empresarial.operating_form_leader")


class TestAnnexes(RefusalCase):
    def set_up_once(self):
        super().set_up_once()
        self.product = self.env["product.product"].create(
            {"name": "Sábanas", "type": "service", "purchase_method": "purchase"}
        )
        self.order = self.env["purchase.order"].create(
            {
                "partner_id": self.supplier.id,
                "network_id": self.network.id,
                "date_order": "2026-03-10",
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_qty": 10,
                            "price_unit": 100,
                            "tax_ids": [Command.set(self.vat_purchase.ids)],
                        }
                    )
                ],
            }
        )
        self.env["business.network.allocation"].create(
            {
                "purchase_line_id": self.order.order_line.id,
                "member_id": self.member_b.id,
                "quantity": 10,
            }
        )

    def _bill(self):
        self.order.button_confirm()
        self.order.action_create_invoice()
        bill = self.order.invoice_ids
        self.__class__._bill_number = getattr(self, "_bill_number", 0) + 1
        bill.write(
            {
                "invoice_date": "2026-03-15",
                "date": "2026-03-15",
                "l10n_latam_document_number": f"F009-{self._bill_number:08d}",
            }
        )
        return bill

    def _annex(self, in_force=True, **vals):
        return self._create_agreement(
            self.network,
            self.members,
            (40, 35, 25),
            (0, 1, 0),
            in_force=in_force,
            name="Anexo 1",
            parent_id=self.agreement.id,
            **vals,
        )

    def test_purchase_by_need_without_annex(self):
        bill = self._bill()
        with self._refused(self.network.name, "annex"):
            bill.action_post()

    def test_draft_annex(self):
        self.order.network_annex_id = self._annex(in_force=False)
        bill = self._bill()
        with self._refused("Anexo 1", "03/15/2026"):
            bill.action_post()

    def test_annex_that_does_not_cover_the_date(self):
        self.order.network_annex_id = self._annex(date_from="2026-03-16")
        bill = self._bill()
        with self._refused("Anexo 1", "03/15/2026"):
            bill.action_post()

    def test_annex_of_another_network(self):
        other = self._create_network("Otra red", self.operating_form)
        members = self._create_members(other, [self.partner_a, self.partner_b])
        parent = self._create_agreement(other, members, (1, 1))
        annex = self._create_agreement(
            other, members, (1, 1), parent_id=parent.id, name="Anexo ajeno"
        )
        bill = self._bill()
        bill.network_annex_id = annex
        with self._refused("Anexo ajeno", self.network.name):
            bill.action_post()

    def test_an_agreement_is_no_annex(self):
        self.agreement.action_end(self._date("2026-02-28"))
        self._create_agreement(self.network, self.members, (1, 1, 1), date_from="2026-03-01")
        sale = self._create_document("out_invoice", [300], post=False)
        sale.network_annex_id = self.agreement
        with self._refused("Acuerdo"):
            sale.action_post()

    def test_annex_in_force_shares_the_purchase_by_need(self):
        self.order.network_annex_id = self._annex()
        bill = self._bill()
        bill.action_post()
        self.assertEqual(self._shares(bill, kind="expense"), [0, -1000, 0])
        self.assertEqual(self._shares(bill, kind="input_tax"), [0, -180, 0])
        self.assertEqual(set(bill.distribution_ids.mapped("basis")), {"annex"})

    def test_annex_wizard_asks_for_every_line_to_be_allocated(self):
        self.order.order_line.copy({"order_id": self.order.id, "name": "otra"})
        wizard = self.env["business.network.purchase.annex"].create(
            {"order_id": self.order.id, "date_from": "2026-03-10"}
        )
        with self._refused("Sábanas", self.order.name):
            wizard.action_make_annex()


class TestAllocations(RefusalCase):
    operating_form = "red_empresarial.operating_form_leader"

    def set_up_once(self):
        super().set_up_once()
        self.product = self.env["product.product"].create(
            {"name": "Chompa", "type": "service", "invoice_policy": "delivery"}
        )
        self.order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "network_id": self.network.id,
                "date_order": "2026-03-10",
                "order_line": [
                    Command.create(
                        {"product_id": self.product.id, "product_uom_qty": 10, "price_unit": 50}
                    )
                ],
            }
        )

    def _allocate(self, quantity, member=None, **vals):
        return self.env["business.network.allocation"].create(
            {
                "sale_line_id": self.order.order_line.id,
                "member_id": (member or self.member_b).id,
                "quantity": quantity,
                **vals,
            }
        )

    def test_more_than_ordered(self):
        self._allocate(6)
        self._allocate(5, self.member_c)
        with self._refused("Chompa", self.order.name, error=ValidationError):
            self.order.action_confirm()
        self.assertEqual(self.order.state, "draft")

    def test_more_than_ordered_after_confirming(self):
        allocation = self._allocate(6)
        self.order.action_confirm()
        with self._refused("Chompa", self.order.name, error=ValidationError):
            allocation.quantity = 11
        with self._refused("Chompa", self.order.name, error=ValidationError):
            self._allocate(5, self.member_c)

    def test_order_lowered_below_its_allocations_after_confirming(self):
        self._allocate(6)
        self.order.action_confirm()
        with self._refused("Chompa", self.order.name, error=ValidationError):
            self.order.order_line.product_uom_qty = 5

    def test_negative(self):
        with mute_logger("odoo.sql_db"), self._refused(error=psycopg2.errors.CheckViolation):
            self._allocate(-1)
            self.env.flush_all()

    def test_unrelated_unit(self):
        kilometre = self.env.ref("uom.product_uom_km")
        with self._refused(self.partner_b.name, kilometre.name, "Chompa", error=ValidationError):
            self._allocate(1, product_uom_id=kilometre.id)

    def test_member_of_another_network(self):
        other = self._create_network("Otra red", self.operating_form)
        (stranger,) = self._create_members(other, [self.supplier])
        with self._refused(self.supplier.name, self.order.name, error=ValidationError):
            self._allocate(1, stranger)

    def test_network_of_an_allocated_order_changed(self):
        self._allocate(1)
        other = self._create_network("Otra red", self.operating_form)
        with self._refused(self.partner_b.name, self.order.name, error=ValidationError):
            self.order.network_id = other

    def test_member_not_in_force_on_the_order_date(self):
        self.member_b.date_to = fields.Date.today() - timedelta(days=1)
        self._allocate(1)
        with self._refused(self.partner_b.name, self.network.name, error=ValidationError):
            self.order.action_confirm()

    def test_delivered_more_than_allocated(self):
        allocation = self._allocate(5)
        with self._refused(self.partner_b.name, "Chompa", error=ValidationError):
            allocation.delivered_quantity = 6

    def test_allocate_by_weights_without_network(self):
        self.order.network_id = False
        with self._refused(self.order.name, error=ValidationError):
            self.order.action_allocate_by_weights()


class TestSettlements(RefusalCase):
    def test_nothing_to_settle_names_network_currency_and_date(self):
        settlement = self._create_settlement()
        with self._refused(self.network.name, "PEN", "03/31/2026"):
            settlement.action_compute()
        self.assertEqual(settlement.state, "draft")

    def test_documents_after_the_period_wait(self):
        self._create_document("out_invoice", [100], date="2026-04-01")
        settlement = self._create_settlement()
        with self._refused(self.network.name):
            settlement.action_compute()

    def test_settled_rows_are_not_settled_again(self):
        self._create_document("out_invoice", [100])
        self._settle()
        again = self._create_settlement()
        with self._refused(self.network.name):
            again.action_compute()

    def test_wrong_transitions_name_settlement_and_state(self):
        self._create_document("out_invoice", [100])
        settlement = self._create_settlement()
        date = self._date("2026-03-31")

        def pay():
            settlement.pay_members(self.bank, date)

        refused = {
            "draft": [
                settlement.action_approve,
                settlement.action_post,
                settlement.action_reverse,
                settlement.action_reverse_payments,
                pay,
            ],
            "computed": [settlement.action_post, settlement.action_reverse, pay],
            "approved": [settlement.action_compute, settlement.action_approve, pay],
            "posted": [
                settlement.action_compute,
                settlement.action_approve,
                settlement.action_post,
                settlement.action_reset_to_draft,
                settlement.unlink,
            ],
            "reversed": [
                settlement.action_compute,
                settlement.action_post,
                settlement.action_reverse,
                settlement.action_reset_to_draft,
                settlement.unlink,
                pay,
            ],
        }
        steps = {
            "draft": settlement.action_compute,
            "computed": settlement.action_approve,
            "approved": settlement.action_post,
            "posted": settlement.action_reverse,
            "reversed": lambda: None,
        }
        for state, actions in refused.items():
            self.assertEqual(settlement.state, state)
            for action in actions:
                with self._refused(settlement.name):
                    action()
            steps[state]()

    def test_paid_settlement_is_not_reversed_before_its_payments(self):
        self._create_document("out_invoice", [100])
        settlement = self._settle()
        settlement.pay_members(self.bank, self._date("2026-03-31"))
        with self._refused(settlement.name, self.partner_b.name):
            settlement.action_reverse()
        self.assertEqual(settlement.state, "paid")

    def test_terms_of_a_computed_settlement_cannot_change(self):
        self._create_document("out_invoice", [100])
        other = self._create_network("Otra red", self.operating_form)
        settlement = self._create_settlement()
        settlement.action_compute()
        for vals in (
            {"network_id": other.id},
            {"currency_id": self.env.ref("base.USD").id},
            {"date_to": "2026-04-30"},
        ):
            with self._refused(settlement.name):
                settlement.write(vals)


class TestPrincipalSettlements(RefusalCase):
    operating_form = "red_empresarial.operating_form_leader"

    def test_posting_without_the_members_number_names_the_member(self):
        self._create_document("out_invoice", [100])
        settlement = self._create_settlement()
        settlement.action_compute()
        settlement.action_approve()
        with self._refused(self.partner_b.name, settlement.name):
            settlement.action_post()
        self.assertEqual(settlement.state, "approved")

    def test_missing_journal_names_the_network(self):
        self._create_document("out_invoice", [100])
        settlement = self._create_settlement()
        settlement.action_compute()
        settlement.action_approve()
        self.network.member_document_journal_id = False
        with self._refused(self.network.name):
            settlement.action_post()


class TestDocumentPaidElsewhere(RefusalCase):
    operating_form = "red_empresarial.operating_form_cooperative"

    def test_settlement_with_a_document_paid_elsewhere_is_not_reversed(self):
        self._create_document("out_invoice", [100])
        settlement = self._settle()
        document = settlement.line_ids.document_id[:1]
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=document.ids
        ).create({"journal_id": self.bank.id, "payment_date": "2026-03-31"})._create_payments()
        with self._refused(settlement.name, document.partner_id.name):
            settlement.action_reverse()
