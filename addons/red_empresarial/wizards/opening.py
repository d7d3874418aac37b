import base64
import binascii

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from ..tools.actions import open_or_close
from ..tools.languages import in_each_language
from ..tools.sheets import SheetError, read_amount, read_csv, read_xlsx

COLUMNS = ("member", "owed_to", "owed_by")
OPTIONAL_COLUMNS = ("currency",)


class BusinessNetworkOpening(models.TransientModel):
    """Opening balances of the members of a network that starts here in the middle of its life.

    One entry per network and date, in the settlements journal: it is one fact of the accounts,
    checked, reversed and refused a second time as one. It names no member; settlements find the
    items by their partner.
    """

    _name = "business.network.opening"
    _description = "Opening Balances of Members"

    network_id = fields.Many2one("business.network", required=True)
    company_id = fields.Many2one(related="network_id.company_id")
    date = fields.Date(required=True, default=fields.Date.context_today)
    account_id = fields.Many2one(
        "account.account",
        string="Opening Account",
        required=True,
        compute="_compute_account_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('account_type', 'not in', ('asset_receivable', 'liability_payable')), "
        "('company_ids', 'in', company_id)]",
        help="Counterpart of what the members owe and are owed.",
    )
    line_ids = fields.One2many("business.network.opening.line", "opening_id")
    file = fields.Binary(attachment=False)
    filename = fields.Char()
    text = fields.Text(string="Pasted Rows", help="Copied from a spreadsheet, with its first line.")
    columns_text = fields.Char(string="Columns", compute="_compute_columns_text")

    @api.depends("network_id")
    def _compute_account_id(self):
        for wizard in self:
            wizard.account_id = wizard.network_id.opening_account_id

    # -- reading -----------------------------------------------------------------------------------

    @api.depends_context("lang")
    def _compute_columns_text(self):
        self.columns_text = " · ".join(self._get_titles(COLUMNS + OPTIONAL_COLUMNS))

    @api.model
    def _get_titles(self, columns):
        """Titles of columns as the user reads them: the labels of the lines they fill."""
        line_fields = self.env["business.network.opening.line"]._fields
        names = {"member": "member_id", "currency": "currency_id"}
        return [
            line_fields[names.get(column, column)]._description_string(self.env)
            for column in columns
        ]

    def _get_columns_by_title(self):
        """``{title in lower case: column}`` in any language; the columns' own names count too."""
        columns = COLUMNS + OPTIONAL_COLUMNS
        return {
            title.casefold(): column
            for env in in_each_language(self.env)
            for title, column in zip(self.with_env(env)._get_titles(columns), columns, strict=True)
        }

    def action_add_members(self):
        """One empty line for each member that has none yet."""
        self.ensure_one()
        members = self._get_members() - self.line_ids.member_id
        self.line_ids = [Command.create({"member_id": member.id}) for member in members]
        return self._reopen()

    def action_load(self):
        """Replace the lines with the rows of the file or of the pasted text: all or none."""
        self.ensure_one()
        rows = self._read_rows()
        vals_list = self._check_rows(rows)
        self.line_ids = [Command.clear(), *map(Command.create, vals_list)]
        return self._reopen()

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Opening Balances"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _get_members(self):
        """Members that can have an opening balance, in their order."""
        return self.network_id.member_ids.filtered(
            lambda member: member._is_in_force(self.date) and not member._is_books_company()
        ).sorted(lambda member: (member.sequence, member.id))

    def _read_rows(self):
        """Rows of the file, else of the pasted text, as ``[(line number, {column: text})]``."""
        titles = self._get_columns_by_title()
        try:
            content = base64.b64decode(self.file) if self.file else (self.text or "").encode()
            is_sheet = content[:2] == b"PK"  # an XLSX file is a ZIP file
            return (read_xlsx if is_sheet else read_csv)(content, COLUMNS, titles)
        except (SheetError, binascii.Error) as error:
            raise UserError(
                self.env._(
                    "%(file)s cannot be read: %(error)s. It needs UTF-8 text (CSV) or an XLSX "
                    "sheet whose first line names the columns %(columns)s; %(optional)s is a "
                    "column that may be left out.",
                    file=self.filename or self.env._("The file"),
                    error=error,
                    columns=", ".join(self._get_titles(COLUMNS)),
                    optional=", ".join(self._get_titles(OPTIONAL_COLUMNS)),
                )
            ) from None

    def _check_rows(self, rows):
        """Values of the lines; UserError that reports every bad row."""
        members = self._get_members_by_name()
        currencies = {
            currency.name.casefold(): currency for currency in self.env["res.currency"].search([])
        }
        problems, vals_list, seen = [], [], {}
        for number, row in rows:
            try:
                vals = self._prepare_row(row, members, currencies)
                key = vals["member_id"], vals["currency_id"]
                if key in seen:
                    raise SheetError(
                        self.env._(
                            "%(member)s already stands on line %(first)s",
                            member=row["member"],
                            first=seen[key],
                        )
                    )
                seen[key] = number
                vals_list.append(vals)
            except SheetError as error:
                problems.append(
                    self.env._("line %(line)s: %(problem)s", line=number, problem=error)
                )
        if not rows:
            problems.append(self.env._("there are no rows"))
        if problems:
            raise UserError(
                self.env._(
                    "Nothing was imported. Correct these and try again:\n%s", "\n".join(problems)
                )
            )
        return vals_list

    def _get_members_by_name(self):
        """Members by their name and by their tax ID, in lower case."""
        members = {}
        for member in self._get_members():
            for key in (member.display_name, member.partner_id.name, member.partner_id.vat):
                if key:
                    members.setdefault(key.strip().casefold(), member)
        return members

    def _prepare_row(self, row, members, currencies):
        """Values of a line; ``SheetError`` with what is wrong with the row."""
        member = members.get(row["member"].casefold())
        if not member:
            raise SheetError(
                self.env._(
                    "“%(name)s” is no member of %(network)s on %(date)s by name or tax ID",
                    name=row["member"],
                    network=self.network_id.name,
                    date=format_date(self.env, self.date),
                )
            )
        code = row.get("currency", "")
        currency = currencies.get(code.casefold()) if code else self.company_id.currency_id
        if not currency:
            raise SheetError(self.env._("“%s” is no active currency", code))
        amounts = {}
        for column in ("owed_to", "owed_by"):
            value = read_amount(row[column], currency.decimal_places)
            if value is None:
                raise SheetError(
                    self.env._(
                        "“%(value)s” is no amount in %(currency)s for %(column)s",
                        value=row[column],
                        currency=currency.name,
                        column=column,
                    )
                )
            amounts[column] = float(value)
        return {"member_id": member.id, "currency_id": currency.id, **amounts}

    # -- posting -----------------------------------------------------------------------------------

    def action_post(self):
        """Book the opening balances and show their entry to who may see it."""
        self.ensure_one()
        return open_or_close(self.post().sudo(False))

    def post(self):
        """Book the opening balances in one entry.

        :return: the posted ``account.move``
        :raise UserError: the network has opening balances of that date already, a period is closed,
            an account is missing, a line is wrong
        """
        self.ensure_one()
        self.network_id.check_access("write")
        self._check_first()
        self._check_terms()
        entry = self.env["account.move"].sudo().create(self._prepare_entry())
        entry._post(soft=False)
        return entry

    def _check_first(self):
        """Raise UserError naming the opening entry the network has of that date.

        The network's row is touched, so that of two at the same time the second is retried by the
        server and then finds the first.
        """
        self.env.cr.execute(
            SQL(
                "UPDATE business_network SET write_date = write_date WHERE id = %s",
                self.network_id.id,
            )
        )
        first = (
            self.env["account.move"]
            .sudo()
            .search(
                [
                    ("is_network_opening", "=", True),
                    ("network_id", "=", self.network_id.id),
                    ("date", "=", self.date),
                    ("state", "!=", "cancel"),
                    ("reversal_move_ids", "=", False),
                ],
                limit=1,
            )
        )
        if first:
            raise UserError(
                self.env._(
                    "The opening balances of %(network)s on %(date)s are booked in %(entry)s. "
                    "Reverse that entry to book others.",
                    network=self.network_id.name,
                    date=format_date(self.env, self.date),
                    entry=first.name,
                )
            )

    def _check_terms(self):
        network, lines = self.network_id, self.line_ids.filtered(lambda line: line._has_balance())
        network._check_account_set(
            "settlement_journal_id", "member_payable_account_id", "member_receivable_account_id"
        )
        network._check_date_open(self.date, network.sudo().settlement_journal_id)
        if not self.account_id:
            network._check_account_set("opening_account_id")
        if not lines:
            raise UserError(
                self.env._(
                    "No member of %s has a balance. Write what each is owed or owes.", network.name
                )
            )
        lines._check_terms()

    def _prepare_entry(self):
        network = self.network_id.sudo()
        items = [
            vals
            for line in self.line_ids.filtered(lambda line: line._has_balance())
            for vals in line._prepare_items()
        ]
        balance = network.currency_id.round(-sum(vals["balance"] for vals in items))
        if not network.currency_id.is_zero(balance):
            items.append(
                {
                    "account_id": self.account_id.id,
                    "name": self._get_label(),
                    "balance": balance,
                    "analytic_distribution": False,
                }
            )
        return {
            "move_type": "entry",
            "journal_id": network.settlement_journal_id.id,
            "date": self.date,
            "ref": self._get_label(),
            "network_id": network.id,
            "is_network_opening": True,
            "line_ids": [Command.create(vals) for vals in items],
        }

    def _get_label(self):
        return self.env._("Opening balances of %s", self.network_id.name)


