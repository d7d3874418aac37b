from odoo import api, fields, models

INDENT = "\u2003"  # a space as wide as a letter, which a list does not swallow


class BusinessNetworkQuota(models.Model):
    """Quotas read as a tree: each network followed by its members."""

    _inherit = "business.network.quota"
    _order = "plan_id, position, id"

    position = fields.Char(
        compute="_compute_position",
        store=True,
        precompute=True,
        help="Sorts each network before its members, in the order of the memberships.",
    )
    tree_label = fields.Char(string="Network and Members", compute="_compute_tree_label")

    @api.depends("member_id.sequence", "parent_id.member_id.sequence")
    def _compute_position(self):
        for quota in self:
            way = quota.sudo().parent_id.member_id | quota.sudo().member_id
            quota.position = "/".join(f"{member.sequence:06d}.{member.id:09d}" for member in way)

    @api.depends("member_id", "level")
    def _compute_tree_label(self):
        for quota in self:
            name = quota.sudo().member_id.display_name or ""
            quota.tree_label = f"{INDENT * 2}{name}" if quota.level == 2 else name
