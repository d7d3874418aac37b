from collections import defaultdict
from fractions import Fraction
from typing import NamedTuple

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import float_round

from ..engine.apportion import split_amount
from ..tools.actions import open_records
from ..tools.minor_units import from_minor, to_minor
from ..tools.quantities import exact_factor, from_exact

CARRIED = ("revenue", "output_tax")


class NetworkPart(NamedTuple):
    """What a network earned on one account by one line of its own order.

    ``line`` is that sale order line, empty for what no order of the network says; ``quantity`` is
    in reference units; ``coins`` are in the settlement's currency, in the network's favour.
    """

    account: object
    line: object
    coins: int
    quantity: Fraction
    deliveries: object

    def _lowers_price(self):
        """Whether it is what a lower price takes back: an amount of no quantity."""
        return bool(self.line) and self.coins < 0 and not self.quantity


class BusinessNetworkSettlement(models.Model):
    """Two levels of books: what a network is due above is a draft document in its own books.

    Approving a settlement of a network of networks drafts, for each network, the document from
    which that network shares its part out among its own members by its own policy:

    * books in another company: its customer invoice to the company of the upper books;
    * books in the same company: an entry that takes the part from the network's current account to
      its income, since a company invoices nothing to itself. Posting the settlement puts the part
      on that account by an entry, in place of a document of the network's representative.

    Where the members document their own part (policy ``member``) nothing is drafted.
    """

    _inherit = "business.network.settlement"

    network_tier = fields.Selection(related="network_id.tier")
    network_document_ids = fields.One2many(
        "account.move",
        compute="_compute_network_document_count",
        compute_sudo=True,
        string="Documents of the Networks",
    )
    network_document_count = fields.Integer(
        compute="_compute_network_document_count", compute_sudo=True
    )
    lacks_network_documents = fields.Boolean(
        compute="_compute_network_document_count",
        compute_sudo=True,
        help="A network's document could not be drafted: its books lack something.",
    )
    lacking_network_names = fields.Char(
        string="Networks Without Document",
        compute="_compute_network_document_count",
        compute_sudo=True,
    )

    @api.depends("line_ids.network_document_ids.state", "state")
    def _compute_network_document_count(self):
        for settlement in self:
            documents = settlement.line_ids._get_network_documents()
            settlement.network_document_ids = documents
            settlement.network_document_count = len(documents)
            lacking = settlement.line_ids._get_lacking_documents().member_id
            settlement.lacks_network_documents = bool(lacking)
            settlement.lacking_network_names = ", ".join(lacking.mapped("display_name"))

    def action_approve(self):
        result = super().action_approve()
        self.sudo()._make_network_documents()
        return result

    def action_make_network_documents(self):
        """Draft the documents of networks that could not be drafted at approval.

        :raise UserError: what the books of the first of them lack
        """
        self.check_access("write")
        for settlement in self:
            settlement._check_state("approved", "posted", "paid")
            for line in settlement.sudo().line_ids._get_lacking_documents():
                line._make_network_document()

    def _make_network_documents(self):
        """What one network's books lack stops neither the settlement nor the other networks."""
        for line in self.line_ids._get_lacking_documents():
            try:
                with self.env.cr.savepoint():
                    line._make_network_document()
            except (UserError, ValidationError) as error:
                self.env.invalidate_all()
                line.settlement_id.message_post(
                    body=self.env._(
                        "The document of %(network)s could not be drafted in its books: %(reason)s",
                        network=line.member_id.display_name,
                        reason=str(error),
                    )
                )

    # -- taking it back --------------------------------------------------------------------------

    def action_reset_to_draft(self):
        self.check_access("write")
        self.sudo().line_ids._drop_network_documents()
        return super().action_reset_to_draft()

    def action_reverse(self):
        self.check_access("write")
        self.sudo().line_ids._drop_network_documents()
        return super().action_reverse()

    # -- who is settled --------------------------------------------------------------------------

    def _settles_member(self, member, amounts, items):
        """What stays in these books is passed on whatever its sign: nobody is paid or charged."""
        if self.policy != "member" and member._is_kept_in_same_books() and any(amounts.values()):
            return True
        return super()._settles_member(member, amounts, items)

    # -- posting ---------------------------------------------------------------------------------

    def _get_lines_to_document(self):
        return super()._get_lines_to_document().filtered(lambda line: not line._is_passed_on())

    def _post_member_documents(self):
        self._pass_on(self.line_ids.filtered(lambda line: line._is_passed_on()))
        return super()._post_member_documents()

    def _post_attributed(self):
        """The others' part is on their accounts already; that of the books' company is not."""
        lines = self.line_ids.filtered(lambda line: line.is_books_company and line._is_passed_on())
        self._pass_on(lines)
        for line in lines:
            line.item_ids = line._get_document_items()
        return super()._post_attributed()

    def _pass_on(self, lines):
        """Put the part of networks with books in this company on their current accounts."""
        lines = lines.filtered(lambda line: line._has_share())
        entries = (
            self.env["account.move"].sudo().create([line._prepare_passing_on() for line in lines])
        )
        for line, entry in zip(lines, entries, strict=True):
            line.document_id = entry
        entries._post(soft=False)

    def action_open_network_documents(self):
        """Show the documents of the networks, as far as the user may see them."""
        self.ensure_one()
        document_list = self.env.ref("red_empresarial.view_network_document_list")
        return open_records(
            self.env,
            "account.action_move_journal_line",
            [("id", "in", self.network_document_ids.ids)],
            name=self.env._("Documents of the Networks"),
            views=[(document_list.id, "list"), (False, "form")],
            context={"create": False},
        )


