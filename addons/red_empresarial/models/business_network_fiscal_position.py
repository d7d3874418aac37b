from odoo import api, fields, models


class BusinessNetwork(models.Model):
    """The tax position a network proposes on its sales, such as exportation."""

    _inherit = "business.network"

    sale_fiscal_position_id = fields.Many2one(
        "account.fiscal.position",
        string="Fiscal Position",
        check_company=True,
        ondelete="restrict",
        copy=False,
        help="Proposed on joint orders and invoices to buyers that have none of their own and that "
        "it is meant for, by its country or tax id. Empty finds it by the buyer's address alone.",
    )

    def _get_proposed_fiscal_position(self, partner, delivery):
        """The network's fiscal position if it fits this buyer; empty leaves it to the usual rules.

        :param partner: ``res.partner`` that is invoiced
        :param delivery: its delivery address, possibly empty
        """
        network = self.sudo()
        address = (delivery or partner).sudo().with_company(network.company_id)
        position = network.sale_fiscal_position_id.with_company(network.company_id)
        if not address or address.property_account_position_id:
            return position.browse()
        own = partner.sudo().with_company(network.company_id).property_account_position_id
        fits = all(check(position) for check in position._get_fpos_validation_functions(address))
        return position if fits and not own else position.browse()


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @api.depends("network_id")
    def _compute_fiscal_position_id(self):
        """A network proposes its own; orders with lines offer to update their taxes, as ever."""
        usual = self.browse()
        for order in self:
            position = order.network_id._get_proposed_fiscal_position(
                order.partner_id, order.partner_shipping_id
            )
            if not position:
                usual |= order
                continue
            if order.order_line and order.fiscal_position_id != position:
                order.show_update_fpos = True
            order.fiscal_position_id = position.sudo(False)
        return super(SaleOrder, usual)._compute_fiscal_position_id()


class AccountMove(models.Model):
    _inherit = "account.move"

    @api.depends("network_id", "network_member_id")
    def _compute_fiscal_position_id(self):
        """An invoice of a network that no order made proposes the network's, too."""
        usual = self.browse()
        for move in self:
            position = self.env["account.fiscal.position"]
            if move.is_sale_document(include_receipts=True) and move._is_joint_document():
                position = move.network_id._get_proposed_fiscal_position(
                    move.partner_id, move.partner_shipping_id
                )
            if position:
                move.fiscal_position_id = position.sudo(False)
            else:
                usual |= move
        return super(AccountMove, usual)._compute_fiscal_position_id()
