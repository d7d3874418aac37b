from . import reference_price_import
