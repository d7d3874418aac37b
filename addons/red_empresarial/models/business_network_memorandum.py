from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools.actions import open_record
from ..tools.minor_units import from_minor, to_minor
from .business_network_distribution import KINDS

BASE_KIND = {"revenue": "revenue", "expense": "expense"}
SALE_KINDS = ("revenue", "output_tax")
TAX_KIND = {"revenue": "output_tax", "expense": "input_tax"}


class BusinessNetwork(models.Model):
    """Policy ``member``: what members document is kept off the balance of the books' company."""

    _inherit = "business.network"

    memorandum_account_id = fields.Many2one(
        "account.account",
        string="Members' Own Documents",
        domain=[("account_type", "=", "off_balance")],
        check_company=True,
        ondelete="restrict",
        copy=False,
        help="Off-balance account of what the members invoice and are invoiced by themselves.",
    )
    memorandum_contra_account_id = fields.Many2one(
        "account.account",
        string="Members' Own Documents, Contra",
        domain=[("account_type", "=", "off_balance")],
        check_company=True,
        ondelete="restrict",
        copy=False,
    )

    def _check_memorandum_accounts(self):
        """Fill what memoranda need from the company's defaults; UserError if it has none."""
        names = ("memorandum_account_id", "memorandum_contra_account_id", "settlement_journal_id")
        for network in self:
            if not all(network[name] for name in names):
                network.sudo().action_set_default_accounts()
            missing = [name for name in names if not network[name]]
            if missing:
                labels = network.fields_get(missing, ["string"])
                raise UserError(
                    self.env._(
                        "%(network)s needs %(fields)s to keep what its members document. Set them "
                        "on the network, page Accounting.",
                        network=network.name,
                        fields=", ".join(labels[name]["string"] for name in missing),
                    )
                )

    def _compute_joint_amounts(self):
        """Joint documents kept as memoranda count, where members document their own part."""
        result = super()._compute_joint_amounts()
        networks = self.filtered(lambda network: network.policy == "member")
        for network, kind, balance in (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [
                    ("parent_state", "=", "posted"),
                    ("move_id.network_settlement_id", "=", False),
                    ("move_id.network_id", "in", networks.ids),
                    ("network_memorandum_kind", "in", ("revenue", "expense")),
                ],
                ["network_id", "network_memorandum_kind"],
                ["balance:sum"],
            )
        ):
            network = network.with_env(self.env)
            network.joint_result_amount -= balance
            if kind == "revenue":
                network.joint_sale_amount -= balance
            else:
                network.joint_expense_amount += balance
        return result


class AccountMove(models.Model):
    _inherit = "account.move"

    network_sale_order_id = fields.Many2one(
        "sale.order", index="btree_not_null", readonly=True, ondelete="restrict"
    )
    network_purchase_order_id = fields.Many2one(
        "purchase.order", index="btree_not_null", readonly=True, ondelete="restrict"
    )

    def _post(self, soft=True):
        self.filtered(lambda move: move.network_policy == "member")._check_no_memorandum()
        return super()._post(soft=soft)

    def _check_no_memorandum(self):
        """Raise UserError for a document of an order that a memorandum shared out already."""
        for move in self:
            lines = move.invoice_line_ids
            orders = [*lines.sale_line_ids.order_id, *lines.purchase_line_id.order_id]
            for order in orders:
                if order.network_memorandum_id:
                    raise UserError(
                        self.env._(
                            "%(order)s is shared out already by %(entry)s: its members invoice it. "
                            "Delete this document, or reverse that entry first.",
                            order=order.display_name,
                            entry=order.network_memorandum_id.name,
                        )
                    )

    def _prepare_portion(self, kind, lines):
        portion = super()._prepare_portion(kind, lines)
        if lines.network_memorandum_tax_id:
            portion["tax"] = lines.network_memorandum_tax_id[:1]
        return portion


class AccountMoveLine(models.Model):
    """Off-balance items carry no taxes, so what they stand for is written on them."""

    _inherit = "account.move.line"

    network_memorandum_kind = fields.Selection(
        KINDS,
        string="Stands For",
        readonly=True,
        help="What an off-balance item of a network stands for in the members' books.",
    )
    network_memorandum_tax_id = fields.Many2one("account.tax", readonly=True)

    def _get_distribution_kind(self):
        return self.network_memorandum_kind or super()._get_distribution_kind()

    def _get_network_side(self):
        if self.network_memorandum_kind:
            return "revenue" if self.network_memorandum_kind in SALE_KINDS else "expense"
        return super()._get_network_side()

    def _get_portion_name(self):
        name = super()._get_portion_name()
        tax = self.network_memorandum_tax_id
        return f"{name}/{tax.id}" if tax else name


