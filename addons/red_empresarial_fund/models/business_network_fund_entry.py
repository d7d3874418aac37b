from odoo import Command, models
from odoo.addons.red_empresarial.models.account_move_attribution import ENTRY_CONTEXT
from odoo.addons.red_empresarial.tools.actions import open_record
from odoo.exceptions import UserError
from odoo.tools import format_amount


class BusinessNetworkFund(models.Model):
    """Posting in a fund: every entry of ours is prepared, posted and reconciled here."""

    _inherit = "business.network.fund"

    # -- values --------------------------------------------------------------------------------

    def _prepare_entry(self, journal, date, ref, items, **vals):
        """Values of an entry of this fund.

        :param items: values of its journal items, see :meth:`_prepare_item`
        :param vals: more values of the entry
        """
        self.ensure_one()
        return {
            "move_type": "entry",
            "journal_id": journal.id,
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "date": date,
            "ref": ref,
            "network_id": self.network_id.id,
            "fund_id": self.id,
            "line_ids": [Command.create(item) for item in items],
            **vals,
        }

    def _prepare_item(self, account, amount, movement, partner=None, name=None, **vals):
        """Values of a journal item of this fund, complete: core has nothing to find out.

        :param float amount: debit above zero, credit below
        :param movement: see ``fund_movement`` of ``account.move.line``
        """
        return {
            "account_id": account.id,
            "partner_id": partner.id if partner else False,
            "name": name or self.name,
            "fund_id": self.id,
            "fund_movement": movement,
            "balance": amount,
            "amount_currency": amount,
            "currency_id": self.currency_id.id,
            "display_type": "product",
            "sequence": 100,
            "quantity": 1.0,
            "price_unit": 0.0,
            "product_uom_id": False,
            "tax_ids": [],
            "analytic_distribution": False,
            **({} if self.company_id.account_storno else {"is_storno": False}),
            **vals,
        }

    def _prepare_asked_items(self, owed, movement, name, date):
        """Items that ask members for money of this fund: their receivable, and the fund.

        :param dict owed: ``{business.network.member: amount}``
        :param date: the day on which it is due
        """
        receivable = self.network_id.member_receivable_account_id
        items = []
        for member, amount in owed.items():
            about = {"movement": movement, "partner": member.partner_id, "name": name}
            items += [
                self._prepare_item(receivable, amount, **about, date_maturity=date),
                self._prepare_item(self.account_id, -amount, **about),
            ]
        return items

    # -- posting -------------------------------------------------------------------------------

    def _post_entries(self, vals_list):
        """Create and post entries of these funds, all at once.

        :return: the posted ``account.move``
        """
        entries = self.env["account.move"].sudo().with_context(**ENTRY_CONTEXT).create(vals_list)
        entries._post(soft=False)
        return entries.with_env(self.env(su=True))

    def _check_can_book(self, date, journal):
        """Raise UserError when the fund cannot book on ``date`` in ``journal``."""
        self.ensure_one()
        self.network_id._check_account_set("member_receivable_account_id")
        self._check_date_came(date)
        self._check_date_open(date)
        self.network_id._check_date_open(date, journal)

    def _check_cash_journal(self, journal):
        """Raise UserError for a journal that does not hold this fund's money."""
        self.ensure_one()
        own = ", ".join(self.cash_journal_ids.mapped("name")) or self.env._("none is set yet")
        if not journal:
            raise UserError(
                self.env._(
                    "Choose the cash box or bank of %(fund)s whose money it is: %(journals)s.",
                    fund=self.display_name,
                    journals=own,
                )
            )
        if journal not in self.cash_journal_ids:
            raise UserError(
                self.env._(
                    "%(journal)s does not hold the money of %(fund)s. Choose one of its own: "
                    "%(journals)s.",
                    journal=journal.display_name,
                    fund=self.display_name,
                    journals=own,
                )
            )

    def _check_holds(self, journal, amount, date=None):
        """Raise UserError when less than ``amount`` of this fund is in a cash box or bank.

        :param date: the day it is paid: from then on the box is never below zero
        """
        self.ensure_one()
        held = self._get_held(journal)
        if self.currency_id.compare_amounts(amount, held) > 0:
            raise UserError(
                self.env._(
                    "%(journal)s holds %(held)s of %(fund)s, less than %(amount)s. Pay from "
                    "another one, or move money there first.",
                    journal=journal.name,
                    held=format_amount(self.env, held, self.currency_id),
                    fund=self.display_name,
                    amount=format_amount(self.env, amount, self.currency_id),
                )
            )
        if date:
            self._check_held_since(journal, amount, date)

    def _get_usual_box(self):
        """Where money of members comes in if nobody says otherwise: the cash box, or a bank."""
        boxes = self.cash_journal_ids
        return (boxes.filtered(lambda journal: journal.type == "cash") or boxes)[:1]

    def _get_held(self, journal):
        """Money of this fund in a cash box or bank, by the posted items."""
        self.ensure_one()
        ((held,),) = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(self._get_held_domain(journal), [], ["balance:sum"])
        )
        return self.currency_id.round(held or 0.0)

    def _get_held_domain(self, journal):
        """Domain of the posted items of this fund in a cash box or bank."""
        accounts = journal.sudo()._get_network_cash_accounts()
        return [
            ("fund_id", "=", self.id),
            ("account_id", "in", accounts.ids),
            ("parent_state", "=", "posted"),
        ]

    def _get_cash_account(self, journal, payment_type="inbound"):
        """Account on which a journal receives or pays: its own, or an outstanding account.

        Only where the journal's payment method names one: its statement lines close it later.
        """
        journal = journal.sudo()
        methods = journal[f"{payment_type}_payment_method_line_ids"]
        return methods.payment_account_id[:1] or journal.default_account_id

    def _show_entry(self, entry):
        """Action that opens an entry; whoever has no rights on entries just goes on."""
        if not self.env["account.move"].has_access("read"):
            return {"type": "ir.actions.act_window_close"}
        return open_record(entry)

    # -- what members owe ------------------------------------------------------------------------

    def _get_open_domain(self):
        """Domain of the open items with members of these funds."""
        return [
            ("fund_id", "in", self.ids),
            ("parent_state", "=", "posted"),
            ("reconciled", "=", False),
            ("account_id.account_type", "=", "asset_receivable"),
        ]

    def _get_owed(self, partners=None):
        """What each partner owes the fund: ``{partner: amount}``, negative when paid in advance."""
        self.ensure_one()
        domain = self._get_open_domain()
        if partners is not None:
            domain.append(("partner_id", "in", partners.ids))
        return dict(
            self.env["account.move.line"]
            .sudo()
            ._read_group(domain, ["partner_id"], ["amount_residual:sum"])
        )

    def _reconcile_members(self, partners):
        """Close what these partners owe these funds with what they paid, oldest first."""
        items = (
            self.env["account.move.line"]
            .sudo()
            .search([*self._get_open_domain(), ("partner_id", "in", partners.ids)])
        )
        groups = items.grouped(lambda item: (item.fund_id, item.partner_id)).values()
        self.env["business.network.settlement"]._reconcile_items(groups)
