from . import (
    account_move,
    business_network_settlement,
    business_network_settlement_line,
    res_company,
)
