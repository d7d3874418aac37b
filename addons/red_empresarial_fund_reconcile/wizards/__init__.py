from . import account_statement_import, fund_bank_setup, fund_reconciliation
