from fractions import Fraction
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.apportion import exact_weight, rotated_keys
from ..engine.distribution import Share, share_portion, share_refund, share_tariff
from ..tools.minor_units import from_minor, to_minor

KINDS = [
    ("revenue", "Revenue"),
    ("expense", "Expense"),
    ("output_tax", "Output Tax"),
    ("input_tax", "Input Tax"),
]
BASES = [
    ("revenue_weights", "Revenue weights of the agreement"),
    ("expense_weights", "Expense weights of the agreement"),
    ("annex", "Annex of the agreement"),
    ("allocation", "Allocation: who delivered or received"),
    ("original", "Shares of the original document"),
]


class GivenBack(NamedTuple):
    """What the refunds of a document gave back of one portion, per member in a fixed order."""

    shares: tuple[Share, ...] = ()
    tariffs: tuple[int, ...] = ()


NOTHING_GIVEN = GivenBack()


class BusinessNetworkDistribution(models.Model):
    """One row: this posted document, account and tax; this member; this amount; on this basis.

    ``amount`` is in the member's favour: revenue positive, expense and input tax negative, the
    opposite of the ledger's balance. The rows of a document, account and tax sum to minus its
    balance there, to the cent. Rows are written when the document is posted, never changed, removed
    only when the document is reset, and settled at most once.

    Lean on purpose (no chatter, no log fields): there is one per member for every joint document.
    """

    _name = "business.network.distribution"
    _description = "Distribution of a Joint Document"
    _log_access = False
    _order = "date desc, move_id desc, id"
    _rec_name = "move_id"

    network_id = fields.Many2one("business.network", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    move_id = fields.Many2one(
        "account.move",
        string="Document",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    date = fields.Date(string="Accounting Date", required=True, readonly=True)
    member_id = fields.Many2one(
        "business.network.member", required=True, readonly=True, ondelete="restrict"
    )
    partner_id = fields.Many2one("res.partner", required=True, readonly=True, ondelete="restrict")
    kind = fields.Selection(KINDS, required=True, readonly=True)
    account_id = fields.Many2one("account.account", required=True, readonly=True)
    tax_id = fields.Many2one("account.tax", readonly=True)
    portion = fields.Integer(
        readonly=True,
        aggregator=None,
        help="Number, within the document, of the account and tax this row is a share of.",
    )
    portion_name = fields.Char(
        readonly=True,
        help="What the row is a share of, by which the refunds of the document find their shares.",
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    company_currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount_currency = fields.Monetary(
        string="Amount in Document Currency", currency_field="currency_id", readonly=True
    )
    amount = fields.Monetary(
        currency_field="company_currency_id",
        readonly=True,
        help="In the member's favour: revenue positive, expenses and input tax negative.",
    )
    tariff = fields.Monetary(
        string="Network Tariff",
        currency_field="currency_id",
        readonly=True,
        help="Part of the member's revenue that stays with the network, in document currency.",
    )
    basis = fields.Selection(BASES, required=True, readonly=True)
    agreement_id = fields.Many2one(
        "business.network.agreement", readonly=True, ondelete="restrict", string="Agreement Version"
    )
    weight = fields.Char(
        readonly=True, help="Exact weight of the member, a whole number or a fraction."
    )
    weight_total = fields.Char(readonly=True, help="Sum of the weights of all members.")
    share = fields.Float(string="Share %", compute="_compute_share", digits=(16, 4))
    settlement_line_id = fields.Many2one(
        "business.network.settlement.line",
        string="Settled In",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    settlement_id = fields.Many2one(related="settlement_line_id.settlement_id")
    part_ids = fields.One2many("business.network.distribution.part", "distribution_id")
    redistribution_id = fields.Many2one(
        "business.network.redistribution",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The correction that made this row: a wrong share taken back or the right one.",
    )
    superseded_by_id = fields.Many2one(
        "business.network.redistribution",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The correction that replaced this share; refunds follow the corrected ones.",
    )

    _share_unique = models.UniqueIndex(
        "(move_id, portion, member_id)", "A member has one share of each portion of a document."
    )
    _network_date_index = models.Index("(network_id, date)")
    _member_index = models.Index("(member_id)")
    _partner_index = models.Index("(partner_id)")
    _agreement_index = models.Index("(agreement_id)")
    _unsettled_index = models.Index("(network_id, currency_id) WHERE settlement_line_id IS NULL")

    @api.model
    def _get_unsettled_domain(self):
        """Rows a settlement is still to take: not those whose members are invoiced instead."""
        return [
            ("settlement_line_id", "=", False),
            ("move_id", "not any", [("network_charged_apart", "=", True)]),
        ]

    @api.depends("weight", "weight_total")
    def _compute_share(self):
        for row in self:
            total = Fraction(row.weight_total or 0)
            row.share = float(Fraction(row.weight) / total) if total else 0.0

    def write(self, vals):
        if vals.keys() - {"settlement_line_id", "superseded_by_id"}:
            raise UserError(
                self.env._(
                    "Distributions are frozen. Reset %s to draft, correct it and post it again.",
                    self[:1].move_id.name,
                )
            )
        return super().write(vals)

    # -- from posted documents ---------------------------------------------------------------

    def _create_from_documents(self, moves):
        """Create the rows of posted joint documents in one batch.

        :param moves: ``account.move``, posted, each with a network and ready to distribute
        :return: the created rows
        """
        terms = moves._get_distribution_terms()
        return self.create(
            [vals for move in moves for vals in self._prepare_rows(move, terms[move])]
        )

    def _prepare_rows(self, move, terms):
        """Values of the rows of one document.

        :param terms: ``{"agreement": agreement, "origin": account.move or empty}``
        """
        members, portions = move._get_joint_portions(terms)
        given_back = self._get_given_back(move, terms["origin"], members)
        common = self._prepare_common_row(move, terms)
        return [
            {**common, "portion": number, **vals}
            for number, portion in enumerate(portions)
            for vals in self._prepare_portion_rows(
                move, terms, members, portion, given_back.pop(portion["name"], NOTHING_GIVEN)
            )
        ]

    def _prepare_portion_rows(self, move, terms, members, portion, earlier):
        """Values of the rows of one portion; none for a member whose share is nothing.

        :param earlier: :class:`GivenBack` of the refunds before this document
        """
        origin = terms["origin"]
        keys = rotated_keys(len(members), (origin or move).sequence_number)
        shares = self._share(move, portion, origin, earlier, keys)
        tariffs = self._share_tariff(move, portion, origin, earlier, keys)
        return [
            {
                "member_id": member.id,
                "partner_id": member.partner_id.id,
                "kind": portion["kind"],
                "portion_name": portion["name"],
                "account_id": portion["account"].id,
                "tax_id": portion["tax"].id,
                "basis": portion["basis"],
                "weight": str(weight),
                "weight_total": str(sum(portion["weights"])),
                "amount_currency": from_minor(share.amount_currency, move.currency_id),
                "amount": from_minor(share.amount, move.company_currency_id),
                "tariff": from_minor(tariff, move.currency_id),
            }
            for member, weight, share, tariff in zip(
                members, portion["weights"], shares, tariffs, strict=True
            )
            if share != (0, 0) or tariff
        ]

    def _prepare_common_row(self, move, terms):
        return {
            "network_id": move.network_id.id,
            "company_id": move.company_id.id,
            "move_id": move.id,
            "date": move.date,
            "currency_id": move.currency_id.id,
            "company_currency_id": move.company_currency_id.id,
            "agreement_id": terms["agreement"].id,
        }

    def _share(self, move, portion, origin, earlier, keys):
        """Engine shares of one portion, in the members' favour."""
        amounts = (
            to_minor(-portion["amount_currency"], move.currency_id),
            to_minor(-portion["balance"], move.company_currency_id),
        )
        if not origin:
            return share_portion(*amounts, portion["weights"], keys)
        nothing = [Share(0, 0)] * len(keys)
        return share_refund(*amounts, portion["weights"], earlier.shares or nothing, keys)

    def _share_tariff(self, move, portion, origin, earlier, keys):
        """Each member's part of the network tariff on a portion of a sale, at the original rate."""
        rate = exact_weight(f"{(origin or move).network_tariff_rate:.6f}")
        if not rate or portion["kind"] != "revenue":
            return [0] * len(keys)
        return share_tariff(
            to_minor(-portion["amount_currency"], move.currency_id),
            rate,
            portion["weights"],
            earlier.shares,
            earlier.tariffs,
            keys,
        )

    def _get_given_back(self, move, origin, members):
        """What earlier refunds of ``origin`` gave back, per portion; empty if there is no origin.

        :return: ``{portion_name: GivenBack}``, both its columns in the order of ``members``
        """
        given_back = {}
        if not origin:
            return given_back
        for name, member, amount_currency, amount, tariff in self._read_group(
            [
                ("move_id.reversed_entry_id", "=", origin.id),
                ("move_id", "!=", move.id),
                ("move_id.state", "=", "posted"),
                ("currency_id", "=", move.currency_id.id),
            ],
            ["portion_name", "member_id"],
            ["amount_currency:sum", "amount:sum", "tariff:sum"],
        ):
            given_back.setdefault(name, {})[member] = (
                Share(
                    to_minor(amount_currency, move.currency_id),
                    to_minor(amount, move.company_currency_id),
                ),
                to_minor(tariff, move.currency_id),
            )
        nothing = (Share(0, 0), 0)
        return {
            name: GivenBack(
                *zip(*(by_member.get(member, nothing) for member in members), strict=True)
            )
            for name, by_member in given_back.items()
        }

    def _get_frozen_weights(self):
        """Weights ``{member: exact}`` with which these rows were shared.

        Rows of one portion give their own weights, so that a full refund gives back the same cents
        in both currencies. Rows of several portions, or documents, are weighed by what each member
        got of them: weights of two say nothing about each other.
        """
        current = self.filtered(lambda row: not row.superseded_by_id)
        weights = {row.member_id: Fraction(row.weight) for row in current}
        portions = {(row.move_id, row.portion_name) for row in current}
        if len(portions) == 1 and len(weights) == len(current):
            return weights
        amounts = dict.fromkeys(weights, 0)
        for row in current:
            amounts[row.member_id] += abs(to_minor(row.amount_currency, row.currency_id))
        return amounts

    def _get_source_portion(self):
        """Number of the portion of the document itself; a correction's rows count on from it."""
        self.ensure_one()
        if not self.redistribution_id:
            return self.portion
        return self.portion % len(self.move_id._get_portion_lines())

    def _is_books_company(self):
        """Whether the row is the part of the company that keeps the books; it stays there."""
        self.ensure_one()
        return (
            self.partner_id.commercial_partner_id
            == self.company_id.partner_id.commercial_partner_id
        )

    def _get_member_account(self):
        """Member current account this row is attributed to: revenue owed to, costs owed by."""
        self.ensure_one()
        if self.kind in ("revenue", "output_tax"):
            return self.network_id.member_payable_account_id
        return self.network_id.member_receivable_account_id

    def action_open_document(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
        }
