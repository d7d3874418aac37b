import base64

from odoo import fields, models
from odoo.tools import format_date


class BusinessNetworkFundStatement(models.Model):
    """The monthly statement on paper and as a spreadsheet: the same figures for both."""

    _inherit = "business.network.fund.statement"

    sheet_file = fields.Binary(compute="_compute_sheet_file", string="Excel File")

    def _compute_sheet_file(self):
        for statement in self:
            content = self.env["business.network.sheet"]._write_fund_statement(
                statement._get_paper()
            )
            statement.sheet_file = base64.b64encode(content)

    def action_download_sheet(self):
        """Download the statement as a spreadsheet."""
        self.ensure_one()
        return self.env["business.network.sheet"]._get_download_action(
            self, "sheet_file", self._get_file_name()
        )

    def _get_file_name(self):
        self.ensure_one()
        return f"{self.display_name}".replace("/", "-")

    def _get_paper(self):
        """What is printed, as plain values of the shape of a member's statement."""
        self.ensure_one()
        state = dict(self._fields["state"]._description_selection(self.env))[self.state]
        return {
            "title": self.env._("Monthly statement of %s", self.fund_id.name),
            "month": self._get_month_text(),
            "period": self.env._(
                "From %(date_from)s to %(date_to)s",
                date_from=format_date(self.env, self.date_from),
                date_to=format_date(self.env, self.date_to),
            ),
            "state": state,
            "network": self.network_id,
            "company": self.company_id.sudo(),
            "currency": self.currency_id,
            "figures": self._get_paper_figures(),
            "sections": [section for section in self._get_paper_sections() if section["lines"]],
            "signatures": self._get_signatures(),
        }

    def _get_paper_figures(self):
        figure = self.env["business.network.statement"]._prepare_figure
        labels = {name: field._description_string(self.env) for name, field in self._fields.items()}
        figures = [
            figure("balance_start", labels["balance_start"], self.balance_start),
            figure("amount_in", labels["amount_in"], self.amount_in),
            figure("amount_out", labels["amount_out"], -self.amount_out),
            figure("balance_end", labels["balance_end"], self.balance_end, total=True),
        ]
        places = ("cash_amount", "owed_amount", "other_amount", "company_amount")
        figures += [
            figure(name, labels[name], self[name])
            for name in places
            if self[name] or name in places[:2]
        ]
        where = self.env._("Where it is, in all")
        return [*figures, figure("where", where, self.balance_end, total=True)]

    def _get_paper_sections(self):
        """Tables by kind, by cash box and bank, by member, and of what is elsewhere."""
        section = self.env["business.network.statement"]._prepare_section
        titles = dict(self.line_ids._fields["section"]._description_selection(self.env))
        moved = [
            (self.env._("Came in"), "amount_in", "money"),
            (self.env._("Went out"), "amount_out", "money"),
        ]
        stood = [
            (self.env._("Before"), "opening", "money"),
            *moved,
            (self.env._("After"), "closing", "money"),
        ]
        asked = [
            (self.env._("Owed before"), "opening", "money"),
            (self.env._("Asked"), "amount_in", "money"),
            (self.env._("Paid"), "amount_out", "money"),
            (self.env._("Owes"), "closing", "money"),
        ]
        columns = {"fund": moved, "cash": stood, "members": asked, "other": stood}
        concept = (self.env._("Concept"), "concept", "text")
        sections = [
            section(
                key,
                titles[key],
                [concept, *own],
                self._get_paper_lines(key),
                [name for _label, name, _kind in own],
            )
            for key, own in columns.items()
        ]
        return [*sections, self._get_compliance_section()]

    def _get_paper_lines(self, key):
        lines = self.line_ids.filtered(lambda line: line.section == key)
        if key == "fund":  # what was there before is no movement
            lines = lines.filtered(lambda line: line.amount_in or line.amount_out)
        return [
            {
                "concept": line.label,
                "opening": line.opening,
                "amount_in": line.amount_in,
                "amount_out": line.amount_out,
                "closing": line.closing,
            }
            for line in lines.sorted("label")
        ]

    def _get_signatures(self):
        """Who signs, in which office and when: the date is empty before."""
        return [
            {
                "name": self.treasurer_id.display_name or "",
                "office": self.env._("Treasurer"),
                "date": self.treasurer_signed_on,
            },
            {
                "name": self.president_id.display_name or "",
                "office": self.env._("President"),
                "date": self.president_signed_on,
            },
        ]


class BusinessNetworkSheet(models.AbstractModel):
    """The monthly statement of a fund as a spreadsheet, totals as sums of the cells."""

    _inherit = "business.network.sheet"

    def _write_fund_statement(self, paper):
        """The bytes of a book with one sheet; ``paper`` as the statement's ``_get_paper`` says."""
        return self._write_book([(paper["month"], self._write_fund_month, paper)])

    def _write_fund_month(self, sheet, formats, paper):
        heading = [
            paper["network"].name,
            paper["period"],
            paper["state"],
            self.env._("Amounts in %s", paper["currency"].name),
        ]
        top = self._write_heading(sheet, formats, paper["title"], heading)
        row, totals = top + len(paper["figures"]) + 2, {}
        for section in paper["sections"]:
            row = self._write_section(sheet, formats, row, section, paper, totals)
        self._write_figures(sheet, formats, top, paper, totals)
        for offset, signature in enumerate(paper["signatures"]):
            texts = (signature["office"], signature["name"])
            for column, text in enumerate(texts):
                sheet.write_string(row + offset, column, text, formats["text"])
            self._write_value(sheet, formats, row + offset, 2, signature["date"], "date")
