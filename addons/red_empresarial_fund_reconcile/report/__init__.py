from . import fund_reconciliation_sheet
