from odoo import api, fields, models

from .account_move_line import MOVEMENTS

SECTIONS = [
    ("fund", "By kind of movement"),
    ("cash", "Cash and bank"),
    ("members", "Owed by members"),
    ("other", "Elsewhere"),
    ("company", "Held by the books' company"),
]


class BusinessNetworkFundStatementLine(models.Model):
    """A figure of a monthly statement as it was signed: of a kind, a cash box or bank, a member."""

    _name = "business.network.fund.statement.line"
    _description = "Figure of a Monthly Statement"
    _order = "statement_id, id"
    _rec_name = "label"

    statement_id = fields.Many2one(
        "business.network.fund.statement", required=True, index=True, ondelete="cascade"
    )
    fund_id = fields.Many2one(related="statement_id.fund_id", store=True)
    network_id = fields.Many2one(related="statement_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="statement_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="statement_id.currency_id")
    section = fields.Selection(SECTIONS, required=True)
    movement = fields.Selection(MOVEMENTS, string="Kind")
    account_id = fields.Many2one("account.account", ondelete="restrict")
    partner_id = fields.Many2one("res.partner", string="Member", ondelete="restrict")
    label = fields.Char(string="Concept", compute="_compute_label")
    opening = fields.Monetary(string="Before")
    amount_in = fields.Monetary(string="In")
    amount_out = fields.Monetary(string="Out")
    closing = fields.Monetary(string="After")

    @api.depends("section", "movement", "account_id", "partner_id")
    def _compute_label(self):
        kinds, sections = (
            dict(self._fields[name]._description_selection(self.env))
            for name in ("movement", "section")
        )
        for line in self.sudo():
            if line.section == "fund":
                line.label = kinds.get(line.movement) or self.env._("Opening balance")
            else:
                line.label = line._get_place() or sections.get(line.section)

    def _get_place(self):
        """Where the money of this line is: the cash box or bank, the member, the account."""
        self.ensure_one()
        if self.section == "cash":
            journals = self.fund_id.cash_journal_ids.filtered(
                lambda journal: self.account_id in journal._get_network_cash_accounts()
            )
            if journals:
                name = ", ".join(journals.mapped("name"))
                own = self.account_id in journals.default_account_id
                return name if own else self.env._("%s (in transit)", name)
        return self.partner_id.display_name or self.account_id.display_name

    def _get_figure_key(self):
        """What a figure is found by, as :meth:`business.network.fund._get_figure_key` says."""
        self.ensure_one()
        return self.section, self.movement, self.account_id.id, self.partner_id.id
