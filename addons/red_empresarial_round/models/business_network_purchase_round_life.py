from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_amount, format_date


class BusinessNetworkPurchaseRoundLife(models.Model):
    """Opening, closing, reopening and canceling a round: twice does nothing."""

    _inherit = "business.network.purchase.round"

    def action_open(self):
        """Let the members ask, once there is something to ask and someone who may."""
        rounds = self.filtered(lambda purchase_round: purchase_round.state != "open")
        for purchase_round in rounds:
            purchase_round._check_state("draft")
            purchase_round._check_ready_to_open()
        rounds._set_state("open")

    def action_close(self):
        """Take no more requests, and consolidate what was sent. Drafts do not count."""
        rounds = self.filtered(lambda purchase_round: purchase_round.state != "closed")
        rounds._touch()
        for purchase_round in rounds:
            purchase_round._check_state("open")
        rounds._set_state("closed")
        for purchase_round in rounds.sudo():
            purchase_round._consolidate()
            purchase_round._post_left_out()
        rounds._forget_missing_members()

    def action_reopen(self):
        """Let the members ask again, today at least; what was consolidated is forgotten.

        :raise UserError: something is ordered already
        """
        rounds = self.filtered(lambda purchase_round: purchase_round.state != "open")
        for purchase_round in rounds:
            purchase_round._check_state("closed")
            purchase_round._check_nothing_ordered()
        rounds._set_state("open")
        for purchase_round in rounds.filtered(lambda purchase_round: purchase_round._is_over()):
            purchase_round.date_close = purchase_round._get_today()
        rounds.sudo()._clear_consolidation()

    def action_cancel(self):
        """Give the round up, whatever its state, with the orders that can still be canceled."""
        rounds = self.filtered(lambda purchase_round: purchase_round.state != "cancel")
        rounds.check_access("write")
        rounds._touch()
        rounds._cancel_orders()
        rounds._set_state("cancel")
        rounds._forget_missing_members()

    def action_reset_to_draft(self):
        """Prepare a canceled round, or one that was opened too early, again."""
        rounds = self.filtered(lambda purchase_round: purchase_round.state != "draft")
        for purchase_round in rounds:
            purchase_round._check_state("open", "cancel")
            purchase_round._check_nothing_ordered()
        rounds._set_state("draft")
        rounds.sudo()._clear_consolidation()

    def _cancel_orders(self):
        """Cancel what was ordered for these rounds, or refuse by name; extended by who orders."""

    def _set_state(self, state):
        self.check_access("write")
        self.sudo().write({"state": state})

    def _touch(self):
        """Make what must not happen twice or cross meet on the row of the round.

        Of two at the same time the second waits, is retried by the server and then finds what the
        first one did: no request is sent and left out, no member is invoiced twice.
        """
        if self:
            self.check_access("write")
            self.env.cr.execute(
                SQL(
                    "UPDATE business_network_purchase_round SET write_date = write_date"
                    " WHERE id IN %s",
                    tuple(self.ids),
                )
            )

    # -- rules -------------------------------------------------------------------------------------

    def _check_ready_to_open(self):
        """Raise an error that names what the round lacks before members can ask."""
        self.ensure_one()
        if not self.product_ids:
            raise UserError(
                self.env._(
                    "%s has no products. Add what members may ask, or copy the last round.",
                    self.display_name,
                )
            )
        if self.date_close < self._get_today():
            raise UserError(
                self.env._(
                    "The closing day of %(round)s, %(date)s, has passed. Choose a later one.",
                    round=self.display_name,
                    date=format_date(self.env, self.date_close),
                )
            )
        self.network_id._get_agreement(self.date_close)
        self.participant_ids._check_in_force(self.date_close)
        if not self._get_participants():
            raise UserError(
                self.env._(
                    "%(network)s has no member in force on %(date)s, when %(round)s closes. Add "
                    "its members, or change the closing day.",
                    network=self.network_id.name,
                    date=format_date(self.env, self.date_close),
                    round=self.display_name,
                )
            )

    def _check_asking(self):
        """Raise UserError naming the round unless members may ask in it today."""
        for purchase_round in self:
            purchase_round._check_typing()
            today = purchase_round._get_today()
            names = {
                "round": purchase_round.display_name,
                "date_open": format_date(self.env, purchase_round.date_open),
                "date_close": format_date(self.env, purchase_round.date_close),
            }
            if today < purchase_round.date_open:
                raise UserError(
                    self.env._(
                        "%(round)s takes requests from %(date_open)s on. Keep the request as a "
                        "draft until then, or change the opening day.",
                        **names,
                    )
                )
            if today > purchase_round.date_close:
                raise UserError(
                    self.env._(
                        "%(round)s took requests until %(date_close)s. Give it a later closing "
                        "day to take more.",
                        **names,
                    )
                )

    def _check_typing(self):
        """Raise UserError naming the round unless it is open: requests may be written then."""
        for purchase_round in self:
            if purchase_round.state == "draft":
                raise UserError(
                    self.env._(
                        "%s is not open yet, so nobody can ask in it. Open it first.",
                        purchase_round.display_name,
                    )
                )
            if purchase_round.state != "open":
                raise UserError(
                    self.env._(
                        "%s takes no more requests: it is closed. Open it again while nothing is "
                        "ordered, or ask in the next round.",
                        purchase_round.display_name,
                    )
                )

    def _check_nothing_ordered(self):
        """Raise UserError naming the orders that are not canceled."""
        for purchase_round in self:
            orders = purchase_round.sudo().order_ids.filtered(lambda order: order.state != "cancel")
            if orders:
                raise UserError(
                    self.env._(
                        "%(round)s already has %(orders)s. Cancel them before the members ask "
                        "again.",
                        round=purchase_round.display_name,
                        orders=", ".join(orders.mapped("name")),
                    )
                )

    @api.constrains("state")
    def _check_goes_on(self):
        """Raise UserError for a round that goes on below what the network says is worth it."""
        for purchase_round in self.filtered(
            lambda purchase_round: purchase_round.state in ("negotiated", "ordered")
        ):
            if purchase_round.is_below_minimum:
                amount, minimum = (
                    format_amount(self.env, value, purchase_round.currency_id)
                    for value in (purchase_round.amount_expected, purchase_round.minimum_amount)
                )
                raise UserError(
                    self.env._(
                        "%(round)s comes to %(amount)s at the expected prices, below its minimum "
                        "of %(minimum)s. Open it again for more requests, correct the expected "
                        "prices, or lower the minimum.",
                        round=purchase_round.display_name,
                        amount=amount,
                        minimum=minimum,
                    )
                )

    # -- by itself ---------------------------------------------------------------------------------

    @api.model
    def _cron_close(self):
        """Close the rounds whose closing day has passed; those that cannot be say so to someone."""
        rounds = self.search(
            [("state", "=", "open"), ("date_close", "<=", fields.Date.today())], order="id"
        )
        due = rounds.filtered(lambda purchase_round: purchase_round._is_over())
        for purchase_round in due:
            try:
                with self.env.cr.savepoint():
                    purchase_round.action_close()
            except UserError as error:
                purchase_round.invalidate_recordset()
                purchase_round._tell_responsible(
                    "red_empresarial_round.activity_round_not_closed", str(error)
                )
            self.env["ir.cron"]._commit_progress(1)

    def _is_over(self):
        return self.date_close < self._get_today()

    def _tell_responsible(self, activity_type, note):
        """Leave one activity of a type with the responsible; a later note replaces the first."""
        self.ensure_one()
        user = self.user_id or self.network_id.manager_id or self.env.user
        if not self.activity_reschedule(
            [activity_type], new_user_id=user.id, date_deadline=self._get_today()
        ):
            self.activity_schedule(activity_type, self._get_today(), note=note, user_id=user.id)
        else:
            self.activity_search([activity_type]).note = note
