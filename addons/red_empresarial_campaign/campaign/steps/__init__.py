"""One module per step; each finds what an earlier run made and adds only what is missing.

A step has ``title(env)`` and ``run(env)``, which returns the tables that only it can show.
"""
