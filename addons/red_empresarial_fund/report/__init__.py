from . import (
    business_network_fund_due,
    business_network_fund_movement,
    fund_statement_sheet,
    statement_fund,
)
