"""Comparison of suppliers' offers: integers and exact fractions, no odoo.

It stands on the core's engine and, like it, runs where Odoo is not installed.
"""
