"""Programs that run in the virtual environment as the unprivileged user, with Odoo at hand.

The outer programs give them what they need in environment variables: ``ODOO_RC`` and the ``PG*``
of the database server, ``RED_BUILD`` (where results go), ``RED_LOGS`` and ``RED_GROUND`` (the hash
of the Odoo and the requirements in use).
"""
