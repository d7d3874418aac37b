from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class BusinessNetworkFundHandoverBox(models.Model):
    """A cash box, bank or wallet that is handed over: cash is counted, of others the books tell."""

    _name = "business.network.fund.handover.box"
    _description = "Cash Box or Bank Handed Over"
    _inherit = ["business.network.fund.count.mixin", "business.network.fund.access.mixin"]
    _fund_links = ("handover_id",)
    _order = "handover_id, id"
    _rec_name = "journal_id"

    handover_id = fields.Many2one(
        "business.network.fund.handover", required=True, index=True, ondelete="cascade"
    )
    fund_id = fields.Many2one(related="handover_id.fund_id")
    network_id = fields.Many2one(related="handover_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="handover_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="handover_id.currency_id")
    date = fields.Date(related="handover_id.date")
    state = fields.Selection(related="handover_id.state")
    journal_id = fields.Many2one(
        "account.journal", string="Cash or Bank", required=True, readonly=True, ondelete="restrict"
    )
    is_cash = fields.Boolean(compute="_compute_is_cash")
    count_ids = fields.One2many(
        "business.network.fund.handover.count", "box_id", string="Notes and Coins", copy=False
    )

    _journal_once = models.Constraint(
        "UNIQUE(handover_id, journal_id)", "Each cash box and bank stands once in a hand-over."
    )

    @api.depends("journal_id")
    def _compute_is_cash(self):
        for box in self:
            box.is_cash = box.journal_id.type == "cash"

    @api.depends("journal_id", "handover_id.name")
    def _compute_display_name(self):
        for box in self:
            box.display_name = " · ".join(filter(None, (box.handover_id.name, box.journal_id.name)))

    @api.depends("handover_id.state", "handover_id.date")
    def _compute_count(self):
        return super()._compute_count()

    def _is_count_closed(self):
        return self.handover_id.state != "draft"

    def _get_counted(self):
        """What is in a bank nobody counts: its balance in the books is compared with its papers."""
        return super()._get_counted() if self.is_cash else self.amount_expected

    def _check_counted(self):
        if not self.is_cash:
            return None
        result = super()._check_counted()
        self._check_nothing_later()
        return result

    def _check_nothing_later(self):
        """Raise UserError when what was counted is not what there was at the end of that day."""
        last = (
            self.env["account.move.line"]
            .sudo()
            .search(self._get_box_domain(), order="date desc", limit=1)
        )
        if last and last.date > self.handover_id.date:
            raise UserError(
                self.env._(
                    "%(journal)s has entries up to %(last)s, so what was counted is not what was "
                    "in it on %(date)s. Date the hand-over on the day of the count.",
                    journal=self.journal_id.name,
                    last=format_date(self.env, last.date),
                    date=format_date(self.env, self.handover_id.date),
                )
            )

    def _get_cash_domain(self):
        """What should be in the box at the end of that day; in a bank, with what is on its way."""
        return [*super()._get_cash_domain(), ("date", "<=", self.handover_id.date)]

    def _prepare_difference_values(self):
        return {"fund_handover_id": self.handover_id.id}

    @api.model_create_multi
    def create(self, vals_list):
        boxes = super().create(vals_list)
        boxes._check_draft()
        return boxes

    def write(self, vals):
        terms = {"handover_id", "journal_id", "difference_reason", "count_ids"} & vals.keys()
        if terms:
            self._check_draft()
        result = super().write(vals)
        if "handover_id" in terms:  # nor does a signed act take a box of another
            self._check_draft()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        self._check_draft()

    def _check_draft(self):
        if not self.env.su:
            self.handover_id._check_draft()

    def action_count(self):
        """Open the count of this box."""
        self.ensure_one()
        self._load_denominations()
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }


class BusinessNetworkFundHandoverCount(models.Model):
    """How many there are of one note or coin when a cash box is handed over."""

    _name = "business.network.fund.handover.count"
    _description = "Count of a Note or Coin at a Hand-over"
    _inherit = "business.network.fund.count.row.mixin"
    _fund_links = ("box_id",)
    _order = "box_id, value desc, id"
    _rec_name = "denomination_id"

    box_id = fields.Many2one(
        "business.network.fund.handover.box", required=True, index=True, ondelete="cascade"
    )
    network_id = fields.Many2one(related="box_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="box_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="box_id.currency_id")

    _denomination_once = models.Constraint(
        "UNIQUE(box_id, denomination_id)", "Each note and coin is counted once."
    )

    def _get_counted_box(self):
        return self.box_id


class BusinessNetworkFundHandoverItem(models.Model):
    """What was pending in a fund when it was handed over."""

    _name = "business.network.fund.handover.item"
    _description = "Pending at a Hand-over"
    _order = "handover_id, kind, id"

    handover_id = fields.Many2one(
        "business.network.fund.handover", required=True, index=True, ondelete="cascade"
    )
    network_id = fields.Many2one(related="handover_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="handover_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="handover_id.currency_id")
    kind = fields.Selection(
        [
            ("owed", "Owed by a member (below zero: paid in advance)"),
            ("elsewhere", "Elsewhere"),
            ("meeting", "Meeting not collected"),
            ("expense", "Approved and not paid"),
            ("loan", "Loan to be repaid (what is due of it stands above, too)"),
            ("approved_loan", "Loan approved and not paid out"),
            ("gift", "Left of what was given for one use"),
        ],
        required=True,
    )
    name = fields.Char(string="Concept", required=True)
    amount = fields.Monetary()
