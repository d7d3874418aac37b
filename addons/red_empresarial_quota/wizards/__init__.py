from . import quota_limit_import
