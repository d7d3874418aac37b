{
    "name": "Peru - Red Empresarial",
    "summary": "Accounts and document numbers of business networks in Peru",
    "version": "19.0.1.0.0",
    "category": "Accounting/Localizations",
    "author": "Red Empresarial, Odoo Community Association (OCA)",
    "website": "https://github.com/OCA/red-empresarial",
    "license": "AGPL-3",
    "depends": ["red_empresarial", "l10n_pe"],
    "auto_install": True,
}
