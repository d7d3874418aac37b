from . import purchase_round_quotation, purchase_round_receipt
