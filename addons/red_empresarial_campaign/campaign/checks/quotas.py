"""What must hold of quotas and of sales over two levels."""

from odoo.tools import SQL

from .queries import find_none, find_some


def quotas_add_up(env, networks, companies):
    """Units add up on each level; consumed + remaining + given = planned + received (invariant 4).

    What is consumed is what the plan's allocations of confirmed orders take.
    """
    differences = SQL(
        """
        WITH held AS (
            SELECT quota.*, quota.units + quota.transferred_in - quota.transferred_out AS now,
                   (SELECT COALESCE(SUM(row.quantity), 0)
                      FROM business_network_quota_consumption row
                     WHERE row.quota_id = quota.id) AS taken
              FROM business_network_quota quota)
        SELECT held.id
          FROM held
         WHERE held.consumed_quantity != held.taken
            OR held.remaining_units * held.unit_quantity + held.taken
               != held.now * held.unit_quantity
            OR held.now < 0 OR held.remaining_units < 0
     UNION ALL
        SELECT parent.id
          FROM held parent
          JOIN held child ON child.parent_id = parent.id
      GROUP BY parent.id, parent.units, parent.now, parent.pool_units
        HAVING SUM(child.units) != parent.units
            OR SUM(child.now) + parent.pool_units != parent.now
     UNION ALL
        SELECT plan.id
          FROM business_network_quota_plan plan
          JOIN held ON held.plan_id = plan.id AND held.level = 1
      GROUP BY plan.id
        HAVING SUM(held.units) * plan.unit_size > plan.volume
     UNION ALL
        SELECT held.id
          FROM held
         WHERE held.units > NULLIF(held.applied_cap, '')::integer
        """
    )
    return find_some(env, SQL("SELECT 1 FROM business_network_quota WHERE level = 2 LIMIT 1")) and (
        find_none(env, differences)
    )


def orders_fill_their_quotas(env, networks, companies):
    """Allocated = consumed = delivered and accepted = invoiced, on both levels of each order."""
    differences = SQL(
        """
        SELECT allocation.id
          FROM business_network_quota_consumption row
          JOIN business_network_allocation allocation ON allocation.id = row.allocation_id
          JOIN sale_order_line line ON line.id = allocation.sale_line_id
     LEFT JOIN LATERAL (
                SELECT SUM(delivery.quantity - delivery.rejected_quantity) AS quantity
                  FROM business_network_delivery delivery
                 WHERE delivery.allocation_id = allocation.id
                   AND delivery.state = 'done') arrived ON TRUE
         WHERE (row.quantity = allocation.quantity AND arrived.quantity = allocation.quantity)
               IS NOT TRUE
     UNION ALL
        SELECT above.id
          FROM sale_order_line above
          JOIN sale_order_line below ON below.network_source_line_id = above.id
      GROUP BY above.id
        HAVING SUM(below.product_uom_qty) != above.product_uom_qty
            OR SUM(below.qty_delivered) != above.qty_delivered
            OR above.qty_invoiced != above.product_uom_qty
        """
    )
    return find_some(env, SQL("SELECT 1 FROM business_network_quota_consumption LIMIT 1")) and (
        find_none(env, differences)
    )


def networks_share_what_they_are_due(env, networks, companies):
    """What a network of networks owes a network is what that one's members share, to the cent."""
    differences = SQL(
        """
        SELECT line.id
          FROM business_network_settlement_line line
          JOIN business_network_settlement settlement ON settlement.id = line.settlement_id
          JOIN business_network_member member ON member.id = line.member_id
     LEFT JOIN LATERAL (
                SELECT SUM(row.amount_currency) AS amount
                  FROM account_move move
                  JOIN business_network_distribution row ON row.move_id = move.id
                 WHERE move.network_upper_line_id = line.id AND move.state = 'posted'
                   AND row.network_id = member.sub_network_id) below ON TRUE
         WHERE member.sub_network_id IS NOT NULL
           AND settlement.state IN ('posted', 'paid')
           AND below.amount IS DISTINCT FROM line.amount_due
        """
    )
    return bool(networks.filtered(lambda n: n.tier == "second").settlement_ids) and (
        find_none(env, differences)
    )


def compensations_are_netted(env, networks, companies):
    """What a member is owed for its quota reached it with its settlement, and the other paid it."""
    transfers = env["business.network.quota.transfer"].search(
        [("network_id", "in", networks.ids), ("state", "=", "done"), ("amount", ">", 0)]
    )
    return bool(transfers) and all(
        _netted(transfer, transfer.giver_id) == transfer.amount
        and _netted(transfer, transfer.receiver_id) == -transfer.amount
        for transfer in transfers
    )


def _netted(transfer, member):
    lines = transfer.network_id.settlement_ids.line_ids.filtered(
        lambda line: line.member_id == member
    )
    return sum(lines.mapped("amount_netted"))


def label_checks(env):
    """``{name: what it says to people}``, in the order in which they are printed."""
    return {
        "quotas_add_up": env._("Quotas add up on each level and hold what is consumed"),
        "orders_fill_their_quotas": env._(
            "What quotas gave is what was ordered, delivered and invoiced, on both levels"
        ),
        "networks_share_what_they_are_due": env._(
            "What each network is due is what its members share, to the cent"
        ),
        "compensations_are_netted": env._("Compensations for quota are netted with both members"),
    }


CHECKS = (
    quotas_add_up,
    orders_fill_their_quotas,
    networks_share_what_they_are_due,
    compensations_are_netted,
)
