from . import (
    account_payment_register,
    network_import,
    purchase_annex,
    settlement_payment,
    write_off,
)
