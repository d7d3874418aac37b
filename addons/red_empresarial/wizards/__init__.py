from . import network_import
from . import purchase_annex
from . import settlement_payment
