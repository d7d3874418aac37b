from odoo import api, models
from odoo.exceptions import UserError


class BusinessNetworkFundAccessMixin(models.AbstractModel):
    """A record of a fund, or a row of one: it enters nothing that its user may not write.

    Rules look at a record before it is written: at the fund it leaves. Nor does it change its
    network: its members, its number and its boxes are of that one.

    A model has a ``network_id``; it says by ``_fund_links`` which fields it follows its fund by.
    """

    _name = "business.network.fund.access.mixin"
    _inherit = "business.network.guarded.mixin"
    _description = "Record of a Fund"
    _fund_links = ("fund_id",)

    @api.model
    def _get_guarded_fields(self):
        # Stored related fields are written by RPC like any other.
        followed = {name for name, field in self._fields.items() if field.related and field.store}
        return super()._get_guarded_fields() | followed

    def write(self, vals):
        links = vals.keys() & set(self._fund_links)
        if not links:
            return super().write(vals)
        for name in links:
            self._get_entered(name, vals[name]).check_access("write")
        networks = {record: record.network_id for record in self}
        result = super().write(vals)
        self._check_network_stays(networks)
        return result

    def _get_entered(self, name, value):
        """What a link would say once ``value`` is written into it."""
        field = self._fields[name]
        return self.env[field.comodel_name].browse(field.convert_to_cache(value, self) or ())

    def _check_network_stays(self, networks):
        """Raise UserError for a record that is of another network than the one in ``networks``."""
        for record in self:
            if record.network_id != networks[record]:
                raise UserError(
                    self.env._(
                        "%(record)s is of %(network)s, with its members and boxes, so it does not "
                        "move to %(other)s. Delete it, and make another one there.",
                        record=record.display_name,
                        network=networks[record].sudo().name,
                        other=record.network_id.sudo().name,
                    )
                )
