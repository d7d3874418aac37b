from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class DetractionDeposit(models.TransientModel):
    """Books the deposits of kept-back detractions in the members' accounts.

    One entry per deposit, with its certificate: it clears the item that a payment kept back. The
    books decide what is still to be deposited, so a second deposit is refused.
    """

    _name = "l10n_pe.detraction.deposit"
    _description = "Record the Deposit of Detractions"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    journal_id = fields.Many2one(
        "account.journal",
        required=True,
        check_company=True,
        domain="[('type', 'in', ('bank', 'cash')), ('company_id', '=', company_id)]",
        compute="_compute_journal_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    line_ids = fields.One2many("l10n_pe.detraction.deposit.line", "deposit_id")

    @api.model
    def default_get(self, fields_list):
        """One line per chosen item that is still to be deposited."""
        values = super().default_get(fields_list)
        if self.env.context.get("active_model") == "account.move.line":
            items = self.env["account.move.line"].browse(self.env.context.get("active_ids"))
            self._check_items(items)
            values["company_id"] = items.company_id.id
            values["line_ids"] = [Command.create({"item_id": item.id}) for item in items]
        return values

    @api.depends("company_id")
    def _compute_journal_id(self):
        journals = self.env["account.journal"]
        for deposit in self:
            deposit.journal_id = journals.search(
                [
                    *journals._check_company_domain(deposit.company_id),
                    ("type", "=", "bank"),
                    ("currency_id", "in", (False, deposit.company_id.currency_id.id)),
                ],
                limit=1,
            )

    # -- checks ----------------------------------------------------------------------------------

    @api.model
    def _check_items(self, items):
        """Raise UserError unless all items wait to be deposited, and are of one company."""
        if not items or len(items.company_id) > 1:
            raise UserError(
                self.env._("Choose kept-back detractions of one company, at least one of them.")
            )
        deposits = items.sudo().l10n_pe_deducted_bill_id._get_deposits()
        for item in items:
            if item.l10n_pe_deduction != "detraction" or item.parent_state != "posted":
                raise UserError(
                    self.env._(
                        "%s is no detraction that a posted payment kept back. Choose it under "
                        "Settlements › Detractions.",
                        item.display_name,
                    )
                )
            deposit = deposits.get(item.l10n_pe_deducted_bill_id.id)
            if deposit:
                raise UserError(
                    self.env._(
                        "The detraction of %(bill)s of %(member)s is deposited already, with "
                        "certificate %(number)s. Reverse %(deposit)s first if that was wrong.",
                        bill=item.l10n_pe_deducted_bill_id.name,
                        member=item.partner_id.display_name,
                        number=deposit.l10n_pe_deposit_number,
                        deposit=deposit.name,
                    )
                )
            if item.reconciled:
                raise UserError(
                    self.env._(
                        "The detraction of %(bill)s of %(member)s is not kept back any more: "
                        "%(payment)s was reversed. Pay the bill again first.",
                        bill=item.l10n_pe_deducted_bill_id.name,
                        member=item.partner_id.display_name,
                        payment=item.move_id.name,
                    )
                )

    def _check_lines(self):
        """Raise UserError for a detraction that is in the list twice, or of another company."""
        seen = set()
        for line in self.line_ids:
            if line.item_id in seen or line.item_id.company_id != self.company_id:
                raise UserError(
                    self.env._(
                        "The detraction of %(bill)s of %(member)s is in the list twice, or is not "
                        "of %(company)s. Delete its line.",
                        bill=line.bill_id.name,
                        member=line.partner_id.display_name,
                        company=self.company_id.name,
                    )
                )
            seen.add(line.item_id)

    def _check_journal(self):
        journal, company = self.journal_id, self.company_id
        if (
            journal.company_id != company
            or journal.type not in ("bank", "cash")
            or (journal.currency_id or company.currency_id) != company.currency_id
        ):
            raise UserError(
                self.env._(
                    "%(journal)s cannot pay detractions of %(company)s. Choose a bank or cash "
                    "journal of that company, in %(currency)s.",
                    journal=journal.name,
                    company=company.name,
                    currency=company.currency_id.name,
                )
            )

    def _check_numbers(self):
        """Raise UserError for a certificate that is missing or was written before."""
        missing = self.line_ids.filtered(lambda line: not line._get_number())
        if missing:
            raise UserError(
                self.env._(
                    "Write the number of the deposit certificate of %(bill)s of %(member)s.",
                    bill=missing[:1].bill_id.name,
                    member=missing[:1].partner_id.display_name,
                )
            )
        numbers = self.line_ids.mapped(lambda line: line._get_number())
        twice = {number for number in numbers if numbers.count(number) > 1}
        used = (
            self.env["account.move"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("l10n_pe_deposit_number", "in", numbers),
                    ("state", "=", "posted"),
                    ("reversal_move_ids", "not any", [("state", "=", "posted")]),
                ],
                limit=1,
            )
        )
        if used or twice:
            raise UserError(
                self.env._(
                    "The deposit certificate %(number)s is written more than once: %(where)s. Each "
                    "deposit has a certificate of its own; correct the number.",
                    number=used.l10n_pe_deposit_number or min(twice),
                    where=used.name or self.env._("in this list"),
                )
            )

    def _check_bank_accounts(self):
        """Raise UserError naming every member without an account for detractions."""
        lacking = self.line_ids.filtered(lambda line: not line.partner_bank_id)
        if lacking:
            raise UserError(
                self.env._(
                    "No account for detractions is known of %s. Add it on the contact, page "
                    "Invoicing, and mark it “Detractions (Banco de la Nación)”.",
                    ", ".join(lacking.partner_id.mapped("display_name")),
                )
            )

    # -- booking ---------------------------------------------------------------------------------

    def action_record(self):
        """Book the deposits and show them."""
        self.ensure_one()
        deposits = self.record_deposits()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Deposits of Detractions"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("id", "in", deposits.ids)],
        }

    def record_deposits(self):
        """Post one entry per deposit, each reconciled with what was kept back.

        :return: the posted entries
        :raise UserError: naming what does not allow it
        """
        self.ensure_one()
        items = self.line_ids.item_id
        items.lock_for_update(allow_referencing=True)
        self._check_items(items)
        self._check_lines()
        self._check_journal()
        self._check_bank_accounts()
        self._check_numbers()
        deposits = self.env["account.move"].create(
            [line._prepare_deposit() for line in self.line_ids]
        )
        deposits._post(soft=False)
        self.env["account.move.line"]._reconcile_plan(
            [
                line.item_id | deposit.line_ids.filtered("l10n_pe_deduction")
                for line, deposit in zip(self.line_ids, deposits, strict=True)
            ]
        )
        return deposits

    def _get_cash_account(self):
        """Account the journal pays from: its own, or an outstanding account of its method."""
        methods = self.journal_id._get_available_payment_method_lines("outbound")
        return methods[:1].payment_account_id or self.journal_id.default_account_id
