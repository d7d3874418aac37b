{
    "name": "Red Empresarial - Stock",
    "summary": "What joint documents refuse and deliver when goods are kept in stock",
    "version": "19.0.1.0.0",
    "category": "Accounting/Red Empresarial",
    "author": "Red Empresarial, Odoo Community Association (OCA)",
    "website": "https://github.com/OCA/red-empresarial",
    "license": "AGPL-3",
    "depends": ["red_empresarial", "sale_stock", "purchase_stock"],
    "auto_install": True,
}
