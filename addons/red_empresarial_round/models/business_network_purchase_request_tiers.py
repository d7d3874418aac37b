from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.quantities import from_exact
from odoo.exceptions import UserError

from .business_network_purchase_round import STATES


class BusinessNetworkPurchaseRequest(models.Model):
    """The request of a network gathers what its members asked in a round of their own."""

    _inherit = "business.network.purchase.request"

    source_state = fields.Selection(
        STATES,
        string="Its Own Round",
        compute="_compute_source_state",
        compute_sudo=True,
        help="State of the round in which the members of this network ask.",
    )

    @api.depends("source_round_ids.state")
    def _compute_source_state(self):
        for request in self:
            request.source_state = request._get_source_round().state

    def _get_source_round(self):
        """The round of the network that fills this request, as superuser; none if it is typed."""
        rounds = self.sudo().source_round_ids
        return rounds.filtered(lambda purchase_round: purchase_round.state != "cancel")

    def _gather(self, quantities):
        """Ask what a network's round found in all, and send it; without anything stay a draft.

        :param quantities: ``{product of this round: (Fraction asked, Fraction at most)}``
        """
        self.ensure_one()
        self._take_back()
        if not quantities:
            return
        self.env["business.network.purchase.request.line"].create(
            [
                {
                    "request_id": self.id,
                    "round_product_id": product.id,
                    "product_uom_id": product.product_uom_id.id,
                    "quantity": from_exact(quantity),
                    "maximum_quantity": from_exact(maximum) if maximum > quantity else 0.0,
                }
                for product, (quantity, maximum) in quantities.items()
            ]
        )
        self.line_ids._check_quantities()
        self._set_state("sent", fields.Datetime.now())

    def _take_back(self):
        """Forget what was gathered: the members of the network may ask again."""
        self.round_id._touch()
        self.round_id._check_typing()
        self._set_state("draft")
        self.line_ids.unlink()

    # -- only the network's own round writes it ----------------------------------------------------

    def _check_changeable(self):
        self._check_not_gathered()
        return super()._check_changeable()

    def action_send(self):
        self._check_not_gathered()
        return super().action_send()

    def action_reset_to_draft(self):
        self._check_not_gathered()
        return super().action_reset_to_draft()

    def action_cancel(self):
        self._check_not_gathered()
        return super().action_cancel()

    def _check_not_gathered(self):
        """Raise UserError for a request that the round of a network writes."""
        if self.env.su:
            return
        for request in self:
            source = request._get_source_round()
            if source:
                raise UserError(
                    self.env._(
                        "%(request)s gathers what the members of %(network)s ask in %(round)s, and "
                        "closing that round sends it. Ask there, or cancel that round to type it "
                        "here.",
                        request=request.display_name,
                        network=source.network_id.name,
                        round=source.display_name,
                    )
                )


class BusinessNetworkPurchaseRound(models.Model):
    """What a network asks in all, sent when its round closes."""

    _inherit = "business.network.purchase.round"

    def _get_typed_requests(self):
        return (
            super()._get_typed_requests().filtered(lambda request: not request._get_source_round())
        )

    def _send_parent_request(self):
        """Send the sum of what the members asked, and of what they take at most."""
        self.ensure_one()
        if not self.parent_request_id:
            return
        above = self.parent_round_id.product_ids.grouped("product_id")
        self.parent_request_id._gather(
            {
                above[product.product_id]: sums
                for product, sums in self._get_asked_sums().items()
                if product.product_id in above
            }
        )

    def _get_asked_sums(self):
        """``{product: (Fraction asked, Fraction at most)}`` of the sent requests, its unit."""
        by_product = self._get_rows_by_product()
        sums = {}
        for product in self.product_ids:
            if rows := by_product.get(product.id):
                factors = product._get_factors({row.uom for row in rows})
                sums[product] = (
                    sum(factors[row.uom] * row.quantity for row in rows),
                    sum(factors[row.uom] * (row.maximum or row.quantity) for row in rows),
                )
        return sums
