from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

from odoo import api, fields, models
from odoo.addons.red_empresarial.engine.formula import (
    FormulaDivisionError,
    FormulaError,
    FormulaLimitError,
    FormulaSyntaxError,
    parse_formula,
)
from odoo.addons.red_empresarial.tools.actions import open_records
from odoo.addons.red_empresarial.tools.quantities import format_exact, to_exact
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

SHOWN_GAPS = 10  # members without a fact that a refusal names


class BusinessNetworkQuotaPlan(models.Model):
    """Weights by a formula over declared facts: ``machines * 2 + operators / 3``.

    What counts are the approved facts of the plan's first day. A network has those it declared
    itself, else the sum of its members'; the formula is computed on the sums. Who left a fact out
    is asked for it by name: neither zero nor an average can be meant.
    """

    _inherit = "business.network.quota.plan"

    basis = fields.Selection(
        selection_add=[("formula", "A formula over declared facts")],
        ondelete={"formula": "set default"},
    )
    sub_basis = fields.Selection(
        selection_add=[("formula", "A formula over declared facts")],
        ondelete={"formula": "set null"},
    )
    formula = fields.Char(
        tracking=True,
        help="Codes of declared facts, numbers, + - * /, min, max and parentheses: "
        "machines * 2 + operators / 3 + min(area, 50)",
    )
    sub_formula = fields.Char(
        string="Formula Within Networks",
        tracking=True,
        help="Weighs the members within each network. Empty takes the formula of the networks.",
    )
    fact_codes = fields.Char(
        string="Known Facts",
        compute="_compute_fact_codes",
        help="What a formula may name.",
    )

    @api.depends("network_id")
    def _compute_fact_codes(self):
        for plan in self:
            known = self.env["business.network.fact.kind"]._get_known(plan.network_id)
            plan.fact_codes = ", ".join(sorted(known))

    # -- understanding a formula ---------------------------------------------------------------

    @api.constrains("formula", "sub_formula", "network_id")
    def _check_formulas(self):
        """What cannot be understood is refused when it is written."""
        for plan in self:
            for text in filter(None, (plan.formula, plan.sub_formula)):
                try:
                    plan._parse_formula(text)
                except UserError as error:
                    raise ValidationError(str(error)) from error

    def _parse_formula(self, text):
        """The formula, of which every name is a known fact.

        :return: :class:`engine.formula.Formula`
        :raise UserError: saying what stands where, or which codes are known
        """
        try:
            formula = parse_formula(text)
        except FormulaSyntaxError as error:
            raise UserError(self._explain_syntax(text, error)) from error
        except FormulaLimitError as error:
            raise UserError(
                self.env._(
                    "A formula of %s is too long, or has too many parentheses within each other. "
                    "Write a shorter one.",
                    self.display_name,
                )
            ) from error
        self._check_fact_codes(formula)
        return formula

    def _explain_syntax(self, text, error):
        if not error.found:
            return self.env._(
                "The formula “%(formula)s” of %(plan)s ends where a number or a fact is missing, "
                "or a parenthesis. Complete it.",
                formula=text,
                plan=self.display_name,
            )
        return self.env._(
            "“%(found)s” cannot stand at position %(position)s of the formula “%(formula)s” of "
            "%(plan)s. Use numbers, codes of facts, + - * /, min(…), max(…) and parentheses.",
            found=error.found,
            position=error.position,
            formula=text,
            plan=self.display_name,
        )

    def _check_fact_codes(self, formula):
        known = self.env["business.network.fact.kind"]._get_known(self.network_id)
        if unknown := sorted(formula.names - known.keys()):
            raise UserError(
                self.env._(
                    "“%(name)s” in the formula of %(plan)s is no fact. Known are: %(codes)s. "
                    "Write one of them, or add a kind of fact.",
                    name=unknown[0],
                    plan=self.display_name,
                    codes=", ".join(sorted(known)) or self.env._("none"),
                )
            )

    def _get_formula(self, level):
        """The formula of a level, understood.

        :param level: 1 for the members of the plan's network, 2 for those within networks
        """
        text = (level == 2 and self.sub_formula) or self.formula
        if not (text or "").strip():
            raise UserError(
                self.env._(
                    "%s shares by a formula and has none. Write it, or choose another basis.",
                    self.display_name,
                )
            )
        return self._parse_formula(text)

    # -- weights -------------------------------------------------------------------------------

    def _get_weights(self, basis, members):
        if basis != "formula":
            return super()._get_weights(basis, members)
        formula, facts = self._get_formula_facts(members)
        excluded = self.quota_ids.filtered("excluded").member_id
        counted = {member: facts[member] for member in members if member not in excluded}
        self._check_facts_known(formula, counted)
        weights = {
            member: self._compute_weight(formula, member, values)
            for member, values in counted.items()
        }
        return {member: weights.get(member, Fraction(0)) for member in members}

    def _get_formula_facts(self, members):
        """The formula of the level of these members, and ``{member: {code: Fraction or None}}``."""
        level = 1 if members[:1].network_id == self.network_id else 2
        formula = self._get_formula(level)
        known = self.env["business.network.fact.kind"]._get_known(self.network_id)
        kinds = {code: known[code] for code in sorted(formula.names)}
        every = self.env["business.network.fact.kind"].sudo().union(*kinds.values())
        facts = self._get_facts(members, every)
        return formula, {
            member: {code: facts[member][kind] for code, kind in kinds.items()}
            for member in members
        }

    def _compute_weight(self, formula, member, facts):
        try:
            weight = formula.compute(facts)
        except FormulaDivisionError as error:
            raise UserError(
                self.env._(
                    "The formula of %(plan)s divides by zero for %(member)s (%(facts)s). Change "
                    "the formula, or correct its facts.",
                    plan=self.display_name,
                    member=member.display_name,
                    facts=self._format_facts(facts),
                )
            ) from error
        except FormulaError as error:
            raise UserError(
                self.env._(
                    "The formula of %(plan)s makes a number for %(member)s that is too large to "
                    "share by. Write a simpler one.",
                    plan=self.display_name,
                    member=member.display_name,
                )
            ) from error
        if weight < 0:
            raise UserError(
                self.env._(
                    "The formula of %(plan)s makes %(weight)s for %(member)s (%(facts)s), and no "
                    "weight is below zero. Change the formula, as by max(0, …), or its facts.",
                    plan=self.display_name,
                    weight=format_exact(self.env, weight),
                    member=member.display_name,
                    facts=self._format_facts(facts),
                )
            )
        return weight

    def _format_facts(self, facts):
        """``machines = 4, area = 12.5``: the known ones, in the language of formulas."""
        return ", ".join(
            f"{code} = {Decimal(value.numerator) / Decimal(value.denominator):f}"
            for code, value in facts.items()
            if value is not None
        )

    def _get_weight_remedy(self, basis):
        if basis != "formula":
            return super()._get_weight_remedy(basis)
        return self.env._("Its formula makes zero for everyone: change it, or correct the facts.")

    # -- facts ---------------------------------------------------------------------------------

    def _get_facts(self, members, kinds):
        """Approved facts of the plan's first day.

        A network that declared none of a kind has the sum of its members of that day, and none
        while one of them is unknown.

        :return: ``{member: {kind: Fraction or None}}``
        """
        below = self._get_members_on_first_day(members.sub_network_id)
        own = self._get_own_facts(members.sudo() | below, kinds)
        by_network = below.grouped("network_id")
        facts = {}
        for member in members:
            parts = by_network.get(member.sub_network_id)
            facts[member] = {
                kind: own.get((member, kind))
                if (member, kind) in own or not parts
                else self._add_up([own.get((part, kind)) for part in parts])
                for kind in kinds
            }
        return facts

    def _add_up(self, values):
        return None if None in values else sum(values, Fraction(0))

    def _get_members_on_first_day(self, networks):
        if not networks:
            return self.env["business.network.member"].sudo()
        return self._get_members(networks).filtered(lambda m: m._is_in_force(self.date_from))

    def _get_own_facts(self, members, kinds):
        """``{(member, kind): Fraction}``, in one query."""
        if not kinds:
            return {}
        groups = (
            self.env["business.network.fact"]
            .sudo()
            ._read_group(
                [
                    ("state", "=", "approved"),
                    ("member_id", "in", members.ids),
                    ("kind_id", "in", kinds.ids),
                    ("date_from", "<=", self.date_from),
                    "|",
                    ("date_to", "=", False),
                    ("date_to", ">=", self.date_from),
                ],
                ["member_id", "kind_id"],
                ["value:sum"],
            )
        )
        return {(member, kind): to_exact(value) for member, kind, value in groups}

    def _check_facts_known(self, formula, facts):
        """Raise UserError naming facts that are missing, and whose."""
        gaps = defaultdict(list)
        for member, values in facts.items():
            for code in sorted(formula.names):
                if values[code] is None:
                    gaps[code].extend(self._get_silent(member, code))
        if not gaps:
            return
        raise UserError(
            self.env._(
                "%(plan)s shares by facts approved for %(date)s, and these are missing: %(gaps)s. "
                "Declare and approve them, zero if there is none, or leave the member out.",
                plan=self.display_name,
                date=format_date(self.env, self.date_from),
                gaps="; ".join(
                    f"{code}: {self._join_names(names)}" for code, names in sorted(gaps.items())
                ),
            )
        )

    def _get_silent(self, member, code):
        """Names of who has to declare a fact: the member, or those of its network who did not."""
        if not member.sub_network_id:
            return [member.display_name]
        kind = self.env["business.network.fact.kind"]._get_known(self.network_id)[code]
        below = self._get_members_on_first_day(member.sub_network_id)
        own = self._get_own_facts(below, kind)
        silent = [part.display_name for part in below if (part, kind) not in own]
        if not silent:
            return [member.display_name]
        return [f"{member.display_name} ({self._join_names(silent)})"]

    def _join_names(self, names):
        shown = names[:SHOWN_GAPS]
        if rest := len(names) - len(shown):
            shown = [*shown, self.env._("and %s more", rest)]
        return ", ".join(shown)

    # -- shown ---------------------------------------------------------------------------------

    def _write_quotas(self, results, nodes, members):
        """Keep the facts that weighed, for the explanation."""
        bases, facts = {1: self.basis, 2: self.sub_basis}, {}
        for level in (level for level, basis in bases.items() if basis == "formula"):
            within = [m for m, vals in results.items() if vals["level"] == level]
            if within:
                weighed = self.env["business.network.member"].sudo().union(*within)
                facts.update(self._get_formula_facts(weighed)[1])
        for member, vals in results.items():
            vals["fact_values"] = self._format_facts(facts.get(member, {}))
        return super()._write_quotas(results, nodes, members)

    def explain(self):
        """With the facts that weighed; empty where none did."""
        rows = super().explain()
        quotas = self.env["business.network.quota"].browse([row["quota_id"] for row in rows])
        for row, quota in zip(rows, quotas, strict=True):
            row["facts"] = quota.fact_values or ""
        return rows

    def action_open_facts(self):
        """Open the facts of the members of this plan that hold on its first day."""
        self.ensure_one()
        networks = self._get_networks()
        return open_records(
            self.env,
            "red_empresarial_quota.business_network_fact_action",
            [
                ("network_id", "in", networks.ids),
                ("date_from", "<=", self.date_from),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", self.date_from),
            ],
            context={
                "quota_network_ids": networks.ids,
                "default_date_from": self.date_from,
                "search_default_not_superseded": 1,
            },
        )


class BusinessNetworkQuota(models.Model):
    _inherit = "business.network.quota"

    fact_values = fields.Char(
        string="Facts",
        readonly=True,
        help="Approved facts of the plan's first day; the weight is what the formula makes of "
        "them.",
    )

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {"fact_values"}
