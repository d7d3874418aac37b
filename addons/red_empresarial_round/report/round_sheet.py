import base64
from collections import defaultdict

from odoo import fields, models
from odoo.addons.red_empresarial.engine.saving import nearest_coin, saving, total_saving
from odoo.addons.red_empresarial.tools.minor_units import from_minor
from odoo.addons.red_empresarial.tools.quantities import convert_exact, to_exact


class BusinessNetworkPurchaseRound(models.Model):
    """The round as a file that a spreadsheet opens."""

    _inherit = "business.network.purchase.round"

    sheet_file = fields.Binary(compute="_compute_sheet_file", string="Excel File")

    def _compute_sheet_file(self):
        for purchase_round in self:
            content = self.env["business.network.sheet"]._write_round(purchase_round)
            purchase_round.sheet_file = base64.b64encode(content)

    def action_download_sheet(self):
        """Download requests, consolidation, comparison, allotment and savings as a spreadsheet."""
        self.ensure_one()
        name = f"{self.name} - {self.title}".replace("/", "-")
        return self.env["business.network.sheet"]._get_download_action(self, "sheet_file", name)

    # -- tables: plain values, also for the papers -----------------------------------------------

    def _get_request_lines(self):
        """Lines of the requests that were sent."""
        self.ensure_one()
        return self.request_ids.filtered(lambda request: request.state == "sent").line_ids

    def _get_requesting_members(self):
        members = self.request_ids.member_id
        return members.sorted(lambda member: (member.sequence, member.id))

    def _get_quantities(self, name):
        """What is asked (``quantity``) or allotted, in the unit of the round's product.

        :param name: a quantity of request lines
        :return: dict ``{(round product, member): float}``
        """
        quantities = defaultdict(float)
        for line in self._get_request_lines():
            product = line.round_product_id
            quantity = to_exact(line[name])
            if name != "allotted_quantity":
                quantity = convert_exact(quantity, line.product_uom_id, product.product_uom_id)
            quantities[product, line.member_id] += float(quantity)
        return quantities

    def _get_offer_lines(self):
        """Lines of the products in the round's quotations and orders that stand."""
        orders = self.order_ids.filtered(lambda order: order.state != "cancel")
        return orders.order_line.filtered("round_product_id")

    def _get_expected_savings(self):
        """What the allotted quantities would save at the prices ordered, or expected before that.

        Freight is not in it: it is known when it is billed.

        :return: dict ``{(round product, member): Saving}`` of what has a price alone
        """
        self.ensure_one()
        coins = 1 / to_exact(self.currency_id.rounding)
        lines = self._get_request_lines().filtered("allotted_quantity")
        prices = lines._get_reference_prices(self.date_close)
        joint = {product: self._get_joint_price(product) for product in self.product_ids}
        savings = {}
        for line, (_price, alone) in prices.items():
            quantity = to_exact(line.allotted_quantity)
            price = joint[line.round_product_id]
            if price:
                together = nearest_coin(price * quantity * coins)
                savings[line.round_product_id, line.member_id] = saving(
                    alone, quantity, together, coins
                )
        return savings

    def _get_joint_price(self, product):
        """Exact net price per unit of a round's product: of its orders, else the expected one."""
        lines = product.order_line_ids.filtered(lambda line: line.order_id.state == "purchase")
        quantity = sum(
            convert_exact(to_exact(line.product_qty), line.product_uom_id, product.product_uom_id)
            for line in lines
        )
        if not quantity:
            return to_exact(product.expected_price)
        return sum(to_exact(self._get_net_amount(line)) for line in lines) / quantity

    def _get_net_amount(self, line):
        """Net amount of an order line in the currency of the round."""
        return line.currency_id._convert(
            line.price_subtotal,
            self.currency_id,
            self.company_id,
            line.order_id._get_reference_date(),
        )


