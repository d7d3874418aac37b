{
    "name": "Red Empresarial - Purchase Rounds",
    "summary": "Members' needs, one negotiated order, and what each member saved",
    "version": "19.0.1.0.0",
    "category": "Accounting/Red Empresarial",
    "author": "Red Empresarial, Odoo Community Association (OCA)",
    "website": "https://github.com/OCA/red-empresarial",
    "license": "AGPL-3",
    "depends": ["red_empresarial", "purchase_requisition"],
    "data": [
        "security/ir.model.access.csv",
        "security/record_rules.xml",
        "data/sequence.xml",
        "views/business_network_reference_price_views.xml",
        "views/business_network_purchase_request_views.xml",
        "views/business_network_purchase_round_views.xml",
        "views/menus.xml",
    ],
}
