from . import business_network_quota_fulfilment, quota_sheet
