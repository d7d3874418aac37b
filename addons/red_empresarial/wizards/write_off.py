from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..engine.apportion import split_amount
from ..tools.minor_units import from_minor, to_minor


class BusinessNetworkWriteOff(models.TransientModel):
    """Write off what a customer will not pay of a joint invoice; members bear it as they earned it.

    Posts one entry that closes the receivable and is shared out like the invoice. The tax is part
    of the loss unless the law lets the company correct it.
    """

    _name = "business.network.write.off"
    _description = "Write Off a Joint Invoice"
    _check_company_auto = True

    move_id = fields.Many2one("account.move", string="Invoice", required=True, readonly=True)
    company_id = fields.Many2one(related="move_id.company_id")
    currency_id = fields.Many2one(related="move_id.currency_id")
    amount = fields.Monetary(related="move_id.amount_residual", string="Not Paid")
    date = fields.Date(required=True, default=fields.Date.context_today)
    account_id = fields.Many2one(
        "account.account",
        string="Loss Account",
        required=True,
        compute="_compute_account_id",
        store=True,
        precompute=True,
        readonly=False,
        check_company=True,
        domain=[("internal_group", "=", "expense")],
    )
    corrects_tax = fields.Boolean(
        help="The law lets the company take back the tax of an unpaid invoice: only the net amount "
        "is a loss.",
    )
    reason = fields.Char(required=True)

    @api.depends("move_id")
    def _compute_account_id(self):
        """The country's account for doubtful receivables, where its chart has one."""
        for wizard in self:
            wizard.account_id = wizard.company_id._find_network_loss_account()

    @api.model
    def _get_refused_state(self, move):
        """Why ``move`` cannot be written off; empty if it can."""
        if move.move_type != "out_invoice" or move.state != "posted" or not move.distribution_ids:
            return self.env._("it is not a posted joint invoice")
        if move.currency_id.is_zero(move.amount_residual):
            return self.env._("nothing of it is open")
        return ""

    def action_write_off(self):
        """Post the entry and reconcile it with the invoice; returns the action that shows it."""
        self.ensure_one()
        refused = self._get_refused_state(self.move_id)
        if refused:
            raise UserError(
                self.env._(
                    "%(invoice)s cannot be written off: %(reason)s.",
                    invoice=self.move_id.display_name,
                    reason=refused,
                )
            )
        network = self.move_id.network_id
        network._check_date_open(
            self.date, network.sudo().settlement_journal_id, has_tax=self.corrects_tax
        )
        entry = self.env["account.move"].create(self._prepare_entry())
        entry.action_post()
        terms = (self.move_id | entry).line_ids.filtered(
            lambda item: (
                item.account_id.account_type == "asset_receivable"
                and item.partner_id == self.move_id.commercial_partner_id
                and not item.reconciled
            )
        )
        terms.reconcile()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": entry.id,
            "view_mode": "form",
        }

    def _prepare_entry(self):
        move = self.move_id
        terms = move.line_ids.filtered(
            lambda item: item.display_type == "payment_term" and not item.reconciled
        )
        lines = [self._prepare_term_item(item) for item in terms]
        taxes = self._prepare_tax_items() if self.corrects_tax else []
        return {
            "move_type": "entry",
            "journal_id": move.network_id.settlement_journal_id.id,
            "company_id": move.company_id.id,
            "date": self.date,
            "currency_id": move.currency_id.id,
            "ref": self.env._(
                "Write-off of %(invoice)s: %(reason)s", invoice=move.name, reason=self.reason
            ),
            "network_id": move.network_id.id,
            "network_origin_ids": [Command.set(move.ids)],
            "line_ids": [
                Command.create(vals)
                for vals in (*lines, *taxes, self._prepare_loss_item([*lines, *taxes]))
            ],
        }

    def _prepare_term_item(self, item):
        return self._prepare_item(
            item.account_id, -item.amount_residual_currency, -item.amount_residual
        )

    def _prepare_tax_items(self):
        """The part of each tax of the invoice that was not collected, taken back.

        Taxes are split off exactly: what was not paid, in proportion to what was invoiced.
        """
        move = self.move_id
        taxes = move.line_ids.filtered("tax_repartition_line_id")
        total, open_part = (
            to_minor(amount, move.currency_id)
            for amount in (move.amount_total, move.amount_residual)
        )
        items = []
        for line in taxes:
            part, _paid = split_amount(
                to_minor(line.amount_currency, move.currency_id), [open_part, total - open_part]
            )
            balance, _paid = split_amount(
                to_minor(line.balance, move.company_currency_id), [open_part, total - open_part]
            )
            refund = self._get_refund_repartition_line(line)
            items.append(
                {
                    **self._prepare_item(
                        line.account_id,
                        -from_minor(part, move.currency_id),
                        -from_minor(balance, move.company_currency_id),
                    ),
                    "tax_repartition_line_id": refund.id,
                    "tax_tag_ids": [Command.set(refund.tag_ids.ids)],
                    "display_type": "tax",
                }
            )
        return items

    def _get_refund_repartition_line(self, line):
        """The line of credit notes that corresponds to an invoice's tax repartition line."""
        tax = line.tax_line_id
        position = list(tax.invoice_repartition_line_ids).index(line.tax_repartition_line_id)
        return tax.refund_repartition_line_ids[position]

    def _prepare_loss_item(self, items):
        """What is left of the receivable once the taxes are taken back."""
        return self._prepare_item(
            self.account_id,
            -sum(vals["amount_currency"] for vals in items),
            -sum(vals["balance"] for vals in items),
        )

    def _prepare_item(self, account, amount_currency, balance):
        move = self.move_id
        return {
            "name": self.env._("Write-off of %s", move.name),
            "account_id": account.id,
            "partner_id": move.commercial_partner_id.id,
            "currency_id": move.currency_id.id,
            "amount_currency": move.currency_id.round(amount_currency),
            "balance": move.company_currency_id.round(balance),
        }
