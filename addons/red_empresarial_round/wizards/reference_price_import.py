import base64
import binascii
import datetime
import re

from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.languages import get_units_by_name, in_each_language
from odoo.addons.red_empresarial.tools.quantities import format_exact
from odoo.addons.red_empresarial.tools.sheets import (
    SheetError,
    read_amount,
    read_csv,
    read_xlsx,
)
from odoo.exceptions import UserError

COLUMNS = ("member", "product", "price", "date")
OPTIONAL_COLUMNS = ("unit", "currency", "source", "evidence")
FIELDS = {  # of a reference price, whose labels are the titles of the columns
    "member": "member_id",
    "product": "product_id",
    "price": "price_unit",
    "unit": "product_uom_id",
    "currency": "currency_id",
}


class BusinessNetworkReferenceImport(models.TransientModel):
    """Loads reference prices of a network from a sheet: all of it or nothing.

    A row without a member is a price of the whole network. A row that is already there, with the
    same price, is left as it is, so that a file can be loaded twice; with another price it is
    refused by name.
    """

    _name = "business.network.reference.import"
    _description = "Import Reference Prices"

    network_id = fields.Many2one("business.network", required=True)
    company_id = fields.Many2one(related="network_id.company_id")
    file = fields.Binary(attachment=False)
    filename = fields.Char()
    text = fields.Text(string="Pasted Rows", help="Copied from a spreadsheet, with its first line.")
    columns_text = fields.Char(string="Columns", compute="_compute_columns_text")
    template_file = fields.Binary(compute="_compute_template_file")

    @api.model
    def _get_columns(self):
        """Columns of the template, those that may be left out last."""
        return (*COLUMNS, *OPTIONAL_COLUMNS)

    @api.model
    def _get_titles(self, columns, env=None):
        """Titles of columns: the labels of a reference price, in the language of ``env``."""
        price_fields = self.env["business.network.reference.price"]._fields
        return [
            price_fields[FIELDS.get(column, column)]._description_string(env or self.env)
            for column in columns
        ]

    def _get_columns_by_title(self):
        """``{title in lower case: column}`` in any language; the columns' own names count too."""
        columns = self._get_columns()
        return {
            title.casefold(): column
            for env in in_each_language(self.env)
            for title, column in zip(self._get_titles(columns, env), columns, strict=True)
        }

    @api.depends_context("lang")
    def _compute_columns_text(self):
        self.columns_text = " · ".join(self._get_titles(self._get_columns()))

    def _compute_template_file(self):
        for wizard in self:
            content = self.env["business.network.sheet"]._write_reference_template(
                wizard.network_id
            )
            wizard.template_file = base64.b64encode(content)

    def action_download_template(self):
        """Download a sheet with the columns, the members and products to fill in."""
        self.ensure_one()
        name = self.env._("Reference prices - %s", self.network_id.name).replace("/", "-")
        return self.env["business.network.sheet"]._get_download_action(self, "template_file", name)

    def action_import(self):
        """Load the rows and show them; UserError with a report per row otherwise."""
        self.ensure_one()
        prices = self.load_rows(self._read_rows())
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "red_empresarial_round.business_network_reference_price_action"
        )
        action["domain"] = [("id", "in", prices.ids)]
        return action

    # -- reading -------------------------------------------------------------------------------

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
                    "sheet whose first line names the columns %(columns)s; these may be left out: "
                    "%(optional)s.",
                    file=self.filename or self.env._("The file"),
                    error=error,
                    columns=", ".join(self._get_titles(COLUMNS)),
                    optional=", ".join(self._get_titles(OPTIONAL_COLUMNS)),
                )
            ) from None

    # -- loading -------------------------------------------------------------------------------

    def load_rows(self, rows):
        """Create the reference prices that are not there yet.

        :param rows: list of ``(line number, {column: text})``
        :return: all ``business.network.reference.price`` the rows name
        :raise UserError: with one line per bad row; nothing is created then
        """
        self.ensure_one()
        self.network_id.check_access("read")
        vals_list, problems = self._check_rows(rows)
        existing = self._get_existing(vals_list)
        problems += self._get_conflicts(vals_list, existing)
        if not rows:
            problems.append((0, self.env._("there are no rows")))
        if problems:
            self._raise_problems(problems)
        Price = self.env["business.network.reference.price"]
        created = Price.create(
            [vals for _number, vals in vals_list if self._get_key(vals) not in existing]
        )
        return Price.union(*existing.values()) | created

    def _raise_problems(self, problems):
        raise UserError(
            self.env._(
                "Nothing was imported. Correct these and try again:\n%s",
                "\n".join(text for _number, text in sorted(problems)),
            )
        )

    def _check_rows(self, rows):
        """``([(line number, values)], [(line number, problem)])`` of the rows."""
        known = self._read_known(rows)
        vals_list, problems, seen = [], [], {}
        for number, row in rows:
            try:
                vals = self._prepare_row(row, known)
                key = self._get_key(vals)
                if key in seen:
                    raise SheetError(self.env._("the same as line %s", seen[key]))
                seen[key] = number
                vals_list.append((number, vals))
            except SheetError as error:
                problems.append((number, self._get_problem(number, error)))
        return vals_list, problems

    def _get_problem(self, number, problem):
        return self.env._("line %(line)s: %(problem)s", line=number, problem=problem)

    def _get_key(self, vals):
        return vals["member_id"], vals["product_id"], vals["date"]

    def _get_existing(self, vals_list):
        """Prices of the network that rows name again, by member, product and day."""
        prices = self.env["business.network.reference.price"].search(
            [
                ("network_id", "=", self.network_id.id),
                ("product_id", "in", [vals["product_id"] for _number, vals in vals_list]),
                ("date", "in", [vals["date"] for _number, vals in vals_list]),
            ]
        )
        keys = {self._get_key(vals) for _number, vals in vals_list}
        by_key = {(price.member_id.id, price.product_id.id, price.date): price for price in prices}
        return {key: price for key, price in by_key.items() if key in keys}

    def _get_conflicts(self, vals_list, existing):
        """Rows that say another price than the one that is there."""
        problems = []
        for number, vals in vals_list:
            price = existing.get(self._get_key(vals))
            same = price and all(
                vals[name] == price[name].id for name in ("product_uom_id", "currency_id")
            )
            if price and not (same and price.price_unit == vals["price_unit"]):
                problem = self.env._(
                    "%(price)s is already there with %(amount)s %(currency)s per %(unit)s; correct "
                    "it in Reference Prices",
                    price=price.display_name,
                    amount=format_exact(self.env, price.price_unit),
                    currency=price.currency_id.name,
                    unit=price.product_uom_id.name,
                )
                problems.append((number, self._get_problem(number, problem)))
        return problems

    # -- a row ---------------------------------------------------------------------------------

    def _read_known(self, rows):
        """What rows may name, by name in lower case; read once for all rows."""
        Price = self.env["business.network.reference.price"]
        return {
            "members": self._get_members_by_name(),
            "products": self._get_products_by_name({row["product"] for _number, row in rows}),
            "units": get_units_by_name(self.env),
            "currencies": {
                currency.name.casefold(): currency
                for currency in self.env["res.currency"].search([("active", "=", True)])
            },
            "sources": self._get_sources_by_name(),
            "digits": Price._fields["price_unit"].get_digits(self.env)[1],
        }

    def _get_sources_by_name(self):
        """``{name in lower case: source}``, by key and by label in any language."""
        field = self.env["business.network.reference.price"]._fields["source"]
        return {
            text.casefold(): key
            for env in in_each_language(self.env)
            for key, label in field._description_selection(env)
            for text in (key, label)
        }

    def _get_members_by_name(self):
        """Members of the network, those who left too, by name and by tax ID."""
        members = {}
        for member in self.network_id.member_ids:
            for key in (member.display_name, member.partner_id.name, member.partner_id.vat):
                if key:
                    members.setdefault(key.strip().casefold(), member)
        return members

    def _get_products_by_name(self, texts):
        """Products that can be purchased, by reference, barcode or name: ``{text: products}``."""
        names = [text for text in texts if text]
        fields_searched = ("default_code", "barcode", "name")
        domain = [
            ("purchase_ok", "=", True),
            ("company_id", "in", (False, self.company_id.id)),
            *("|" for _field in fields_searched[1:]),
            *((field, "in", names) for field in fields_searched),
        ]
        found = {}
        for env in reversed(in_each_language(self.env)):  # the user's own counts most
            products = env["product.product"].search(domain)
            for field in reversed(fields_searched):  # a reference counts more than a name
                found |= {text: same for text, same in products.grouped(field).items() if text}
        return {text: products.with_env(self.env) for text, products in found.items()}

    def _prepare_row(self, row, known):
        """Values of a reference price; ``SheetError`` with what is wrong with the row."""
        product = self._find_product(row["product"], known)
        vals = {
            "network_id": self.network_id.id,
            "member_id": self._find_member(row["member"], known).id,
            "product_id": product.id,
            "product_uom_id": self._find_unit(row.get("unit", ""), product, known).id,
            "currency_id": self._find_currency(row.get("currency", ""), known).id,
            "price_unit": self._read_price(row["price"], known["digits"]),
            "date": self._read_date(row["date"]),
            "source": self._find_source(row.get("source", ""), known),
            "evidence": row.get("evidence", ""),
        }
        self._check_rate(vals, row)
        return vals

    def _find_member(self, text, known):
        none = self.env["business.network.member"]
        member = known["members"].get(text.casefold()) if text else none
        if member is None:
            raise SheetError(
                self.env._(
                    "“%(name)s” is no member of %(network)s by name or tax ID; leave it empty for "
                    "a price of the whole network",
                    name=text,
                    network=self.network_id.name,
                )
            )
        return member

    def _find_product(self, text, known):
        products = known["products"].get(text)
        if not products:
            raise SheetError(
                self.env._("“%s” is no product to purchase, by reference, barcode or name", text)
            )
        if len(products) > 1:
            raise SheetError(
                self.env._(
                    "%(count)s products are called “%(name)s”; write the reference of one",
                    count=len(products),
                    name=text,
                )
            )
        return products

    def _find_unit(self, text, product, known):
        """The unit a row names, which must convert to the product's; empty is the product's."""
        units = known["units"].get(text.casefold()) if text else product.uom_id
        unit = (units or self.env["uom.uom"]).filtered(
            lambda unit: unit._has_common_reference(product.uom_id)
        )[:1]
        if not unit:
            raise SheetError(
                self.env._(
                    "“%(unit)s” is no unit that converts to %(product_uom)s, the unit of "
                    "%(product)s",
                    unit=text,
                    product_uom=product.uom_id.name,
                    product=product.display_name,
                )
            )
        return unit

    def _find_currency(self, text, known):
        currency = known["currencies"].get(text.casefold()) if text else self.company_id.currency_id
        if not currency:
            raise SheetError(self.env._("“%s” is no active currency", text))
        return currency

    def _find_source(self, text, known):
        source = known["sources"].get(text.casefold()) if text else "declared"
        if not source:
            raise SheetError(
                self.env._(
                    "“%(text)s” is no source; write one of %(sources)s",
                    text=text,
                    sources=", ".join(dict.fromkeys(known["sources"].values())),
                )
            )
        return source

    def _read_price(self, text, digits):
        price = read_amount(text, digits)
        if price is None or not price:
            raise SheetError(
                self.env._(
                    "“%(price)s” is no price: a number above zero with at most %(digits)s decimals",
                    price=text,
                    digits=digits,
                )
            )
        return float(price)

    def _read_date(self, text):
        """A date as ``2026-03-15`` or ``15/03/2026``, not after today."""
        text = text.split(" ")[0].split("T")[0]  # a spreadsheet's date comes with its hour
        try:
            if match := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text):
                day, month, year = map(int, match.groups())
                return datetime.date(year, month, day)
            return datetime.date.fromisoformat(text)
        except ValueError:
            raise SheetError(
                self.env._("“%s” is no date; write it as 2026-03-15 or 15/03/2026", text)
            ) from None

    def _check_rate(self, vals, row):
        """A price in another currency needs a rate up to its day, else no saving could be told."""
        Price = self.env["business.network.reference.price"]
        currency = Price.currency_id.browse(vals["currency_id"])
        company = self.company_id
        if currency != company.currency_id and not Price._get_dated_currencies(
            currency, company, vals["date"]
        ):
            raise SheetError(
                self.env._(
                    "%(currency)s has no rate up to %(date)s",
                    currency=currency.name,
                    date=row["date"],
                )
            )
