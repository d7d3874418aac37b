from . import (
    allocation_decline,
    network_import,
    purchase_annex,
    reshare,
    settlement_payment,
    share_out,
)
