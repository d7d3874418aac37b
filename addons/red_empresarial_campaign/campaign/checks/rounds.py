"""What must hold of purchase rounds."""

from odoo.tools import SQL

from .queries import find_none, find_some


def _distributed_rounds(networks):
    return networks.env["business.network.purchase.round"].search(
        [("network_id", "in", networks.ids), ("state", "=", "distributed")]
    )


def rounds_compare_three_suppliers(env, networks, companies):
    """Three suppliers priced everything a round buys, and what is dearer has its reason."""
    rounds = _distributed_rounds(networks)
    return bool(rounds) and all(_compared(purchase_round) for purchase_round in rounds)


def _compared(purchase_round):
    bought = purchase_round.product_ids.filtered("consolidated_quantity")
    complete = purchase_round.order_ids.filtered(
        lambda order: (
            order.order_line.filtered(
                lambda line: line.price_subtotal and line.product_qty
            ).round_product_id
            == bought
        )
    )
    chosen = complete.filtered(lambda order: order.state == "purchase")
    others = complete - chosen
    return (
        len(complete.partner_id) >= 3
        and len(complete.purchase_group_id) == 1
        and set(others.mapped("state")) == {"cancel"}
        and bool(chosen and purchase_round.choice_reason)
    )


def members_get_what_they_asked(env, networks, companies):
    """From asked to received: within each member's tolerance, in whole packs, nothing lost."""
    rounds = tuple(_distributed_rounds(networks).ids) or (0,)
    differences = SQL(
        """
        WITH asked AS (
            SELECT line.round_product_id, line.member_id, line.quantity,
                   GREATEST(line.quantity, line.maximum_quantity) AS most,
                   line.allotted_quantity AS allotted
              FROM business_network_purchase_request_line line
              JOIN business_network_purchase_request request ON request.id = line.request_id
             WHERE request.state = 'sent' AND line.round_id IN %(rounds)s),
        given AS (
            SELECT line.round_product_id, allocation.member_id,
                   SUM(allocation.quantity) AS quantity, SUM(arrived.quantity) AS arrived
              FROM business_network_allocation allocation
              JOIN purchase_order_line line ON line.id = allocation.purchase_line_id
              JOIN purchase_order purchase ON purchase.id = line.order_id
         LEFT JOIN LATERAL (
                    SELECT SUM(delivery.quantity - delivery.rejected_quantity) AS quantity
                      FROM business_network_delivery delivery
                     WHERE delivery.allocation_id = allocation.id
                       AND delivery.state = 'done') arrived ON TRUE
             WHERE purchase.network_round_id IN %(rounds)s AND purchase.state = 'purchase'
          GROUP BY line.round_product_id, allocation.member_id)
        SELECT round_product_id
          FROM asked FULL JOIN given USING (round_product_id, member_id)
         WHERE (asked.allotted BETWEEN asked.quantity AND asked.most
                AND given.quantity = asked.allotted
                AND given.arrived = asked.allotted) IS NOT TRUE
     UNION ALL
        SELECT product.id
          FROM business_network_purchase_round_product product
     LEFT JOIN asked ON asked.round_product_id = product.id
         WHERE product.round_id IN %(rounds)s
      GROUP BY product.id
        HAVING COALESCE(SUM(asked.allotted), 0) != product.consolidated_quantity
            OR MOD(product.consolidated_quantity, NULLIF(product.pack_quantity, 0)) != 0
        """,
        rounds=rounds,
    )
    return rounds != (0,) and find_none(env, differences)


def _attributed_bills():
    """Posted bills of purchase rounds under attribution, with the annex of their order."""
    return SQL(
        """
        SELECT DISTINCT move.id AS move_id, move.invoice_date, purchase.id AS order_id,
               purchase.network_annex_id AS annex_id
          FROM account_move move
          JOIN business_network network ON network.id = move.network_id
          JOIN account_move_line line ON line.move_id = move.id
          JOIN purchase_order_line ordered ON ordered.id = line.purchase_line_id
          JOIN purchase_order purchase ON purchase.id = ordered.order_id
         WHERE move.state = 'posted' AND network.policy = 'attribution'
           AND purchase.network_round_id IS NOT NULL
        """
    )


def annexes_are_filed_before_the_bill(env, networks, companies):
    """The proportions of a purchase by need were communicated before there was a bill to share."""
    late = SQL(
        """
        SELECT bill.move_id
          FROM (%s) bill
     LEFT JOIN business_network_agreement annex ON annex.id = bill.annex_id
         WHERE (annex.parent_id IS NOT NULL AND annex.date_from <= bill.invoice_date
                AND annex.filing_date <= bill.invoice_date) IS NOT TRUE
        """,
        _attributed_bills(),
    )
    return find_some(env, _attributed_bills()) and find_none(env, late)


