from . import (
    account_statement_import,
    account_statement_import_sheet_parser,
    fund_bank_setup,
    fund_reconciliation,
)
