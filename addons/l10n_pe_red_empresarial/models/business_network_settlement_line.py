from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.minor_units import from_minor, to_minor
from odoo.exceptions import UserError
from odoo.tools import format_amount


class BusinessNetworkSettlementLine(models.Model):
    _inherit = "business.network.settlement.line"

    l10n_pe_kept_back = fields.Monetary(
        string="Kept Back",
        compute="_compute_l10n_pe_kept_back",
        help="Detractions and VAT withheld of the member's bills, as the books have them.",
    )

    l10n_pe_to_keep_back = fields.Monetary(
        string="To Keep Back",
        compute="_compute_l10n_pe_to_keep_back",
        help="Detractions and VAT that the next payment keeps back: the bank pays the rest.",
    )

    @api.depends("payment_state", "document_id", "item_ids.reconciled")
    def _compute_l10n_pe_to_keep_back(self):
        dues = self.filtered(lambda line: line.payment_state == "open")._get_due_deductions()
        for line in self:
            due = dues.get(line, [])
            line.l10n_pe_to_keep_back = from_minor(
                sum(deduction.amount for deduction in due), line.currency_id
            )

    @api.depends("document_id", "item_ids.reconciled")
    def _compute_l10n_pe_kept_back(self):
        bills = self._get_deducted_bills_of_each()
        balances = (
            self.env["account.move"]
            .union(*bills.values())
            ._get_deducted_balances("amount_currency")
        )
        for line in self:
            line.l10n_pe_kept_back = -sum(
                balances.get((bill.id, kind), 0.0)
                for bill in bills[line]
                for kind in ("detraction", "withholding")
            )

    def _prepare_member_document(self):
        """The member's invoice keeps its own number as the number of the tax document."""
        vals = super()._prepare_member_document()
        if self._uses_tax_documents():
            vals["l10n_latam_document_number"] = self.document_number
            vals["l10n_pe_detraction_type_id"] = self.member_id._get_detraction_type().id
        return vals

    def _get_deducted_bills(self):
        """Members' bills that a payment of this line closes, or that its netting did."""
        self.ensure_one()
        return self._get_deducted_bills_of_each()[self]

    def _get_deducted_bills_of_each(self):
        """``{line: bills}``; see ``_get_deducted_bills``."""
        lines = self.sudo()
        items = lines.item_ids | lines.netted_item_ids.move_line_id
        documents = lines.document_id | items.move_id
        bills = documents.filtered(lambda move: move.state == "posted" and move._is_member_bill())
        payable = items.filtered(lambda item: item.account_type == "liability_payable")
        moves = {item: item.move_id for item in payable}
        return {
            line: bills
            & line.document_id.union(
                *(
                    moves[item]
                    for item in line.item_ids | line.netted_item_ids.move_line_id
                    if item in moves
                )
            )
            for line in lines
        }

    def _get_due_deductions(self):
        """What payments of all that is open of these lines keep back: ``{line: deductions}``."""
        bills = self._get_deducted_bills_of_each()
        moves = self.env["account.move"].sudo().union(*bills.values())
        due = moves._get_due_deductions_of_each()
        return {
            line: [deduction for bill in bills[line] for deduction in due[bill]] for line in self
        }

    def _check_deductions_fit(self):
        """Raise UserError when netting leaves less to pay than a payment must keep back."""
        for line, deductions in self._get_due_deductions().items():
            due = sum(deduction.amount for deduction in deductions)
            if due and to_minor(line.amount_open, line.currency_id) < due:
                raise UserError(
                    self.env._(
                        "%(kept)s must be kept back of %(bills)s of %(member)s, but netting leaves "
                        "%(open)s to pay. Reset %(settlement)s to draft, compute it again and "
                        "leave out some of the netted items.",
                        kept=format_amount(
                            self.env, from_minor(due, line.currency_id), line.currency_id
                        ),
                        bills=", ".join(line._get_deducted_bills().mapped("name")),
                        member=line.partner_id.display_name,
                        open=format_amount(self.env, line.amount_open, line.currency_id),
                        settlement=line.settlement_id.name,
                    )
                )

    def _uses_tax_documents(self):
        self.ensure_one()
        if self._is_passed_on():
            return False
        charged = self.amount_due < 0
        return self._get_document_journal(charged).l10n_latam_use_documents

    def _check_document_data(self):
        """A *liquidación de compra* is only for natural persons without RUC (RCP art. 6 n. 1.3)."""
        result = super()._check_document_data()
        ruc = self.env.ref("l10n_pe.it_RUC")
        for line in self.filtered(lambda line: line._is_posted_by_hand()):
            partner = line.partner_id
            if partner.is_company or (
                partner.vat and partner.l10n_latam_identification_type_id == ruc
            ):
                raise UserError(
                    self.env._(
                        "%(member)s has a RUC or is a company, so it must give its own invoice for "
                        "%(settlement)s: a liquidación de compra is only for natural persons "
                        "without RUC. Choose “The member's own invoice” for it on %(network)s, "
                        "page Members, column Gives.",
                        member=partner.display_name,
                        settlement=line.settlement_id.name,
                        network=line.network_id.name,
                    )
                )
        return result
