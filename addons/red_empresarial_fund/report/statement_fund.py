from odoo import fields, models


class BusinessNetworkStatement(models.AbstractModel):
    """The funds of the network on a member's statement: its own account, and what they are worth.

    Of the others a member sees totals and no name.
    """

    _inherit = "business.network.statement"

    def _read_source(self, statements, rows):
        return {
            **super()._read_source(statements, rows),
            "funds": self._read_funds(statements),
        }

    def _read_funds(self, statements):
        """What all statements need of the funds, in a number of queries that does not grow.

        :return: ``{"funds", "sections", "entries", "given"}``; ``entries`` are the movements of
            each fund and member by date, ``given`` what each member put in for itself
        """
        if not statements or statements[0]["currency"] != statements[0]["company"].currency_id:
            return {"funds": self.env["business.network.fund"]}  # kept in the books' currency
        first = statements[0]
        date_to = first["date_to"]
        partners = self.env["res.partner"].union(*(one["partner"] for one in statements))
        funds = self.env["business.network.fund"].with_context(active_test=False)
        funds = funds.search([("network_id", "=", first["network"].id)])
        return {
            "funds": funds,
            "sections": funds._get_sections_at(date_to),
            "entries": self._read_fund_entries(funds, partners, date_to),
            "given": self._read_fund_contributions(funds, partners, date_to),
        }

    def _read_fund_entries(self, funds, partners, date_to):
        """``{(fund, partner): [(date, entry, kind, asked, paid)]}``, by date."""
        groups = self.env["account.move.line"]._read_group(
            [
                *funds._get_item_domain(date_to),
                ("partner_id", "in", partners.ids),
                ("account_id.account_type", "=", "asset_receivable"),
            ],
            ["fund_id", "partner_id", "move_id", "fund_movement", "date:day"],
            ["debit:sum", "credit:sum"],
        )
        entries = {}
        for fund, partner, move, kind, date, debit, credit in groups:
            asked, paid = fund._get_asked_and_paid(kind, debit, credit)
            entries.setdefault((fund, partner), []).append((date, move, kind, asked, paid))
        moves, own = self.env["account.move"], self.env["res.partner"]
        for fund_id, partner_id, move_id, date, amount in funds._get_outside_closings(
            date_to, partners
        ):
            key = funds.browse(fund_id), own.browse(partner_id)
            paid = (0.0, amount) if amount > 0 else (-amount, 0.0)
            entries.setdefault(key, []).append((date, moves.browse(move_id), None, *paid))
        return {
            key: sorted(found, key=lambda entry: (entry[0], entry[1].id))
            for key, found in entries.items()
        }

    def _read_fund_contributions(self, funds, partners, date_to):
        groups = self.env["account.move.line"]._read_group(
            [
                *funds._get_contribution_domain(),
                ("date", "<=", date_to),
                ("partner_id", "in", partners.ids),
            ],
            ["fund_id", "partner_id"],
            ["balance:sum"],
        )
        return {(fund, partner): -balance for fund, partner, balance in groups}

    # -- sections ------------------------------------------------------------------------------

    def _get_statement_sections(self, statement, source):
        funds = source["funds"]["funds"]
        return [
            *super()._get_statement_sections(statement, source),
            *(self._get_fund_section(fund, statement, source) for fund in funds),
            self._get_funds_section(statement, source),
        ]

    def _get_fund_section(self, fund, statement, source):
        """What the member was asked for a fund, what it paid, and what it owes since."""
        columns = [
            (self.env._("Date"), "date", "date"),
            (self.env._("Document"), "documents", "documents"),
            (self.env._("Concept"), "concept", "text"),
            (self.env._("Asked of you"), "asked", "money"),
            (self.env._("Paid"), "paid", "money"),
            (self.env._("You owe"), "balance", "money"),
        ]
        lines = self._get_fund_lines(fund, statement, source)
        title = self.env._("Your account with %s", fund.name)
        key = f"fund_{fund.id}"
        section = self._prepare_section(key, title, columns, lines, ["asked", "paid"])
        owed = lines[-1]["balance"] if lines else 0.0
        return {**section, "totals": {**section["totals"], "balance": owed}}

    def _get_fund_lines(self, fund, statement, source):
        """The movements of the period, after what was owed before it."""
        owed, lines = 0.0, []
        date_from, currency = statement["date_from"], statement["currency"]
        entries = source["funds"]["entries"].get((fund, statement["partner"]), ())
        for date, move, kind, asked, paid in entries:
            owed = currency.round(owed + asked - paid)
            if date_from and date < date_from:
                lines = [self._prepare_fund_opening(date_from, owed)]
            else:
                lines.append(self._prepare_fund_line(fund, date, move, kind, asked, paid, owed))
        return lines if len(lines) > 1 or owed or (lines and not lines[0]["is_opening"]) else []

    def _prepare_fund_opening(self, date, owed):
        return {
            "date": date,
            "documents": [],
            "concept": self.env._("Owed before"),
            "asked": 0.0,
            "paid": 0.0,
            "balance": owed,
            "is_opening": True,
        }

    def _prepare_fund_line(self, fund, date, move, kind, asked, paid, owed):
        concept = fund._get_movement_label(kind) if kind else self.env._("Netted by a settlement")
        if move.fund_forgiven_item_id:
            concept = self.env._("Forgiven: %s", move.fund_correction_reason)
        return {
            "date": fields.Date.to_date(date),
            "documents": self._prepare_documents(move),
            "concept": concept,
            "asked": asked,
            "paid": paid,
            "balance": owed,
            "is_opening": False,
        }

    def _get_funds_section(self, statement, source):
        """What each fund is worth, where it is, and what of it the member put in."""
        columns = [
            (self.env._("Kind"), "kind", "text"),
            (self.env._("Treasurer"), "treasurer", "text"),
            (self.env._("Fund"), "concept", "text"),
            (self.env._("You put in"), "given", "money"),
            (self.env._("Cash and bank"), "cash", "money"),
            (self.env._("Owed by all members"), "owed", "money"),
            (self.env._("Balance of the fund"), "amount", "money"),
        ]
        lines = [
            self._prepare_funds_line(fund, statement, source) for fund in source["funds"]["funds"]
        ]
        title = self.env._("The funds of your network")
        return self._prepare_section(
            "funds", title, columns, lines, ["given", "cash", "owed", "amount"]
        )

    def _prepare_funds_line(self, fund, statement, source):
        sections = source["funds"]["sections"][fund]
        kinds = dict(fund._fields["kind"]._description_selection(self.env))
        return {
            "kind": kinds[fund.kind],
            "treasurer": fund._get_treasurer(statement["date_to"]).name or "",
            "concept": fund.name,
            "given": source["funds"]["given"].get((fund, statement["partner"]), 0.0),
            "cash": sections["cash"],
            "owed": sections["members"],
            "amount": sections["fund"],
        }

    # -- figures -------------------------------------------------------------------------------

    def _get_statement_figures(self, statement):
        return [*super()._get_statement_figures(statement), *self._get_fund_figures(statement)]

    def _get_fund_figures(self, statement):
        """What the member owes each fund, or paid it in advance, at the end of the period."""
        figures = []
        for section in statement["sections"]:
            fund_id = section["key"].removeprefix("fund_")
            if not fund_id.isdigit():
                continue
            fund = self.env["business.network.fund"].browse(int(fund_id))
            owed = section["totals"]["balance"]
            label = (
                self.env._("Paid in advance to %s", fund.name)
                if owed < 0
                else self.env._("You owe %s", fund.name)
            )
            figures.append(self._prepare_figure(section["key"], label, abs(owed)))
        return figures
