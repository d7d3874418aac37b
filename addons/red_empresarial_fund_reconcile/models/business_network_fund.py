from odoo import fields, models
from odoo.addons.red_empresarial.tools.actions import open_records
from odoo.exceptions import UserError


class BusinessNetworkFund(models.Model):
    """Bank statements of a fund: set up once, imported, reconciled, proved."""

    _inherit = "business.network.fund"

    reconciles_exact = fields.Boolean(
        string="Reconcile Exact Matches by Themselves",
        tracking=True,
        help="Lines of a bank statement that close what they can only mean are reconciled when "
        "they are imported. Otherwise they wait, proposed, for somebody to press the key.",
    )
    is_bank_ready = fields.Boolean(compute="_compute_is_bank_ready")
    is_bank_stated = fields.Boolean(
        compute="_compute_is_bank_ready",
        help="Each bank is ready and has a statement: nothing is left to set up.",
    )

    def _compute_is_bank_ready(self):
        for fund in self:
            banks = fund._get_banks()
            fund.is_bank_ready = bool(banks) and not any(
                bank._get_transit_problem() for bank in banks
            )
            fund.is_bank_stated = fund.is_bank_ready and all(
                bank._get_last_statement() for bank in banks
            )

    def _get_banks(self):
        """Bank accounts and wallets of the fund; a cash box is counted, it has no statement."""
        return self.sudo().cash_journal_ids.filtered(lambda journal: journal.type == "bank")

    def action_set_up_banks(self):
        """Open what readies the fund's banks for statements."""
        self.ensure_one()
        self.check_access("write")
        if not self._get_banks():
            raise UserError(
                self.env._(
                    "%s has no bank account or wallet. Add one under “Where the Money Is” first.",
                    self.display_name,
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Bank Statements"),
            "res_model": "business.network.fund.bank.setup",
            "view_mode": "form",
            "target": "new",
            "context": {"default_fund_id": self.id},
        }

    def action_import_statement(self):
        """Import a statement of the fund's bank; of several, show them to choose one."""
        self.ensure_one()
        banks = self._get_banks()
        banks._check_fund_statements_ready()
        if len(banks) == 1:
            return banks.sudo(False).import_account_statement()
        return open_records(
            self.env,
            "account.open_account_journal_dashboard_kanban",
            [("id", "in", banks.ids)],
            context={},
        )

    def action_reconcile_bank(self):
        """Open what the banks of these funds state and nobody identified yet."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_reconcile_oca.action_bank_statement_line_reconcile"
        )
        return {
            **action,
            "domain": [("journal_id", "in", self._get_banks().ids)],
            "context": {
                "search_default_not_reconciled": True,
                "view_ref": "account_reconcile_oca.bank_statement_line_form_reconcile_view",
            },
        }

    def action_open_reconciliation(self):
        """Open the reconciliation report of today."""
        self.ensure_one()
        report = self.env["business.network.fund.reconciliation"].create({"fund_id": self.id})
        return report.action_show()
