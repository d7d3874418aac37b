"""«New» opens on every screen: what a form computes must hold for a record nobody has saved."""

from pathlib import Path

from odoo.exceptions import UserError
from odoo.tests import Form

from tests.common import NetworkCase
from tools.modules import ours

ADDONS = Path(__file__).parents[2] / "addons"


class TestNewForms(NetworkCase):
    def _get_models_people_create(self):
        """Models that an action of ours shows as a form, in the order of their names."""
        data = self.env["ir.model.data"].search(
            [("module", "in", ours(ADDONS)), ("model", "=", "ir.actions.act_window")]
        )
        actions = self.env["ir.actions.act_window"].browse(data.mapped("res_id"))
        forms = actions.filtered(lambda action: "form" in action.view_mode)
        return sorted(set(forms.mapped("res_model")))

    def test_every_screen_opens_empty(self):
        """In books with a taxed chart, where everything that can be shown is."""
        names = self._get_models_people_create()
        self.assertGreater(len(names), 20)
        self.assertIn("business.network", names)
        for name in names:
            with self.subTest(name):
                try:
                    Form(self.env[name])
                except UserError as error:  # some need the record they start from, and say so
                    self.assertTrue(str(error))

    def test_every_operating_form_opens_on_a_new_network(self):
        for operating_form in self.env["business.network.operating.form"].search([]):
            with self.subTest(operating_form.name):
                form = Form(self.env["business.network"])
                form.name = "Red nueva"
                form.operating_form_id = operating_form
                self.assertFalse(form.uncovered_output_tax)


class TestFormOfAPrincipal(NetworkCase):
    operating_form = "red_empresarial.operating_form_leader_self_billed"

    def test_a_network_is_edited_with_its_output_tax_shown(self):
        self._create_document("out_invoice", [1000])
        form = Form(self.network)
        self.assertEqual(form.uncovered_output_tax, 180)
        form.name = "Red ABC, con otro nombre"
        self.assertEqual(form.save().uncovered_output_tax, 180)
