"""Consents that one person enters for both sides: who consented, and on which paper."""

from odoo.exceptions import UserError
from odoo.tests import Form

from tests.quotas.test_quota_transfer import MANAGER, TransferCase


class TestQuotaConsent(TransferCase):
    def set_up_once(self):
        super().set_up_once()
        self.plan = self._run_plan()
        self.manager = self._create_user("gestora", MANAGER)
        self.network.manager_id = self.manager

    def _propose(self, **vals):
        giver, receiver = (self._quota(self.plan, member) for member in self.members[:2])
        vals = {"consent_reference": False, **vals}
        transfer = self._transfer(giver, receiver, 5, done=False, **vals)
        return transfer.with_user(self.manager)

    def test_one_user_for_both_sides_names_the_signed_paper(self):
        for first, second in (("giver", "receiver"), ("receiver", "giver")):
            with self.subTest(first=first):
                transfer = self._propose()
                getattr(transfer, f"action_consent_{first}")()
                for reference in (False, "  "):
                    transfer.consent_reference = reference
                    with self.assertRaisesRegex(
                        UserError, f"gestora consents to {transfer.name} for both .* and Taller B"
                    ):
                        getattr(transfer, f"action_consent_{second}")()
                transfer.consent_reference = "Carta 12"
                getattr(transfer, f"action_consent_{second}")()
                self.assertEqual(transfer.state, "consented")

    def test_two_users_need_no_paper(self):
        transfer = self._propose()
        transfer.action_consent_giver()
        transfer.sudo().with_user(self.env.ref("base.user_admin")).sudo().action_consent_receiver()
        self.assertEqual((transfer.state, transfer.consent_reference), ("consented", False))

    def test_the_record_says_who_consented_for_each_side(self):
        transfer = self._propose()
        self.assertEqual(
            (transfer.giver_person, transfer.receiver_person),
            (self.partner_a.name, "Taller B"),
            "the enterprise, until a person is named",
        )
        form = Form(transfer)
        form.giver_person, form.receiver_person = "Rosa Quispe", "Juan Mamani"
        form.consent_reference = "Carta 12"
        form.save()
        self._carry_out(transfer)
        self.assertEqual(
            (transfer.giver_person, transfer.receiver_person, transfer.consent_reference),
            ("Rosa Quispe", "Juan Mamani", "Carta 12"),
        )

    def test_what_proves_the_consents_is_not_changed_after_them(self):
        transfer = self._propose(consent_reference="Carta 12")
        transfer.action_consent_giver()
        transfer.giver_person = "Rosa Quispe"
        transfer.action_consent_receiver()
        for name in ("consent_reference", "giver_person", "receiver_person"):
            with (
                self.subTest(name),
                self.assertRaisesRegex(UserError, f"Consent was given to {transfer.name}"),
            ):
                transfer[name] = "Otra"

    def test_a_network_consents_by_its_manager(self):
        union, (abc, xy), _others = self._union()
        plan = self._run_plan(
            network_id=union.id, volume=20, date_from="2026-07-01", date_to="2026-12-31"
        )
        transfer = self._transfer(self._quota(plan, abc), self._quota(plan, xy), 2, done=False)
        self.assertEqual(transfer.giver_person, "gestora")
