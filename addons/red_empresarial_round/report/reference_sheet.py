from odoo import models


class BusinessNetworkSheet(models.AbstractModel):
    """The template with which a network collects what its members paid alone."""

    _inherit = "business.network.sheet"

    def _write_reference_template(self, network):
        """A sheet with the columns of the import, and one with the members that may stand in it."""
        return self._write_book(
            [
                (self.env._("Prices"), self._write_reference_columns),
                (self.env._("Members"), self._write_reference_members, network),
            ]
        )

    def _write_reference_columns(self, sheet, formats):
        """The first line names the columns; the rows are written below it."""
        wizard = self.env["business.network.reference.import"]
        for number, title in enumerate(wizard._get_titles(wizard._get_columns())):
            sheet.write_string(0, number, title, formats["head"])

    def _write_reference_members(self, sheet, formats, network):
        row = self._write_heading(sheet, formats, network.name, [self.env._("Members")])
        for member in network.member_ids:
            sheet.write_string(row, 0, member.partner_id.vat or "", formats["text"])
            sheet.write_string(row, 1, member.partner_id.name or "", formats["text"])
            row += 1
