"""What members paid of their dues, by member and month: on screen, at the meeting, on paper."""

import base64
import io

import openpyxl
from odoo.tests import Form

from tests.funds.test_forgiving import ForgivingCase


class TestComplianceShown(ForgivingCase):
    """B pays January late and in full, C half of it on its day, A nothing; 10 a month each."""

    def set_up_once(self):
        super().set_up_once()
        self._ask()
        self._create_meeting(date="2026-01-31", post=True, receive={self.member_c: 5})
        self._create_meeting(date="2026-02-10", post=True, receive={self.member_b: 10})

    def _rows(self, *domain):
        rows = self.env["business.network.fund.compliance"]
        rows.invalidate_model()
        return rows.search([("fund_id", "=", self.fund.id), *domain])

    def _shown(self, row):
        return [row.amount_asked, row.amount_paid, row.amount_on_time, row.rate]

    def test_a_row_per_member_and_month_says_what_the_fund_says(self):
        self._forgive(self._due(self.member_b, 2), 4)
        self._forgive(self._due(self.member_c, 3))
        months = {
            1: ("2026-01-01", "2026-01-31"),
            2: ("2026-02-01", "2026-02-28"),
            3: ("2026-03-01", "2026-03-31"),
        }
        for month, period in months.items():
            rows = self._rows(("month", "=", period[0]))
            self.assertEqual(
                {row.partner_id.id: self._shown(row) for row in rows},
                {
                    line["partner_id"]: [
                        line["asked"],
                        line["paid"],
                        line["on_time"],
                        line["rate"],
                    ]
                    for line in self.fund.get_compliance(*period)
                    if line["rate"] is not None
                },
                f"month {month}",
            )
        (january,) = self._rows(
            ("month", "=", "2026-01-01"), ("partner_id", "=", self.partner_b.id)
        )
        self.assertEqual(self._shown(january), [10, 10, 0, 100])
        (january,) = self._rows(
            ("month", "=", "2026-01-01"), ("partner_id", "=", self.partner_c.id)
        )
        self.assertEqual(self._shown(january), [10, 5, 5, 50])
        self.assertFalse(
            self._rows(("month", "=", "2026-03-01"), ("partner_id", "=", self.partner_c.id))
        )

    def test_a_group_divides_the_sums_and_does_not_average(self):
        self._create_schedule(name="Cuota extra", amount=70, date_from="2026-02-15")._ask_until(
            self._date("2026-02-28")
        )
        self._create_meeting(date="2026-02-28", post=True, receive={self.member_b: 80})
        groups = self.env["business.network.fund.compliance"]._read_group(
            [("fund_id", "=", self.fund.id)], ["partner_id"], ["rate:avg"]
        )
        period = {line["partner_id"]: line["rate"] for line in self.fund.get_compliance()}
        self.assertEqual({partner.id: rate for partner, rate in groups}, period)
        self.assertEqual(period[self.partner_b.id], 90)
        months = self.env["business.network.fund.compliance"].formatted_read_group(
            [("fund_id", "=", self.fund.id)], ["month:month"], ["rate:avg", "amount_paid:sum"]
        )
        self.assertEqual([round(group["rate:avg"], 2) for group in months], [50, 33.33, 0])

    def test_the_fund_shows_its_rate_and_opens_the_rows(self):
        self.fund.invalidate_recordset()
        self.assertEqual(self.fund.dues_rate, 16.7)
        action = self.fund.action_open_compliance()
        rows = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(rows, self._rows())
        with Form(self.fund) as form:
            self.assertEqual(form.dues_rate, 16.7)
        empty = self._create_fund("Sin aportes")
        self.assertEqual(empty.dues_rate, 0)

    def test_the_meeting_reads_who_paid_its_dues_until_then(self):
        late = self._create_members(
            self.network, [self._create_partner("Taller D")], date_from="2026-02-15"
        )
        meeting = self._create_meeting(date="2026-02-15")
        rates = {line.member_id: line.dues_rate for line in meeting.line_ids}
        self.assertEqual([rates[member] for member in self.members], ["0 %", "100 %", "50 %"])
        self.assertFalse(rates[late])

    def test_the_monthly_statement_prints_it(self):
        statement = self._statement("2026-01-31")
        (section,) = [
            one for one in statement._get_paper()["sections"] if one["key"] == "compliance"
        ]
        self.assertEqual(
            [
                [line[name] for name in ("concept", "asked", "paid", "on_time", "rate")]
                for line in section["lines"]
            ],
            [
                [self.partner_a.display_name, 10, 0, 0, 0],
                [self.partner_b.display_name, 10, 10, 0, 1],
                [self.partner_c.display_name, 10, 5, 5, 0.5],
            ],
        )
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html("red_empresarial_fund.report_fund_statement", statement.ids)[0]
            .decode()
        )
        self.assertIn("Dues of the period and what is paid of them by", html)
        self.assertRegex(html, r"50\.00</span> %")
        book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(statement.sheet_file)))
        values = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
        self.assertIn([self.partner_c.display_name, 10, 5, 5, 0.5], [row[:5] for row in values])

    def test_only_dues_count(self):
        before = [self._shown(row) for row in self._rows()]
        reason = self.env["business.network.fund.fine.reason"].create(
            {"name": "Tardanza", "network_id": self.network.id, "amount": 2}
        )
        self.env["business.network.fund.fine"].create(
            {
                "fund_id": self.fund.id,
                "member_id": self.member_b.id,
                "reason_id": reason.id,
                "date": "2026-03-10",
            }
        ).action_post()
        self.assertEqual([self._shown(row) for row in self._rows()], before)
