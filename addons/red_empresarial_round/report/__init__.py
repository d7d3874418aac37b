from . import (
    business_network_purchase_saving,
    reference_sheet,
    round_papers,
    round_sheet,
    statement_saving,
)
