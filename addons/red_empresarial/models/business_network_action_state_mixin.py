from odoo import api, models
from odoo.exceptions import UserError


class BusinessNetworkActionStateMixin(models.AbstractModel):
    """Records whose state says what was booked: only their actions change it.

    A person may write the record; writing its state, from a form or by RPC, would say that
    something was approved or posted that was not. Actions check the right to write and go on as
    superuser.
    """

    _name = "business.network.action.state.mixin"
    _inherit = "business.network.guarded.mixin"
    _description = "State Changed by Actions Only"
    _state_field = "state"

    @api.model
    def _get_guarded_fields(self):
        """Names of the fields that only actions write."""
        return super()._get_guarded_fields() | {self._state_field}

    def _check_state(self, *states):
        """Raise UserError naming the record, its state and the states that the action needs."""
        self.ensure_one()
        state = self[self._state_field]
        if state not in states:
            field = self._fields[self._state_field]
            labels = dict(field._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(record)s is in state “%(state)s”; this needs “%(needed)s”.",
                    record=self.display_name,
                    state=labels[state],
                    needed=", ".join(labels[needed] for needed in states),
                )
            )

    def _raise_guarded(self):
        raise UserError(
            self.env._(
                "The state of %s is changed by its buttons, which check and book what it says.",
                self[:1].display_name or self._description,
            )
        )
