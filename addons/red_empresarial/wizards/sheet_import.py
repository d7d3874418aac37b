import base64
import binascii
import io

import xlsxwriter
from odoo import Command, fields, models
from odoo.exceptions import UserError

from ..tools.sheets import SheetError, read_table


class BusinessNetworkSheetImportMixin(models.AbstractModel):
    """Wizards that load a sheet: a template to fill in, then all of it is loaded or nothing.

    A wizard adds ``problem_ids``, of a model with ``business.network.sheet.problem.mixin``,
    and says what the template holds.
    """

    _name = "business.network.sheet.import.mixin"
    _description = "Import of a Sheet"

    file = fields.Binary(attachment=False)
    filename = fields.Char()
    template = fields.Binary(compute="_compute_template")
    template_name = fields.Char(compute="_compute_template")

    def _compute_template(self):
        for wizard in self:
            wizard.template_name = wizard._get_template_name()
            wizard.template = base64.b64encode(wizard._get_template())

    def _get_template_name(self):
        """Name of the file to fill in."""
        raise NotImplementedError

    def _get_template(self):
        """The XLSX file to fill in, as bytes."""
        raise NotImplementedError

    def _write_template(self, name, titles, rows, frozen):
        """An XLSX file with titles and rows, as bytes.

        :param rows: lists of texts and numbers; None leaves a cell empty
        :param frozen: how many columns at the left stay in sight
        """
        stream = io.BytesIO()
        # A name that begins like a formula or a link is a name.
        plain = {"strings_to_formulas": False, "strings_to_urls": False}
        book = xlsxwriter.Workbook(stream, {"in_memory": True, **plain})
        sheet = book.add_worksheet(name)
        head = book.add_format({"bold": True, "bg_color": "#E6E6E6", "text_wrap": True})
        sheet.write_row(0, 0, titles, head)
        for number, row in enumerate(rows, start=1):
            sheet.write_row(number, 0, row)
        sheet.set_column(0, 0, 40)
        sheet.set_column(1, len(titles) - 1, 14)
        sheet.freeze_panes(1, frozen)
        book.close()
        return stream.getvalue()

    def action_download_template(self):
        """Download the sheet to fill in, with what is there already."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "target": "download",
            "url": f"/web/content/{self._name}/{self.id}/template?download=true"
            "&filename_field=template_name",
        }

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

    def _show_problems(self, problems):
        """List what is wrong and open the wizard again."""
        self.problem_ids = [Command.create(problem) for problem in problems]
        return {
            "type": "ir.actions.act_window",
            "name": self._get_title(),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _get_title(self):
        """Title of the window: the wizard's description in the user's language."""
        return self.env["ir.model"]._get(self._name).name


class BusinessNetworkSheetProblemMixin(models.AbstractModel):
    """What is wrong in one cell of a sheet, and what to do about it."""

    _name = "business.network.sheet.problem.mixin"
    _description = "Problem in a Sheet"
    _order = "line, id"

    line = fields.Integer()
    column = fields.Text()  # a text is shown whole in a list
    problem = fields.Text()
    remedy = fields.Text()
