"""Base class of the tests of quota plans: a leader's network with a plan for its product."""

from odoo import Command

from tests.allocation_case import AllocationCase


class QuotaCase(AllocationCase):
    def _prepare_plan(self, **vals):
        return {
            "network_id": self.network.id,
            "product_tmpl_id": self.product.product_tmpl_id.id,
            "date_from": "2026-01-01",
            "date_to": "2026-06-30",
            "volume": 100,
            "agreed_on": "2026-01-10",
            "minute_reference": "Acta 7",
            **vals,
        }

    def _create_plan(self, limits=None, **vals):
        """A draft plan; ``limits`` are values of the quotas by member."""
        plan = self.env["business.network.quota.plan"].create(self._prepare_plan(**vals))
        if limits:
            plan.action_load_members()
            for member, inputs in limits.items():
                self._quota(plan, member).write(inputs)
        return plan

    def _run_plan(self, limits=None, **vals):
        plan = self._create_plan(limits=limits, **vals)
        plan.action_propose()
        plan.action_agree()
        plan.action_run()
        return plan

    def _quota(self, plan, member):
        return plan.quota_ids.filtered(lambda quota: quota.member_id == member)

    def _units(self, plan, members=None, field="units"):
        return [self._quota(plan, member)[field] for member in members or self.members]

    def _order(self, date="2026-03-10 12:00:00", **vals):
        order = super()._order(**vals)
        order.date_order = date
        return order

    def _sell(self, quantities, date="2026-03-10 12:00:00", confirm=True, product=None, **vals):
        """A joint sale allocated to A, B and C, confirmed on ``date``."""
        order = self._order(quantity=sum(quantities), **vals)
        self._allocate(order.order_line, quantities)
        if confirm:
            self._confirm(order, date)
        return order

    def _confirm(self, order, date="2026-03-10 12:00:00"):
        """Confirm on ``date``, which Odoo would set to now."""
        self.patch(
            type(order),
            "_prepare_confirmation_values",
            lambda orders: {"state": "sale", "date_order": date},
        )
        order.action_confirm()

    def _union(self, other_weights=(1, 1)):
        """A network of networks with Red ABC and Red XY, whose members are B and C."""
        union = self._create_network("Red de redes", self.operating_form, tier="second")
        other = self._create_network(
            "Red XY", self.operating_form, leader_id=self._create_partner("Líder XY").id
        )
        other_members = self._create_members(other, [self.partner_b, self.partner_c])
        self._create_agreement(other, other_members, other_weights)
        members = self.env["business.network.member"].create(
            [
                {
                    "network_id": union.id,
                    "sub_network_id": network.id,
                    "date_from": "2026-01-01",
                    "sequence": number,
                }
                for number, network in enumerate((self.network, other))
            ]
        )
        self._create_agreement(union, members, (60, 40))
        return union, members, other_members

    @classmethod
    def _create_user(cls, login, *groups, company=None):
        company = company or cls.env.company
        return cls.env["res.users"].create(
            {
                "name": login,
                "login": login,
                "email": f"{login}@example.com",
                "company_id": company.id,
                "company_ids": [Command.set(company.ids)],
                "group_ids": [
                    Command.set([cls.env.ref(group).id for group in ("base.group_user", *groups)])
                ],
            }
        )
