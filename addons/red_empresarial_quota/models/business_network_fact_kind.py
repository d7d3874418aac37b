import re

from odoo import api, fields, models
from odoo.addons.red_empresarial.engine.formula import FUNCTIONS, parse_formula
from odoo.exceptions import ValidationError

CODE = re.compile(r"[a-z][a-z0-9_]*")


class BusinessNetworkFactKind(models.Model):
    """Something countable that members declare: machines, operators, hectares.

    Its code is its name in the formulas of quota plans. A kind is of one network, of a company or,
    without either, of all companies; the members of the networks of a network of networks declare
    its kinds, too.

    Invariant: wherever a code is known it means one kind.
    """

    _name = "business.network.fact.kind"
    _description = "Kind of Fact"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        help="Its name in formulas: small letters without accents, digits and _, such as "
        "“machines”.",
    )
    unit = fields.Char(
        translate=True, help="Such as “machines” or “hectares”; shown, not computed."
    )
    network_id = fields.Many2one(
        "business.network",
        ondelete="cascade",
        index="btree_not_null",
        help="Empty for all networks.",
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        help="Empty for all companies.",
    )
    active = fields.Boolean(default=True)
    description = fields.Text(help="What counts and what does not, so that everybody counts alike.")

    # A kind for all has neither, and NULL is not equal to itself.
    _code_unique = models.UniqueIndex(
        "(code, COALESCE(company_id, 0), COALESCE(network_id, 0))",
        "Another kind of fact of the same networks has this code. Choose another code, or use that "
        "kind.",
    )

    @api.depends("network_id")
    def _compute_company_id(self):
        for kind in self:
            if kind.network_id:
                kind.company_id = kind.network_id.company_id
            elif not kind._origin:
                kind.company_id = self.env.company

    @api.depends("name", "code")
    def _compute_display_name(self):
        for kind in self:
            kind.display_name = f"{kind.name} ({kind.code})" if kind.code else kind.name

    @api.constrains("code")
    def _check_code(self):
        for kind in self:
            if not CODE.fullmatch(kind.code or "") or kind.code in FUNCTIONS:
                raise ValidationError(
                    self.env._(
                        "“%(code)s” cannot be the code of %(name)s: formulas read names of small "
                        "letters without accents, digits and _, and %(functions)s mean something "
                        "else. Write it as “machines” or “area_2”.",
                        code=kind.code or "",
                        name=kind.name,
                        functions=", ".join(sorted(FUNCTIONS)),
                    )
                )

    @api.constrains("code", "company_id", "network_id", "active")
    def _check_code_means_one(self):
        """Name the other kind; the index of the database holds under concurrency."""
        others = (
            self.with_context(active_test=False)
            .sudo()
            .search([("code", "in", self.mapped("code"))])
        )
        for kind in self:
            for other in others.filtered(kind._may_meet):
                raise ValidationError(
                    self.env._(
                        "“%(code)s” is the code of %(other)s already, %(where)s. Choose another "
                        "code, or use that kind.",
                        code=kind.code,
                        other=other.name,
                        where=other._describe_scope(),
                    )
                )

    def write(self, vals):
        if "code" in vals:
            self.filtered(lambda kind: kind.code != vals["code"])._check_not_in_formulas()
        result = super().write(vals)
        if vals.keys() & {"network_id", "company_id"}:  # nobody puts one where she may not write
            self.check_access("write")
        return result

    def _check_not_in_formulas(self):
        """A formula that was agreed keeps its meaning: its names are not given to others."""
        plans = (
            self.env["business.network.quota.plan"]
            .sudo()
            .search(
                [
                    ("state", "not in", ("closed", "cancel")),
                    "|",
                    ("formula", "!=", False),
                    ("sub_formula", "!=", False),
                ]
            )
        )
        for kind in self:
            for plan in plans:
                if kind._is_named_by(plan):
                    raise ValidationError(
                        self.env._(
                            "“%(code)s” is in the formula of %(plan)s, so it stays the code of "
                            "%(kind)s. Close the plan or change its formula first.",
                            code=kind.code,
                            plan=plan.display_name,
                            kind=kind.name,
                        )
                    )

    def _is_named_by(self, plan):
        """Whether a formula of the plan means this kind."""
        self.ensure_one()
        kind = self.sudo()
        if (kind.network_id or plan.network_id) != plan.network_id:
            return False
        if (kind.company_id or plan.company_id) != plan.company_id:
            return False
        texts = filter(None, (plan.formula, plan.sub_formula))
        return any(kind.code in parse_formula(text).names for text in texts)

    def _may_meet(self, other):
        """Whether one formula could mean both by one code."""
        return (
            self != other
            and self.code == other.code
            and all(
                not self[name] or not other[name] or self[name] == other[name]
                for name in ("company_id", "network_id")
            )
        )

    def _describe_scope(self):
        self.ensure_one()
        if self.network_id:
            return self.env._("of %s", self.network_id.name)
        if self.company_id:
            return self.env._("of all networks of %s", self.company_id.name)
        return self.env._("of all companies")

    @api.constrains("company_id", "network_id")
    def _check_books(self):
        for kind in self.filtered("network_id"):
            if kind.company_id != kind.network_id.company_id:
                raise ValidationError(
                    self.env._(
                        "%(kind)s is of %(network)s, whose books are those of %(company)s. Choose "
                        "that company, or no network.",
                        kind=kind.name,
                        network=kind.network_id.name,
                        company=kind.network_id.company_id.name,
                    )
                )

    def _applies_to(self, network):
        """Whether members of ``network`` declare it: its own, or that of a network it is in."""
        self.ensure_one()
        kind = self.sudo()
        if kind.network_id:
            return network in (kind.network_id | kind.network_id.member_ids.sub_network_id)
        return not kind.company_id or kind.company_id == network.company_id

    @api.model
    def _get_known(self, network):
        """``{code: kind}`` that the formulas of a network's plans may name."""
        kinds = self.sudo().search(
            [
                ("network_id", "in", (network.id, False)),
                ("company_id", "in", (network.company_id.id, False)),
            ]
        )
        return {kind.code: kind for kind in kinds}
