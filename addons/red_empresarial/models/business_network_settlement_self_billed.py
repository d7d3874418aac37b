from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount


class BusinessNetwork(models.Model):
    _inherit = "business.network"

    self_billed_journal_id = fields.Many2one(
        "account.journal",
        string="Self-billed Purchases Journal",
        domain=[("type", "=", "purchase")],
        check_company=True,
        ondelete="restrict",
        copy=False,
        help="Numbers the purchases that the books' company documents for its members. Made on "
        "first use.",
    )

    def _get_self_billed_journal(self):
        self.ensure_one()
        if not self.self_billed_journal_id:
            company = self.company_id.sudo()
            self.sudo().self_billed_journal_id = company._get_network_self_billed_journal()
        return self.self_billed_journal_id


class BusinessNetworkSettlement(models.Model):
    """Self-billed documents: drafts that a person checks and posts after the settlement.

    Until its document is posted a member has nothing to pay and nothing is netted with it: only
    posted documents are compensated.
    """

    _inherit = "business.network.settlement"

    pending_document_count = fields.Integer(compute="_compute_pending_document_count")

    @api.depends("line_ids.payment_state")
    def _compute_pending_document_count(self):
        for settlement in self:
            settlement.pending_document_count = len(
                settlement.line_ids.filtered(
                    lambda line: line.payment_state in ("pending", "missing")
                )
            )

    def _get_open_item_domain(self, members, earlier):
        """What a draft of an earlier settlement will net is not open for a later one."""
        waiting = self.env["business.network.settlement.line"].search(
            [
                ("network_id", "=", self.network_id.id),
                ("settlement_id", "!=", self.id),
                ("payment_state", "in", ("pending", "missing")),
            ]
        )
        items = waiting.netted_item_ids.move_line_id
        return [*super()._get_open_item_domain(members, earlier), ("id", "not in", items.ids)]

    def _post_member_documents(self):
        result = super()._post_member_documents()
        others = self.line_ids.filtered(lambda line: not line.is_books_company)
        others.filtered(lambda line: line._is_posted_by_hand()).document_expected = True
        return result

    def _reverse_entries(self):
        """Drafts that nobody posted are of no use any more."""
        drafts = self.sudo().move_ids.filtered(lambda move: move.state == "draft")
        self.line_ids.document_expected = False
        result = super()._reverse_entries()
        drafts.unlink()
        return result


