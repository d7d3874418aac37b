from fractions import Fraction

from odoo import models

REFRESHED_LATER = "network_annex_later"  # context: whoever called refreshes the annex at the end


class BusinessNetworkPurchaseRound(models.Model):
    """The annex of a round follows its orders after ordering, as they are lowered or canceled.

    Without a shared out bill the annex is made again. Once a document was shared out by it, a
    correction of shares is prepared, whose right version has the proportions of the orders now.
    """

    _inherit = "business.network.purchase.round"

    def _get_placed_orders(self):
        """Orders that the round placed and nobody canceled, approved or not."""
        return self.order_ids.filtered(
            lambda order: order.network_round_placed and order.state in ("to approve", "purchase")
        )

    def _refresh_annex(self):
        """Make the annexes of these rounds say what their orders say. Twice does nothing."""
        for purchase_round in self.sudo().filtered(lambda r: r.annex_id and r._is_bought()):
            if not purchase_round._is_annex_outdated():
                continue
            if purchase_round._is_annex_used():
                purchase_round._prepare_correction()
            else:
                purchase_round._remake_annex()

    def _is_annex_outdated(self):
        """Whether the orders give other shares than the annex; not when nothing is ordered."""
        self.ensure_one()
        if not self.annex_id:
            return False
        needs = self._get_annex_needs(self._get_placed_orders())
        total = sum(needs.values())
        shares = {member: Fraction(coins, total) for member, coins in needs.items()}
        fixed = self.annex_id._get_shares("expense")
        return bool(needs) and shares != {m: share for m, share in fixed.items() if share}

    def _is_annex_used(self):
        domain = [("agreement_id", "=", self.annex_id.id)]
        return bool(self.env["business.network.distribution"].sudo().search_count(domain, limit=1))

    def _remake_annex(self):
        """Another annex for the orders as they are now; that one is still to be filed."""
        annex, filed = self.annex_id, self.annex_id.filing_date
        moves = self.env["account.move"].search([("network_annex_id", "=", annex.id)])
        moves.network_annex_id = False
        self._drop_annex()
        if filed:
            self.annex_filing_date = False
        self._make_annex(self._get_placed_orders())
        moves.network_annex_id = self.annex_id
        self.message_post(body=self.env._("The orders changed: the annex was made again."))

    def _prepare_correction(self):
        """A draft correction of the annex with the right shares, or that of before, corrected."""
        needs = self._get_annex_needs(self._get_placed_orders())
        correction = self._get_open_correction()
        right = correction.corrected_agreement_id
        if right:
            fixed = right._get_weights("expense")
            if {member: weight for member, weight in fixed.items() if weight} == needs:
                return
            self.network_id._write_annex_needs(right, needs)
        else:
            right = self.network_id._draft_annex_of_needs(
                needs, self.env._("%s (corrected)", self.annex_id.name), self.annex_id.date_from
            )
            correction = self.env["business.network.redistribution"].create(
                {
                    "network_id": self.network_id.id,
                    "agreement_id": self.annex_id.id,
                    "corrected_agreement_id": right.id,
                    "reason": self.env._("The orders of %s changed.", self.display_name),
                }
            )
        self.message_post(
            body=self.env._(
                "The orders changed after bills were shared out by the annex. Apply %s, which "
                "corrects who bears them.",
                correction.display_name,
            )
        )

    def _get_open_correction(self):
        """The correction of the annex that nobody applied yet."""
        return (
            self.env["business.network.redistribution"]
            .sudo()
            .search([("agreement_id", "=", self.annex_id.id), ("state", "=", "draft")], limit=1)
        )

    def _get_open_ends(self):
        """Nothing is distributed while the annex says otherwise than the orders."""
        missing = super()._get_open_ends()
        if self._is_annex_outdated():
            correction = self._get_open_correction()
            missing.append(
                self.env._(
                    "apply the correction of shares %s, since the orders changed after the annex "
                    "was made",
                    correction.display_name,
                )
                if correction
                else self.env._(
                    "correct the shares of “%s”: the orders changed after it was made",
                    self.annex_id.display_name,
                )
            )
        return missing

    def action_distribute(self):
        self.filtered(lambda r: r.state == "received")._refresh_annex()
        return super().action_distribute()


