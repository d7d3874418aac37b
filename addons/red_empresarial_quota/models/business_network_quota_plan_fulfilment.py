from fractions import Fraction

from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.actions import open_records

NEWCOMER = Fraction(1)


class BusinessNetworkQuotaPlan(models.Model):
    """Who fulfilled its last quota gets more of the next one.

    The basis *fulfilment* weighs each member by its weight in the agreement times the score of its
    quota in the last plan for the same product: fulfilment alone would make big and small members
    equal, and what was delivered alone is the basis *history*. Who had no quota yet counts with 1.
    """

    _inherit = "business.network.quota.plan"

    basis = fields.Selection(
        selection_add=[("fulfilment", "Agreement weights by fulfilment")],
        ondelete={"fulfilment": "set default"},
    )
    sub_basis = fields.Selection(
        selection_add=[("fulfilment", "Agreement weights by fulfilment")],
        ondelete={"fulfilment": "set null"},
    )

    def _get_weights(self, basis, members):
        if basis != "fulfilment":
            return super()._get_weights(basis, members)
        weights = super()._get_weights("agreement", members)
        scores = self._get_scores(members)
        return {
            member: weight * scores.get(member, (NEWCOMER, None))[0]
            for member, weight in weights.items()
        }

    def _get_scores(self, members):
        """Score of each member's quota in the last plan for the product of this one.

        :return: ``{member: (Fraction, plan)}``; without an earlier quota of something, nothing
        """
        self.ensure_one()
        earlier = (
            self.env["business.network.quota"]
            .sudo()
            .search(
                [
                    ("member_id", "in", members.ids),
                    ("plan_id", "!=", self.id),
                    ("plan_id.kind", "=", "quantity"),
                    ("plan_id.state", "in", ("running", "closed")),
                    ("plan_id.product_tmpl_id", "=", self.product_tmpl_id.id),
                    ("plan_id.product_id", "in", (self.product_id.id, False)),
                    ("plan_id.date_to", "<", self.date_from),
                ]
            )
            .sorted(lambda quota: (quota.date_to, quota.id))
        )
        last = {quota.member_id: quota for quota in earlier}
        rows = self.env["business.network.quota.fulfilment"].sudo()
        rows = rows.browse([quota.id for quota in last.values()])
        scores = {row.member_id: (row._get_score(), row.plan_id) for row in rows}
        return {member: pair for member, pair in scores.items() if pair[0] is not None}

    def _write_quotas(self, results, nodes, members):
        """Keep the scores that weighed, for the explanation."""
        bases = {1: self.basis, 2: self.sub_basis}
        weighed = self.env["business.network.member"].union(
            *(m for m, vals in results.items() if bases[vals["level"]] == "fulfilment")
        )
        scores = self._get_scores(weighed) if weighed else {}
        for member, vals in results.items():
            score, plan = scores.get(member, (None, None))
            vals["score"] = "" if score is None else str(score)
            vals["score_plan_id"] = plan.id if plan else False
        return super()._write_quotas(results, nodes, members)

    def action_open_fulfilment(self):
        """Open what was delivered against the quotas of this plan."""
        self.ensure_one()
        return open_records(
            self.env,
            "red_empresarial_quota.business_network_quota_fulfilment_action",
            [("plan_id", "=", self.id)],
            context={"search_default_networks": 1, "of_one_plan": True},
        )

    def explain(self):
        """With the score that weighed and the plan it is of; empty where none did."""
        rows = super().explain()
        quotas = self.env["business.network.quota"].browse([row["quota_id"] for row in rows])
        for row, quota in zip(rows, quotas, strict=True):
            row["score"] = quota.score or ""
            row["score_plan"] = quota.sudo().score_plan_id.name or ""
        return rows


class BusinessNetworkQuota(models.Model):
    _inherit = "business.network.quota"

    score = fields.Char(
        readonly=True,
        help="Exact: what the member fulfilled of its last quota, where that weighs. Empty counts "
        "as 1.",
    )
    score_plan_id = fields.Many2one(
        "business.network.quota.plan",
        string="Score Of",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {"score", "score_plan_id"}

    def _update_changed(self, vals):
        """A reference is compared by its id."""
        plan_id = vals.get("score_plan_id")
        if "score_plan_id" in vals and (self.score_plan_id.id or False) == plan_id:
            vals = {name: value for name, value in vals.items() if name != "score_plan_id"}
        return super()._update_changed(vals)
