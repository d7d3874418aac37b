from collections import defaultdict
from fractions import Fraction

from odoo import fields, models
from odoo.addons.red_empresarial.tools.minor_units import to_minor
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Documents of a purchase round: who bears goods, freight and what members document."""

    _inherit = "account.move"

    network_round_id = fields.Many2one(
        "business.network.purchase.round",
        string="Purchase Round",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        copy=False,
        readonly=True,
    )

    def copy_data(self, default=None):
        """What reverses or replaces a document of a round is of that round, too; a copy is not."""
        vals_list = super().copy_data(default=default)
        replaces = self.env.context.get("include_business_fields")
        for move, vals in zip(self, vals_list, strict=True):
            if replaces or vals.get("reversed_entry_id") == move.id:
                vals["network_round_id"] = move.network_round_id.id
                vals["network_charged_apart"] = move.network_charged_apart
        return vals_list

    def _get_network_frozen_fields(self):
        return super()._get_network_frozen_fields() | {"network_round_id"}

    # -- of which round ----------------------------------------------------------------------------

    def _take_rounds(self):
        """Write on bills the round of the orders they bill, however they were made.

        Only the orders' own button says it by itself; a bill completed in its form does not.

        :raise UserError: a bill of two rounds, or of another network than its round
        """
        for move in self.filtered(lambda move: move.is_purchase_document(include_receipts=True)):
            rounds = move.sudo().invoice_line_ids.purchase_line_id.order_id.network_round_id
            if not rounds:
                continue
            move._check_rounds(rounds)
            apart = rounds.network_id.policy == "principal"
            if move.network_round_id != rounds or move.network_charged_apart != apart:
                move.write({"network_round_id": rounds.id, "network_charged_apart": apart})

    def _check_rounds(self, rounds):
        self.ensure_one()
        if len(rounds) > 1:
            raise UserError(
                self.env._(
                    "%(bill)s bills orders of %(rounds)s. Make one bill for each purchase round.",
                    bill=self.display_name,
                    rounds=", ".join(rounds.mapped("display_name")),
                )
            )
        if self.network_id.sudo() != rounds.network_id:
            raise UserError(
                self.env._(
                    "%(bill)s bills an order of %(round)s, which %(network)s buys. Choose that "
                    "business network on the bill.",
                    bill=self.display_name,
                    round=rounds.display_name,
                    network=rounds.network_id.name,
                )
            )

    # -- who bears what ----------------------------------------------------------------------------

    def _weigh_by_basis(self, portion, terms):
        """Without an annex a round's document follows what each member gets of its orders."""
        if not self.network_round_id or terms["agreement"].parent_id:
            return super()._weigh_by_basis(portion, terms)
        weights = self._get_round_weights(portion)
        return ("allocation", weights) if weights else super()._weigh_by_basis(portion, terms)

    def _get_round_weights(self, portion):
        """Exact weights of the members in a portion: goods by what they get, freight by its basis.

        :return: ``{member: weight}``; empty for what is of no order of the round
        """
        if self.network_purchase_order_id:
            tax = portion["lines"].network_memorandum_tax_id[:1]
            return self.network_purchase_order_id._get_landed_values(tax)
        freights = portion["lines"].purchase_line_id.filtered("landed_basis")
        if freights:
            return freights[0].order_id._get_landed_weights(freights[0].landed_basis)
        advances = portion["lines"].purchase_line_id.filtered("is_downpayment")
        if advances:
            return self._get_advance_weights(advances, portion["name"])
        if self.network_id.policy == "member" or portion["lines"].tax_line_id:
            return self._get_tax_or_goods_weights(portion)
        return {}

    def _get_advance_weights(self, advances, name):
        """Who bears an advance to the supplier: the whole order; and it is deducted alike."""
        moves = advances.sudo().invoice_lines.move_id - self
        rows = moves.distribution_ids.filtered(lambda row: row.portion_name == name)
        amounts = self._get_row_amounts(rows)
        return amounts if any(amounts.values()) else advances[0]._get_bearing_shares()

    def _get_tax_or_goods_weights(self, portion):
        """Members share base and tax of their own part, and a tax at cost, by what they get."""
        values = defaultdict(int)
        for line in self._get_ordered_lines(portion["tax"]):
            coins = abs(to_minor(line.balance, self.company_currency_id))
            for member, share in line._get_round_shares().items():
                values[member] += coins * share
        return values

    def _get_ordered_lines(self, tax):
        """Lines of this bill that bill orders, with ``tax`` if it is not empty."""
        self.ensure_one()
        return self.invoice_line_ids.filtered(
            lambda line: (
                line.purchase_line_id and (not tax or tax in line.tax_ids.flatten_taxes_hierarchy())
            )
        )

    def _post(self, soft=True):
        """A joint bill of a purchase round that was distributed opens the round again."""
        self._take_rounds()
        posted = super()._post(soft=soft)
        posted._reopen_rounds()
        return posted

    def button_draft(self):
        result = super().button_draft()
        self._reopen_rounds()
        return result

    def button_cancel(self):
        result = super().button_cancel()
        self._reopen_rounds()
        return result

    def _reopen_rounds(self):
        """Rounds whose documents changed are no longer distributed until someone says so again."""
        rounds = self.sudo().network_round_id.filtered(lambda r: r.state == "distributed")
        rounds.filtered(lambda r: r._get_open_ends())._reopen()


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    round_cost_line_id = fields.Many2one(
        "purchase.order.line",
        string="Passes On",
        index="btree_not_null",
        ondelete="restrict",
        readonly=True,
        help="Order line whose cost this line of a member's invoice passes on.",
    )

    def _get_portion_name(self):
        """Freight is a portion of its own where the annex does not fix everyone's part.

        So are advances, and a tax at cost of a round whose members are invoiced, which follows the
        goods.
        """
        name = super()._get_portion_name()
        line = self.purchase_line_id
        policy = self.move_id.network_id.policy
        if self.tax_line_id and self.move_id.network_round_id and policy == "principal":
            return f"{name}tax"
        if self.tax_line_id or policy == "attribution":
            return name
        if line.is_downpayment and line.order_id.network_round_id:
            return f"{name}advance {line.order_id.id}"
        if not line.landed_basis:
            return name
        return f"{name}landed {line.order_id.id} {line.landed_basis}"

    def _get_round_shares(self):
        """Exact shares of the members in a line of a bill of a round."""
        self.ensure_one()
        line = self.purchase_line_id
        if not (line.landed_basis or line.is_downpayment):
            return self._get_allocation_shares()
        weights = line._get_bearing_shares()
        total = sum(weights.values())
        return {member: Fraction(weight) / total for member, weight in weights.items() if total}
