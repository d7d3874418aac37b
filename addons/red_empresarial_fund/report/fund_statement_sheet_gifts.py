from odoo import fields, models


class BusinessNetworkFundStatement(models.Model):
    """Money given for one use in the monthly statement: on screen, on paper and as a spreadsheet.

    Read from the posted items of the month each time: those of a closed month do not change.
    """

    _inherit = "business.network.fund.statement"

    gift_table = fields.Html(
        string="Restricted Money", compute="_compute_gift_table", compute_sudo=True
    )

    def _compute_gift_table(self):
        for statement in self:
            section = statement._get_gift_section()
            statement.gift_table = section["lines"] and self.env["ir.qweb"]._render(
                "red_empresarial_fund.statement_gifts",
                {"section": section, "currency": statement.currency_id},
            )

    def _get_gift_section(self):
        """What each gift with a restriction had before, received, used and has left."""
        self.ensure_one()
        amounts = [
            (self.env._("Before"), "before", "money"),
            (self.env._("Received"), "received", "money"),
            (self.env._("Used"), "used", "money"),
            (self.env._("Left"), "left", "money"),
        ]
        columns = [
            (self.env._("Given for"), "restriction", "text"),
            (self.env._("Received From"), "partner", "text"),
            *amounts,
        ]
        lines = (
            self.sudo().fund_id._get_gift_figures(self.date_from, self.date_to)
            if self.date_from
            else []
        )
        return self.env["business.network.statement"]._prepare_section(
            "gifts",
            self.env._("Restricted money"),
            columns,
            lines,
            [name for _label, name, _kind in amounts],
        )

    def _get_paper_sections(self):
        return [*super()._get_paper_sections(), self._get_gift_section()]