class BusinessNetworkSheet(models.AbstractModel):
    """The book of a round: who asked what, what is ordered, from whom, and what it saves."""

    _inherit = "business.network.sheet"

    def _write_round(self, purchase_round):
        sheets = [
            (self.env._("Requests"), self._write_round_matrix, purchase_round, "quantity"),
            (self.env._("To order"), self._write_round_totals, purchase_round),
            (self.env._("Comparison"), self._write_round_offers, purchase_round),
            (self.env._("Allotted"), self._write_round_matrix, purchase_round, "allotted_quantity"),
            (self.env._("Expected saving"), self._write_round_expected, purchase_round),
            (self.env._("Saving"), self._write_round_savings, purchase_round),
        ]
        return self._write_book(sheets)

    def _write_round_heading(self, sheet, formats, purchase_round, title):
        dates = self.env._(
            "Closes on %(date)s · %(state)s",
            date=fields.Date.to_string(purchase_round.date_close),
            state=dict(purchase_round._fields["state"]._description_selection(self.env))[
                purchase_round.state
            ],
        )
        texts = [purchase_round.display_name, purchase_round.network_id.name, dates]
        return self._write_heading(sheet, formats, title, texts)

    def _write_table(self, sheet, formats, row, columns, lines, currency, totals=()):
        """A table with one row per line and the sums of ``totals``; return the next free row.

        :param columns: ``[(label, type)]``; types are those of statement sections
        :param lines: lists of values, one per column
        :param totals: numbers of the columns that are added up
        """
        for number, (label, kind) in enumerate(columns):
            style = "head" if kind in ("text", "date") else "head_number"
            sheet.write_string(row, number, label, formats[style])
        first = row + 1
        for offset, line in enumerate(lines):
            for number, (value, (_label, kind)) in enumerate(zip(line, columns, strict=True)):
                self._write_value(sheet, formats, first + offset, number, value, kind, currency)
        last = first + len(lines) - 1
        if lines and totals:
            self._write_totals(sheet, formats, first, last, lines, currency, totals)
        return last + 3

    def _write_totals(self, sheet, formats, first, last, lines, currency, totals):
        sheet.write_string(last + 1, 0, self.env._("Total"), formats["total"])
        for number in range(1, len(lines[0])):
            if number in totals:
                value = sum(line[number] or 0 for line in lines)
                self._write_sum(sheet, formats, last + 1, number, first, last, value, currency)
            else:
                sheet.write_blank(last + 1, number, None, formats["total"])

    # -- sheets ----------------------------------------------------------------------------------

    def _write_round_matrix(self, sheet, formats, purchase_round, name):
        """Products by members: what each asked, or was allotted; sums of units are not mixed."""
        title = self.env._("Requests") if name == "quantity" else self.env._("Allotted")
        row = self._write_round_heading(sheet, formats, purchase_round, title)
        members = purchase_round._get_requesting_members()
        quantities = purchase_round._get_quantities(name)
        columns = [
            (self.env._("Unit"), "text"),
            (self.env._("Specification"), "text"),
            (self.env._("Product"), "text"),
            *((member.display_name, "quantity") for member in members),
            (self.env._("Total"), "quantity"),
        ]
        lines = []
        for product in purchase_round.product_ids:
            own = [quantities.get((product, member)) for member in members]
            lines.append([*self._get_product_cells(product), *own, sum(filter(None, own))])
        self._write_table(sheet, formats, row, columns, lines, purchase_round.currency_id)

    def _get_product_cells(self, product):
        return [
            product.product_uom_id.name,
            product.specification or "",
            product.product_id.display_name,
        ]

    def _write_round_totals(self, sheet, formats, purchase_round):
        """Consolidation: asked, packs and minimum, to order, at the expected price."""
        title = self.env._("To order")
        row = self._write_round_heading(sheet, formats, purchase_round, title)
        asked = defaultdict(float)
        for (product, _member), quantity in purchase_round._get_quantities("quantity").items():
            asked[product] += quantity
        columns = [
            (self.env._("Unit"), "text"),
            (self.env._("Specification"), "text"),
            (self.env._("Product"), "text"),
            (self.env._("Asked"), "quantity"),
            (self.env._("Pack"), "quantity"),
            (self.env._("Minimum"), "quantity"),
            (self.env._("To order"), "quantity"),
            (self.env._("Expected price"), "money"),
            (self.env._("Amount"), "money"),
        ]
        currency = purchase_round.currency_id
        lines = [
            [
                *self._get_product_cells(product),
                asked[product],
                product.pack_quantity or None,
                product.minimum_quantity or None,
                product.consolidated_quantity,
                product.expected_price or None,
                currency.round(product.consolidated_quantity * product.expected_price),
            ]
            for product in purchase_round.product_ids
        ]
        self._write_table(sheet, formats, row, columns, lines, currency, totals=(8,))

    def _write_round_offers(self, sheet, formats, purchase_round):
        """Every quotation and order, line by line, in its own currency."""
        title = self.env._("Comparison")
        row = self._write_round_heading(sheet, formats, purchase_round, title)
        columns = [
            (self.env._("Order"), "text"),
            (self.env._("Supplier"), "text"),
            (self.env._("Product"), "text"),
            (self.env._("State"), "text"),
            (self.env._("Quantity"), "quantity"),
            (self.env._("Unit"), "text"),
            (self.env._("Price"), "money"),
            (self.env._("Net amount"), "money"),
            (self.env._("Currency"), "text"),
        ]
        lines = purchase_round._get_offer_lines().sorted(
            lambda line: (line.round_product_id.sequence, line.round_product_id.id, line.price_unit)
        )
        states = dict(self.env["purchase.order"]._fields["state"]._description_selection(self.env))
        values = [
            [
                line.order_id.name,
                line.order_id.partner_id.display_name,
                line.product_id.display_name,
                states[line.order_id.state],
                line.product_qty,
                line.product_uom_id.name,
                line.price_unit,
                line.price_subtotal,
                line.currency_id.name,
            ]
            for line in lines
        ]
        self._write_table(sheet, formats, row, columns, values, purchase_round.currency_id)

    def _write_round_expected(self, sheet, formats, purchase_round):
        """Per member: what its allotment would save, before anything is billed."""
        title = self.env._("Expected saving, without freight")
        row = self._write_round_heading(sheet, formats, purchase_round, title)
        by_member = defaultdict(list)
        for (_product, member), part in purchase_round._get_expected_savings().items():
            by_member[member].append(part)
        lines = [
            self._prepare_saving_cells(member, total_saving(parts), purchase_round.currency_id)
            for member, parts in by_member.items()
        ]
        columns = self._get_saving_columns()
        currency = purchase_round.currency_id
        self._write_table(sheet, formats, row, columns, lines, currency, totals=(2, 3, 4))

    def _get_saving_columns(self):
        return [
            (self.env._("Tax ID"), "text"),
            (self.env._("Member"), "text"),
            (self.env._("Alone"), "money"),
            (self.env._("Together"), "money"),
            (self.env._("Saved"), "money"),
            (self.env._("Saved (%)"), "percent"),
        ]

    def _prepare_saving_cells(self, member, total, currency):
        return [
            member.partner_id.vat or "",
            member.display_name,
            from_minor(total.reference_amount, currency),
            from_minor(total.joint_amount, currency),
            from_minor(total.amount, currency),
            None if total.ratio is None else float(total.ratio),
        ]

    def _write_round_savings(self, sheet, formats, purchase_round):
        """What the posted bills saved, member by member and product by product."""
        row = self._write_round_heading(sheet, formats, purchase_round, self.env._("Saving"))
        columns = [
            (self.env._("Date"), "date"),
            (self.env._("Member"), "text"),
            (self.env._("Product"), "text"),
            (self.env._("Document"), "text"),
            (self.env._("Quantity"), "quantity"),
            (self.env._("Alone"), "money"),
            (self.env._("Together"), "money"),
            (self.env._("Saved"), "money"),
            (self.env._("Without reference"), "money"),
        ]
        savings = self.env["business.network.purchase.saving"].search(
            [("round_id", "=", purchase_round.id)], order="member_id, product_id, date, id"
        )
        for currency, rows in savings.grouped("currency_id").items():
            sheet.write_string(row, 0, currency.name, formats["section"])
            lines = [self._prepare_posted_cells(saved) for saved in rows]
            row = self._write_table(
                sheet, formats, row + 1, columns, lines, currency, totals=(5, 6, 7, 8)
            )

    def _prepare_posted_cells(self, saved):
        return [
            saved.date,
            saved.member_id.display_name,
            saved.product_id.display_name,
            saved.move_id.name,
            saved.quantity,
            saved.reference_amount,
            saved.measured_amount,
            saved.saving,
            saved.unmeasured_amount,
        ]
