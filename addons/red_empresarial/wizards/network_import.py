import base64
import csv
import io

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..tools.languages import in_each_language

COLUMNS = ("cluster", "network", "line_of_business", "enterprise")


class BusinessNetworkImport(models.TransientModel):
    """Loads networks and their enterprises from a CSV file: all of it or nothing.

    Columns: cluster, network, line_of_business, enterprise, by these names or by their titles in
    any language; one row per enterprise; UTF-8. Rows that are already in the books' company are
    left as they are, so that a file can be loaded twice.
    """

    _name = "business.network.import"
    _description = "Import Networks and Enterprises"

    file = fields.Binary(attachment=False)
    filename = fields.Char()
    company_id = fields.Many2one(
        "res.company",
        string="Books' Company",
        required=True,
        default=lambda self: self.env.company,
    )
    columns_text = fields.Char(string="Columns", compute="_compute_columns_text")
    operating_form_id = fields.Many2one(
        "business.network.operating.form",
        required=True,
        default=lambda self: self.env["business.network.operating.form"].search([], limit=1),
    )
    date_from = fields.Date(
        string="Members Since", required=True, default=fields.Date.context_today
    )
    country_id = fields.Many2one(
        "res.country", default=lambda self: self.env.company.country_id, help="Of the enterprises."
    )

    def action_import(self):
        """Load the file and open the networks; UserError with a report per row otherwise."""
        self.ensure_one()
        networks = self.load_rows(self._read_rows())
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "red_empresarial.business_network_action"
        )
        action["domain"] = [("id", "in", networks.ids)]
        return action

    # -- reading -------------------------------------------------------------------------------

    @api.depends_context("lang")
    def _compute_columns_text(self):
        self.columns_text = ",".join(self._get_titles())

    @api.model
    def _get_titles(self):
        """Titles of the columns as the user reads them, in their order."""
        return [
            self.env._("Cluster"),
            self.env._("Network"),
            self.env._("Line of Business"),
            self.env._("Enterprise"),
        ]

    def _name_columns(self, titles):
        """Names of the columns under these titles, written in any language."""
        names = {
            title.casefold(): name
            for env in in_each_language(self.env)
            for title, name in zip(self.with_env(env)._get_titles(), COLUMNS, strict=True)
        }
        return [names.get(title.strip().casefold(), title) for title in titles]

    def _read_rows(self):
        """Rows of the file as dicts; UserError naming what is wrong with it."""
        content = base64.b64decode(self.file or b"")
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise UserError(
                self.env._(
                    "%s is not UTF-8 text. Save it from the spreadsheet as “CSV UTF-8” and try "
                    "again.",
                    self._get_filename(),
                )
            ) from None
        reader = csv.DictReader(io.StringIO(text), strict=True)
        try:
            reader.fieldnames = self._name_columns(reader.fieldnames or [])
            rows = list(reader)
        except csv.Error as error:
            raise UserError(
                self.env._(
                    "%(file)s cannot be read as CSV at line %(line)s: %(error)s. Check the quotes "
                    "and separators of that line.",
                    file=self._get_filename(),
                    line=reader.reader.line_num,
                    error=error,
                )
            ) from None
        self._check_columns(reader.fieldnames or [])
        return rows

    def _get_filename(self):
        return self.filename or self.env._("The file")

    def _check_columns(self, columns):
        titles = zip(COLUMNS, self._get_titles(), strict=True)
        missing = [title for column, title in titles if column not in columns]
        if missing:
            raise UserError(
                self.env._(
                    "%(file)s lacks the columns %(missing)s. Its first line must name %(columns)s, "
                    "separated by commas.",
                    file=self._get_filename(),
                    missing=", ".join(missing),
                    columns=", ".join(self._get_titles()),
                )
            )

    @api.model
    def _check_rows(self, rows):
        """Raise UserError that reports every bad row."""
        problems, seen = [], {}
        for number, row in enumerate(rows, start=2):
            if None in row:
                problems.append(
                    self.env._(
                        "line %s: more values than columns; put quotes around a value that has a "
                        "comma in it",
                        number,
                    )
                )
            for column in ("network", "enterprise"):
                if not (row[column] or "").strip():
                    problems.append(
                        self.env._("line %(line)s: no %(column)s", line=number, column=column)
                    )
            key = self._get_row_key(row)
            if key in seen:
                problems.append(
                    self.env._(
                        "line %(line)s: %(enterprise)s already stands in %(network)s on line "
                        "%(first)s",
                        line=number,
                        enterprise=row["enterprise"],
                        network=row["network"],
                        first=seen[key],
                    )
                )
            seen.setdefault(key, number)
        if not rows:
            problems.append(self.env._("there are no rows"))
        if problems:
            raise UserError(
                self.env._(
                    "Nothing was imported. Correct these and try again:\n%s", "\n".join(problems)
                )
            )

    @api.model
    def _get_row_key(self, row):
        return (
            (row["network"] or "").strip().casefold(),
            (row["enterprise"] or "").strip().casefold(),
        )

    # -- loading -------------------------------------------------------------------------------

    def load_rows(self, rows):
        """Create the networks, enterprises and memberships that are missing.

        :param rows: list of dicts with the keys of ``COLUMNS``
        :return: all ``business.network`` the rows name
        :raise UserError: with one line per bad row; nothing is created then
        """
        self.ensure_one()
        self._check_rows(rows)
        rows = [{column: (row[column] or "").strip() for column in COLUMNS} for row in rows]
        networks = self._load_networks(rows)
        partners = self._load_partners(rows)
        self._load_members(rows, networks, partners)
        return self.env["business.network"].union(*networks.values())

    def _load_networks(self, rows):
        first_rows = {}
        for row in rows:
            first_rows.setdefault(row["network"], row)
        Network = self.env["business.network"]
        existing = Network.search(
            [("name", "in", list(first_rows)), ("company_id", "=", self.company_id.id)]
        ).grouped("name")
        missing = [row for name, row in first_rows.items() if name not in existing]
        created = Network.create([self._prepare_network(row) for row in missing])
        return existing | {network.name: network for network in created}

    def _prepare_network(self, row):
        return {
            "name": row["network"],
            "cluster": row["cluster"],
            "line_of_business": row["line_of_business"],
            "company_id": self.company_id.id,
            "operating_form_id": self.operating_form_id.id,
        }

    def _load_partners(self, rows):
        Partner = self.env["res.partner"]
        names = list(dict.fromkeys(row["enterprise"] for row in rows))
        existing = {partner.name: partner for partner in Partner.search([("name", "in", names)])}
        created = Partner.create(
            [
                {
                    "name": name,
                    "is_company": True,
                    "country_id": self.country_id.id,
                    "lang": self.env.lang,  # of who imports them: statements are written in it
                }
                for name in names
                if name not in existing
            ]
        )
        return existing | {partner.name: partner for partner in created}

    def _load_members(self, rows, networks, partners):
        known = {
            (member.network_id, member.partner_id)
            for network in networks.values()
            for member in network.member_ids
        }
        vals_by_network = {}
        for row in rows:
            network, partner = networks[row["network"]], partners[row["enterprise"]]
            if (network, partner) not in known:
                vals = vals_by_network.setdefault(network, [])
                vals.append(
                    {
                        "partner_id": partner.id,
                        "sequence": 10 * (len(vals) + 1),
                        "date_from": self.date_from,
                    }
                )
        for network, vals_list in vals_by_network.items():
            network.member_ids = [Command.create(vals) for vals in vals_list]
