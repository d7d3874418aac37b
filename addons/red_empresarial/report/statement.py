from odoo import models
from odoo.tools import format_date


class BusinessNetworkStatement(models.AbstractModel):
    """What a member's statement says, as plain values in the member's language.

    Made for many members at once from the frozen rows and the ledger; the paper, the spreadsheet
    and the page show the same values. A statement is a dict with the records ``member``,
    ``partner``, ``network``, ``company``, ``currency``, ``settlement`` and ``line`` (both empty for
    a free period), ``rows`` (distributions), the texts ``title``, ``period`` and ``lang``, the
    dates ``date_from`` (False: from the beginning) and ``date_to``, and

    * ``figures``: ``[{"key", "label", "amount" or "text", "total", "section", "documents"}]``; a
      ``total`` is the sum of the amounts since the one before, ``section`` the one whose amounts
      add up to it, ``documents`` what proves it;
    * ``headline``: the one of these figures that a member is told first, wherever it is told;
    * ``sections``: see :meth:`_prepare_section`.
    """

    _name = "business.network.statement"
    _description = "Statement of a Network Member"

    # -- entry points --------------------------------------------------------------------------

    def _get_period_statements(self, members, currency, date_from, date_to):
        """Statements of ``members`` of one network over a free period, in their order.

        :param date_from: first accounting date, or False for the beginning
        """
        members.check_access("read")
        members = members.sudo()
        rows = self.env["business.network.distribution"].sudo()
        domain = [
            ("member_id", "in", members.ids),
            ("currency_id", "=", currency.id),
            ("date", "<=", date_to),
        ]
        if date_from:
            domain.append(("date", ">=", date_from))
        return self.sudo()._complete_all(
            [self._prepare_statement(member, currency, date_from, date_to) for member in members],
            rows.search(domain).grouped("member_id"),
        )

    def _get_line_statements(self, lines):
        """Statements of lines of one settlement, in their order."""
        lines.check_access("read")
        lines = lines.sudo()
        return self.sudo()._complete_all(
            [
                {
                    **self._prepare_statement(
                        line.member_id,
                        line.currency_id,
                        line.settlement_id.date_from,
                        line.settlement_id.date_to,
                    ),
                    "settlement": line.settlement_id,
                    "line": line,
                    "parts": {part.distribution_id: part for part in line.part_ids},
                }
                for line in lines
            ],
            lines._get_settled_rows().grouped("member_id"),
        )

    def _prepare_statement(self, member, currency, date_from, date_to):
        return {
            "member": member,
            "partner": member.partner_id,
            "network": member.network_id,
            "company": member.company_id,
            "currency": currency,
            "settlement": self.env["business.network.settlement"],
            "line": self.env["business.network.settlement.line"],
            "parts": {},
            "date_from": date_from,
            "date_to": date_to,
            "lang": member.partner_id.lang or self.env.lang,
        }

    def _complete_all(self, statements, rows):
        """Complete the statements of one network: read for all, then put each in its language."""
        source = self._read_source(statements, rows)
        for statement in statements:
            own = rows.get(statement["member"], self.env["business.network.distribution"])
            statement["rows"] = own.with_context(lang=statement["lang"]).sorted(
                lambda row: (row.date, row.move_id.name or "", row.portion)
            )
            self.with_context(lang=statement["lang"])._complete(statement, source)
        return statements

    def _read_source(self, statements, rows):
        """What the statements have in common, in a number of queries that does not grow."""
        every = self.env["business.network.distribution"].union(*rows.values())
        return {
            "shared": self._read_shared_amounts(every),
            "items": self._read_portion_items(every),
            "account": self._read_account(statements),
        }

    def _complete(self, statement, source):
        """Add what is in words and figures; ``self`` speaks the member's language."""
        statement["title"] = self.env._("Member Statement")
        statement["period"] = self._get_period_text(statement)
        statement["account"] = self._prepare_account(statement, source)
        statement["sections"] = [
            section
            for section in self._get_statement_sections(statement, source)
            if section["lines"]
        ]
        statement["figures"] = self._get_statement_figures(statement)
        statement["headline"] = self._get_headline(statement)

    def _get_headline(self, statement):
        """The figure that says in one amount what the member gets or gives.

        What is due after the network tariff, with what is netted where something is. The page
        shows it above all and the message to the member tells it; in the PDF and the Excel it is a
        total among the figures.
        """
        figures = {figure["key"]: figure for figure in statement["figures"]}
        return figures.get("net") or figures["due"]

    def _get_period_text(self, statement):
        date_from, date_to = (
            date and format_date(self.env, date)
            for date in (statement["date_from"], statement["date_to"])
        )
        if not date_from:
            return self.env._("Documents up to %s", date_to)
        return self.env._(
            "Documents from %(date_from)s to %(date_to)s", date_from=date_from, date_to=date_to
        )

    # -- hooks ---------------------------------------------------------------------------------

    def _get_statement_sections(self, statement, source):
        """Sections in the order they are shown; extend to add one. Empty ones are left out."""
        return [
            self._get_sales_section(statement, source),
            *(
                self._get_share_section(kind, statement, source)
                for kind in ("revenue", "expense", "tax")
            ),
            self._get_tariff_section(statement),
            self._get_account_section(statement),
        ]

    def _get_statement_figures(self, statement):
        """Figures in the order they are shown; extend to add one to a group before its total."""
        return [
            *self._get_due_figures(statement),
            *self._get_netted_figures(statement),
            *(self._get_payment_figures(statement) if statement["line"] else []),
            *self._get_account_figures(statement),
        ]

    def _get_due_figures(self, statement):
        """What makes up the amount due; the settlement's own fields where there is one."""
        amounts = self._get_due_amounts(statement)
        labels = self._get_due_labels()
        figures = [
            self._prepare_figure(key, labels[key], amount, section=key)
            for key, amount in amounts.items()
            if amount or key not in ("tax", "tariff")
        ]
        due = sum(amounts.values())
        label = self.env._("Due to you") if due >= 0 else self.env._("Due from you")
        return [*figures, self._prepare_figure("due", label, due, total=True)]

    def _get_due_labels(self):
        """Label of each amount of :meth:`_get_due_amounts`."""
        return {
            "revenue": self.env._("Your revenue"),
            "expense": self.env._("Your expenses"),
            "tax": self.env._("Your input tax"),
            "tariff": self.env._("Network tariff, to the common fund"),
        }

    def _get_due_amounts(self, statement):
        """Amounts in the member's favour that add up to what is due, by key."""
        line = statement["line"]
        if line:
            return {
                "revenue": line.amount_revenue,
                "expense": -line.amount_expense,
                "tax": -line.amount_input_tax,
                "tariff": -line.amount_tariff,
            }
        amounts = dict.fromkeys(("revenue", "expense", "tax", "tariff"), 0.0)
        for row in statement["rows"]:
            amounts[self._get_row_section(row)] += row.amount_currency
            amounts["tariff"] -= row.tariff
        return amounts

    def _get_netted_figures(self, statement):
        """What is netted beside the member's shares, item by item, and what is left to pay."""
        line = statement["line"]
        items = line.netted_item_ids
        if not items:
            return []
        kinds = dict(items._fields["kind"]._description_selection(self.env))
        figures = [
            self._prepare_figure(
                f"netted_{item.id}", kinds[item.kind], item.amount, documents=item.move_id
            )
            for item in items
        ]
        net = line.amount_net
        label = self.env._("To pay to you") if net >= 0 else self.env._("To collect from you")
        return [
            self._prepare_figure(
                "brought", self.env._("Of this settlement"), net - sum(items.mapped("amount"))
            ),
            *figures,
            self._prepare_figure("net", label, net, total=True),
        ]

    def _get_payment_figures(self, statement):
        """What a posted settlement did about the amount due."""
        line = statement["line"]
        if line.is_books_company:
            note = self.env._("You keep the books of the network: your share is already in them.")
            return [self._prepare_figure("books", note, text="")]
        if line.settlement_state not in ("posted", "paid"):
            return []
        return [
            *self._get_document_figures(line),
            *self._get_netting_figures(line),
            *(self._prepare_payment_figure(payment) for payment in line._get_statement_payments()),
            self._prepare_figure("open", self.env._("Still open"), line.amount_open, strong=True),
        ]

    def _get_document_figures(self, line):
        """The member's document, and the taxes in it that are no part of what is due."""
        document = line.document_id
        if not document:
            return []
        label = self.env._("Your document, total with taxes")
        figures = [self._prepare_figure("document", label, document.amount_total)]
        figures[0]["documents"] = self._prepare_documents(document)
        if document.amount_tax:
            label = self.env._("Of it taxes, beside what is due to you")
            figures.append(self._prepare_figure("document_tax", label, document.amount_tax))
        return figures

    def _get_netting_figures(self, line):
        """What was netted, where nothing else was than both sides or the tariff named above."""
        netted = line._get_statement_netted()
        if line.netted_item_ids or not netted:
            return []
        only_tariff = line.document_id and not line.currency_id.compare_amounts(
            abs(netted), line.amount_tariff
        )
        label = (
            self.env._("Network tariff, taken off your document")
            if only_tariff
            else self.env._("Netted between what you were owed and what you owed")
        )
        return [
            self._prepare_figure("netted", label, netted, documents=line._get_netting_entries())
        ]

    def _prepare_payment_figure(self, payment):
        label = (
            self.env._("Paid to you on %s")
            if payment.payment_type == "outbound"
            else self.env._("Received from you on %s")
        ) % format_date(self.env, payment.date)
        return self._prepare_figure(
            "payment",
            f"{label} · {payment.journal_id.name}",
            payment.amount,
            documents=payment.move_id,
        )

    # -- building blocks -----------------------------------------------------------------------

    def _prepare_figure(self, key, label, amount=None, documents=None, **options):
        """One line of the summary; ``amount`` None shows ``text`` instead."""
        return {
            "key": key,
            "label": label,
            "amount": amount,
            "text": "",
            "section": None,
            "total": False,
            "strong": options.get("total", False),
            "documents": self._prepare_documents(documents or self.env["account.move"]),
            **options,
        }

    def _prepare_section(self, key, title, columns, lines, totals=(), rows=None):
        """One table of a statement.

        :param columns: ``[(label, key, type)]``; types are ``text``, ``date``, ``money``,
            ``quantity``, ``percent`` and ``documents`` (a list of ``{"id", "name"}`` of moves)
        :param lines: dicts with a value per column
        :param totals: keys of the columns that are added up
        :param rows: distributions the section is made of
        """
        return {
            "key": key,
            "title": title,
            "columns": [
                {"key": name, "label": label, "type": kind} for label, name, kind in columns
            ],
            "lines": lines,
            "totals": {name: sum(line[name] for line in lines) for name in totals},
            "rows": rows,
        }

    def _prepare_documents(self, moves):
        return [{"id": move.id, "name": move.name or "/"} for move in moves]
