from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.periods import format_period
from odoo.exceptions import ValidationError


class BusinessNetworkFundTreasurer(models.Model):
    """Term of office of a treasurer; a fund has one treasurer on a day."""

    _name = "business.network.fund.treasurer"
    _description = "Treasurer of a Fund"
    _inherit = "business.network.fund.access.mixin"
    _order = "fund_id, date_from desc, id desc"
    _rec_name = "partner_id"
    _check_company_auto = True

    fund_id = fields.Many2one(
        "business.network.fund", required=True, index=True, ondelete="cascade"
    )
    network_id = fields.Many2one(related="fund_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="fund_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", string="Treasurer", required=True, index=True, ondelete="restrict"
    )
    date_from = fields.Date(required=True, default=fields.Date.context_today)
    date_to = fields.Date(help="Last day in office; empty while it lasts.")

    _dates_ordered = models.Constraint(
        "CHECK(date_to IS NULL OR date_to >= date_from)",
        "A term of office cannot end before it starts.",
    )
    _one_in_office = models.Constraint(
        "EXCLUDE USING gist (int4range(fund_id, fund_id, '[]') WITH &&, "
        "daterange(date_from, date_to, '[]') WITH &&)",
        "A fund has one treasurer in office on a day.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._end_previous(vals)
        terms = super().create(vals_list)
        for term in terms:
            term._tell_fund(self.env._("Term of office added: %s", term._get_term_text()))
        return terms

    def write(self, vals):
        before = {term: term._get_term_text() for term in self}
        result = super().write(vals)
        for term, text in before.items():
            if term._get_term_text() != text:
                term._tell_fund(
                    self.env._(
                        "Term of office changed: %(before)s → %(after)s",
                        before=text,
                        after=term._get_term_text(),
                    )
                )
        return result

    @api.ondelete(at_uninstall=False)
    def _tell_deleted(self):
        for term in self:
            term._tell_fund(self.env._("Term of office deleted: %s", term._get_term_text()))

    def _tell_fund(self, text):
        """Leave a note on the fund: no term changes without a trace."""
        self.fund_id.sudo()._message_log(body=text)

    def _get_term_text(self):
        self.ensure_one()
        return self.env._(
            "%(treasurer)s, %(period)s",
            treasurer=self.partner_id.display_name,
            period=format_period(self.env, self.date_from, self.date_to),
        )

    def _end_previous(self, vals):
        """The open term of another ends the day before a new one starts."""
        date_from = fields.Date.to_date(vals.get("date_from") or fields.Date.context_today(self))
        open_terms = self.search(
            [
                ("fund_id", "=", vals.get("fund_id")),
                ("date_to", "=", False),
                ("date_from", "<", date_from),
            ]
        )
        open_terms.date_to = fields.Date.subtract(date_from, days=1)
        open_terms.flush_recordset()
        self._check_free(vals.get("fund_id"), date_from, vals.get("date_to"))

    def _check_free(self, fund_id, date_from, date_to):
        """Raise ValidationError naming who is in office then, before the constraint does."""
        domain = [
            ("fund_id", "=", fund_id),
            "|",
            ("date_to", "=", False),
            ("date_to", ">=", date_from),
        ]
        if date_to:
            domain.append(("date_from", "<=", date_to))
        other = self.search(domain, limit=1)
        if other:
            raise ValidationError(
                self.env._(
                    "%(treasurer)s is the treasurer of %(fund)s %(period)s. End that term first.",
                    treasurer=other.partner_id.display_name,
                    fund=other.fund_id.display_name,
                    period=format_period(self.env, other.date_from, other.date_to),
                )
            )

    def _covers(self, date):
        self.ensure_one()
        return self.date_from <= date and (not self.date_to or date <= self.date_to)
