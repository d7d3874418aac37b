from collections import defaultdict

from odoo import Command, models

ENTRY_CONTEXT = {
    # The entry's lines are complete: core must not recompute taxes on them nor log each creation.
    "skip_invoice_sync": True,
    "tracking_disable": True,
    "mail_create_nolog": True,
    "skip_partner_rank": True,
    "mail_create_nosubscribe": True,
    "network_complete_items": True,
}


class AccountMove(models.Model):
    """The attribution entry: the companion that moves the others' part to their current accounts.

    Created in one batch for all documents of one posting, in the network's attribution journal,
    with the document's date and currency. It carries no analytic distribution: the network's
    analytic account is the whole joint business. Sources: VAT law art. 2 m–o and 19 (the operator
    never uses the others' input tax); acceptance cases T1, T5 and X1.
    """

    _inherit = "account.move"

    def _compute_reconciled_payment_ids(self):
        """A draft entry has no payments; core would ask for them thrice while making it."""
        drafts = self.filtered(lambda move: move.state == "draft" and move._is_complete_entry())
        drafts.reconciled_payment_ids = False
        return super(AccountMove, self - drafts)._compute_reconciled_payment_ids()

    def _is_complete_entry(self):
        """Whether the items of this entry are made complete by us: they only move amounts."""
        self.ensure_one()
        return bool(self.attribution_origin_id)

    def _create_attribution_entries(self):
        """Create and post the attribution entry of each of these distributed documents."""
        vals_list = [
            vals for move in self if (vals := move._prepare_attribution_entry())["line_ids"]
        ]
        entries = self.with_context(**ENTRY_CONTEXT).create(vals_list)
        entries._post(soft=False)
        return entries

    def _get_next_sequence_format(self):
        """Ask for the last number once per journal and month of a transaction.

        Core asks before each number and counts on from its own cache once the first of them is
        locked; what is cached here lives and is cleared with that cache.
        """
        if not self._is_complete_entry():
            return super()._get_next_sequence_format()
        cache, key = self._get_sequence_cache(), (self.journal_id, self.date.year, self.date.month)
        if key not in cache:
            cache[key] = super()._get_next_sequence_format()
        format_string, format_values = cache[key]
        return format_string, dict(format_values)

    def _prepare_attribution_entry(self):
        self.ensure_one()
        others = self.distribution_ids.filtered(lambda row: not row._is_books_company())
        return {
            "move_type": "entry",
            "journal_id": self.network_id.attribution_journal_id.id,
            "company_id": self.company_id.id,
            "date": self.date,
            "currency_id": self.currency_id.id,
            "ref": self.env._("Attribution of %s", self.name),
            "network_id": self.network_id.id,
            "attribution_origin_id": self.id,
            "line_ids": [Command.create(vals) for vals in self._prepare_attribution_lines(others)],
        }

    def _prepare_attribution_lines(self, others):
        """Lines that take the others' part off each account and put it on each one's account."""
        sources = [lines[0] for _kind, lines in self._get_portion_lines()]
        portions = defaultdict(self.env["business.network.distribution"].browse)
        members = defaultdict(self.env["business.network.distribution"].browse)
        for row in others:
            portions[row.portion % len(sources)] += row
            members[row.partner_id, row._get_member_account()] += row
        return [
            *(
                self._prepare_attribution_portion_line(sources[number], rows)
                for number, rows in portions.items()
            ),
            *(
                self._prepare_attribution_member_line(partner, account, rows)
                for (partner, account), rows in members.items()
            ),
        ]

    def _prepare_attribution_portion_line(self, source, rows):
        """Take the others' part off the account the document posted it to.

        On purchases the line carries the source's taxes and tags with the opposite balance, so that
        the tax return of the books' company shows its own part only. On sales the output tax and
        its base stay with the company that invoiced.
        """
        vals = {
            "account_id": source.account_id.id,
            "name": self.env._("%s: other members' part", self.name),
            "partner_id": self.commercial_partner_id.id,
            **self._prepare_attribution_amounts(rows),
        }
        if source._is_input_taxed():
            vals.update(
                tax_ids=[Command.set(source.tax_ids.ids)],
                tax_tag_ids=[Command.set(source.tax_tag_ids.ids)],
                tax_repartition_line_id=source.tax_repartition_line_id.id,
                group_tax_id=source.group_tax_id.id,
            )
            if source.tax_repartition_line_id:
                vals["display_type"] = "tax"
        return vals

    def _prepare_attribution_member_line(self, partner, account, rows):
        return {
            "account_id": account.id,
            "partner_id": partner.id,
            "name": self.env._("%s: your part", self.name),
            **self._prepare_attribution_amounts(rows, sign=-1),
        }

    def _prepare_attribution_amounts(self, rows, sign=1):
        """Amounts that cancel ``rows`` in the ledger: a row is minus its part of the balance."""
        return {
            **self._prepare_attribution_item(),
            "balance": self.company_currency_id.round(sign * sum(rows.mapped("amount"))),
            "amount_currency": self.currency_id.round(sign * sum(rows.mapped("amount_currency"))),
            "currency_id": self.currency_id.id,
        }

    def _prepare_attribution_item(self):
        """What core would compute item by item, by a record in memory for each of them."""
        vals = {
            "display_type": "product",
            "sequence": 100,
            "quantity": 1.0,
            "price_unit": 0.0,
            "product_uom_id": False,
            "tax_ids": [],
            "analytic_distribution": False,
        }
        return vals if self.company_id.account_storno else {**vals, "is_storno": False}

    def _get_attributed_document(self):
        """The document whose shares this entry books, at first or when they were corrected."""
        self.ensure_one()
        return self.attribution_origin_id or self.network_redistribution_line_id.move_id

    def _get_member_lines(self):
        """Items of these entries on the member current accounts of their networks."""
        return self.line_ids.filtered(
            lambda line: (
                line.account_id
                in line.move_id.network_id.member_payable_account_id
                | line.move_id.network_id.member_receivable_account_id
            )
        )

    def _get_used_member_lines(self):
        """Member items of these entries that something is already reconciled with."""
        return self._get_member_lines().filtered(
            lambda line: line.matched_debit_ids or line.matched_credit_ids
        )
