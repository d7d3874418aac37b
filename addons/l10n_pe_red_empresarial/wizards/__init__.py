from . import account_payment_register, advance, detraction_deposit, detraction_deposit_line
