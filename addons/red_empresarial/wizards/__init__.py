from . import (
    account_payment_register,
    allocation_decline,
    declaration,
    member_statement,
    network_import,
    purchase_annex,
    reshare,
    settlement_payment,
    share_out,
    statement_share,
    write_off,
)
