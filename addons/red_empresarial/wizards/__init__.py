from . import (
    account_payment_register,
    member_statement,
    network_import,
    purchase_annex,
    settlement_payment,
    statement_share,
    write_off,
)
