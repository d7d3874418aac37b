from odoo import fields, models
from odoo.exceptions import UserError

from .account_move_fund_documents import LINKS

# Money that came in or moved by “Receive”, a meeting or “Money In or Moved”: no document of its own
# takes it back.
TAKEN_BACK = {
    "receipt",
    "donation",
    "cofinancing",
    "event",
    "opening",
    "company",
    "deposit",
    "transfer",
}


class AccountMove(models.Model):
    """Entries of a fund that correct others: what members are forgiven, and what is taken back.

    Both say why; who booked them is the entry's user.
    """

    _inherit = "account.move"

    fund_forgiven_item_id = fields.Many2one(
        "account.move.line",
        string="Forgives",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
        help="What the member was asked, and owes no more or less of.",
    )
    fund_correction_reason = fields.Char(
        string="Reason of the Correction", copy=False, readonly=True
    )

    def _get_forgivings(self):
        """Posted entries, not taken back themselves, that forgive something of these."""
        return (
            self.env["account.move"]
            .search([("fund_forgiven_item_id.move_id", "in", self.ids), ("state", "=", "posted")])
            .filtered(lambda move: not move._is_reversed())
        )

    def _reverse_moves(self, default_values_list=None, cancel=False):
        self.sudo()._check_not_forgiven()
        return super()._reverse_moves(default_values_list=default_values_list, cancel=cancel)

    def _check_not_forgiven(self):
        """Raise UserError for what is forgiven in part: its reversal would leave an advance."""
        asked = self.filtered("fund_id")
        forgiving = asked and (asked._get_forgivings() - self)[:1]
        if forgiving:
            raise UserError(
                self.env._(
                    "%(member)s was forgiven something of %(entry)s (%(forgiving)s). Take that "
                    "back first, in Dues and Fines of Members.",
                    member=forgiving.fund_forgiven_item_id.partner_id.display_name,
                    entry=forgiving.fund_forgiven_item_id.move_id.display_name,
                    forgiving=forgiving.display_name,
                )
            )

    def _get_correction_text(self):
        """What was corrected, with the member where it is about one."""
        self.ensure_one()
        partner = self.line_ids.partner_id
        return " · ".join(filter(None, (len(partner) == 1 and partner.display_name, self.ref)))

    # -- by who runs the fund --------------------------------------------------------------------

    def _can_reverse_in_fund(self):
        """Whether who runs the fund takes this entry back by itself, and not by a document."""
        self.ensure_one()
        return not (
            self.state != "posted"
            or self.reversed_entry_id
            or self._is_reversed()
            or not self._is_taken_back_alone()
        )

    def _is_taken_back_alone(self):
        """Whether no document says what became of this entry, nor states it."""
        if not self.fund_id or self.statement_line_id:
            return False
        if self.fund_forgiven_item_id or self.fund_meeting_id:
            return True
        kinds = set(self.line_ids.filtered("fund_id").mapped("fund_movement"))
        links = {*LINKS, "fund_schedule_id", "fund_handover_id", "network_settlement_id"}
        return bool(kinds) and kinds <= TAKEN_BACK and not any(self[name] for name in links)

    def _check_can_reverse_in_fund(self):
        """Raise UserError for an entry that who runs a fund does not take back by itself."""
        for move in self:
            if move._can_reverse_in_fund():
                continue
            if move._is_reversed():
                raise UserError(
                    self.env._("%s was taken back already. Book the right one.", move.display_name)
                )
            raise UserError(
                self.env._(
                    "%s is not taken back by itself. Use the buttons of its loan, event, exit, "
                    "expense or fine, or forgive the member what it was asked.",
                    move.display_name,
                )
            )
