from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount


class BusinessNetworkFundCountMixin(models.AbstractModel):
    """A cash box that is counted by notes and coins: after a meeting, at a hand-over.

    A difference with the books needs its reason and is booked with it. Who inherits has
    ``count_ids``, rows of :class:`BusinessNetworkFundCountRowMixin`, and says when the count is
    closed.
    """

    _name = "business.network.fund.count.mixin"
    _inherit = "business.network.guarded.mixin"
    _description = "Count of a Cash Box"

    fund_id = fields.Many2one("business.network.fund")
    journal_id = fields.Many2one("account.journal")
    currency_id = fields.Many2one("res.currency")
    date = fields.Date()
    amount_expected = fields.Monetary(string="In the Books", compute="_compute_count")
    amount_expected_then = fields.Monetary(
        string="In the Books When Counted", readonly=True, copy=False
    )
    amount_counted = fields.Monetary(string="Counted", compute="_compute_count")
    amount_difference = fields.Monetary(string="Difference", compute="_compute_count")
    difference_reason = fields.Char(
        string="Reason of the Difference",
        copy=False,
        help="Why the count and the books differ; kept with the entry.",
    )

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {"amount_expected_then"}

    def _is_count_closed(self):
        """Whether the count is over: its figures stay as they were."""
        raise NotImplementedError

    @api.depends("count_ids.quantity", "journal_id", "amount_expected_then")
    def _compute_count(self):
        for box in self:
            box.amount_expected = (
                box.amount_expected_then if box._is_count_closed() else box._get_cash_balance()
            )
            box.amount_counted = box._get_counted()
            box.amount_difference = box.amount_counted - box.amount_expected

    def _get_counted(self):
        self.ensure_one()
        return self.fund_id._round(sum(self.count_ids.mapped("amount")))

    def _get_cash_balance(self):
        """Balance of the cash box by the posted items.

        Of the whole box: it is counted whole where it holds the money of several funds.
        """
        self.ensure_one()
        if not self.journal_id:
            return 0.0
        ((total,),) = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(self._get_cash_domain(), [], ["balance:sum"])
        )
        return self.fund_id._round(total or 0.0)

    def _get_cash_domain(self):
        """Domain of the items that are in the box as of the count."""
        return self._get_box_domain()

    def _get_box_domain(self):
        """Domain of the items that make up what should be in the box."""
        self.ensure_one()
        return [
            *self.journal_id.sudo()._get_network_cash_domain(),
            ("parent_state", "=", "posted"),
        ]

    def _load_denominations(self):
        """One row for each note and coin of the currency that has none yet."""
        for box in self:
            denominations = self.env["business.network.denomination"].search(
                [("currency_id", "=", box.currency_id.id)]
            )
            box.count_ids = [
                Command.create({"denomination_id": denomination.id})
                for denomination in denominations - box.count_ids.denomination_id
            ]

    def _check_counted(self):
        """Raise UserError when nothing was counted, or a difference has no reason."""
        self.ensure_one()
        if not self.count_ids:
            raise UserError(
                self.env._(
                    "The cash of %s was not counted. Write how many there are of each note and "
                    "coin.",
                    self.display_name,
                )
            )
        if not self.currency_id.is_zero(self.amount_difference) and not self.difference_reason:
            raise UserError(
                self.env._(
                    "%(counted)s was counted at %(box)s and the books say %(expected)s. Count "
                    "again, or write the reason of the difference.",
                    counted=format_amount(self.env, self.amount_counted, self.currency_id),
                    box=self.display_name,
                    expected=format_amount(self.env, self.amount_expected, self.currency_id),
                )
            )

    def _post_difference(self):
        """Book what is too much or too little in the box; nothing where it is as it should be.

        :return: the posted ``account.move``, empty without a difference
        """
        self.ensure_one()
        if self.currency_id.is_zero(self.amount_difference):
            return self.env["account.move"]
        fund, name = self.fund_id, f"{self.display_name}: {self.difference_reason}"
        date = self._get_difference_date()
        fund._check_can_book(date, self.journal_id)
        account = fund.difference_account_id or fund.account_id
        cash = fund._get_cash_account(self.journal_id)
        items = [
            fund._prepare_item(cash, self.amount_difference, "difference", name=name),
            fund._prepare_item(account, -self.amount_difference, "difference", name=name),
        ]
        values = self._prepare_difference_values()
        return fund._post_entries(
            [fund._prepare_entry(self.journal_id, date, name, items, **values)]
        )

    def _get_difference_date(self):
        """The day on which a difference is booked."""
        return self.date

    def _prepare_difference_values(self):
        """More values of the entry that books a difference."""
        return {}


class BusinessNetworkFundCountRowMixin(models.AbstractModel):
    """How many there are of one note or coin."""

    _name = "business.network.fund.count.row.mixin"
    _inherit = "business.network.fund.access.mixin"
    _description = "Count of a Note or Coin"

    currency_id = fields.Many2one("res.currency")
    denomination_id = fields.Many2one(
        "business.network.denomination",
        string="Note or Coin",
        required=True,
        ondelete="restrict",
        domain="[('currency_id', '=', currency_id)]",
    )
    value = fields.Monetary(related="denomination_id.value", store=True)
    quantity = fields.Integer(string="How Many")
    amount = fields.Monetary(compute="_compute_amount")

    _quantity_not_negative = models.Constraint(
        "CHECK(quantity >= 0)", "There cannot be less than none of a note or coin."
    )

    def _get_counted_box(self):
        """Records of :class:`BusinessNetworkFundCountMixin` that these rows count."""
        raise NotImplementedError

    @api.depends("quantity", "denomination_id")
    def _compute_amount(self):
        for count in self:
            count.amount = count.quantity * count.denomination_id.value

    @api.model_create_multi
    def create(self, vals_list):
        counts = super().create(vals_list)
        counts._check_open()
        return counts

    def write(self, vals):
        self._check_open()
        result = super().write(vals)
        if vals.keys() & set(self._fund_links):  # nor does a closed count take rows of another
            self._check_open()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_open(self):
        self._check_open()

    def _check_open(self):
        for box in self._get_counted_box().filtered(lambda box: box._is_count_closed()):
            raise UserError(self.env._("The cash of %s is counted and closed.", box.display_name))
