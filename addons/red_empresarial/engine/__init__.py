"""Calculations of a business network: pure Python, exact numbers, no Odoo.

Nothing here imports ``odoo`` or anything outside the standard library, so the calculations can be
read, tested and reused where Odoo is not installed. Models turn records into plain values, call a
function and write the result back.
"""
