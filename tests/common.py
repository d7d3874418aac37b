"""Base classes and builders of the database tests."""

from odoo import Command, fields
from odoo.tests import TransactionCase, tagged

from tools.modules import SPARE_COMPANY


@tagged("post_install", "-at_install", "standard")
class NetworkCase(TransactionCase):
    """A consortium with operator A 40 / B 35 / C 25 in the books of the main (Peruvian) company.

    The template database has the Peruvian chart, so the figures stand on its accounts and taxes.
    """

    operating_form = "red_empresarial.operating_form_consortium_operator"
    revenue_weights = (40, 35, 25)
    expense_weights = (40, 35, 25)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True))
        cls.company = cls.env.company
        cls.bank = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )
        cls.vat_sale = cls.company.account_sale_tax_id
        cls.vat_purchase = cls.company.account_purchase_tax_id
        cls.customer = cls._create_partner("Gran Comprador SAC", "20512345671")
        cls.supplier = cls._create_partner("Hilados del Sur SAC", "20498765433")
        cls.partner_a = cls.company.partner_id
        cls.partner_b = cls._create_partner("Taller B", "20600000013")
        cls.partner_c = cls._create_partner("Taller C", "20600000021")
        cls.network = cls._create_network("Red ABC", cls.operating_form)
        cls.member_a, cls.member_b, cls.member_c = cls.members = cls._create_members(
            cls.network, [cls.partner_a, cls.partner_b, cls.partner_c]
        )
        cls.agreement = cls._create_agreement(
            cls.network, cls.members, cls.revenue_weights, cls.expense_weights
        )

    def setUp(self):
        """Prepare what every test of the class starts from, once, before the first of them."""
        if "_was_set_up" not in vars(type(self)):
            before = set(vars(self))
            self.set_up_once()
            for name in vars(self).keys() - before:
                setattr(type(self), name, getattr(self, name))
            type(self)._was_set_up = True
        super().setUp()

    def set_up_once(self):
        """What the tests of a class start from; what is set on ``self`` is there in each of them.

        Unlike ``setUpClass`` it may use the builders of a test, which are methods of an instance.
        Every test begins from there again, since what a test writes is rolled back.
        """

    # -- builders ------------------------------------------------------------------------------

    @classmethod
    def _create_partner(cls, name, vat=None):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "is_company": True,
                "vat": vat,
                "country_id": cls.env.ref("base.pe").id,
                "l10n_latam_identification_type_id": cls.env.ref("l10n_pe.it_RUC").id,
            }
        )

    @classmethod
    def _create_company(cls, name, vat):
        """Another company with the Peruvian chart: books of its own."""
        company = cls._take_spare_company() or cls._create_books()
        company.write({"name": name, "active": True, "currency_id": cls.company.currency_id.id})
        company.partner_id.write(
            {
                "name": name,
                "active": True,
                "vat": vat,
                "l10n_latam_identification_type_id": cls.env.ref("l10n_pe.it_RUC").id,
            }
        )
        if "stock.warehouse" in cls.env:
            Warehouse = cls.env["stock.warehouse"]
            if not Warehouse.search_count([("company_id", "=", company.id)]):
                Warehouse.create({"company_id": company.id})
        return company

    @classmethod
    def _take_spare_company(cls):
        """The one that the tests' template keeps; empty where there is none, or it is taken."""
        return (
            cls.env["res.company"]
            .with_context(active_test=False)
            .search([("name", "=", SPARE_COMPANY), ("active", "=", False)])
            .with_env(cls.env)
        )

    @classmethod
    def _create_books(cls):
        company = cls.env["res.company"].create(
            {"name": SPARE_COMPANY, "country_id": cls.env.ref("base.pe").id}
        )
        cls.env["account.chart.template"].try_loading("pe", company, install_demo=False)
        return company

    @classmethod
    def _create_network(cls, name, operating_form, **vals):
        return cls.env["business.network"].create(
            {"name": name, "operating_form_id": cls.env.ref(operating_form).id, **vals}
        )

    @classmethod
    def _create_members(cls, network, partners, date_from="2026-01-01"):
        return cls.env["business.network.member"].create(
            [
                {
                    "network_id": network.id,
                    "partner_id": partner.id,
                    "date_from": date_from,
                    "sequence": number,
                }
                for number, partner in enumerate(partners)
            ]
        )

    @classmethod
    def _create_agreement(cls, network, members, revenue, expense=None, in_force=True, **vals):
        agreement = cls.env["business.network.agreement"].create(
            {
                "name": "Acuerdo",
                "network_id": network.id,
                "date_from": "2026-01-01",
                "filing_date": "2026-01-03",
                "line_ids": [
                    Command.create(
                        {
                            "member_id": member.id,
                            "sequence": member.sequence,
                            "revenue_weight": revenue_weight,
                            "expense_weight": expense_weight,
                        }
                    )
                    for member, revenue_weight, expense_weight in zip(
                        members, revenue, expense or revenue, strict=True
                    )
                ],
                **vals,
            }
        )
        if in_force:
            agreement.action_put_in_force()
        return agreement

    @classmethod
    def _prepare_document(cls, move_type, amounts, date="2026-03-15", network=None, **vals):
        sale = move_type.startswith("out")
        tax = cls.vat_sale if sale else cls.vat_purchase
        document = {
            "move_type": move_type,
            "partner_id": (cls.customer if sale else cls.supplier).id,
            "invoice_date": date,
            "date": date,
            "network_id": (cls.network if network is None else network).id,
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": f"Línea {number}",
                        "quantity": 1,
                        "price_unit": amount,
                        "tax_ids": [Command.set(tax.ids)],
                    }
                )
                for number, amount in enumerate(amounts, start=1)
            ],
        }
        if not sale:
            cls._bill_number = getattr(cls, "_bill_number", 0) + 1
            document["l10n_latam_document_number"] = f"F001-{cls._bill_number:08d}"
        return {**document, **vals}

    @classmethod
    def _create_document(cls, move_type, amounts, post=True, **vals):
        """A joint document with one line per amount, taxed at the company's default tax."""
        move = cls.env["account.move"].create(cls._prepare_document(move_type, amounts, **vals))
        if post:
            move.action_post()
        return move

    def _create_settlement(self, network=None, date_to="2026-03-31", **vals):
        return self.env["business.network.settlement"].create(
            {"network_id": (network or self.network).id, "date_to": date_to, **vals}
        )

    def _settle(self, **vals):
        settlement = self._create_settlement(**vals)
        settlement.action_compute()
        settlement.action_approve()
        settlement.action_post()
        return settlement

    def _refund(self, move, amount=None, date="2026-03-20"):
        """Post a credit note of ``move``: of all of it, or of one line of ``amount`` net of tax."""
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"date": date, "journal_id": move.journal_id.id, "reason": "Devolución"})
        )
        refund = self.env["account.move"].browse(wizard.reverse_moves()["res_id"])
        if refund.l10n_latam_manual_document_number:
            self.__class__._bill_number += 1
            refund.l10n_latam_document_number = f"F001-{self._bill_number:08d}"
        if amount is not None:
            lines = refund.invoice_line_ids
            lines[1:].unlink()
            lines[:1].price_unit = amount
        refund.action_post()
        return refund

    # -- reading the ledger ----------------------------------------------------------------------

    def _balance(self, account, partner=None, moves=None):
        """Posted balance of an account, of a partner on it, among ``moves`` or all."""
        domain = [("account_id", "in", account.ids), ("parent_state", "=", "posted")]
        if partner is not None:
            domain.append(("partner_id", "=", partner.id))
        if moves is not None:
            domain.append(("move_id", "in", moves.ids))
        ((total,),) = self.env["account.move.line"]._read_group(domain, [], ["balance:sum"])
        return self.company.currency_id.round(total or 0.0)

    def _tax_balance(self, tax):
        """Posted balance of the tax lines of a tax: in Peru one account holds input and output."""
        ((total,),) = self.env["account.move.line"]._read_group(
            [("tax_line_id", "=", tax.id), ("parent_state", "=", "posted")], [], ["balance:sum"]
        )
        return self.company.currency_id.round(total or 0.0)

    def _tax_base_balance(self, tax):
        """Posted balance of the items a tax was computed on."""
        ((total,),) = self.env["account.move.line"]._read_group(
            [("tax_ids", "in", tax.ids), ("parent_state", "=", "posted")], [], ["balance:sum"]
        )
        return self.company.currency_id.round(total or 0.0)

    def _ledger(self):
        """Posted balance per account and partner, zeros left out."""
        groups = self.env["account.move.line"]._read_group(
            [("parent_state", "=", "posted"), ("company_id", "=", self.company.id)],
            ["account_id", "partner_id"],
            ["balance:sum"],
        )
        return {
            (account.code, partner.id): round(balance, 2)
            for account, partner, balance in groups
            if round(balance, 2)
        }

    def _shares(self, move, field="amount", kind=None):
        """What each member got of a document, in the order of the members."""
        rows = move.distribution_ids
        if kind:
            rows = rows.filtered(lambda row: row.kind == kind)
        return [
            move.currency_id.round(
                sum(rows.filtered(lambda row, member=member: row.member_id == member).mapped(field))
            )
            for member in self.members
        ]

    @staticmethod
    def _date(text):
        return fields.Date.to_date(text)
