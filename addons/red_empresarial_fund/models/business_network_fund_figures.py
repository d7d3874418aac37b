from odoo import fields, models
from odoo.tools import SQL

SECTIONS = ("fund", "cash", "members", "other", "company")
FIGURES = ("opening", "amount_in", "amount_out", "closing")


class BusinessNetworkFund(models.Model):
    """What a fund was worth on a day, and what moved it between two: from posted items alone.

    What members owed on a past day is what they were asked and paid by then, less what a settlement
    had netted by then: today's open amounts would say something else.
    """

    _inherit = "business.network.fund"

    def _get_open_date(self, date):
        """``date``, or the first day after the closing of one of these funds if that is later."""
        closed = [fund.date_closed for fund in self if fund.date_closed]
        return max([date, *(fields.Date.add(day, days=1) for day in closed)])

    def _get_item_domain(self, date_to):
        return [
            ("fund_id", "in", self.ids),
            ("parent_state", "=", "posted"),
            ("date", "<=", date_to),
        ]

    # -- a day ---------------------------------------------------------------------------------

    def _get_sections_at(self, date):
        """What was on each side of these funds at the end of a day, in two queries.

        :return: ``{fund: {"fund", "cash", "members", "other", "company"}}``; the first is the sum
            of the others
        """
        sections = {fund: dict.fromkeys(("fund", "cash", "members", "other"), 0.0) for fund in self}
        for fund, account, balance in (
            self.env["account.move.line"]
            .sudo()
            ._read_group(self._get_item_domain(date), ["fund_id", "account_id"], ["balance:sum"])
        ):
            section = fund._get_section(account)
            sections[self.browse(fund.id)][section] += -balance if section == "fund" else balance
        for fund_id, _partner, _move, _date, amount in self._get_outside_closings(date):
            sections[self.browse(fund_id)]["members"] -= amount
        for fund, amounts in sections.items():
            for section, amount in amounts.items():
                amounts[section] = fund._round(amount)
            elsewhere = amounts["cash"] + amounts["members"] + amounts["other"]
            amounts["company"] = fund._round(amounts["fund"] - elsewhere)
        return sections

    def _get_outside_closings(self, date_to, partners=None):
        """What closed items of members from outside their fund: a settlement that netted them.

        :return: ``[(fund id, partner id, id of the entry that closed it, date, amount)]``; an
            amount above zero lowers what the member owes
        """
        if not self.ids:
            return []
        for name in ("account.move.line", "account.partial.reconcile", "account.account"):
            self.env[name].flush_model()
        queries = [
            SQL(
                """
                SELECT own.fund_id, own.partner_id, other.move_id, part.max_date,
                       %(sign)s * part.amount
                  FROM account_move_line own
                  JOIN account_account account ON account.id = own.account_id
                  JOIN account_partial_reconcile part ON part.%(own)s = own.id
                  JOIN account_move_line other ON other.id = part.%(other)s
                 WHERE own.fund_id = ANY(%(funds)s) AND own.parent_state = 'posted'
                   AND account.account_type = 'asset_receivable'
                   AND other.fund_id IS DISTINCT FROM own.fund_id
                   AND part.max_date <= %(date_to)s
                   AND (%(everybody)s OR own.partner_id = ANY(%(partners)s))
                """,
                sign=sign,
                own=SQL.identifier(f"{own}_move_id"),
                other=SQL.identifier(f"{other}_move_id"),
                funds=self.ids,
                date_to=date_to,
                everybody=partners is None,
                partners=[] if partners is None else partners.ids,
            )
            for sign, own, other in ((1, "debit", "credit"), (-1, "credit", "debit"))
        ]
        rows = self.env.execute_query(SQL(" UNION ALL ").join(queries))
        return [(*keys, float(amount)) for *keys, amount in rows]

    def _get_owed_at(self, date, partners):
        """What partners owed the fund at the end of a day: ``{partner: amount}``."""
        self.ensure_one()
        domain = [
            *self._get_item_domain(date),
            ("account_id.account_type", "=", "asset_receivable"),
            ("partner_id", "in", partners.ids),
        ]
        owed = dict.fromkeys(partners.ids, 0.0)
        for partner, balance in (
            self.env["account.move.line"]
            .sudo()
            ._read_group(domain, ["partner_id"], ["balance:sum"])
        ):
            owed[partner.id] += balance
        for _fund, partner_id, _move, _date, amount in self._get_outside_closings(date, partners):
            owed[partner_id] -= amount
        return {partner: self._round(owed[partner.id]) for partner in partners}

    # -- a period ------------------------------------------------------------------------------

    def _get_period_figures(self, date_from, date_to):
        """What the fund had before a period, what came and went in it, and what it had after.

        :return: list of dicts ``{section, movement, account_id, partner_id, opening, amount_in,
            amount_out, closing}``. Sections: ``fund`` by kind of movement, ``cash`` and ``other``
            by account, ``members`` by member, ``company`` in one line, which makes the closing of
            the first one the sum of the others
        """
        self.ensure_one()
        figures = {}
        self._add_items_before(figures, date_from)
        self._add_items_within(figures, date_from, date_to)
        for _fund, partner, _move, date, amount in self._get_outside_closings(date_to):
            figure = figures.setdefault(("members", False, False, partner), [0.0, 0.0, 0.0])
            figure[0 if date < date_from else 2] += -amount if date < date_from else amount
        lines = [self._prepare_figure(key, *amounts) for key, amounts in figures.items()]
        lines = [*lines, self._prepare_company_figure(lines)]
        return sorted(
            (line for line in lines if any(line[name] for name in FIGURES)),
            key=lambda line: SECTIONS.index(line["section"]),
        )

    def _add_items_before(self, figures, date_from):
        groups = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [*self._get_item_domain(date_from), ("date", "<", date_from)],
                ["account_id", "partner_id"],
                ["balance:sum"],
            )
        )
        for account, partner, balance in groups:
            section = self._get_section(account)
            key = self._get_figure_key(section, account, partner, False)
            figure = figures.setdefault(key, [0.0, 0.0, 0.0])
            figure[0] += -balance if section == "fund" else balance

    def _add_items_within(self, figures, date_from, date_to):
        groups = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [*self._get_item_domain(date_to), ("date", ">=", date_from)],
                ["account_id", "partner_id", "fund_movement"],
                ["debit:sum", "credit:sum"],
            )
        )
        for account, partner, movement, debit, credit in groups:
            section = self._get_section(account)
            key = self._get_figure_key(section, account, partner, movement)
            figure = figures.setdefault(key, [0.0, 0.0, 0.0])
            came, went = (credit, debit) if section == "fund" else (debit, credit)
            if section == "members":
                came, went = self._get_asked_and_paid(movement, debit, credit)
            figure[1] += came
            figure[2] += went

    def _get_figure_key(self, section, account, partner, movement):
        """Section, kind, account and member that a figure is kept by."""
        if section == "fund":
            return section, movement, False, False
        if section == "members":
            return section, False, False, partner.id
        return section, False, account.id, False

    def _prepare_figure(self, key, opening, came, went):
        section, movement, account_id, partner_id = key
        return {
            "section": section,
            "movement": movement,
            "account_id": account_id,
            "partner_id": partner_id,
            "opening": self._round(opening),
            "amount_in": self._round(came),
            "amount_out": self._round(went),
            "closing": self._round(opening + came - went),
        }

    def _prepare_company_figure(self, lines):
        """What is with the company that keeps the books: the rest of the fund."""
        opening, closing = (
            sum(line[name] * (1 if line["section"] == "fund" else -1) for line in lines)
            for name in ("opening", "closing")
        )
        change = self._round(closing - opening)
        key = ("company", False, False, False)
        return self._prepare_figure(key, opening, max(change, 0.0), max(-change, 0.0))
