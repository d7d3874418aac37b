from odoo import api, models
from odoo.exceptions import UserError


class BusinessNetworkGuardedMixin(models.AbstractModel):
    """Records with fields that only actions of ours write, as superuser.

    ``readonly`` is a matter of forms: without this a person who may write the record writes such a
    field by RPC. A default for it in the context counts for nothing, either.
    """

    _name = "business.network.guarded.mixin"
    _description = "Fields Written by Actions Only"

    @api.model
    def _get_guarded_fields(self):
        """Names of the fields that only actions write."""
        return set()

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.su:
            return super().create(vals_list)
        guarded = self._get_guarded_fields()
        self = self._drop_guarded_defaults(guarded)
        if any(guarded & vals.keys() for vals in vals_list):
            defaults = self.default_get(list(guarded))
            for vals in vals_list:
                if any(vals[name] != defaults.get(name, False) for name in guarded & vals.keys()):
                    self._raise_guarded()
        return super().create(vals_list)

    def _drop_guarded_defaults(self, guarded):
        keys = {f"default_{name}" for name in guarded} & self.env.context.keys()
        if not keys:
            return self
        kept = {key: value for key, value in self.env.context.items() if key not in keys}
        return self.with_context(kept)  # pylint: disable=context-overridden

    def write(self, vals):
        if not self.env.su and vals.keys() & self._get_guarded_fields():
            self._raise_guarded()
        return super().write(vals)

    def _raise_guarded(self):
        """Raise UserError naming the record and what of it is not written by hand."""
        names = sorted(self._get_guarded_fields())
        labels = [self._fields[name]._description_string(self.env) for name in names]
        raise UserError(
            self.env._(
                "Only the actions that make %(record)s write its “%(fields)s”. Leave that out.",
                record=self[:1].display_name or self._description,
                fields="”, “".join(labels),
            )
        )