class BusinessNetworkOpeningLine(models.TransientModel):
    """What one member is owed and owes, in one currency."""

    _name = "business.network.opening.line"
    _description = "Opening Balance of One Member"

    opening_id = fields.Many2one("business.network.opening", required=True, ondelete="cascade")
    network_id = fields.Many2one(related="opening_id.network_id")
    member_id = fields.Many2one(
        "business.network.member", required=True, domain="[('network_id', '=', network_id)]"
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    owed_to = fields.Monetary(string="Owed to the Member")
    owed_by = fields.Monetary(string="Owed by the Member")

    @api.depends("opening_id")
    def _compute_currency_id(self):
        for line in self:
            line.currency_id = line.network_id.currency_id or self.env.company.currency_id

    def _has_balance(self):
        self.ensure_one()
        return not (
            self.currency_id.is_zero(self.owed_to) and self.currency_id.is_zero(self.owed_by)
        )

    def _check_terms(self):
        """Raise an error naming the member whose balance cannot be booked."""
        seen = set()
        for line in self:
            member = line.member_id
            if line.owed_to < 0 or line.owed_by < 0:
                raise UserError(
                    self.env._(
                        "The opening balance of %s is negative. Write it in the other column.",
                        member.display_name,
                    )
                )
            if (member, line.currency_id) in seen or member.network_id != line.network_id:
                raise UserError(
                    self.env._(
                        "%(member)s stands twice in %(currency)s, or is no member of %(network)s. "
                        "Keep one line for each member and currency.",
                        member=member.display_name,
                        currency=line.currency_id.name,
                        network=line.network_id.name,
                    )
                )
            seen.add((member, line.currency_id))
        for wizard, lines in self.grouped("opening_id").items():
            lines.member_id._check_in_force(wizard.date)
            lines.member_id._check_not_books_company()

    def _prepare_items(self):
        """Values of the member's journal items: a credit if it is owed, a debit if it owes."""
        self.ensure_one()
        network = self.network_id.sudo()
        return [
            self._prepare_item(account, amount)
            for account, amount in (
                (network.member_payable_account_id, -self.owed_to),
                (network.member_receivable_account_id, self.owed_by),
            )
            if not self.currency_id.is_zero(amount)
        ]

    def _prepare_item(self, account, amount):
        company = self.network_id.company_id
        return {
            "account_id": account.id,
            "partner_id": self.member_id.partner_id.id,
            "name": self.opening_id._get_label(),
            "currency_id": self.currency_id.id,
            "amount_currency": amount,
            "balance": self.currency_id._convert(
                amount, company.currency_id, company, self.opening_id.date
            ),
            "date_maturity": self.opening_id.date,
            "analytic_distribution": False,
        }
