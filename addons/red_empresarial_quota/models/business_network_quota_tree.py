from odoo import api, fields, models
from odoo.fields import Domain

INDENT = "\u2003"  # a space as wide as a letter, which a list does not swallow


def get_position(way):
    """Text that sorts a quota after that of its network.

    :param way: memberships from the first level down to the quota's own
    """
    return "/".join(f"{member.sequence:06d}.{member.id:09d}" for member in way)


class BusinessNetworkQuotaPlan(models.Model):
    _inherit = "business.network.quota.plan"

    def _write_quotas(self, results, nodes, members):
        """With their places in the tree: of thousands, Odoo need not compute them."""
        for path, member in members.items():
            way = [members[path[: length + 1]] for length in range(len(path))]
            results[member]["position"] = get_position(way)
        return super()._write_quotas(results, nodes, members)


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
    left_out = fields.Boolean(
        string="Left Out With Its Network",
        compute="_compute_left_out",
        help="It, or its whole network, gets no more than the floors.",
    )

    @api.depends("member_id.sequence", "parent_id.member_id.sequence")
    def _compute_position(self):
        for quota in self:
            way = quota.sudo().parent_id.member_id | quota.sudo().member_id
            quota.position = get_position(way)

    counted_once = fields.Boolean(
        compute="_compute_counted_once",
        search="_search_counted_once",
        help="The level whose sales the user runs: the networks for who runs the plan, the members "
        "for who runs one of its networks. Each level is consumed by its own sales.",
    )

    def _compute_counted_once(self):
        counted = self.search([("id", "in", self.ids), ("counted_once", "=", True)])
        for quota in self:
            quota.counted_once = quota._origin in counted

    @api.model
    def _search_counted_once(self, operator, value):
        if operator != "in":
            return NotImplemented
        networks = self.env["business.network"].search([("tier", "=", "second")])
        own = networks._filtered_access("write").ids
        inside = [("parent_id", "!=", False), ("plan_id.network_id", "in", own)]
        whole = [("child_ids", "!=", False), ("network_id", "not in", own)]
        return ~(Domain(inside) | Domain(whole)) if True in value else NotImplemented

    @api.depends("excluded", "parent_id.excluded")
    def _compute_left_out(self):
        for quota in self:
            quota.left_out = quota.excluded or quota.parent_id.excluded

    @api.depends("member_id", "level")
    def _compute_tree_label(self):
        for quota in self:
            name = quota.sudo().member_id.display_name or ""
            quota.tree_label = f"{INDENT * 2}{name}" if quota.level == 2 else name
