from odoo import fields, models

POLICIES = [
    ("attribution", "Attribution: the operator books everything and attributes the others' part"),
    ("principal", "Principal: the books' company trades, members document their part to it"),
    ("member", "Member: each member documents its own part"),
]
MEMBER_DOCUMENTS = [
    ("attribution_document", "Attribution document"),
    ("own_invoice", "The member's own invoice"),
    ("self_billed", "Self-billed purchase"),
    ("cooperative_act", "Cooperative act (delivery settlement without tax)"),
    ("surplus_share", "Share of the company's result"),
]


class BusinessNetworkOperatingForm(models.Model):
    """Legal form under which a network trades; data records, so that a country adds its own.

    ``policy`` decides what posting a joint document does (see docs/accounting.md);
    ``member_document`` what a member is asked for when its share is settled.
    """

    _name = "business.network.operating.form"
    _description = "Operating Form of a Business Network"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    policy = fields.Selection(POLICIES, required=True, default="principal")
    member_document = fields.Selection(MEMBER_DOCUMENTS, required=True, default="own_invoice")
    has_legal_personality = fields.Boolean(
        help="The network itself is a legal person, as a cooperative or a company is.",
    )
    has_own_tax_id = fields.Boolean(
        string="Own Tax ID",
        help="Joint sales are invoiced under a tax id of the network's own, not of one member.",
    )
    country_ids = fields.Many2many(
        "res.country",
        string="Countries",
        help="Where this form exists. Empty means everywhere.",
    )
    description = fields.Text(translate=True)

    _code_unique = models.Constraint(
        "UNIQUE(code)", "Another operating form already has this code."
    )
