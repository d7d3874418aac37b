from . import settlement_statement
