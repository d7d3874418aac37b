from odoo import fields, models
from odoo.addons.red_empresarial.tools.minor_units import from_minor


class BusinessNetwork(models.Model):
    """The cumulative saving of a network: an indicator read from posted bills."""

    _inherit = "business.network"

    saving_text = fields.Char(
        string="Saved Together",
        compute="_compute_saving_text",
        help="What its members saved by buying together since the beginning, by currency.",
    )

    def _compute_saving_text(self):
        texts = self.env["business.network.purchase.saving"].sudo()._get_texts("network_id", self)
        for network in self:
            network.saving_text = texts.get(network._origin.id, False)

    def action_open_savings(self):
        return self._get_action(
            "red_empresarial_round.business_network_purchase_saving_action",
            [("network_id", "=", self.id)],
        )

    def get_savings(self):
        """What the network saved by buying together, by currency, as plain values.

        :return: list of dicts ``{currency, reference_amount, joint_amount, saving, percent}``;
            ``percent`` is None where nothing would have been paid alone
        """
        self.ensure_one()
        self.check_access("read")
        report = self.env["business.network.purchase.saving"].sudo()
        return [
            {
                "currency": currency.name,
                "reference_amount": from_minor(total.reference_amount, currency),
                "joint_amount": from_minor(total.joint_amount, currency),
                "saving": from_minor(total.amount, currency),
                "percent": None if total.ratio is None else float(100 * total.ratio),
            }
            for (_network, currency), total in report._get_totals("network_id", self).items()
        ]