class BusinessNetworkMember(models.Model):
    _inherit = "business.network.member"

    def _is_kept_in_same_books(self):
        """Whether this member is a network whose books the upper company keeps as well."""
        self.ensure_one()
        return bool(self.sub_network_id) and (
            self.sub_network_id.sudo().company_id == self.company_id
        )


class BusinessNetworkSettlementLine(models.Model):
    """The part of one network: where it stands above, and its draft below."""

    _inherit = "business.network.settlement.line"

    network_document_ids = fields.One2many(
        "account.move", "network_upper_line_id", string="Documents of the Network"
    )
    member_name = fields.Char(
        compute="_compute_member_name",
        compute_sudo=True,
        help="Also for who may not look into that network.",
    )

    @api.depends("member_id")
    def _compute_member_name(self):
        for line in self:
            line.member_name = line.member_id.display_name

    def _get_network_documents(self):
        return self.network_document_ids.filtered(lambda move: move.state != "cancel")

    def _get_lacking_documents(self):
        """Lines of networks whose document in their own books is still to be made."""
        return self.filtered(
            lambda line: (
                line._is_of_network()
                and line.settlement_id.state in ("approved", "posted", "paid")
                and not line._get_network_documents()
                and line._get_carried_coins()
            )
        )

    def _is_of_network(self):
        """Whether the network that this line is about shares its part out among its own members."""
        self.ensure_one()
        return bool(
            self.member_id.sub_network_id
            and self.network_id.policy != "member"
            and self._has_share()
        )

    def _is_passed_on(self):
        """Whether the part stays in these books, and goes to another network within them."""
        self.ensure_one()
        return self._is_of_network() and self.member_id.sub_network_id.company_id == self.company_id

    def _needs_document_number(self):
        return super()._needs_document_number() and not self._is_passed_on()

    def _is_posted_by_hand(self):
        return super()._is_posted_by_hand() and not self._is_passed_on()

    @api.depends("item_ids.reconciled", "settlement_id.state")
    def _compute_payment_state(self):
        """What is passed on is paid to the network's members, by its own settlement."""
        result = super()._compute_payment_state()
        for line in self:
            if line._is_passed_on():
                line.payment_state = "none"
        return result

    # -- above: the part on the network's current account ------------------------------------------

    def _prepare_passing_on(self):
        """Values of the entry that takes the part off the accounts it was posted to above."""
        self.ensure_one()
        settlement = self.settlement_id
        amounts = defaultdict(int)
        for row, coins, _tariff in self._get_taken_rows():
            if not (self.is_books_company and row.kind == "input_tax"):
                amounts[row.account_id] += coins
        values = [
            self._prepare_part_item(account, coins) for account, coins in amounts.items() if coins
        ]
        return {
            **self._prepare_part_entry(settlement.network_id, values),
            "network_settlement_id": settlement.id,
            "ref": self.env._(
                "Part of %(network)s in %(settlement)s",
                network=self.member_id.display_name,
                settlement=settlement.name,
            ),
        }

    def _prepare_part_entry(self, network, values):
        """Values of an entry of ``values`` balanced on the member account of the upper network."""
        company = self.company_id
        balance = -sum(to_minor(vals["balance"], company.currency_id) for vals in values)
        coins = -sum(to_minor(vals["amount_currency"], self.currency_id) for vals in values)
        counterpart = {
            **self._prepare_part_item(self.network_id.member_payable_account_id, coins),
            "partner_id": self.partner_id.id,
            "balance": from_minor(balance, company.currency_id),
        }
        return {
            "move_type": "entry",
            "journal_id": network.settlement_journal_id.id,
            "company_id": company.id,
            "date": self.settlement_id.date,
            "currency_id": self.currency_id.id,
            "network_id": network.id,
            "line_ids": [Command.create(vals) for vals in [*values, counterpart]],
        }

    def _prepare_part_item(self, account, coins):
        """Values of an item that debits ``coins`` to ``account``, without analytic account."""
        amount = from_minor(coins, self.currency_id)
        return {
            "account_id": account.id,
            "name": self.env._("Part of %s", self.member_id.display_name),
            "currency_id": self.currency_id.id,
            "amount_currency": amount,
            "balance": self.currency_id._convert(
                amount, self.company_id.currency_id, self.company_id, self.settlement_id.date
            ),
            "tax_ids": [Command.clear()],
            "analytic_distribution": False,
        }

    def _get_document_items(self):
        if not self._is_passed_on():
            return super()._get_document_items()
        account = self.network_id.member_payable_account_id
        return self.document_id.line_ids.filtered(lambda item: item.account_id == account)

    # -- what is carried down ----------------------------------------------------------------------

    def _get_taken_rows(self):
        """``[(row, coins, coins of its tariff)]`` this line settles, whole or in part."""
        currency = self.currency_id
        parts = {part.distribution_id: part for part in self.sudo().part_ids}
        whole = {row: row for row in self.sudo().distribution_ids if not row.part_ids}
        return [
            (
                row,
                to_minor(taken.amount_currency, currency),
                to_minor(taken.tariff, currency),
            )
            for row, taken in {**whole, **parts}.items()
        ]

    def _get_carried_coins(self):
        """What the network's document comes to, before tax: what it earned, in coins.

        Within one company costs and tariff are taken off it, too: no other document has them.
        """
        self.ensure_one()
        taken = self._get_taken_rows()
        if self._is_passed_on():
            return sum(coins - tariff for row, coins, tariff in taken if self._carries(row))
        return sum(coins for row, coins, _tariff in taken if self._carries(row))

    def _carries(self, row):
        """Whether a row goes to the network's document.

        In other books what it owes for joint purchases reaches it by its bill: under ``principal``
        the member's document deducts it, so there it does, too.
        """
        if self._is_passed_on():
            return not (self.is_books_company and row.kind == "input_tax")
        return row.kind in CARRIED or self.network_id.policy == "principal"

    def _get_network_parts(self):
        """What is carried, spread over the lines of the network's orders; sums exactly.

        :return: list of :class:`NetworkPart`; what is spent has no order line
        """
        self.ensure_one()
        passed_on = self._is_passed_on()
        coins, quantities = defaultdict(int), defaultdict(Fraction)
        deliveries = defaultdict(self.env["business.network.delivery"].sudo().browse)
        for row, amount, tariff in self._get_taken_rows():
            if not self._carries(row):
                continue
            amount -= tariff if passed_on else 0
            for key, part in self._spread_row(row, amount).items():
                coins[key] += part
        for key, quantity, delivered in self._get_carried_quantities(coins):
            quantities[key] += quantity
            deliveries[key] |= delivered
        return [
            NetworkPart(*key, amount, quantities[key], deliveries[key])
            for key, amount in coins.items()
            if amount or quantities[key]
        ]

    def _spread_row(self, row, coins):
        """``{(account, line of the network's order): coins}`` of one row."""
        none = self.env["sale.order.line"].sudo()
        if row.kind not in CARRIED:
            return {(row.account_id, none): coins}
        _kind, items = row.move_id._get_portion_lines()[row._get_source_portion()]
        weights = defaultdict(Fraction)
        for item in items:
            shares = item._get_allocation_shares() if row.basis == "allocation" else {}
            share = shares.get(row.member_id, 0) if shares else 1
            weight = abs(to_minor(item.balance, row.company_currency_id)) * share
            weights[(row.account_id, self._get_own_line(item))] += weight
        if not any(weights.values()):
            return {(row.account_id, none): coins}
        return dict(zip(weights, split_amount(coins, list(weights.values())), strict=True))

    def _get_own_line(self, item):
        """Line of the network's order that fills the order line an invoice line bills."""
        lines = [line._get_network_line(self.member_id) for line in item.sudo().sale_line_ids]
        return self.env["sale.order.line"].sudo().union(*lines)[:1]

    def _get_carried_quantities(self, keys):
        """``[(key, quantity in reference units, deliveries below)]`` that the rows' lines billed.

        A part of a row, settled as it was collected, carries that part of the quantity.
        """
        found, seen = [], set()
        for row, amount, _tariff in self._get_taken_rows():
            if row.kind != "revenue" or (row.move_id, row.portion_name) in seen:
                continue
            seen.add((row.move_id, row.portion_name))
            whole = to_minor(row.amount_currency, self.currency_id)
            share = Fraction(amount, whole) if whole else Fraction(1)
            _kind, items = row.move_id._get_portion_lines()[row._get_source_portion()]
            for item in items:
                key = (row.account_id, self._get_own_line(item))
                taken = item.sudo().allocation_invoiced_ids.filtered(
                    lambda record: record.allocation_id.member_id == self.member_id
                )
                if key in keys and key[1] and taken:
                    quantity = sum(record._get_exact() for record in taken)
                    below = taken.delivery_id.source_delivery_id if share == 1 else None
                    found.append((key, quantity * share, below or taken.delivery_id.browse()))
        return found

    # -- the network's document --------------------------------------------------------------------

    def _make_network_document(self):
        """Draft the document of this line's network in its own books.

        :raise UserError: what those books lack, or a product whose price includes its tax
        """
        self.ensure_one()
        network = self.member_id.sub_network_id
        own = self.sudo().with_company(network.company_id)
        parts = own._get_network_parts()
        if own._is_passed_on():
            vals = own._prepare_network_entry(network, parts)
        else:
            vals = own._prepare_network_invoice(network, parts)
        move = own.env["account.move"].create({**vals, "network_upper_line_id": self.id})
        if move.move_type != "entry":
            move._check_network_amount(own._get_carried_coins())
        move.message_post(
            body=self.env._(
                "What %(union)s owes %(network)s by %(settlement)s.",
                union=self.network_id.name,
                network=network.name,
                settlement=self.settlement_id.name,
            )
        )

    def _prepare_network_entry(self, network, parts):
        """Values of the entry within one company: from the current account to the network."""
        account = network.sudo().analytic_account_id
        values = [
            {
                **self._prepare_part_item(part.account, -part.coins),
                "name": part.line.name or self.settlement_id.name,
                "analytic_distribution": {str(account.id): 100.0} if account else False,
                **self._prepare_part_line(part),
            }
            for part in parts
            if part.coins
        ]
        if not network.settlement_journal_id:
            self._raise_no_journal(network)
        return {
            **self._prepare_part_entry(network, values),
            "ref": self.env._(
                "Part of %(settlement)s of %(union)s",
                settlement=self.settlement_id.name,
                union=self.network_id.name,
            ),
        }

    def _raise_no_journal(self, network):
        raise UserError(
            self.env._(
                "Set the settlement journal of %s, page Accounting, so that its part can be "
                "booked.",
                network.name,
            )
        )

    def _prepare_part_line(self, part, sign=1):
        """What ties an item to the network's order, so that it is shared by who delivered."""
        if not part.line:
            return {}
        uom = part.line.product_uom_id
        return {
            "network_lowers_price": part._lowers_price(),
            "product_id": part.line.product_id.id,
            "product_uom_id": uom.id,
            "quantity": sign * from_exact(part.quantity / exact_factor(uom)),
            "sale_line_ids": [Command.set(part.line.ids)],
            "network_delivery_ids": [Command.set(part.deliveries.ids)],
        }

    def _prepare_network_invoice(self, network, parts):
        """Values of the network's invoice to the upper books' company; a credit note below zero."""
        sign = -1 if self._get_carried_coins() < 0 else 1
        merged = defaultdict(list)
        for part in parts:
            merged[part.line].append(part)
        return {
            "move_type": "out_refund" if sign < 0 else "out_invoice",
            "partner_id": self.company_id.partner_id.id,
            "company_id": network.company_id.id,
            "currency_id": self.currency_id.id,
            "invoice_date": self.settlement_id.date,
            "date": self.settlement_id.date,
            "invoice_origin": self.settlement_id.name,
            "network_id": network.id,
            "network_tariff_rate": network.tariff_rate,
            "invoice_line_ids": [
                Command.create(vals)
                for line, its_parts in merged.items()
                for vals in self._prepare_network_invoice_lines(line, its_parts, sign)
            ],
        }

    def _prepare_network_invoice_lines(self, line, parts, sign):
        """A line at the price that makes the amount, and one of cents where no price makes it.

        What is earned is exact, the price is derived: of a part collected of a sale neither its
        quantity nor its price may be a round number.
        """
        vals = self._prepare_network_invoice_line(line, parts, sign)
        precision = self.env["decimal.precision"].precision_get
        quantity = float_round(vals["quantity"], precision_digits=precision("Product Unit"))
        price = float_round(vals["price_unit"], precision_digits=precision("Product Price"))
        amount = sign * from_minor(sum(part.coins for part in parts), self.currency_id)
        rest = self.currency_id.round(amount - self.currency_id.round(quantity * price))
        if self.currency_id.is_zero(rest):
            return [vals]
        return [vals, self._prepare_rounding_line(vals, rest)]

    def _prepare_rounding_line(self, vals, amount):
        """Values of the line of cents, with the account and the taxes of the line it completes."""
        kept = ("product_id", "tax_ids", "account_id")
        return {
            **{name: vals[name] for name in kept if name in vals},
            "name": self.env._("%s: rounding", vals["name"]),
            "quantity": 1.0,
            "price_unit": amount,
        }

    def _prepare_network_invoice_line(self, line, parts, sign):
        none = self.env["business.network.delivery"].sudo()
        whole = NetworkPart(
            None,
            line,
            sum(part.coins for part in parts),
            sum((part.quantity for part in parts), Fraction(0)),
            none.union(*(part.deliveries for part in parts)),
        )
        amount = sign * from_minor(whole.coins, self.currency_id)
        vals = self._prepare_part_line(whole, sign)
        quantity = vals.get("quantity") or 1.0
        if not vals.get("quantity") and not vals.get("network_lowers_price"):
            vals.pop("sale_line_ids", None)
        vals.update(quantity=quantity, price_unit=amount / quantity)
        if not line:
            vals["name"] = self.env._("Costs by %s", self.settlement_id.name)
            vals["tax_ids"] = [Command.clear()]
        else:
            vals["name"] = line.name
            vals["tax_ids"] = [Command.set(line.tax_ids.ids)]
        return vals

    def _drop_network_documents(self):
        """Delete the drafts of these lines; what a network posted has to be undone there first.

        :raise UserError: naming the posted document
        """
        documents = self._get_network_documents()
        for move in documents.filtered(lambda move: move.state == "posted"):
            raise UserError(
                self.env._(
                    "%(network)s posted %(document)s for its part of %(settlement)s. Reset that "
                    "document first.",
                    network=move.network_id.name,
                    document=move.name,
                    settlement=move.network_upper_line_id.settlement_id.name,
                )
            )
        documents.unlink()
