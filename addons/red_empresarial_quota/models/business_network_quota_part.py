from odoo import fields, models


class BusinessNetworkQuota(models.Model):
    """A network's part of the plan of the network of networks, read by those who manage it.

    They see no plan of others: what the plan says of their part is read through the quota of their
    network, which they do see. Nothing of other networks is shown, nor the volume of all.
    """

    _inherit = "business.network.quota"

    plan_basis = fields.Selection(related="plan_id.basis", string="Basis of the Plan")
    plan_sub_basis = fields.Selection(
        related="plan_id.sub_basis", string="Basis Within the Network"
    )
    plan_formula = fields.Char(related="plan_id.formula", string="Formula of the Plan")
    plan_sub_formula = fields.Char(
        related="plan_id.sub_formula", string="Formula Within the Network"
    )
    plan_unit_size = fields.Float(related="plan_id.unit_size", string="Size of a Quota Unit")
    plan_agreed_on = fields.Date(related="plan_id.agreed_on", string="Plan Agreed On")
    plan_minute_reference = fields.Char(
        related="plan_id.minute_reference", string="Minutes of the Plan"
    )

    def _get_parts(self):
        """Quotas of the first level that these are, or are within, as superuser.

        :raise AccessError: the user may not read one of them
        """
        parts = self.parent_id | self.filtered(lambda quota: not quota.parent_id)
        (self | parts).check_access("read")
        return parts.sudo()

    def action_open_part(self):
        """Open the part of a network: its quota and those of its members, with their proof."""
        self.ensure_one()
        part = self._get_parts()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Part of %s", part.member_id.display_name),
            "res_model": self._name,
            "res_id": part.id,
            "view_mode": "form",
            "views": [
                (
                    self.env.ref("red_empresarial_quota.business_network_quota_part_view_form").id,
                    "form",
                )
            ],
        }
