from . import quota_sheet
