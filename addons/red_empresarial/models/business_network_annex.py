from odoo import Command, models


class BusinessNetwork(models.Model):
    """Annexes that fix the proportions of one joint purchase by what each member needs."""

    _inherit = "business.network"

    def _create_annex_of_needs(self, needs, name, date_from, filing_date=False):
        """Create an annex of the agreement in force and put it in force.

        Its revenue weights are those of the agreement.

        :param dict needs: ``{member: net value in coins of what it needs}``
        :param date_from: first day, which decides the agreement
        :raise UserError: no agreement in force that day, or nobody needs anything
        """
        annex = self._draft_annex_of_needs(needs, name, date_from, filing_date)
        annex.action_put_in_force()
        return annex

    def _draft_annex_of_needs(self, needs, name, date_from, filing_date=False):
        """The annex of :meth:`_create_annex_of_needs`, still a draft."""
        self.ensure_one()
        agreement = self._get_agreement(date_from)
        return self.env["business.network.agreement"].create(
            {
                "name": name,
                "network_id": self.id,
                "parent_id": agreement.id,
                "date_from": date_from,
                "filing_date": filing_date,
                "contract_number": agreement.contract_number,
                "line_ids": [
                    Command.create(vals)
                    for vals in self._prepare_annex_lines(agreement._get_weights("revenue"), needs)
                ],
            }
        )

    def _write_annex_needs(self, annex, needs):
        """Replace the weights of a draft annex of needs; its revenue weights stay."""
        lines = self._prepare_annex_lines(annex._get_weights("revenue"), needs)
        annex.line_ids = [Command.clear(), *(Command.create(vals) for vals in lines)]

    def _prepare_annex_lines(self, revenue, needs):
        members = sorted({*revenue, *needs}, key=lambda member: (member.sequence, member.id))
        return [
            {
                "member_id": member.id,
                "sequence": member.sequence,
                "revenue_weight": float(revenue.get(member, 0)),
                "expense_weight": needs.get(member, 0),
            }
            for member in members
        ]
