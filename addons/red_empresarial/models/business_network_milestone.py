from odoo import fields, models

from .business_network import PHASES


class BusinessNetworkMilestone(models.Model):
    """A milestone of the seven phases. Source: methodology manuals of the programmes."""

    _name = "business.network.milestone"
    _description = "Milestone of the Methodology"
    _order = "phase, sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    phase = fields.Selection(PHASES, required=True)
    source_of_verification = fields.Char(required=True, translate=True)
    proof = fields.Selection(
        [
            ("person", "A person verifies it with a document"),
            ("breakeven", "The books: total joint income reaches total joint expenses"),
        ],
        required=True,
        default="person",
        help="Who proves the milestone: a person who attaches the source, or the books.",
    )

    _code_unique = models.Constraint("UNIQUE(code)", "Another milestone already has this code.")