class BusinessNetworkRedistribution(models.Model):
    """A corrected annex takes the place of the wrong one on its round, orders and drafts."""

    _inherit = "business.network.redistribution"

    def _replace_agreement(self):
        result = super()._replace_agreement()
        wrong, right = self.agreement_id, self.corrected_agreement_id
        rounds = self.env["business.network.purchase.round"].sudo()
        rounds = rounds.search([("annex_id", "=", wrong.id)])
        rounds.annex_id = right
        rounds.order_ids.filtered(lambda o: o.network_annex_id == wrong).network_annex_id = right
        rounds.move_ids.filtered(
            lambda move: move.network_annex_id == wrong and move.state != "posted"
        ).network_annex_id = right
        return result


class BusinessNetworkAllocation(models.Model):
    """Who gets what decides who bears it, also after ordering."""

    _inherit = "business.network.allocation"

    def _refresh_annexes(self):
        if not self.env.context.get(REFRESHED_LATER):
            self.sudo().purchase_line_id.network_round_id._refresh_annex()

    def decline(self, reason):
        result = super().decline(reason)
        self._refresh_annexes()
        return result

    def action_propose(self):
        result = super().action_propose()
        self._refresh_annexes()
        return result

    def action_close_short(self):
        result = super().action_close_short()
        self._refresh_annexes()
        return result

    def reshare(self, basis="agreement"):
        result = super().reshare(basis=basis)
        self._refresh_annexes()
        return result


class PurchaseOrder(models.Model):
    _inherit = "purchase.order"

    def button_cancel(self):
        result = super().button_cancel()
        rounds = self.sudo().network_round_id.filtered(lambda r: r._is_bought())
        rounds._refresh_annex()
        for purchase_round in rounds:
            purchase_round._update_received()
        return result


class AccountMove(models.Model):
    """Bills follow the annex of their round as it is on posting."""

    _inherit = "account.move"

    def _post(self, soft=True):
        for move in self.filtered(lambda m: m.network_policy == "attribution"):
            move._follow_round_annex()
        return super()._post(soft=soft)

    def _follow_round_annex(self):
        """Whatever changed the orders since: the weights are theirs, the bill names the annex."""
        self.ensure_one()
        orders = self.sudo().invoice_line_ids.purchase_line_id.order_id
        purchase_round = orders.network_round_id[:1]
        if not purchase_round.annex_id or self.reversed_entry_id:
            return
        purchase_round._refresh_annex()
        if not self.network_annex_id or self.network_annex_id.corrected_by_id:
            self.network_annex_id = purchase_round.annex_id

    # -- members that left -----------------------------------------------------------------------

    def _get_delivered_bases(self):
        """The annex of a round says what each member received of it."""
        bases = super()._get_delivered_bases()
        purchase_round = self.network_round_id
        if self.network_annex_id and self.network_annex_id == purchase_round.annex_id:
            return (*bases, "annex")
        return bases

    def _check_sharing_members(self, members, portions):
        """Let pass who received all of its part while it was a member, whatever it is now."""
        served = members.filtered(lambda member: self._is_served(member, portions))
        return super()._check_sharing_members(members - served, portions)

    def _is_served(self, member, portions):
        """Whether a member that left has received all it was to get of what this shares out."""
        if member._is_in_force(self.date) or not self._shares_by_delivery(member, portions):
            return False
        allocations = self._get_served_orders().allocation_ids.filtered(
            lambda allocation: allocation.member_id == member
        )
        deliveries = allocations.delivery_ids.filtered(lambda delivery: delivery.state == "done")
        return (
            bool(deliveries)
            and not any(allocations.mapped("remaining_quantity"))
            and all(member._is_in_force(delivery.date) for delivery in deliveries)
        )

    def _get_served_orders(self):
        """Orders of a round whose goods this document stands for, or whose annex it follows."""
        purchase_round = self.sudo().network_round_id
        if not purchase_round:
            return self.env["purchase.order"].sudo()
        if "annex" in self._get_delivered_bases():
            return purchase_round._get_placed_orders()
        orders = self.sudo().network_purchase_order_id
        orders |= self.sudo().invoice_line_ids.purchase_line_id.order_id
        return orders.union(*(order._get_bearing_lines().order_id for order in orders))
