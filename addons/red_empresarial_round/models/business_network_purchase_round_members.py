from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

MISSING = "red_empresarial_round.activity_missing_requests"
COPIED = (
    "pack_rule",
    "minimum_amount",
    "landed_basis",
    "deposit_percent",
    "margin_percent",
    "delivery_place",
    "note",
)


class BusinessNetworkPurchaseRoundMembers(models.Model):
    """Who may ask in a round, who has not yet, and what is done about it."""

    _inherit = "business.network.purchase.round"

    reminder_days = fields.Integer(
        string="Remind Before",
        default=2,
        help="Days before closing on which members without a request are reminded; zero for none.",
    )
    date_reminded = fields.Date(string="Last Reminder", readonly=True, copy=False)
    missing_count = fields.Integer(compute="_compute_missing_count", string="Not Answered")
    draft_count = fields.Integer(compute="_compute_draft_count", string="Drafts to Send")

    _reminder_not_negative = models.Constraint(
        "CHECK(reminder_days >= 0)", "Members cannot be reminded after the closing day."
    )

    @api.depends(
        "state",
        "date_close",
        "participant_ids",
        "network_id.member_ids.date_from",
        "network_id.member_ids.date_to",
        "request_ids.state",
    )
    def _compute_missing_count(self):
        for purchase_round in self:
            purchase_round.missing_count = (
                len(purchase_round._get_missing_members()) if purchase_round.state == "open" else 0
            )

    @api.depends("request_ids.state", "request_ids.line_ids.quantity")
    def _compute_draft_count(self):
        """Drafts that ask for something: they do not count until they are sent."""
        counts = dict(
            self.env["business.network.purchase.request.line"]._read_group(
                [
                    ("round_id", "in", self.ids),
                    ("request_id.state", "=", "draft"),
                    ("quantity", ">", 0),
                ],
                ["round_id"],
                ["request_id:count_distinct"],
            )
        )
        for purchase_round in self:
            purchase_round.draft_count = counts.get(purchase_round._origin, 0)

    def _get_participants(self):
        """Members that may ask: those chosen, else all, if they are members on the closing day.

        :return: ``business.network.member`` in the order of the network
        """
        self.ensure_one()
        members = self.participant_ids or self.network_id.member_ids
        return members.filtered(
            lambda member: self.date_close and member._is_in_force(self.date_close)
        ).sorted(lambda member: (member.sequence, member.id))

    def _get_missing_members(self):
        """Those who may ask and have no request that was sent."""
        self.ensure_one()
        sent = self.request_ids.filtered(lambda request: request.state == "sent")
        return self._get_participants() - sent.member_id

    # -- typing for the members --------------------------------------------------------------------

    def action_create_requests(self):
        """A draft for each member that has no request yet, and all of them on the screen."""
        self._create_missing_requests()
        return self.action_open_requests()

    def _create_missing_requests(self):
        self._check_typing()
        return self.env["business.network.purchase.request"].create(
            [
                {"round_id": purchase_round.id, "member_id": member.id}
                for purchase_round in self
                for member in purchase_round._get_participants()
                - purchase_round.request_ids.member_id
            ]
        )

    def action_type_requests(self):
        """Everything on one screen: a line for each member and product, to type quantities."""
        self.ensure_one()
        self._create_missing_requests()
        drafts = self._get_typed_requests()
        self.env["business.network.purchase.request.line"].create(
            [
                {"request_id": request.id, "round_product_id": product.id, "quantity": 0}
                for request in drafts
                for product in self.product_ids - request.line_ids.round_product_id
            ]
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "red_empresarial_round.business_network_purchase_request_line_typing_action"
        )
        action["domain"] = [("request_id", "in", drafts.ids)]
        return action

    def _get_typed_requests(self):
        """Drafts that somebody types."""
        return self.request_ids.filtered(lambda request: request.state == "draft")

    def action_send_requests(self):
        """Send every draft that asks for something; those without quantities stay drafts."""
        drafts = self._get_typed_requests().filtered(
            lambda request: any(request.line_ids.mapped("quantity"))
        )
        if not drafts:
            raise UserError(
                self.env._(
                    "No draft of %s asks for anything. Type what the members need first.",
                    ", ".join(self.mapped("display_name")),
                )
            )
        drafts.action_send()

    def action_copy_last_requests(self):
        """Ask for every member what it asked last time; what was typed already stays."""
        self._create_missing_requests()
        self._get_typed_requests().action_copy_last()
        return self.action_open_requests()

    def action_open_requests(self):
        """Show the requests of this round."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "red_empresarial_round.business_network_purchase_request_action"
        )
        action["domain"] = [("round_id", "=", self.id)]
        action["context"] = {"default_round_id": self.id}
        return action

    def action_open_request_lines(self):
        """Show who asked what in this round."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "red_empresarial_round.business_network_purchase_request_line_action"
        )
        action["domain"] = [("round_id", "=", self.id)]
        action["context"] = {"default_round_id": self.id}
        return action

    def action_open_import_wizard(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Requests"),
            "res_model": "business.network.purchase.request.import",
            "view_mode": "form",
            "target": "new",
            "context": {"default_round_id": self.id},
        }

    def action_copy_last_round(self):
        """Take the products and rules of the network's last round; products here already stay."""
        for purchase_round in self:
            purchase_round._check_state("draft")
            last = purchase_round._get_last_round()
            products = last.product_ids.filtered(
                lambda line, known=purchase_round.product_ids.product_id: (
                    line.product_id not in known
                )
            )
            copies = products.copy_data({"round_id": purchase_round.id})
            self.env["business.network.purchase.round.product"].create(copies)
            rules = {name: last[name] for name in COPIED}
            purchase_round.write({**rules, "origin_id": last.id})

    def _get_last_round(self):
        """The network's latest other round that was not canceled; UserError if there is none."""
        self.ensure_one()
        last = self.search(
            [
                ("network_id", "=", self.network_id.id),
                ("id", "!=", self.id),
                ("state", "!=", "cancel"),
            ],
            order="date_close desc, id desc",
            limit=1,
        )
        if not last:
            raise UserError(
                self.env._(
                    "%s has no other round to copy. Add the products by hand this time.",
                    self.network_id.name,
                )
            )
        return last

    # -- reminders ---------------------------------------------------------------------------------

    def action_remind(self):
        """Write to the members without a request, once a day, and list them for the responsible."""
        self.check_access("write")
        for purchase_round in self:
            purchase_round._check_state("open")
        self._remind_missing_members()

    def _remind_missing_members(self):
        for purchase_round in self:
            missing = purchase_round._get_missing_members()
            today = purchase_round._get_today()
            if not missing or purchase_round.date_reminded == today:
                continue
            # Written first: of two reminders at the same time the second is retried and stops here.
            purchase_round.sudo().date_reminded = today
            purchase_round.flush_recordset(["date_reminded"])
            partners = missing.partner_id.filtered("email")
            for lang, speakers in partners.grouped("lang").items():
                purchase_round.with_context(lang=lang)._notify_missing(speakers)
            purchase_round.sudo()._tell_responsible(MISSING, purchase_round._get_missing_note())

    def _notify_missing(self, partners):
        """One message in the language of the context; nobody sees who else gets it."""
        responsible = self.user_id or self.env.user
        self.sudo().message_notify(
            partner_ids=partners.ids,
            author_id=responsible.partner_id.id,
            email_from=responsible.email_formatted or self.company_id.email_formatted,
            subject=self.env._("%(round)s closes on %(date)s", **self._get_reminder_names()),
            body=Markup("<p>%s</p>")
            % self.env._(
                "%(network)s buys together: %(products)s. We have no request of yours yet. Tell us "
                "until %(date)s what you need.",
                **self._get_reminder_names(),
            ),
            email_layout_xmlid="mail.mail_notification_light",
        )

    def _get_reminder_names(self):
        return {
            "round": self.title,
            "network": self.network_id.name,
            "products": ", ".join(self.product_ids.product_id.mapped("display_name")),
            "date": format_date(self.env, self.date_close),
        }

    def _get_missing_note(self):
        """Who lacks, and who has no address to write to."""
        missing = self._get_missing_members()
        lines = [self.env._("No request yet: %s", ", ".join(missing.mapped("display_name")))]
        silent = missing.filtered(lambda member: not member.partner_id.email)
        if silent:
            lines.append(
                self.env._(
                    "Call them, they have no e-mail: %s", ", ".join(silent.mapped("display_name"))
                )
            )
        return Markup("<br/>").join(lines)

    def _forget_missing_members(self):
        """Drop the list of who lacks: nobody can answer any more."""
        self.sudo().activity_unlink([MISSING])

    def _post_left_out(self):
        """Note on the round whose drafts did not count."""
        self.ensure_one()
        drafts = self.request_ids.filtered(
            lambda request: request.state == "draft" and any(request.line_ids.mapped("quantity"))
        )
        if drafts:
            self.message_post(
                body=self.env._(
                    "Closed without the drafts of %s, which were not sent.",
                    ", ".join(drafts.member_id.mapped("display_name")),
                )
            )

    @api.model
    def _cron_remind(self):
        """Remind in the rounds that close soon; who was reminded today is not again."""
        rounds = self.search([("state", "=", "open"), ("reminder_days", ">", 0)], order="id")
        soon = rounds.filtered(
            lambda purchase_round: (
                0
                <= (purchase_round.date_close - purchase_round._get_today()).days
                <= purchase_round.reminder_days
            )
        )
        for purchase_round in soon:
            purchase_round._remind_missing_members()
            self.env["ir.cron"]._commit_progress(1)
