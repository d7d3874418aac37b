from fractions import Fraction

from odoo import Command, fields, models
from odoo.addons.red_empresarial.engine.compliance import first_regular_months
from odoo.addons.red_empresarial.tools.minor_units import from_minor, to_minor
from odoo.tools import format_date
from odoo.tools.date_utils import end_of, start_of

REGULAR_MONTHS = 3  # the length of phase 3, "generating trust"


class BusinessNetwork(models.Model):
    """From which part of its dues on the members of a network pay regularly."""

    _inherit = "business.network"

    dues_target = fields.Float(
        string="Dues Paid for the Milestone (%)",
        default=80.0,
        help="Members contribute regularly to their funds when at least this part of the dues of "
        "three months in a row is paid.",
    )

    _dues_target_percent = models.Constraint(
        "CHECK(dues_target > 0 AND dues_target <= 100)",
        "The part of the dues that proves the milestone is above 0 and up to 100 %.",
    )


class BusinessNetworkMilestone(models.Model):
    """Milestones proved by the dues that members pay."""

    _inherit = "business.network.milestone"

    proof = fields.Selection(
        selection_add=[("dues", "The books: members pay their dues three months in a row")],
        ondelete={"dues": "set default"},
    )


class BusinessNetworkVerification(models.Model):
    """Phase 3: members contribute regularly to the common fund, proved by what was asked and paid.

    The cited entries are those that asked the dues of the three months; what closed them since is
    read from the reconciliation, so the evidence is stale as soon as a payment is undone.
    """

    _inherit = "business.network.verification"

    def _prove_dues(self):
        """Verified by the first three months in a row whose dues were paid in good part."""
        self.ensure_one()
        network = self.sudo().network_id
        months = first_regular_months(
            self._get_compliance_months(), Fraction(str(network.dues_target)), REGULAR_MONTHS
        )
        if not months:
            return
        last_day = end_of(months[-1], "month")
        moves = self._get_due_rows(months[0], last_day).move_id
        asked, paid = self._get_asked_and_paid(moves)
        self._write_proof(
            {
                "state": "verified",
                "reached_date": last_day,
                "verified_on": fields.Date.context_today(self),
                "evidence_move_ids": [Command.set(moves.ids)],
                "evidence_income": paid,
                "evidence_expense": asked,
            }
        )
        self._tell_dues_proved(months[0], last_day)

    def _get_due_rows(self, date_from, date_to):
        return (
            self.env["business.network.fund.due"]
            .sudo()
            .search(
                [
                    *self._get_due_domain(),
                    ("date_due", ">=", date_from),
                    ("date_due", "<=", date_to),
                ]
            )
        )

    def _get_due_domain(self):
        """Dues of the network that stand: what was reversed was neither asked nor paid."""
        return [
            ("network_id", "=", self.network_id.id),
            ("movement", "=", "dues"),
            ("move_id.reversal_move_ids", "=", False),
            ("move_id.reversed_entry_id", "=", False),
        ]

    def _get_compliance_months(self):
        """What members were asked and paid of the dues of each month that is over, in coins."""
        self.ensure_one()
        today, currency = fields.Date.context_today(self), self.currency_id
        groups = (
            self.env["business.network.fund.due"]
            .sudo()
            ._read_group(
                [*self._get_due_domain(), ("date_due", "<", start_of(today, "month"))],
                ["date_due:month"],
                ["amount_asked:sum", "amount_paid:sum"],
            )
        )
        return [
            (month, to_minor(asked, currency), to_minor(paid, currency))
            for month, asked, paid in groups
        ]

    def _get_asked_and_paid(self, moves):
        """What the dues of these entries asked, and what is paid of it by now."""
        rows = (
            self.env["business.network.fund.due"]
            .sudo()
            .search([*self._get_due_domain(), ("move_id", "in", moves.ids)])
        )
        currency = self.currency_id
        return tuple(
            from_minor(sum(to_minor(row[name], currency) for row in rows), currency)
            for name in ("amount_asked", "amount_paid")
        )

    def _get_cited_amounts(self):
        """Of dues: what of the cited payments still stands, and what was asked."""
        dues = self.filtered(lambda verification: verification.proof == "dues")
        amounts = super(BusinessNetworkVerification, self - dues)._get_cited_amounts()
        for verification in dues:
            moves = verification.sudo().evidence_move_ids
            asked, paid = verification._get_asked_and_paid(moves)
            amounts[verification.id] = (min(paid, verification.evidence_income), asked)
        return amounts

    def _tell_dues_proved(self, date_from, date_to):
        reader = self.with_context(lang=self._get_reader_language())
        rate = 100.0 * self.evidence_income / self.evidence_expense
        self.message_post(
            body=reader.env._(
                "Verified by the books: of the dues from %(date_from)s to %(date_to)s members paid "
                "%(rate)s %%.",
                date_from=format_date(reader.env, date_from),
                date_to=format_date(reader.env, date_to),
                rate=f"{rate:.1f}",
            )
        )
