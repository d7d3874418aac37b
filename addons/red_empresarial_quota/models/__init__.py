from . import (
    business_network_allocation,
    business_network_allocation_invoiced,
    business_network_quota,
    business_network_quota_consumption,
    business_network_quota_plan,
    business_network_quota_plan_allotment,
    business_network_quota_plan_basis,
    business_network_quota_plan_explanation,
    business_network_quota_plan_life,
    business_network_share_out_mixin,
    sale_order,
    sale_order_line,
)
