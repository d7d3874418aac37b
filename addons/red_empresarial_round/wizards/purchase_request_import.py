import base64
import binascii
import io
import re

import xlsxwriter
from odoo import Command, api, fields, models
from odoo.addons.red_empresarial.tools.quantities import exact_factor, to_exact
from odoo.addons.red_empresarial.tools.sheets import SheetError, read_table
from odoo.exceptions import UserError

from .request_sheet import RequestSheet


class BusinessNetworkPurchaseRequestImport(models.TransientModel):
    """Loads what the members ask from a sheet: a row per product, a column per member.

    Whatever is wrong is listed with its line, column and remedy, and then nothing is loaded. What
    the sheet says replaces what the drafts said of its products and members, so a sheet can be
    loaded twice. An empty cell, like a zero, is no request.
    """

    _name = "business.network.purchase.request.import"
    _description = "Import Requests of Members"

    round_id = fields.Many2one(
        "business.network.purchase.round",
        required=True,
        domain=[("state", "=", "open")],
        ondelete="cascade",
    )
    file = fields.Binary(attachment=False)
    filename = fields.Char()
    send = fields.Boolean(string="Send Them", help="Count them at once, without another look.")
    template = fields.Binary(compute="_compute_template")
    template_name = fields.Char(compute="_compute_template")
    problem_ids = fields.One2many(
        "business.network.purchase.request.import.problem", "import_id", readonly=True
    )

    # -- the sheet to fill -------------------------------------------------------------------------

    @api.depends("round_id")
    def _compute_template(self):
        for wizard in self:
            name = re.sub(r"[^\w-]+", "-", wizard.round_id.name or "")
            wizard.template_name = f"{self.env._('Requests')}-{name}.xlsx"
            wizard.template = base64.b64encode(wizard._get_template())

    def action_download_template(self):
        """Download the sheet with the products and members of the round, and what is typed yet."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "target": "download",
            "url": f"/web/content/{self._name}/{self.id}/template?download=true"
            "&filename_field=template_name",
        }

    def _get_template(self):
        """The XLSX file: products down, members across; what each takes at most at the right."""
        members = self.round_id._get_participants() if self.round_id else ()
        typed = self._get_typed_quantities()
        stream = io.BytesIO()
        # A name that begins like a formula or a link is a name.
        plain = {"strings_to_formulas": False, "strings_to_urls": False}
        book = xlsxwriter.Workbook(stream, {"in_memory": True, **plain})
        sheet = book.add_worksheet(self.env._("Requests"))
        head = book.add_format({"bold": True, "bg_color": "#E6E6E6", "text_wrap": True})
        sheet.write_row(0, 0, self._get_titles(members), head)
        for row, product in enumerate(self.round_id.product_ids, start=1):
            cells = [typed.get((product, member), (0, 0)) for member in members]
            values = [pair[column] or None for column in (0, 1) for pair in cells]
            names = [self._get_product_key(product), product.product_uom_id.name]
            sheet.write_row(row, 0, [*names, *values])
        sheet.set_column(0, 0, 40)
        sheet.set_column(1, 1 + 2 * len(members), 14)
        sheet.freeze_panes(1, 2)
        book.close()
        return stream.getvalue()

    def _get_titles(self, members):
        names = [self._get_member_title(member) for member in members]
        limits = [self.env._("%s (up to)", name) for name in names]
        return [self.env._("Product"), self.env._("Unit"), *names, *limits]

    def _get_member_title(self, member):
        """The member's name; with its tax ID where another participant has the same name."""
        same = self.round_id._get_participants().filtered(
            lambda other: other.display_name == member.display_name
        )
        return (
            member.partner_id.vat or member.display_name if same - member else member.display_name
        )

    def _get_product_key(self, line):
        """Reference of the product, else its name, with which the sheet finds it again."""
        return line.product_id.default_code or line.product_id.display_name

    def _get_typed_quantities(self):
        """What requests say yet, in the units of the catalogue: quantity and up to how much."""
        typed = {}
        for line in self.round_id.request_ids.filtered(lambda r: r.state == "draft").line_ids:
            factor = exact_factor(line.product_uom_id) / exact_factor(
                line.round_product_id.product_uom_id
            )
            typed[line.round_product_id, line.member_id] = [
                float(to_exact(quantity) * factor)
                for quantity in (line.quantity, line.maximum_quantity)
            ]
        return typed

    # -- loading -----------------------------------------------------------------------------------

    def action_import(self):
        """Load the file and show the requests; with anything wrong show what, and load nothing."""
        self.ensure_one()
        self.problem_ids.unlink()
        self.round_id._check_typing()
        sheet = RequestSheet(self.round_id, self._read_table()).read_rows()
        if sheet.problems:
            self.problem_ids = [Command.create(problem) for problem in sheet.problems]
            return self._reopen()
        requests = self._load(sheet.quantities)
        if self.send:
            requests.filtered(
                lambda request: any(request.line_ids.mapped("quantity"))
            ).action_send()
        return self.round_id.action_open_requests()

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Requests"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _load(self, quantities):
        """Write what the sheet says into the drafts of its members, made where there are none.

        :param quantities: ``{member: {round product: (quantity, up to, unit)}}``
        :return: the requests
        """
        Request = self.env["business.network.purchase.request"]
        requests = self.round_id.request_ids.grouped("member_id")
        missing = [
            {"round_id": self.round_id.id, "member_id": member.id}
            for member, cells in quantities.items()
            if member not in requests
            and any(quantity for quantity, _limit, _unit in cells.values())
        ]
        requests |= Request.create(missing).grouped("member_id")
        loaded = Request.union(*(requests[member] for member in quantities if member in requests))
        drafts = loaded.filtered(lambda request: request.state == "draft")
        drafts.line_ids.filtered(
            lambda line: line.round_product_id in quantities[line.member_id]
        ).unlink()
        self.env["business.network.purchase.request.line"].create(
            [
                vals
                for request in drafts
                for vals in self._prepare_lines(request, quantities[request.member_id])
            ]
        )
        return drafts

    def _prepare_lines(self, request, cells):
        return [
            {
                "request_id": request.id,
                "round_product_id": product.id,
                "quantity": float(quantity),
                "maximum_quantity": float(limit),
                "product_uom_id": unit.id,
            }
            for product, (quantity, limit, unit) in cells.items()
            if quantity
        ]

    def _read_table(self):
        """Rows of the file; UserError when it cannot be read at all."""
        name = self.filename or self.env._("The file")
        try:
            table = read_table(base64.b64decode(self.file or b""))
        except (SheetError, binascii.Error) as error:
            raise UserError(
                self.env._(
                    "%(file)s cannot be read: %(error)s. Save it as an Excel workbook (xlsx) or as "
                    "CSV, and try again.",
                    file=name,
                    error=error,
                )
            ) from None
        if not table:
            raise UserError(
                self.env._(
                    "%s is empty. Download the template, fill it in and choose it here.", name
                )
            )
        return table


class BusinessNetworkPurchaseRequestImportProblem(models.TransientModel):
    """What is wrong in one cell of a sheet, and what to do about it."""

    _name = "business.network.purchase.request.import.problem"
    _description = "Problem in a Sheet of Requests"
    _order = "line, id"

    import_id = fields.Many2one(
        "business.network.purchase.request.import", required=True, ondelete="cascade", index=True
    )
    line = fields.Integer()
    column = fields.Text()  # a text is shown whole in a list
    problem = fields.Text()
    remedy = fields.Text()
