from . import (
    netting_act,
    network_sheet,
    settlement_line_statement,
    settlement_sheet,
    statement,
    statement_account,
    statement_advances,
    statement_sections,
)