class BusinessNetworkSettlementLine(models.Model):
    _inherit = "business.network.settlement.line"

    payment_state = fields.Selection(
        selection_add=[("pending", "Document to Post"), ("missing", "Document Missing")]
    )

    document_expected = fields.Boolean(
        readonly=True,
        copy=False,
        help="The settlement made a draft of the member's document, which a person posts.",
    )

    def _is_posted_by_hand(self):
        self_billed = self._get_document_kind() == "self_billed"
        return super()._is_posted_by_hand() or (
            self_billed and self._has_share() and self.amount_due >= 0
        )

    def _get_document_journal(self, charged):
        if not charged and self._get_document_kind() == "self_billed":
            return self.network_id._get_self_billed_journal()
        return super()._get_document_journal(charged)

    @api.depends("document_id.state", "document_expected")
    def _compute_payment_state(self):
        """A member whose document is not posted is neither paid nor without anything to pay."""
        result = super()._compute_payment_state()
        for line in self:
            state = line.sudo().document_id.state
            if line.document_expected and state != "posted":
                line.payment_state = "pending" if state == "draft" else "missing"
        return result

    def action_make_document(self):
        """Make the draft document again of members whose draft was deleted or canceled."""
        self.check_access("write")
        lines = self.sudo()
        for line in lines:
            if line.payment_state != "missing":
                raise UserError(
                    self.env._(
                        "%(member)s has its document in %(settlement)s: nothing is missing.",
                        member=line.partner_id.display_name,
                        settlement=line.settlement_id.name,
                    )
                )
        lines._check_document_data()
        documents = lines.env["account.move"].create(
            [line._prepare_member_document() for line in lines]
        )
        for line, document in zip(lines, documents, strict=True):
            line.document_id = document

    def _check_draft_unchanged(self):
        """Raise UserError when the draft that is posted is no longer this member's document."""
        for line in self:
            document = line.document_id
            if (
                document.commercial_partner_id != line.partner_id.commercial_partner_id
                or document.currency_id != line.currency_id
                or document.move_type not in ("in_invoice", "out_invoice")
            ):
                raise UserError(
                    self.env._(
                        "The document of %(member)s in %(settlement)s was made for another partner "
                        "or currency. Delete this draft and use “Make Document Again” on the "
                        "member's line.",
                        member=line.partner_id.display_name,
                        settlement=line.settlement_id.name,
                    )
                )
            line._check_draft_amounts()

    def _check_draft_amounts(self):
        """Raise UserError when the document is not of the share, or not of its deductions.

        A person may split the share over lines and correct taxes; what is due before tax stays.
        """
        self.ensure_one()
        deductions = self._get_deduction_lines()
        shares = self.document_id.invoice_line_ids - deductions
        pairs = [(sum(shares.mapped("price_subtotal")), self.amount_due)]
        deducted = deductions.grouped("network_deducted_item_id")
        for item in self._get_deductions():
            lines = deducted.get(item, deductions.browse())
            pairs.append((sum(lines.mapped("price_subtotal")), item.amount))
        for found, expected in pairs:
            if self.currency_id.compare_amounts(found, expected):
                self._raise_draft_changed(found, expected)

    def _raise_draft_changed(self, found, expected):
        raise UserError(
            self.env._(
                "The document of %(member)s states %(found)s before tax where %(settlement)s has "
                "%(expected)s. Correct the draft, or delete it and use “Make Document Again” on "
                "the member's line. If the share itself is wrong, reverse the settlement.",
                member=self.partner_id.display_name,
                found=format_amount(self.env, found, self.currency_id),
                settlement=self.settlement_id.name,
                expected=format_amount(self.env, expected, self.currency_id),
            )
        )


class AccountMove(models.Model):
    _inherit = "account.move"

    def _post(self, soft=True):
        self._check_still_asked()
        posted = super()._post(soft=soft)
        posted.sudo()._settle_self_billed()
        return posted

    def _get_settled_lines(self):
        """Lines of settlements in force whose document is one of these."""
        return (
            self.env["business.network.settlement.line"]
            .sudo()
            .search(
                [
                    ("document_id", "in", self.ids),
                    ("settlement_id.state", "in", ("posted", "paid")),
                ]
            )
        )

    def _check_still_asked(self):
        """Raise UserError for a member's document that its settlement asks for no more.

        Such as a canceled draft set back after another was made in its place: posted, the member
        would be paid twice.
        """
        documents = self.filtered(
            lambda move: (
                move.network_settlement_id and move.is_invoice() and not move.reversed_entry_id
            )
        )
        if not documents:
            return
        for move in documents - documents._get_settled_lines().document_id:
            raise UserError(
                self.env._(
                    "%(document)s of %(member)s is no document of %(settlement)s any more: another "
                    "one was made in its place, or the settlement was reversed. Delete this draft.",
                    document=move.display_name,
                    member=move.partner_id.display_name,
                    settlement=move.sudo().network_settlement_id.name,
                )
            )

    def _settle_self_billed(self):
        """Net and keep for payment the members' drafts that were posted just now."""
        documents = self.filtered(lambda m: m.network_settlement_id and m.is_invoice())
        if not documents:
            return
        lines = documents._get_settled_lines().filtered(
            lambda line: line._is_posted_by_hand() and not line.item_ids
        )
        lines._check_draft_unchanged()
        for settlement, its_lines in lines.grouped("settlement_id").items():
            settlement._settle_documents(its_lines)
