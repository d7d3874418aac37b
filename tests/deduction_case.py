"""Base class of tests of what Peru keeps back of members' bills."""

from tests.common import NetworkCase


class DeductionCase(NetworkCase):
    """A leader with the books; B and C give it their own invoices for a quarter each."""

    operating_form = "red_empresarial.operating_form_leader"
    revenue_weights = (2, 1, 1)
    expense_weights = (2, 1, 1)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company._ensure_deduction_accounts()
        cls.kept_account = cls.company.l10n_pe_detraction_account_id
        cls.vat_account = cls.company.l10n_pe_withholding_account_id
        cls.sewing = cls.env.ref("l10n_pe_red_empresarial.deduction_type_025")
        cls._numbers = 0

    def _post_share(self, base, date_to="2026-03-31", post=True, **vals):
        """A settlement in which B and C bill ``base`` plus VAT each."""
        self._create_document("out_invoice", [4 * base], date=f"{date_to[:8]}15", **vals)
        settlement = self._create_settlement(date_to=date_to, **self._currency_of(vals))
        settlement.action_compute()
        self._number_documents(settlement)
        settlement.action_approve()
        if post:
            settlement.action_post()
        return settlement

    @staticmethod
    def _currency_of(vals):
        return {"currency_id": vals["currency_id"]} if "currency_id" in vals else {}

    def _number_documents(self, settlement):
        for line in settlement.line_ids:
            self.__class__._numbers += 1
            line.document_number = f"E001-{self._numbers:08d}"

    def _line(self, settlement, member=None):
        member = member or self.member_b
        return settlement.line_ids.filtered(lambda line: line.member_id == member)

    def _pay(self, settlement, member=None, date="2026-04-05"):
        """Pay everybody; the payment of one member."""
        payments = settlement.pay_members(self.bank, self._date(date))
        partner = (member or self.member_b).partner_id
        return payments.filtered(lambda payment: payment.partner_id == partner)

    def _pay_by_hand(self, bill, amount=None, **vals):
        values = {"journal_id": self.bank.id, "payment_date": "2026-04-05", **vals}
        if amount is not None:
            values["amount"] = amount
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=bill.ids)
            .create(values)
        )
        return wizard._create_payments()

    def _assert_posted(self, payment, *items):
        """The items of a payment: account, amount in the books."""
        self.assertRecordValues(
            payment.move_id.line_ids.sorted("balance"),
            [{"account_id": account.id, "balance": balance} for account, balance in items],
        )

    def _kept_items(self, bill, kind="detraction"):
        return self.env["account.move.line"].search(
            [
                ("l10n_pe_deducted_bill_id", "=", bill.id),
                ("l10n_pe_deduction", "=", kind),
                ("parent_state", "=", "posted"),
            ]
        )

    def _give_account(self, partner, number="00-741-000001", **vals):
        return self.env["res.partner.bank"].create(
            {
                "partner_id": partner.id,
                "acc_number": number,
                "allow_out_payment": True,
                "l10n_pe_is_detraction_account": True,
                **vals,
            }
        )

    def _deposit(self, items, *numbers, **vals):
        wizard = (
            items.env["l10n_pe.detraction.deposit"]
            .with_context(active_model="account.move.line", active_ids=items.ids)
            .create({"journal_id": self.bank.id, "date": "2026-04-10", **vals})
        )
        for line, number in zip(wizard.line_ids, numbers, strict=True):
            line.number = number
        return wizard.record_deposits()
