from odoo import api, fields, models
from odoo.exceptions import UserError

GIVEN = ("donation", "cofinancing")
SPENT = ("expense", "project")
TERMS = {"manual_fund_restriction": "fund_restriction", "manual_fund_gift_id": "fund_gift_id"}


class AccountBankStatementLine(models.Model):
    """Money given for one use on a fund's bank: what it is given for, and what is paid from it."""

    _inherit = "account.bank.statement.line"

    manual_fund_restriction = fields.Char(
        string="Given for",
        store=False,
        default=False,
        prefetch=False,
        help="What a donation or co-financing may be used for.",
    )
    manual_fund_gift_id = fields.Many2one(
        "business.network.fund.gift",
        string="Paid From Restricted Money",
        store=False,
        default=False,
        prefetch=False,
    )

    def _get_manual_reconcile_vals(self):
        return {
            **super()._get_manual_reconcile_vals(),
            "fund_restriction": self.manual_fund_restriction,
            "fund_gift_id": self.manual_fund_gift_id.id,
        }

    def _process_manual_reconcile_from_line(self, line):
        result = super()._process_manual_reconcile_from_line(line)
        for name, key in TERMS.items():
            self[name] = line.get(key) or False
        return result

    def _get_manual_delete_vals(self):
        return {**super()._get_manual_delete_vals(), **dict.fromkeys(TERMS, False)}

    def _check_line_changed(self, line):
        terms = self._get_manual_reconcile_vals()
        return super()._check_line_changed(line) or any(
            (terms[key] or False) != (line.get(key) or False) for key in TERMS.values()
        )

    @api.onchange("manual_fund_restriction", "manual_fund_gift_id")
    def _onchange_manual_gift(self):
        if self.manual_reference:
            self._onchange_manual_reconcile_vals()

    # -- reconciling -------------------------------------------------------------------------------

    def reconcile_bank_line(self):
        own = self._filter_of_funds()
        terms = self._get_gift_terms() if own else {}
        result = super().reconcile_bank_line()
        if terms:
            move = self.move_id.sudo()
            move.write(terms)
            move.fund_gift_id._check_gifts_suffice()
            move.line_ids.fund_id._forget_balances()
        return result

    def _get_gift_terms(self):
        """What this line is given for, or which gift it is paid from, as values of its entry.

        :raise UserError: what is neither given nor spent says so, or several gifts are named
        """
        self.ensure_one()
        given, used = set(), set()
        for line in self._get_counterpart_data():
            kind = line.get("fund_movement")
            restriction = (line.get("fund_restriction") or "").strip()
            if restriction and kind in GIVEN:
                given.add(restriction)
            if line.get("fund_gift_id") and kind in SPENT:
                used.add(line["fund_gift_id"])
        if len(given) > 1 or len(used) > 1:
            raise UserError(
                self.env._(
                    "“%s” would be given for several uses, or paid from several gifts. Reconcile "
                    "it as one of them, and book the other part by hand.",
                    self.payment_ref,
                )
            )
        return {
            **({"fund_restriction": given.pop()} if given else {}),
            **({"fund_gift_id": used.pop()} if used else {}),
        }

    def action_undo_reconciliation(self):
        moves = self._filter_of_funds().move_id.sudo()
        if not moves:  # core asks so for every item it writes, mostly of no line at all
            return super().action_undo_reconciliation()
        moves._check_gifts_unused()
        result = super().action_undo_reconciliation()
        told = moves.filtered(lambda move: move.fund_restriction or move.fund_gift_id)
        told.write({"fund_restriction": False, "fund_gift_id": False})
        moves.line_ids.fund_id._forget_balances()
        return result
