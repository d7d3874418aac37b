"""What the import of networks refuses: each file with a clear message, and nothing half-written."""

import base64

from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

HEADER = "cluster,network,line_of_business,enterprise\n"
WRITTEN = ("business.network", "business.network.member", "res.partner")


@tagged("post_install", "-at_install", "standard")
class TestNetworkImport(TransactionCase):
    def _import(self, text, encoding="utf-8"):
        wizard = self.env["business.network.import"].create(
            {"file": base64.b64encode(text.encode(encoding)), "filename": "redes.csv"}
        )
        return self.env["business.network"].search(wizard.action_import()["domain"])

    def _count(self):
        return {model: self.env[model].search_count([]) for model in WRITTEN}

    def _assert_refused(self, text, *fragments, encoding="utf-8"):
        before = self._count()
        with self.assertRaises(UserError) as refusal:
            self._import(text, encoding)
        for fragment in fragments:
            self.assertIn(fragment, str(refusal.exception))
        self.assertEqual(self._count(), before, "nothing is half-written")

    def test_wrong_columns_are_named(self):
        self._assert_refused(
            "cluster,grupo,ramo,enterprise\nSur,Red Uno,tejidos,Taller Uno\n",
            "redes.csv",
            "Network, Line of Business",
        )

    def test_titles_may_be_in_any_language_of_the_database(self):
        wizard = self.env["business.network.import"]
        titles = wizard.with_context(lang="es_PE")._get_titles()
        self.assertNotEqual(titles, wizard._get_titles())
        self._import(",".join(titles) + "\nSur,Red Uno,tejidos,Taller Uno\n")
        network = self.env["business.network"].search([("name", "=", "Red Uno")])
        self.assertEqual(network.member_ids.mapped("display_name"), ["Taller Uno"])

    def test_members_get_their_statements_in_the_language_of_who_imports_them(self):
        wizard = self.env["business.network.import"].with_context(lang="es_PE")
        titles = ",".join(wizard._get_titles())
        content = (titles + "\nSur,Red Uno,tejidos,Taller Uno\n").encode()
        wizard.create({"file": base64.b64encode(content), "filename": "redes.csv"}).action_import()
        member = self.env["res.partner"].search([("name", "=", "Taller Uno")])
        self.assertEqual(member.lang, "es_PE")

    def test_a_file_that_is_not_utf8(self):
        self._assert_refused(
            HEADER + "Sur,Red Íntima,confección,Taller Ñandú\n",
            "redes.csv",
            "UTF-8",
            encoding="latin-1",
        )

    def test_duplicate_enterprises_are_reported_with_both_lines(self):
        self._assert_refused(
            HEADER
            + "Sur,Red Uno,tejidos,Taller Uno\n"
            + "Sur,Red Uno,tejidos,Taller Dos\n"
            + "Sur,Red Uno,tejidos, taller uno \n"
            + "Sur,Red Uno,tejidos,\n",
            "4",
            "2",
            "taller uno",
            "Red Uno",
            "5",
        )

    def test_empty_files(self):
        self._assert_refused("", "Network")
        self._assert_refused(HEADER)

    def test_a_comma_without_quotes_is_no_new_column(self):
        self._assert_refused(HEADER + "Sur,Red Uno,tejidos, polos,Taller Uno\n", "2")

    def test_broken_quotes_name_the_line(self):
        self._assert_refused(
            HEADER + 'Sur,Red Uno,tejidos,Taller Uno\nSur,"Red Dos"s,tejidos,Taller Dos\n',
            "redes.csv",
            "3",
        )
        self._assert_refused(HEADER + 'Sur,Red Uno,"tejidos,Taller Uno\n', "redes.csv")

    def test_the_same_rows_twice_create_nothing_more(self):
        text = HEADER + "Sur,Red Uno,tejidos,Taller Uno\nSur,Red Uno,tejidos,Taller Dos\n"
        networks = self._import(text)
        self.assertEqual(networks.mapped("name"), ["Red Uno"])
        self.assertEqual(
            networks.member_ids.partner_id.mapped("name"), ["Taller Uno", "Taller Dos"]
        )
        before = self._count()
        self.assertEqual(self._import(text), networks)
        self.assertEqual(self._count(), before)

    def test_an_enterprise_may_be_in_two_networks(self):
        networks = self._import(
            HEADER + "Sur,Red Uno,tejidos,Taller Uno\nSur,Red Dos,tejidos,Taller Uno\n"
        )
        self.assertEqual(len(networks), 2)
        self.assertEqual(len(networks.member_ids), 2)
        self.assertEqual(len(networks.member_ids.partner_id), 1)
