from odoo import Command, api, models
from odoo.exceptions import UserError


class BusinessNetworkSettlement(models.Model):
    """What posting a settlement books: members' documents, the netting entry, reconciliations."""

    _inherit = "business.network.settlement"

    def _check_date_open(self):
        """Raise UserError on a locked date: core would move the entries and leave the date."""
        self.ensure_one()
        network = self.network_id
        network._check_date_open(self.date, network.settlement_journal_id)
        if self.policy != "principal":
            return
        for line in self._get_lines_to_document():
            charged = line.amount_due < 0
            network._check_date_open(
                self.date,
                line._get_document_journal(charged),
                has_tax=bool(line._get_document_taxes(charged)),
            )

    # -- attribution: the items are there already ------------------------------------------------

    def _post_attributed(self):
        """Net what the attribution entries put on each member's accounts."""
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: not line.is_books_company)
        for line, items in lines._get_attribution_items().items():
            line.item_ids = items
        self._post_netting()

    # -- principal: member documents -------------------------------------------------------------

    def _post_member_documents(self):
        """Book each member's document for its share and keep its open items for the payment."""
        self.ensure_one()
        lines = self._get_lines_to_document()
        lines.netted_item_ids._check_unchanged()  # a draft would only find out when it is posted
        lines._check_document_data()
        documents = (
            self.env["account.move"]
            .sudo()
            .create([line._prepare_member_document() for line in lines])
        )
        for line, document in zip(lines, documents, strict=True):
            line.document_id = document
        drafts = lines.filtered(lambda line: line._is_posted_by_hand())
        (lines - drafts).document_id._post(soft=False)
        self._settle_documents(self.line_ids - drafts)

    def _get_lines_to_document(self):
        """Lines of members that document their share to the company that keeps the books."""
        return self.line_ids.filtered(lambda line: not line.is_books_company and line._has_share())

    def _settle_documents(self, lines):
        """Keep the open items of the lines' posted documents for the payment, and net them."""
        for line in lines:
            line.item_ids = line._get_document_items()
        self._post_netting(lines)

    # -- netting ---------------------------------------------------------------------------------

    def _post_netting(self, lines=None):
        """Leave one balance of each member: compensate its open items and take the tariff off.

        One entry for all the lines. It only compensates items that are posted and open.

        :param lines: lines to net; None nets the whole settlement
        """
        self.ensure_one()
        lines = self.line_ids if lines is None else lines
        lines.netted_item_ids._check_unchanged()
        self._check_fund_account()
        nettings = {line: line._prepare_netting_items() for line in lines}
        entry = self.env["account.move"].sudo()
        if any(nettings.values()):
            entry = entry.create(self._prepare_netting_entry(nettings))
            entry._post(soft=False)
        self._reconcile_netting(entry, nettings)

    def _check_fund_account(self):
        """Raise UserError when a tariff has no account to go to."""
        network = self.network_id
        if not self.currency_id.is_zero(self.amount_tariff) and not network.fund_account_id:
            raise UserError(
                self.env._(
                    "%(settlement)s takes a network tariff, but %(network)s has no fund account. "
                    "Set it on the network, page Accounting.",
                    settlement=self.name,
                    network=network.name,
                )
            )

    def _prepare_netting_entry(self, nettings):
        """Values of the netting entry.

        :param nettings: ``{line: [values of journal items]}``
        """
        self.ensure_one()
        return {
            "move_type": "entry",
            "journal_id": self.network_id.settlement_journal_id.id,
            "date": self.date,
            "currency_id": self.currency_id.id,
            "ref": self.env._("Netting of %s", self.name),
            "network_id": self.network_id.id,
            "network_settlement_id": self.id,
            "line_ids": [
                Command.create(vals) for vals_list in nettings.values() for vals in vals_list
            ],
        }

    def _reconcile_netting(self, entry, nettings):
        """Reconcile the netting entry with what it compensates; keep what is left to pay."""
        items, groups = iter(entry.line_ids.sorted("id")), []
        fund = self.network_id.fund_account_id
        for line, vals_list in nettings.items():
            own = line.item_ids.browse([next(items).id for _vals in vals_list])
            own = own.filtered(lambda item: item.account_id != fund)
            groups += line._get_netting_groups(own)
            line.item_ids = line._get_items_to_pay(own)
        self._reconcile_items(groups)

    @api.model
    def _reconcile_items(self, groups):
        """Reconcile each group of items account by account, all in one plan."""
        plan = [
            items.filtered(lambda item, account=account: item.account_id == account)
            for items in groups
            for account in items.account_id
        ]
        plan = [
            items
            for items in plan
            if len(items) > 1
            and any(item.balance > 0 for item in items)
            and any(item.balance < 0 for item in items)
        ]
        if plan:
            self.env["account.move.line"].sudo()._reconcile_plan(plan)