def annexes_weigh_the_landed_cost(env, networks, companies):
    """A member weighs what it gets with its freight, to a cent per line of the order."""
    differences = SQL(
        """
        WITH part AS (
            SELECT line.order_id, allocation.member_id,
                   SUM(line.price_subtotal * allocation.quantity / line.product_qty) AS value,
                   SUM(allocation.quantity * product.weight) AS weight
              FROM purchase_order_line line
              JOIN business_network_allocation allocation
                ON allocation.purchase_line_id = line.id
              JOIN product_product product ON product.id = line.product_id
          GROUP BY line.order_id, allocation.member_id),
        freight AS (
            SELECT order_id, SUM(price_subtotal) AS amount
              FROM purchase_order_line
             WHERE landed_basis = 'weight'
          GROUP BY order_id)
        SELECT part.member_id
          FROM (SELECT DISTINCT order_id, annex_id FROM (%s) bill) bought
          JOIN (SELECT part.*, SUM(part.weight) OVER (PARTITION BY part.order_id) AS total
                  FROM part) part ON part.order_id = bought.order_id
     LEFT JOIN freight ON freight.order_id = bought.order_id
     LEFT JOIN business_network_agreement_line line
            ON line.agreement_id = bought.annex_id AND line.member_id = part.member_id
         WHERE (ABS(line.expense_weight - 100 * (part.value + COALESCE(freight.amount, 0)
                    * part.weight / NULLIF(part.total, 0)))
                <= (SELECT COUNT(*) FROM purchase_order_line own
                     WHERE own.order_id = bought.order_id)) IS NOT TRUE
        """,
        _attributed_bills(),
    )
    return find_some(env, _attributed_bills()) and find_none(env, differences)


def round_bills_follow_their_annex(env, networks, companies):
    """Each share of cost and of input tax is its weight in the annex, to less than a cent."""
    differences = SQL(
        """
        SELECT row.id
          FROM (SELECT row.id, row.kind, row.member_id, row.amount, bill.annex_id,
                       SUM(row.amount) OVER (
                           PARTITION BY row.move_id, row.kind, row.account_id, row.portion) AS total
                  FROM business_network_distribution row
                  JOIN (%s) bill ON bill.move_id = row.move_id) row
     LEFT JOIN business_network_agreement_line line
            ON line.agreement_id = row.annex_id AND line.member_id = row.member_id
         WHERE (row.kind IN ('expense', 'input_tax')
                AND ABS(row.amount - row.total * line.expense_weight
                        / (SELECT SUM(expense_weight) FROM business_network_agreement_line own
                            WHERE own.agreement_id = row.annex_id)) < 0.01) IS NOT TRUE
        """,
        _attributed_bills(),
    )
    return find_some(env, _attributed_bills()) and find_none(env, differences)


def savings_are_what_the_books_say(env, networks, companies):
    """Per member: the price alone of what was billed less its share of the bills, above zero."""
    rounds = _distributed_rounds(networks)
    alone_and_together = {
        (round_id, member_id): (alone, together)
        for round_id, member_id, alone, together in env.execute_query(
            SQL(
                """
                SELECT alone.round_id, alone.member_id, alone.amount, together.amount
                  FROM (SELECT frozen.round_id, allocation.member_id,
                               SUM(ROUND(invoiced.quantity * frozen.price_unit, 2)) AS amount
                          FROM business_network_allocation_invoiced invoiced
                          JOIN account_move_line item ON item.id = invoiced.move_line_id
                           AND item.parent_state = 'posted'
                          JOIN business_network_allocation allocation
                            ON allocation.id = invoiced.allocation_id
                          JOIN purchase_order_line line ON line.id = allocation.purchase_line_id
                          JOIN business_network_purchase_reference frozen
                            ON frozen.round_product_id = line.round_product_id
                           AND frozen.member_id = allocation.member_id
                      GROUP BY 1, 2) alone
                  JOIN (SELECT move.network_round_id AS round_id, row.member_id,
                               -SUM(row.amount) AS amount
                          FROM business_network_distribution row
                          JOIN account_move move ON move.id = row.move_id
                         WHERE row.kind = 'expense'
                      GROUP BY 1, 2) together USING (round_id, member_id)
                """
            )
        )
    }
    shown = {
        (purchase_round.id, member.id): (alone, together, saved)
        for purchase_round, member, alone, together, saved in env[
            "business.network.purchase.saving"
        ]._read_group(
            [("round_id", "in", rounds.ids)],
            ["round_id", "member_id"],
            ["reference_amount:sum", "joint_amount:sum", "saving:sum"],
        )
    }
    return bool(shown) and all(
        (round(alone, 2), round(together, 2))
        == tuple(float(amount) for amount in alone_and_together.get(key, (0, 0)))
        and round(saved, 2) == round(alone - together, 2) > 0
        for key, (alone, together, saved) in shown.items()
    )


def label_checks(env):
    """``{name: what it says to people}``, in the order in which they are printed."""
    return {
        "rounds_compare_three_suppliers": env._(
            "Purchase rounds compare three suppliers and say why one is chosen"
        ),
        "members_get_what_they_asked": env._(
            "Members get what they asked, within their tolerance and in whole packs"
        ),
        "annexes_are_filed_before_the_bill": env._("Annexes are filed before the bill"),
        "annexes_weigh_the_landed_cost": env._("Annexes weigh what each needs with its freight"),
        "round_bills_follow_their_annex": env._(
            "Cost and tax of a round's bill follow its annex to the cent"
        ),
        "savings_are_what_the_books_say": env._("Savings are what the posted bills say"),
    }


CHECKS = (
    rounds_compare_three_suppliers,
    members_get_what_they_asked,
    annexes_are_filed_before_the_bill,
    annexes_weigh_the_landed_cost,
    round_bills_follow_their_annex,
    savings_are_what_the_books_say,
)
