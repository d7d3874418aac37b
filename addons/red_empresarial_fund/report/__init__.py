from . import (
    business_network_fund_due,
    business_network_fund_gift,
    business_network_fund_movement,
    fund_statement_sheet,
    fund_statement_sheet_gifts,
    statement_fund,
)
