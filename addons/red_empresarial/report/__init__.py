from . import (
    netting_act,
    network_sheet,
    settlement_line_statement,
    settlement_sheet,
    settlement_statement,
    statement,
    statement_account,
    statement_sections,
)
