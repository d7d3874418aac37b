from odoo import fields, models


class ResCompany(models.Model):
    """Off-balance accounts for what members document by themselves."""

    _inherit = "res.company"

    network_memorandum_account_id = fields.Many2one(
        "account.account",
        string="Documents of Network Members (off balance)",
        domain=[("account_type", "=", "off_balance")],
        check_company=True,
    )
    network_memorandum_contra_account_id = fields.Many2one(
        "account.account",
        string="Documents of Network Members, Contra (off balance)",
        domain=[("account_type", "=", "off_balance")],
        check_company=True,
    )

    def _get_network_defaults(self):
        defaults = super()._get_network_defaults()
        if not defaults:
            return defaults
        return {
            **defaults,
            "memorandum_account_id": self.network_memorandum_account_id.id,
            "memorandum_contra_account_id": self.network_memorandum_contra_account_id.id,
        }

    def _ensure_network_accounts(self):
        result = super()._ensure_network_accounts()
        for name in ("network_memorandum_account_id", "network_memorandum_contra_account_id"):
            if not self[name]:
                accounts = self.env["account.account"].with_company(self)
                self[name] = self._find_network_memorandum_account(name) or accounts.create(
                    self._prepare_network_memorandum_account(name)
                )
        return result

    def _find_network_memorandum_account(self, name):
        """Off-balance account the country's chart has; the country's addon knows it."""
        return self.env["account.account"]

    def _prepare_network_memorandum_account(self, name):
        account = self.env["account.account"].with_company(self)
        contra = name == "network_memorandum_contra_account_id"
        return {
            "name": self.env._("Network members' own documents, contra")
            if contra
            else self.env._("Network members' own documents"),
            "code": account._search_new_account_code("000001"),
            "account_type": "off_balance",
            "reconcile": False,
            "company_ids": self.ids,
        }


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    network_memorandum_account_id = fields.Many2one(
        related="company_id.network_memorandum_account_id", readonly=False
    )
    network_memorandum_contra_account_id = fields.Many2one(
        related="company_id.network_memorandum_contra_account_id", readonly=False
    )
