from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount

GIFT_TERMS = ("fund_restriction", "fund_gift_id")


class AccountMove(models.Model):
    """Entries that use money which was given for one use, held to what is left of it."""

    _inherit = "account.move"

    fund_restriction = fields.Char(index="btree_not_null")  # few of the entries are gifts
    fund_gift_id = fields.Many2one(
        "account.move",
        string="Restricted Money Used",
        index="btree_not_null",
        ondelete="restrict",
        readonly=True,
        help="The donation or co-financing that this was paid from.",
    )

    def write(self, vals):
        if any(name in vals for name in GIFT_TERMS) and not self.env.su:
            for move in self.filtered(lambda move: move.state == "posted" and move.fund_id):
                if any(self._field_will_change(move, vals, name) for name in GIFT_TERMS):
                    move._raise_fund_frozen()
        return super().write(vals)

    def _get_gifts(self):
        """The gifts that these entries are, read anew."""
        gifts = self.env["business.network.fund.gift"].sudo()
        gifts.invalidate_model()
        return gifts.search([("id", "in", self.ids)])

    def _post(self, soft=True):
        posted = super()._post(soft=soft)
        posted.sudo().fund_gift_id._check_gifts_suffice()
        return posted

    def _check_gifts_suffice(self):
        """Raise UserError when more was used of one of these gifts than was given."""
        for gift in self._get_gifts():
            if gift.currency_id.compare_amounts(gift.amount_left, 0.0) < 0:
                raise UserError(
                    self.env._(
                        "%(gift)s was %(received)s, and %(used)s would be used of it. Use less, "
                        "or pay the rest from other money of %(fund)s.",
                        gift=gift._get_name(),
                        received=format_amount(self.env, gift.amount_received, gift.currency_id),
                        used=format_amount(self.env, gift.amount_used, gift.currency_id),
                        fund=gift.fund_id.display_name,
                    )
                )

    def _check_fund_reversals(self):
        result = super()._check_fund_reversals()
        self.reversed_entry_id._check_gifts_unused()
        return result

    def _check_gifts_unused(self):
        """Raise UserError for a gift that was used, or is approved for a use."""
        for gift in self._get_gifts():
            if gift.amount_used or gift.amount_promised:
                raise UserError(
                    self.env._(
                        "%(used)s of %(gift)s (%(entry)s) is used or approved already, so it is "
                        "not taken back. Undo the payments that name it first.",
                        used=format_amount(
                            self.env, gift.amount_used + gift.amount_promised, gift.currency_id
                        ),
                        gift=gift._get_name(),
                        entry=gift.move_id.display_name,
                    )
                )
