"""The set-up programs behind ``make``: standard library only, run by the system's Python.

Rooms, from the bottom up: ``console`` (progress, one-sentence failures), ``process``, ``paths``,
``worker`` (the unprivileged user), ``system_packages``, ``debian``, ``odoo_source``,
``python_env``, ``postgres``, ``checkout``; ``ground`` puts them together; the other modules are
one command each. ``tools.inside`` holds the programs that run in the virtual environment, with
Odoo at hand.
"""
