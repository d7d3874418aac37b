from odoo import api, fields, models


class BusinessNetworkAutoNumberMixin(models.AbstractModel):
    """Records numbered when they are created, by the sequence of their company.

    The code of the sequence is the name of the model, which has a ``company_id``.
    """

    _name = "business.network.auto.number.mixin"
    _description = "Numbered by a Sequence"
    _sequence_date_field = None  # date that decides the year of the number; None takes today

    name = fields.Char(required=True, copy=False, readonly=True, default="/")

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        for record in records.sudo().filtered(lambda record: record.name == "/"):
            record.name = record._get_next_number()
        return records

    def _get_next_number(self):
        self.ensure_one()
        date = self._sequence_date_field and self[self._sequence_date_field]
        sequences = self.env["ir.sequence"].with_company(self.company_id)
        return sequences.next_by_code(self._name, sequence_date=date or None)
