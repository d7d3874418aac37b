from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..tools.actions import open_record, open_records
from ..tools.minor_units import to_minor


class AccountMove(models.Model):
    """Joint documents: what a document of a network posts and shares out."""

    _inherit = "account.move"

    network_id = fields.Many2one(
        "business.network",
        string="Business Network",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('company_id', '=', company_id)]",
        tracking=True,
        help="The network this document belongs to. Leave it empty for the company's own trade.",
    )
    network_annex_id = fields.Many2one(
        "business.network.agreement",
        string="Agreement Annex",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('network_id', '=', network_id), ('parent_id', '!=', False)]",
        help="Annex that fixes the proportions of this document alone.",
    )
    network_policy = fields.Selection(related="network_id.policy")
    network_member_id = fields.Many2one(
        "business.network.member",
        string="With Network Member",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        domain="[('network_id', '=', network_id)]",
        help="A document between the network and this member, such as inputs passed on to it or an "
        "advance: it is not shared out, and the member's next settlement nets it.",
    )
    network_tariff_rate = fields.Float(
        string="Network Tariff %",
        digits=(16, 6),
        compute="_compute_network_tariff_rate",
        store=True,
        readonly=False,
        precompute=True,
        help="Part of this sale that stays with the network.",
    )
    network_origin_ids = fields.Many2many(
        "account.move",
        "account_move_network_origin_rel",
        "move_id",
        "origin_id",
        string="Shared Out Like",
        copy=False,
        readonly=True,
        help="The joint documents whose loss or discount this entry books.",
    )
    network_charged_apart = fields.Boolean(
        string="Members Are Invoiced",
        copy=False,
        readonly=True,
        help="The members pay their shares of this bill by an invoice each, so that settlements do "
        "not deduct them once more.",
    )
    distribution_ids = fields.One2many("business.network.distribution", "move_id", copy=False)
    distribution_count = fields.Integer(compute="_compute_distribution_count")
    network_settlement_id = fields.Many2one(
        "business.network.settlement",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
        help="The settlement that made this entry or this document of a member.",
    )
    attribution_origin_id = fields.Many2one(
        "account.move",
        string="Attributed Document",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
        help="The joint document whose other members' part this entry moves to their accounts.",
    )
    network_redistribution_line_id = fields.Many2one(
        "business.network.redistribution.line",
        string="Corrects the Shares of",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
    )
    attribution_move_ids = fields.One2many(
        "account.move", "attribution_origin_id", string="Attribution Entries", copy=False
    )

    _network_charged_apart_index = models.Index("(id) WHERE network_charged_apart")
    _attribution_origin_unique = models.UniqueIndex(
        "(attribution_origin_id) WHERE attribution_origin_id IS NOT NULL AND state = 'posted'",
        "A posted document has exactly one attribution entry.",
    )

    @api.depends("distribution_ids")
    def _compute_distribution_count(self):
        counts = dict(
            self.env["business.network.distribution"]
            .sudo()
            ._read_group([("move_id", "in", self.ids)], ["move_id"], ["__count"])
        )
        for move in self:
            move.distribution_count = counts.get(move._origin, 0)

    @api.depends("network_id", "move_type")
    def _compute_network_tariff_rate(self):
        for move in self:
            sale = move.network_id and move.is_sale_document(include_receipts=True)
            move.network_tariff_rate = sale and (
                move.reversed_entry_id.network_tariff_rate
                if move.reversed_entry_id
                else move.network_id.tariff_rate
            )

    def _is_joint_document(self):
        """Whether posting this move shares something out among the members."""
        self.ensure_one()
        return bool(
            self.network_id
            and not self.attribution_origin_id
            and not self.network_settlement_id
            and not self.network_member_id
            and not self.network_redistribution_line_id
        )

    # -- posting -----------------------------------------------------------------------------

    def _post(self, soft=True):
        joint = self.filtered(lambda move: move._is_joint_document())
        joint._set_network_analytic_distribution()
        posted = super()._post(soft=soft)
        (posted & joint).sudo()._distribute()
        return posted

    def _set_network_analytic_distribution(self):
        """Put the network's analytic account at 100 % on income and expense lines lacking it."""
        for network, moves in self.grouped("network_id").items():
            account = network.sudo().analytic_account_id
            for line in moves.line_ids:
                if not line._is_network_base_line() or not account:
                    continue
                distribution = line._get_network_analytic_distribution(
                    account, line.analytic_distribution or {}
                )
                if distribution != (line.analytic_distribution or {}):
                    line.analytic_distribution = distribution

    def _distribute(self):
        """Freeze the members' shares of posted documents; attribute where the policy asks."""
        if not self:
            return
        self.reversed_entry_id.invalidate_recordset(["distribution_ids"])
        self.network_id._check_ready_to_distribute()
        attributed = self.filtered(lambda move: move.network_id.policy == "attribution")
        attributed.line_ids._check_attributable()
        self.env["business.network.allocation.invoiced"]._create_from_documents(self)
        self.env["business.network.distribution"]._create_from_documents(self)
        attributed._create_attribution_entries()

    # -- terms: which agreement, which origin --------------------------------------------------

    def _get_distribution_terms(self):
        """Agreement and original document of each move, agreements read with one query.

        :return: ``{move: {"agreement": agreement, "origin": refunded document or empty,
            "followed": documents whose shares are used instead of the agreement's, or empty}}``
        :raise UserError: no agreement in force, an annex missing or not in force on the date
        """
        agreements = self.env["business.network.agreement"]._get_in_force(
            [(move.network_id, move.date) for move in self]
        )
        terms = {}
        for move in self:
            origin = move._get_refunded_document()
            followed = move._get_followed_documents()
            agreement = (
                followed.distribution_ids[:1].agreement_id
                or move._get_annex()
                or agreements.get((move.network_id, move.date))
                or move.network_id._raise_no_agreement(move.date)
            )
            terms[move] = {"agreement": agreement, "origin": origin, "followed": followed}
        return terms

    def _get_refunded_document(self):
        """The distributed document this one refunds: its shares are used, not today's."""
        self.ensure_one()
        origin = self.reversed_entry_id
        return (
            origin
            if origin.network_id == self.network_id and origin.distribution_ids
            else (self.browse())
        )

    def _get_followed_documents(self):
        """The documents whose shares this one follows: the one refunded, or those lost."""
        self.ensure_one()
        return self._get_refunded_document() or self.network_origin_ids

    def _get_annex(self):
        """The annex of this document, checked; empty if it follows the agreement."""
        self.ensure_one()
        annex = self.network_annex_id
        if annex and not (annex.parent_id and annex.network_id == self.network_id):
            raise UserError(
                self.env._(
                    "“%(annex)s” is not an annex of the agreement of %(network)s, the network of "
                    "%(document)s. Choose one of its annexes.",
                    annex=annex.name,
                    network=self.network_id.name,
                    document=self.display_name,
                )
            )
        if annex and (annex.state == "draft" or not annex._covers(self.date)):
            raise UserError(
                self.env._(
                    "The annex “%(annex)s” is not in force on %(date)s, the accounting date of "
                    "%(document)s. Put it in force for that date.",
                    annex=annex.name,
                    date=format_date(self.env, self.date),
                    document=self.display_name,
                )
            )
        if not annex and self._needs_annex():
            raise UserError(
                self.env._(
                    "%(document)s is a purchase shared by need, so its proportions must stand in a "
                    "dated annex of the agreement of %(network)s: attributing a good by need "
                    "without one is taxed. Use “Make Annex” on the purchase order.",
                    document=self.display_name,
                    network=self.network_id.name,
                )
            )
        return annex

    def _needs_annex(self):
        """A purchase with allocations is shared by need; under attribution that needs an annex."""
        self.ensure_one()
        return (
            self.network_id.policy == "attribution"
            and self.is_purchase_document(include_receipts=True)
            and bool(self.invoice_line_ids.purchase_line_id.allocation_ids)
        )

    # -- portions: what is shared, by which weights -------------------------------------------

    def _get_joint_portions(self, terms):
        """What this document shares out, once per account and tax, with exact weights.

        :param terms: see :meth:`_get_distribution_terms`
        :return: ``(members, portions)``; each portion is a dict ``{kind, name, account, tax, lines,
            amount_currency, balance, basis, weights}`` whose weights stand in the members' order
        """
        self.ensure_one()
        portions = [self._prepare_portion(kind, lines) for kind, lines in self._get_portion_lines()]
        weigh = self._weigh_like_followed if terms["followed"] else self._weigh_by_basis
        for portion in portions:
            portion["basis"], portion["by_member"] = weigh(portion, terms)
        members = self._get_sharing_members(portions)
        for portion in portions:
            by_member = portion.pop("by_member")
            portion["weights"] = [by_member.get(member, 0) for member in members]
        return members, portions

    def _get_portion_lines(self):
        """Items of the document that are split together, as ``[(kind, items)]`` in stable order."""
        self.ensure_one()
        groups = defaultdict(self.env["account.move.line"].browse)
        for line in self.line_ids.sorted("id"):
            if kind := line._get_distribution_kind():
                groups[(kind, *line._get_portion_key())] += line
        return [(key[0], lines) for key, lines in groups.items()]

    def _prepare_portion(self, kind, lines):
        return {
            "kind": kind,
            "name": lines[0]._get_portion_name(),
            "account": lines.account_id,
            "tax": lines.tax_line_id or lines[:1].tax_ids[:1],
            "lines": lines,
            "amount_currency": sum(lines.mapped("amount_currency")),
            "balance": sum(lines.mapped("balance")),
        }

    def _get_sharing_members(self, portions):
        """Members with a weight in any portion, in their order, checked to be in force."""
        members = self.env["business.network.member"].union(
            *[
                member
                for portion in portions
                for member, weight in portion["by_member"].items()
                if weight
            ]
        )
        if not self._get_refunded_document() and not self.network_origin_ids:
            self._check_sharing_members(members, portions)
        return members.sorted(lambda member: (member.sequence, member.id))

    def _check_sharing_members(self, members, portions):
        """Raise an error naming a member that this document pays or charges and may not.

        :param portions: see :meth:`_get_joint_portions`
        """
        members._check_in_force(self.date)

    def _weigh_by_basis(self, portion, terms):
        """Basis and weights of a portion of an original document.

        Attribution and member policies follow the agreement or the annex; under ``principal`` who
        delivered or received decides where the order says it.
        """
        side = portion["lines"][0]._get_network_side()
        agreement = terms["agreement"]
        if agreement.parent_id:
            return "annex", agreement._get_weights(side)
        if self.network_id.policy == "principal":
            weights = self._get_allocation_weights(portion)
            if weights:
                return "allocation", weights
        return f"{side}_weights", agreement._get_weights(side)

    def _get_allocation_weights(self, portion):
        """Value each member delivered or received in a portion; None without allocations.

        All of its lines have one sign: what comes back is a portion of its own.
        """
        values = defaultdict(int)
        for line in portion["lines"]:
            coins = to_minor(line.balance, self.company_currency_id)
            for member, share in line._get_allocation_shares().items():
                values[member] += coins * share
        if not any(values.values()):
            return None
        return {member: abs(value) for member, value in values.items()}

    def _weigh_like_followed(self, portion, terms):
        """Shares of the document refunded or lost: of the same portion, else of the whole of it."""
        rows = terms["followed"].distribution_ids
        same = rows.filtered(lambda row: row.portion_name == portion["name"])
        results = rows.filtered(lambda row: row.kind in ("revenue", "expense"))
        return "original", (same or results or rows)._get_frozen_weights()

    # -- actions -------------------------------------------------------------------------------

    def action_open_distributions(self):
        self.ensure_one()
        return open_records(
            self.env,
            "red_empresarial.business_network_distribution_action",
            [("move_id", "=", self.id)],
        )

    def action_open_attribution_entry(self):
        self.ensure_one()
        return open_record(self.attribution_move_ids[:1])

    def action_open_attributed_document(self):
        self.ensure_one()
        return open_record(self.attribution_origin_id)