class BusinessNetworkAllocationMixin(models.AbstractModel):
    """Orders of a network whose members invoice: the joint document is a memorandum."""

    _inherit = "business.network.allocation.mixin"

    network_policy = fields.Selection(related="network_id.policy")
    network_memorandum_id = fields.Many2one(
        "account.move", string="Joint Memorandum", compute="_compute_network_memorandum_id"
    )

    def _compute_network_memorandum_id(self):
        field = self._get_memorandum_field()
        moves = self.env["account.move"].sudo()
        found = {}
        for move in moves.search(
            [(field, "in", self.ids), ("state", "=", "posted"), ("reversed_entry_id", "=", False)]
        ):
            if not move.reversal_move_ids.filtered(lambda m: m.state == "posted"):
                found[move[field].id] = move
        for order in self:
            order.network_memorandum_id = found.get(order._origin.id, moves)

    def _get_memorandum_field(self):
        """Field of ``account.move`` that names the order a memorandum stands for."""
        return {
            "sale.order": "network_sale_order_id",
            "purchase.order": "network_purchase_order_id",
        }[self._name]

    def action_make_memorandum(self):
        """Share the order out among the members that will invoice it, off the balance.

        Posts one entry on off-balance accounts: it is distributed like any joint document, and
        nothing passes through revenue, expense or tax of the books' company.
        """
        self.check_access("write")
        self._touch()
        for order in self:
            order._check_memorandum()
        self.network_id._check_memorandum_accounts()
        entries = (
            self.env["account.move"]
            .sudo()
            .create([order._prepare_memorandum() for order in self.sudo()])
        )
        entries._post(soft=False)
        self.invalidate_recordset(["network_memorandum_id"])
        return entries

    def _touch(self):
        """Of two users at the same orders the second is retried and finds what the first made."""
        if self:
            query = "UPDATE %s SET write_date = write_date WHERE id IN %s"
            self.env.cr.execute(SQL(query, SQL.identifier(self._table), tuple(self.ids)))

    def _check_memorandum(self):
        """Raise UserError for an order that no memorandum can stand for."""
        self.ensure_one()
        if self.network_id.policy != "member":
            raise UserError(
                self.env._(
                    "%s is not of a network whose members invoice by themselves. Invoice it as "
                    "always.",
                    self.display_name,
                )
            )
        if self.state not in ("sale", "purchase", "done"):
            raise UserError(self.env._("Confirm %s first.", self.display_name))
        if self.network_memorandum_id:
            raise UserError(
                self.env._(
                    "%(order)s is shared out already by %(entry)s. Reverse that entry to share the "
                    "order out again.",
                    order=self.display_name,
                    entry=self.network_memorandum_id.name,
                )
            )
        if self.sudo().invoice_ids.filtered(lambda move: move.state == "posted"):
            raise UserError(
                self.env._(
                    "%s has posted invoices, which are shared out already. Refund them first.",
                    self.display_name,
                )
            )

    def _prepare_memorandum(self):
        self.ensure_one()
        lines = self._prepare_memorandum_items()
        total = sum(to_minor(vals["amount_currency"], self.currency_id) for vals in lines)
        contra = self._prepare_memorandum_item(
            self.network_id.memorandum_contra_account_id, from_minor(-total, self.currency_id)
        )
        contra["balance"] = self.company_id.currency_id.round(
            -sum(vals["balance"] for vals in lines)
        )
        return {
            "move_type": "entry",
            "journal_id": self.network_id.settlement_journal_id.id,
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.commercial_partner_id.id,
            "date": fields.Date.context_today(self),
            "currency_id": self.currency_id.id,
            "ref": self.env._("%s, documented by the members", self.name),
            self._get_memorandum_field(): self.id,
            **self._prepare_network_invoice(),
            "line_ids": [Command.create(vals) for vals in (*lines, contra)],
        }

    def _prepare_memorandum_items(self):
        """Base and tax of the order per tax, revenue as a credit."""
        side = self._get_network_side()
        sign = -1 if side == "revenue" else 1
        coins = {}
        for line in self.order_line.filtered(lambda line: not line.display_type):
            tax = self._get_line_taxes(line)[:1]
            for kind, amount in (
                (BASE_KIND[side], line.price_subtotal),
                (TAX_KIND[side], line.price_tax),
            ):
                coins[kind, tax] = coins.get((kind, tax), 0) + to_minor(amount, self.currency_id)
        self._round_taxes_like_order(coins, TAX_KIND[side])
        account = self.network_id.memorandum_account_id
        return [
            {
                **self._prepare_memorandum_item(
                    account, from_minor(sign * amount, self.currency_id)
                ),
                "network_memorandum_kind": kind,
                "network_memorandum_tax_id": tax.id,
            }
            for (kind, tax), amount in coins.items()
            if amount
        ]

    @api.model
    def _get_line_taxes(self, line):
        return line.tax_ids

    def _round_taxes_like_order(self, coins, kind):
        """Taxes rounded over the whole order: its largest tax takes the coins of difference."""
        taxes = {key: amount for key, amount in coins.items() if key[0] == kind and amount}
        if taxes:
            total = to_minor(self.amount_tax, self.currency_id)
            coins[max(taxes, key=lambda key: abs(taxes[key]))] += total - sum(taxes.values())

    def _prepare_memorandum_item(self, account, amount):
        date = fields.Date.context_today(self)
        return {
            "name": self.name,
            "account_id": account.id,
            "partner_id": self.partner_id.commercial_partner_id.id,
            "currency_id": self.currency_id.id,
            "amount_currency": amount,
            "balance": self.currency_id._convert(
                amount, self.company_id.currency_id, self.company_id, date
            ),
        }

    def action_open_memorandum(self):
        self.ensure_one()
        return open_record(self.network_memorandum_id)
