from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

BATCH = 50  # records that are asked, posted and committed together


class BusinessNetworkFundAskingMixin(models.AbstractModel):
    """What members are asked for on its day by a daily run: dues, instalments of loans.

    Each batch is posted and marked as done in one transaction, so that what a run left undone is
    all that the next one finds. The model has a ``fund_id`` and a ``network_id``; it says by
    :meth:`_get_due_domain` what is due and by :meth:`_ask_due` asks it.
    """

    _name = "business.network.fund.asking.mixin"
    _description = "Asked on Its Day"
    _due_order = "date_next, id"

    @api.model
    def _cron_ask(self, batch_size=BATCH):
        """Ask everything that is due, batch by batch; a record that fails stops no other.

        A batch asks one due date of each record, so that its size does not depend on how many
        dates were left out. What cannot be asked waits for the next day: said to remain, it would
        make the scheduler run again at once, for as long as nobody mends it.
        """
        today = fields.Date.context_today(self)
        failed = self.browse()
        left = domain = self._get_due_domain(today)
        progress = self.env["ir.cron"]
        progress._commit_progress(remaining=self.search_count(domain))
        while batch := self.search(left, limit=batch_size, order=self._due_order):
            if not batch._ask_in_cron(today):
                failed += batch._ask_one_by_one(today)
                left = [*domain, ("id", "not in", failed.ids)]
            if not progress._commit_progress(len(batch), remaining=self.search_count(left)):
                break
            self.env.invalidate_all()  # what was posted is not needed any more

    @api.model
    def _get_due_domain(self, date):
        """Domain of what is due up to ``date`` and was not asked; asking takes it out of it."""
        raise NotImplementedError

    def _ask_due(self, date):
        """Ask the first due of each of these records up to ``date``.

        :return: the posted ``account.move``
        """
        raise NotImplementedError

    def _ask_in_cron(self, date):
        """Ask these; False, with nothing done, if one of them cannot be asked."""
        try:
            with self.env.cr.savepoint():
                self._ask_due(date)
        except (UserError, ValidationError):
            return False
        return True

    def _ask_one_by_one(self, date):
        """Ask each by itself; those that cannot be asked, told to who manages the network."""
        failed = self.browse()
        for record in self:
            try:
                with self.env.cr.savepoint():
                    record._ask_due(date)
            except (UserError, ValidationError) as error:
                failed += record
                record._tell_not_asked(error)
        return failed

    def _tell_not_asked(self, error):
        """Leave the reason as an activity on the fund, once until somebody has done it."""
        activity_type = "red_empresarial_fund.activity_dues_not_asked"
        fund, text = self.fund_id, f"{self.display_name}: {error}"
        known = fund.activity_search([activity_type])
        if text not in known.mapped("summary"):
            fund.activity_schedule(
                activity_type,
                summary=text,
                user_id=(self.network_id.manager_id or self.env.user).id,
            )

    def _use_advances(self, entries):
        """Close what was asked with what members paid in advance."""
        funds = self.fund_id
        paid = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [
                    *funds._get_open_domain(),
                    ("partner_id", "in", entries.line_ids.partner_id.ids),
                    ("amount_residual", "<", 0),
                ],
                ["partner_id"],
            )
        )
        partners = self.env["res.partner"].union(*(partner for (partner,) in paid))
        if partners:
            funds._reconcile_members(partners)
