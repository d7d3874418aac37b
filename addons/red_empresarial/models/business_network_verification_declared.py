from odoo import api, fields, models


class BusinessNetwork(models.Model):
    """Figures of a network whose members document their own part are what they declare."""

    _inherit = "business.network"

    declared_by_members = fields.Boolean(compute="_compute_declared_by_members")

    @api.depends("policy")
    def _compute_declared_by_members(self):
        for network in self:
            network.declared_by_members = network.policy == "member"

    def action_open_distributions(self):
        action = super().action_open_distributions()
        if self.declared_by_members:
            action["name"] = self.env._("Distributions, declared by members")
        return action

    @api.depends("policy")
    @api.depends_context("show_declared_by_members")
    def _compute_display_name(self):
        """In reports over several networks, say whose figures are declared."""
        result = super()._compute_display_name()
        if self.env.context.get("show_declared_by_members"):
            for network in self.filtered("declared_by_members"):
                network.display_name = self.env._("%s (declared by members)", network.display_name)
        return result


class BusinessNetworkDistribution(models.Model):
    _inherit = "business.network.distribution"

    declared_by_members = fields.Boolean(related="network_id.declared_by_members")


class BusinessNetworkVerification(models.Model):
    """Declared figures prove no milestone alone: a person verifies with evidence from outside."""

    _inherit = "business.network.verification"

    declared_by_members = fields.Boolean(related="network_id.declared_by_members")

    def action_prove(self):
        return super(
            BusinessNetworkVerification,
            self.filtered(lambda verification: not verification.declared_by_members),
        ).action_prove()

    def _is_verified_by_person(self):
        return super()._is_verified_by_person() or self.declared_by_members
