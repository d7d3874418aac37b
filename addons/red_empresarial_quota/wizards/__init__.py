from . import quota_limit_import, quota_what_if
