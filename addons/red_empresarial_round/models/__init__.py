from . import (
    business_network_purchase_request,
    business_network_purchase_request_line,
    business_network_purchase_round,
    business_network_purchase_round_consolidation,
    business_network_purchase_round_life,
    business_network_purchase_round_members,
    business_network_purchase_round_product,
    business_network_reference_price,
    purchase_order,
    purchase_order_line,
)
