from . import quota_what_if
