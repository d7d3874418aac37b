{
    "name": "Red Empresarial - Campaign",
    "summary": "A season of real networks: they buy, sell and share out in the ledger",
    "version": "19.0.1.0.0",
    "category": "Accounting/Red Empresarial",
    "author": "Red Empresarial, Odoo Community Association (OCA)",
    "website": "https://github.com/OCA/red-empresarial",
    "license": "AGPL-3",
    "depends": ["red_empresarial", "l10n_pe_red_empresarial"],
    "data": [],
    "post_init_hook": "post_init_hook",
}
