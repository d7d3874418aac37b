from . import purchase_request_import
