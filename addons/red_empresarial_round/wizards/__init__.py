from . import (
    month_end,
    purchase_request_import,
    purchase_round_quotation,
    purchase_round_receipt,
    reference_price_import,
)
