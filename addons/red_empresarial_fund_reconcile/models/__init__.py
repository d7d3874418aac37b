from . import (
    account_bank_statement,
    account_bank_statement_line,
    account_bank_statement_line_gift,
    account_bank_statement_line_proposal,
    account_journal,
    account_move,
    account_move_line,
    account_reconcile_model,
    account_statement_import_sheet_mapping,
    business_network_fund,
    business_network_fund_statement,
)
