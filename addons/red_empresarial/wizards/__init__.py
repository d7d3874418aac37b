from . import network_import, purchase_annex, settlement_payment
