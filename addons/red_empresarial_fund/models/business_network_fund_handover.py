from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

STATES = [("draft", "Draft"), ("given", "Handed Over"), ("done", "Received")]
SIGNATURES = {
    "leaving_signed_on",
    "leaving_signed_by_id",
    "entering_signed_on",
    "entering_signed_by_id",
}


class BusinessNetworkFundHandover(models.Model):
    """A treasurer hands a fund over to the next one: the cash counted, the books beside it.

    Who leaves signs what there is; who enters signs to have received it. Only then is a difference
    booked, the term of office of the one over on that day, and that of the other begins on the
    next one.
    """

    _name = "business.network.fund.handover"
    _description = "Hand-over of a Fund"
    _inherit = [
        "mail.thread",
        "business.network.auto.number.mixin",
        "business.network.action.state.mixin",
        "business.network.fund.access.mixin",
    ]
    _sequence_date_field = "date"
    _order = "date desc, id desc"
    _check_company_auto = True

    fund_id = fields.Many2one(
        "business.network.fund", required=True, index=True, ondelete="restrict", tracking=True
    )
    network_id = fields.Many2one(related="fund_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="fund_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="fund_id.currency_id")
    date = fields.Date(
        required=True,
        default=fields.Date.context_today,
        tracking=True,
        help="Last day in office of who leaves; who enters is in office from the next one.",
    )
    leaving_id = fields.Many2one(
        "res.partner",
        string="Hands Over",
        compute="_compute_leaving_id",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="The treasurer in office on that day.",
    )
    entering_id = fields.Many2one(
        "res.partner", string="Receives", required=True, index=True, tracking=True
    )
    state = fields.Selection(
        STATES, required=True, default="draft", copy=False, readonly=True, tracking=True
    )
    box_ids = fields.One2many(
        "business.network.fund.handover.box", "handover_id", string="Cash and Bank", copy=False
    )
    item_ids = fields.One2many(
        "business.network.fund.handover.item",
        "handover_id",
        string="Pending",
        readonly=True,
        copy=False,
    )
    balance = fields.Monetary(
        string="Balance of the Fund", readonly=True, copy=False, help="What belongs to the members."
    )
    leaving_signed_on = fields.Date(string="Handed Over On", readonly=True, copy=False)
    leaving_signed_by_id = fields.Many2one(
        "res.users", string="First Signature Entered By", readonly=True, copy=False
    )
    entering_signed_on = fields.Date(string="Received On", readonly=True, copy=False)
    entering_signed_by_id = fields.Many2one(
        "res.users", string="Second Signature Entered By", readonly=True, copy=False
    )
    move_ids = fields.One2many("account.move", "fund_handover_id", string="Entries")
    note = fields.Text(help="Papers, keys, cards and whatever else is handed over.")

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | SIGNATURES | {"balance"}

    @api.depends("fund_id", "date")
    def _compute_leaving_id(self):
        for handover in self:
            known = handover.fund_id and handover.date
            handover.leaving_id = handover.fund_id._get_treasurer(handover.date) if known else False

    # -- life cycle ----------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        handovers = super().create(vals_list)
        handovers._load_boxes()
        return handovers

    def write(self, vals):
        terms = self._get_terms() & vals.keys()
        if terms:
            self._check_draft()
        result = super().write(vals)
        if "fund_id" in terms:
            self._load_boxes()
        return result

    def _get_terms(self):
        return {"fund_id", "date", "leaving_id", "entering_id", "box_ids", "note"}

    def _check_draft(self):
        for handover in self.filtered(lambda handover: handover.state != "draft"):
            raise UserError(
                self.env._(
                    "%s is signed, so it is not changed. Return it to draft; once it is received "
                    "it stays as it is.",
                    handover.name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        self._check_draft()

    def _load_boxes(self):
        """One row for each cash box, bank and wallet of the fund."""
        for handover in self:
            journals = handover.fund_id.cash_journal_ids
            gone = handover.box_ids.filtered(lambda box, own=journals: box.journal_id not in own)
            handover.box_ids = [
                *(Command.delete(box.id) for box in gone),
                *(
                    Command.create({"journal_id": journal.id})
                    for journal in journals - handover.box_ids.journal_id
                ),
            ]

    # -- what is pending -----------------------------------------------------------------------

    def _get_pending_items(self):
        """What is left to do for who enters, as values of items; extend to add more."""
        self.ensure_one()
        handover = self.sudo()
        return [
            *handover._get_owed_items(),
            *handover._get_meeting_items(),
            *handover._get_expense_items(),
            *handover._get_loan_items(),
            *handover._get_gift_items(),
        ]

    def _get_owed_items(self):
        """What each member owes or has paid in advance; money that is elsewhere, by account."""
        kinds = {"members": "owed", "other": "elsewhere"}
        accounts = self.env["account.account"]
        partners = self.env["res.partner"]
        return [
            {
                "kind": kinds[figure["section"]],
                "name": partners.browse(figure["partner_id"]).display_name
                or accounts.browse(figure["account_id"]).display_name,
                "amount": figure["closing"],
            }
            for figure in self.fund_id._get_period_figures(self.date, self.date)
            if figure["section"] in kinds and figure["closing"]
        ]

    def _get_meeting_items(self):
        meetings = self.env["business.network.fund.meeting"].search(
            [("fund_id", "=", self.fund_id.id), ("state", "=", "draft")], order="date"
        )
        return [
            {"kind": "meeting", "name": meeting.name, "amount": meeting.amount_received}
            for meeting in meetings
        ]

    def _get_expense_items(self):
        expenses = self.env["business.network.fund.expense"].search(
            [("fund_id", "=", self.fund_id.id), ("state", "=", "approved")], order="date"
        )
        return [
            {
                "kind": "expense",
                "name": f"{expense.name} · {expense.purpose}",
                "amount": expense.amount,
            }
            for expense in expenses
        ]

    def _get_loan_items(self):
        """Loans that are not repaid, with all that is open of each; those to be paid out."""
        loans = self.env["business.network.fund.loan"].search(
            [("fund_id", "=", self.fund_id.id), ("state", "in", ("approved", "disbursed"))],
            order="date, id",
        )
        return [
            {
                "kind": "loan" if loan.state == "disbursed" else "approved_loan",
                "name": f"{loan.name} · {loan.partner_id.display_name}",
                "amount": loan._get_exposure(),
            }
            for loan in loans
        ]

    def _get_gift_items(self):
        """What is left of money that was given for one use: who enters may not spend it freely."""
        return [
            {
                "kind": "gift",
                "name": " · ".join(filter(None, (figure["restriction"], figure["partner"]))),
                "amount": figure["left"],
            }
            for figure in self.fund_id._get_gift_figures(self.date, self.date)
            if not self.currency_id.is_zero(figure["left"])
        ]

    def _get_counted_difference(self):
        """What the counts found more or less than the books: receiving it books it."""
        self.ensure_one()
        return self.currency_id.round(sum(self.box_ids.mapped("amount_difference")))

    # -- signatures ----------------------------------------------------------------------------

    def action_count(self):
        """Rows for every note and coin, and for cash boxes the fund got meanwhile.

        :return: the count of the first box that is not counted, where there is one
        """
        self.check_access("write")
        for handover in self:
            handover._check_state("draft")
        self._load_boxes()
        boxes = self.box_ids.filtered("is_cash")
        boxes._load_denominations()
        waiting = boxes.filtered(lambda box: not any(box.count_ids.mapped("quantity"))) or boxes
        return waiting[0].action_count() if waiting else None

    def action_give(self):
        """Who leaves signs what the fund has; the figures stay as they are read now.

        :raise UserError: it is not in office, the day is closed, or a cash box is not counted
        """
        self.check_access("write")
        for handover in self:
            handover._check_state("draft")
            handover._check_terms()
            handover._check_signs_for(handover.leaving_id)
            handover._load_boxes()
            for box in handover.box_ids:
                box._check_counted()
            handover._freeze()
        self.sudo().write(
            {
                "state": "given",
                "leaving_signed_on": fields.Date.context_today(self),
                "leaving_signed_by_id": self.env.user.id,
            }
        )

    def _check_terms(self):
        """Raise UserError when the fund cannot be handed over on that day, or between these two."""
        self.ensure_one()
        fund = self.fund_id
        if self.date > fields.Date.context_today(self):
            raise UserError(
                self.env._(
                    "%(handover)s is dated %(date)s. A fund is handed over on the day on which it "
                    "is counted.",
                    handover=self.name,
                    date=format_date(self.env, self.date),
                )
            )
        fund._check_date_open(self.date)
        fund._check_in_office(self.leaving_id, self.date)
        if self.entering_id == self.leaving_id:
            raise UserError(
                self.env._(
                    "%(treasurer)s is the treasurer of %(fund)s already. Choose who receives it.",
                    treasurer=self.entering_id.display_name,
                    fund=fund.display_name,
                )
            )

    def _check_signs_for(self, partner):
        self.env["business.network.fund.statement"]._check_signs_with(partner, self)

    def _freeze(self):
        """Keep what the books say, so that both sign the same figures."""
        for handover in self.sudo():
            handover.item_ids = [
                Command.clear(),
                *(Command.create(values) for values in handover._get_pending_items()),
            ]
            sections = handover.fund_id._get_sections_at(handover.date)[handover.fund_id]
            handover.balance = sections["fund"]
            for box in handover.box_ids:
                box.amount_expected_then = box._get_cash_balance()

    def action_receive(self):
        """Who enters signs: differences are booked, one term ends and the other begins.

        :raise UserError: the books changed after who leaves signed
        """
        self.check_access("write")
        self.fund_id._lock_receipts()
        for handover in self:
            handover._check_state("given")
            handover._check_terms()
            handover._check_signs_for(handover.entering_id)
            handover._check_unchanged()
            for box in handover.box_ids:
                box._post_difference()
            handover._change_treasurer()
        self.sudo().write(
            {
                "state": "done",
                "entering_signed_on": fields.Date.context_today(self),
                "entering_signed_by_id": self.env.user.id,
            }
        )

    def _check_unchanged(self):
        self.ensure_one()
        for box in self.box_ids:
            now = box._get_cash_balance()
            if self.currency_id.compare_amounts(now, box.amount_expected_then):
                raise UserError(
                    self.env._(
                        "Something was booked in %(journal)s after %(treasurer)s signed "
                        "%(handover)s. Return it to draft, and count again.",
                        journal=box.journal_id.name,
                        treasurer=self.leaving_id.display_name,
                        handover=self.name,
                    )
                )

    def _change_treasurer(self):
        """The term of who leaves ends on that day, that of who enters begins on the next one."""
        self.ensure_one()
        terms = self.fund_id.treasurer_ids.sudo()
        terms.filtered(lambda term: term._covers(self.date)).date_to = self.date
        terms.flush_recordset()
        terms.create(
            {
                "fund_id": self.fund_id.id,
                "partner_id": self.entering_id.id,
                "date_from": fields.Date.add(self.date, days=1),
            }
        )

    def action_reset_to_draft(self):
        """Take the first signature back."""
        self.check_access("write")
        for handover in self:
            handover._check_state("given")
        values = {"state": "draft", "balance": 0.0, "item_ids": [Command.clear()]}
        self.sudo().write({**values, **dict.fromkeys(SIGNATURES, False)})

    def _get_signatures(self):
        """Who signs the act, as what and when: the date is empty before."""
        self.ensure_one()
        return [
            {
                "name": self.leaving_id.display_name or "",
                "office": self.env._("Hands over"),
                "date": self.leaving_signed_on,
            },
            {
                "name": self.entering_id.display_name or "",
                "office": self.env._("Receives"),
                "date": self.entering_signed_on,
            },
        ]
