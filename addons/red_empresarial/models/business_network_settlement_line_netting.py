from collections import defaultdict

from odoo import models
from odoo.exceptions import UserError


class BusinessNetworkSettlementLine(models.Model):
    """How one member's open items become one balance.

    Amounts are in the settlement's currency and in the member's favour, the opposite of a journal
    item's sign. All but one account are cleared; the balance stays on the *main* account, on items
    of the side it falls on, so that a payment closes documents and not an entry about them.
    """

    _inherit = "business.network.settlement.line"

    def _get_settled_rows(self):
        """Rows these lines settle, whole or in part."""
        return self.distribution_ids | self.part_ids.distribution_id

    def _get_attribution_items(self):
        """Each member's open items in the attribution entries of the rows its line settles.

        Entries are read and looked through once for all lines: members times documents are many.

        :return: ``{line: items}``
        """
        items = (
            self._get_attribution_entries()
            ._get_member_lines()
            .filtered(lambda item: not item.reconciled)
            .grouped(lambda item: (item.move_id, item.partner_id))
        )
        none = self.env["account.move.line"].sudo()
        return {
            line: none.union(
                *(
                    items.get((entry, line.partner_id), none)
                    for entry in line._get_attribution_entries()
                )
            )
            for line in self
        }

    def _get_attribution_entries(self):
        """Posted entries that put the rows these lines settle on the members' accounts."""
        rows = self._get_settled_rows().sudo()
        corrections = rows.filtered("redistribution_id")
        entries = (rows - corrections).move_id.attribution_move_ids
        corrected = corrections.move_id
        entries |= corrections.redistribution_id.line_ids.filtered(
            lambda line: line.move_id in corrected
        ).entry_id
        return entries.filtered(lambda move: move.state == "posted")

    # -- values --------------------------------------------------------------------------------

    def _prepare_netting_items(self):
        """Values of the journal items that net this member; none if nothing is compensated."""
        self.ensure_one()
        cleared = self._get_cleared_amounts()
        drawn = [(item.move_line_id.account_id, item.amount) for item in self._get_drawn_items()]
        tariff = self.amount_tariff
        main = self._get_main_account(sum(amount for _account, amount in cleared + drawn) - tariff)
        if not self.part_ids:  # items of the main account stay as they are, open for the payment
            cleared = [(account, amount) for account, amount in cleared if account != main]
        vals_list = [
            self._prepare_netting_item(account, amount)
            for account, amount in cleared + drawn
            if amount
        ]
        if tariff:
            vals_list.append(self._prepare_netting_item(self.network_id.fund_account_id, -tariff))
        if vals_list:
            vals_list.append(self._prepare_main_item(main, vals_list))
        return vals_list

    def _get_cleared_amounts(self):
        """What is open and settled now: pairs ``(account, amount)``.

        One pair per account; one per item where only a part of an item is due, so that each part
        is reconciled with its own.
        """
        self.ensure_one()
        items = self._get_whole_items()
        if self.part_ids:
            return [
                *((item.account_id, amount) for item, amount in self._get_due_items()),
                *((item.account_id, -item.amount_residual_currency) for item in items),
            ]
        amounts = defaultdict(float)
        for item in self.item_ids | items:
            amounts[item.account_id] -= item.amount_residual_currency
        return [(account, self.currency_id.round(amount)) for account, amount in amounts.items()]

    def _get_whole_items(self):
        """Open items that are compensated whole by the netting entry."""
        return self.netted_item_ids.filtered(lambda item: not item._is_taken_in_part()).move_line_id

    def _get_drawn_items(self):
        """Cash calls this line draws down, each by its own item: the rest stays on the account."""
        return self.netted_item_ids.filtered(
            lambda item: item.kind == "cash_call" and item.amount
        ).sorted("id")

    def _get_main_account(self, net):
        """Account on which the balance stays: one that has items on the side it falls on."""
        self.ensure_one()
        sign = -1 if net < 0 else 1
        same_side = (self.item_ids | self._get_whole_items()).filtered(
            lambda item: -item.amount_residual_currency * sign > 0
        )
        return same_side.account_id[:1] or (
            self.network_id.member_payable_account_id
            if net > 0
            else self.network_id.member_receivable_account_id
        )

    def _prepare_main_item(self, account, vals_list):
        """The item that balances the others; in both currencies, whatever their rounding."""
        return {
            **self._prepare_netting_item(account, 0.0),
            "amount_currency": self.currency_id.round(
                -sum(vals["amount_currency"] for vals in vals_list)
            ),
            "balance": self.company_id.currency_id.round(
                -sum(vals["balance"] for vals in vals_list)
            ),
        }

    def _prepare_netting_item(self, account, amount):
        return {
            "account_id": account.id,
            "partner_id": self.partner_id.id,
            "name": self.env._("Netting of %s", self.settlement_id.name),
            "currency_id": self.currency_id.id,
            "amount_currency": amount,
            "balance": self.currency_id._convert(
                amount, self.company_id.currency_id, self.company_id, self.settlement_id.date
            ),
            "analytic_distribution": False,
        }

    # -- parts ---------------------------------------------------------------------------------

    def _get_due_items(self):
        """The member's attributed items with the part of each that is due now.

        Under ``principal`` the member's document is for this settlement alone: all of it is due.

        :return: list of ``(item, amount)``
        :raise UserError: something else was reconciled with an item and too little of it is left
        """
        self.ensure_one()
        if self.network_id.policy != "attribution":
            return [(item, -item.amount_residual_currency) for item in self.item_ids]
        if self.is_books_company:
            return []
        due = defaultdict(float)
        for part in self.part_ids:
            row = part.distribution_id
            due[row.move_id, row._get_member_account()] += part.amount_currency
        items = self.item_ids.grouped(
            lambda item: (item.move_id._get_attributed_document(), item.account_id)
        )
        return [
            pair
            for key, amount in due.items()
            for pair in self._spread_due(
                key[0], items.get(key, self.item_ids.browse()), self.currency_id.round(amount)
            )
        ]

    def _spread_due(self, document, items, due):
        """Pairs ``(item, amount)`` that take ``due`` off the items of one document and account.

        A document has more than one item there once its shares were corrected. All of them are
        taken when all is due, whatever their signs; until then those on the side of ``due``.
        """
        compare = self.currency_id.compare_amounts
        opens = [(item, -item.amount_residual_currency) for item in items]
        if not compare(sum(amount for _item, amount in opens), due):
            return [(item, amount) for item, amount in opens if amount]
        pairs = []
        for item, amount in opens:
            if due * amount <= 0:
                continue
            taken = amount if compare(abs(amount), abs(due)) < 0 else due
            pairs.append((item, taken))
            due = self.currency_id.round(due - taken)
        if not self.currency_id.is_zero(due):
            self._raise_item_used(document)
        return pairs

    def _raise_item_used(self, document):
        raise UserError(
            self.env._(
                "The account of %(member)s for %(document)s was reconciled with something else, "
                "so less than what is due is left on it. Undo that reconciliation first.",
                member=self.partner_id.display_name,
                document=document.name,
            )
        )

    # -- reconciliation ------------------------------------------------------------------------

    def _get_netting_groups(self, own):
        """Groups of items to reconcile with ``own``, this member's items of the netting entry.

        Parts are reconciled item by item, in the order in which their values were prepared.
        """
        self.ensure_one()
        items = self._get_whole_items()
        drawn = self._get_drawn_items().move_line_id
        drawing = own[-1 - len(drawn) : -1]  # the last one is the balance
        groups = [item | mine for item, mine in zip(drawn, drawing, strict=True)]
        own -= drawing
        if not self.part_ids:
            return [*groups, self.item_ids | items | own]
        cleared = [item for item, amount in self._get_due_items() if amount]
        cleared += [item for item in items if item.amount_residual_currency]
        return groups + [item | mine for item, mine in zip(cleared, own, strict=False)]

    def _get_items_to_pay(self, own):
        """Items that a payment of this line closes."""
        self.ensure_one()
        if self.is_books_company:
            return self.item_ids
        if self.part_ids:
            return own[-1:]
        return self.item_ids | self._get_whole_items() | own
