"""Screens seldom looked at: stale evidence, a reversed settlement, a phone."""

from odoo import Command

from tests.web.browser import BrowserCase

PHONE = {"width": 390, "height": 844}
WIDER_THAN_THE_PAGE = """() => [...document.querySelectorAll(
    "html, body, .o_action_manager, .o_content, .o_form_sheet, .o_control_panel"
)].filter(element => element.scrollWidth > element.clientWidth + 1)
  .map(element => `${element.tagName}.${element.className}`)"""


class TestScreens(BrowserCase):
    """A cooperative that sold, settled, reversed, and changed what a milestone cites."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.user_admin").odoobot_state = "disabled"  # its chat fills a phone
        cls.company = cls.env.company
        other = cls.env["res.partner"].create({"name": "Socia (ficticia)", "is_company": True})
        cls.network = cls.env["business.network"].create(
            {
                "name": "Red de pantallas",
                "manager_id": cls.env.ref("base.user_admin").id,
                "operating_form_id": cls.env.ref("red_empresarial.operating_form_cooperative").id,
                "member_ids": [
                    Command.create({"partner_id": partner.id, "date_from": "2026-01-01"})
                    for partner in cls.company.partner_id | other
                ],
            }
        )
        cls.agreement = cls.env["business.network.agreement"].create(
            {
                "network_id": cls.network.id,
                "date_from": "2026-01-01",
                "line_ids": [
                    Command.create({"member_id": member.id}) for member in cls.network.member_ids
                ],
            }
        )
        cls.agreement.action_put_in_force()
        cls.invoice = cls._post("out_invoice", 1000)
        cls.bill = cls._post("in_invoice", 400, l10n_latam_document_number="F001-00000001")
        cls.settlement = cls._settle_and_reverse()
        cls.milestone = cls.network.verification_ids.filtered(lambda v: v.proof == "breakeven")
        cls.milestone.action_prove()
        cls.bill.button_draft()

    @classmethod
    def _post(cls, move_type, amount, **vals):
        move = cls.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": cls.env["res.partner"].create({"name": "Tercero (ficticio)"}).id,
                "invoice_date": "2026-03-15",
                "date": "2026-03-15",
                "network_id": cls.network.id,
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Servicio", "price_unit": amount, "tax_ids": [Command.clear()]}
                    )
                ],
                **vals,
            }
        )
        move.action_post()
        return move

    @classmethod
    def _settle_and_reverse(cls):
        settlement = cls.env["business.network.settlement"].create(
            {"network_id": cls.network.id, "date_to": "2026-03-31"}
        )
        settlement.action_compute()
        settlement.action_approve()
        settlement.action_post()
        settlement.action_reverse()
        return settlement

    def test_stale_evidence_is_told_above_the_milestone(self):
        self.env.flush_all()
        with self.browser() as page:
            self.log_in(page)
            self.open_record(page, self.milestone)
            self.see(page, ".alert-warning:visible:has-text('sustento está desactualizado')", 1)
            self.see(page, ".o-mail-Message:has-text('Verificado por los libros')", 1)

    def test_a_reversed_settlement_shows_it(self):
        self.env.flush_all()
        with self.browser() as page:
            self.log_in(page)
            self.open_record(page, self.settlement)
            self.see(page, ".ribbon:visible:has-text('Revertido')", 1)
            self.see(page, ".alert-info:visible:has-text('esperan otra liquidación')", 1)
            self.open_action(page, "network-settlements")
            self.see(page, ".o_data_row:has-text('Revertid')", 1)

    def test_nothing_is_wider_than_a_phone(self):
        records = {
            "network": self.network,
            "settlement": self.settlement,
            "milestone": self.milestone,
            "agreement": self.agreement,
            "invoice": self.invoice,
            "form": self.network.operating_form_id,
        }
        self.env.flush_all()
        wide = {}
        with self.browser() as page:
            page.set_viewport_size(PHONE)
            self.log_in(page)
            self.open_action(
                page,
                "red_empresarial.business_network_action",
                ".o_kanban_record:has-text('Red de pantallas')",
            )
            wide["kanban"] = page.evaluate(WIDER_THAN_THE_PAGE)
            for action in ("network-settlements", "network-sale-orders", "network-milestones"):
                self.open_action(page, action)
                wide[action] = page.evaluate(WIDER_THAN_THE_PAGE)
            for name, record in records.items():
                self.open_record(page, record)
                wide[name] = page.evaluate(WIDER_THAN_THE_PAGE)
        self.assertEqual({name: found for name, found in wide.items() if found}, {})
