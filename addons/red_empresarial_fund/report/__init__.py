from . import (
    business_network_fund_compliance,
    business_network_fund_due,
    business_network_fund_due_correction,
    business_network_fund_gift,
    business_network_fund_movement,
    business_network_fund_movement_correction,
    fund_statement_compliance,
    fund_statement_sheet,
    fund_statement_sheet_gifts,
    statement_fund,
)
