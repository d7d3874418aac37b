import json
from datetime import date
from hashlib import sha256

from odoo import fields, models
from odoo.addons.red_empresarial.tools.quantities import format_exact
from odoo.exceptions import UserError
from odoo.fields import NO_ACCESS, Command
from odoo.tools import format_date

from .business_network_quota import INPUTS
from .business_network_quota_plan import DEFINITION, TERMS

MINUTES = {"agreed_on", "minute_reference"}
SOURCE = {"volume_source", "order_ids", "contract_id"}
SHOWN_CHANGES = 50  # that the message of a discarded revision names


class BusinessNetworkQuotaPlanRevision(models.Model):
    """Giving up a revision, and knowing whether what was agreed is still what is agreed on.

    What a plan says when its revision begins is kept as plain values until that ends. Discarding
    writes back what differs, so nothing of the revision is left; units, consumption and transfers
    were not the revision's to change.
    """

    _inherit = "business.network.quota.plan"

    terms_before = fields.Json(copy=False, readonly=True, groups=NO_ACCESS)
    agreed_fingerprint = fields.Char(copy=False, readonly=True, groups=NO_ACCESS)

    # -- what a plan says ----------------------------------------------------------------------

    def _read_terms(self, names):
        """Plain values of fields: ids of records, days as text."""
        (values,) = self.sudo().read(sorted(names), load=None)
        return {name: self._to_plain(values[name]) for name in names}

    def _to_plain(self, value):
        if isinstance(value, date):
            return value.isoformat()
        return sorted(value) if isinstance(value, list | tuple) else value

    def _read_limits(self):
        """Limits of the quotas that have any: ``{id of the quota as text: {field: value}}``."""
        quotas = self.sudo().quota_ids
        defaults = quotas.default_get(list(INPUTS))
        limits = {str(q.id): {name: q[name] for name in INPUTS} for q in quotas}
        return {key: values for key, values in limits.items() if values != defaults}

    def _get_agreed_term(self, name):
        """A term as it counts: what a revision writes counts once it is applied."""
        self.ensure_one()
        before = self.sudo().terms_before if self.in_revision else None
        return before["terms"].get(name, self[name]) if before else self[name]

    def _keep_terms(self):
        """Remember what discarding the revision gives back."""
        for plan in self.sudo():
            plan.terms_before = {"terms": plan._read_terms(TERMS), "limits": plan._read_limits()}

    # -- discarding ----------------------------------------------------------------------------

    def action_discard_revision(self):
        """Give back terms, limits and minutes as they were when the revision began.

        :raise UserError: who was listed in the revision holds units by now
        """
        for plan in self.filtered("in_revision"):
            plan.check_access("write")
            plan.sudo()._discard_revision()

    def _discard_revision(self):
        before = self.terms_before
        if not before:
            raise UserError(
                self.env._(
                    "What %s said before this revision was not kept. Write it back and apply the "
                    "revision.",
                    self.display_name,
                )
            )
        self._drop_listed()
        changes = self._restore_limits(before["limits"]) + self._restore_terms(before["terms"])
        self.write({"in_revision": False, "terms_before": False})
        self._post_discarded(changes)

    def _drop_listed(self):
        """Forget the quotas of who was only listed: nothing was computed for them."""
        listed = self.quota_ids.filtered(lambda quota: not quota.weight)
        self._drop_quotas(listed.member_id)

    def _restore_limits(self, limits):
        """:return: what was written back, as people read it"""
        quotas, changes = self.quota_ids, []
        defaults = quotas.default_get(list(INPUTS))
        for quota in quotas:
            before = limits.get(str(quota.id), defaults)
            vals = {name: before[name] for name in INPUTS if quota[name] != before[name]}
            now = get_shown(quota, vals)
            quota.write(vals)
            changes += [
                f"{quota.member_id.display_name}, {self._get_change(quota, name, now[name])}"
                for name in vals
            ]
        return changes

    def _restore_terms(self, terms):
        """Write back what differs. The volume goes with its source, which would compute it anew.

        :return: what was written back, as people read it
        """
        now = self._read_terms(terms.keys() & self._fields.keys())
        names = {name for name in now if now[name] != terms[name]}
        shown = get_shown(self, names)
        written = names | ({"volume"} if names & SOURCE else set())
        self.write({name: self._to_write(name, terms[name]) for name in written})
        return [self._get_change(self, name, shown[name]) for name in sorted(names)]

    def _to_write(self, name, value):
        field = self._fields[name]
        if field.type == "many2many":
            return [Command.set(self.env[field.comodel_name].browse(value).exists().ids)]
        return value

    def _get_change(self, record, name, now):
        label = record._fields[name]._description_string(self.env)
        return f"{label}: {now} → {get_shown(record, [name])[name]}"

    def _post_discarded(self, changes):
        if rest := changes[SHOWN_CHANGES:]:
            changes[SHOWN_CHANGES:] = [self.env._("and %s more", len(rest))]
        self.message_post(
            body=self.env._(
                "The revision was discarded. %(changes)s",
                changes=", ".join(changes) or self.env._("Nothing had been changed."),
            )
        )

    # -- what was agreed -----------------------------------------------------------------------

    def _get_fingerprint(self):
        """Short text that differs wherever terms, limits or units of two plans do."""
        terms = self._read_terms((DEFINITION | TERMS) - MINUTES)
        units = sorted((quota.member_id.id, quota.units) for quota in self.sudo().quota_ids)
        said = json.dumps([terms, self._read_limits(), units], sort_keys=True)
        return sha256(said.encode()).hexdigest()

    def _keep_minutes(self):
        result = super()._keep_minutes()
        for plan in self.sudo():
            plan.agreed_fingerprint = plan._get_fingerprint()
        return result

    def _check_agreed_again(self):
        """What was agreed and changed since is not agreed by the minutes of before."""
        self.ensure_one()
        if self._has_last_minutes() and self.sudo().agreed_fingerprint != self._get_fingerprint():
            raise UserError(
                self.env._(
                    "%(plan)s was agreed in minutes %(minutes)s of %(date)s and changed since. "
                    "Write the number or the date of the minutes that agreed it as it is now.",
                    plan=self.display_name,
                    minutes=self.last_minute_reference,
                    date=format_date(self.env, self.last_agreed_on),
                )
            )


def get_shown(record, names):
    """Values of fields as people read them: ``{name: text}``."""
    shown = {}
    for name in names:
        value = record._fields[name].convert_to_export(record[name], record)
        if isinstance(value, float):
            value = format_exact(record.env, value)
        elif isinstance(value, date):
            value = format_date(record.env, value)
        elif isinstance(value, bool):
            value = record.env._("yes") if value else record.env._("no")
        shown[name] = str(value) if value not in (False, None, "") else "–"
    return shown
