from odoo import api, models
from odoo.addons.red_empresarial.engine.statement_match import (
    OpenItem,
    Payer,
    StatementLine,
    find_payer,
    propose,
)
from odoo.addons.red_empresarial.tools.minor_units import to_minor
from odoo.tools import html2plaintext


class AccountBankStatementLine(models.Model):
    """What a line of a fund's bank closes: proposed where it can be meant in one way only.

    Nothing is reconciled without the user, unless the fund says so.
    """

    _inherit = "account.bank.statement.line"

    # -- who pays ----------------------------------------------------------------------------------

    def _retrieve_partner(self):
        """Of funds only a member is found, before the line is made: see :meth:`_name_payers`."""
        return super(AccountBankStatementLine, self - self._filter_of_funds())._retrieve_partner()

    @api.model
    def _name_payers(self, funds, vals_list):
        """Write into values of new lines the member of funds that each can only mean.

        A partner that is written later is written line by line, on the entry and its items.
        """
        unnamed = [vals for vals in vals_list if not vals.get("partner_id")]
        if not funds or not unnamed or self.env.context.get("skip_retrieve_partner"):
            return
        payers = self._get_payers(funds)
        for vals in unnamed:
            vals["partner_id"] = find_payer(self._join_match_text(vals.get), payers) or False

    def _get_payers(self, funds):
        """Members of the networks of funds, as the engine looks for them."""
        partners = funds.network_id.sudo().member_ids.partner_id
        return [
            Payer(
                partner.id,
                names=tuple(
                    {name for name in (partner.name, partner.commercial_company_name) if name}
                ),
                phones=tuple(filter(None, [partner.phone, *partner.child_ids.mapped("phone")])),
                codes=tuple(filter(None, [partner.vat, *partner.bank_ids.mapped("acc_number")])),
            )
            for partner in partners
        ]

    def _get_match_text(self):
        """All that the bank says about a line."""
        self.ensure_one()
        return self._join_match_text(self.__getitem__)

    @api.model
    def _join_match_text(self, get):
        """All that the bank says about a line, of which ``get`` tells each field by its name."""
        texts = [get(name) for name in ("payment_ref", "ref", "partner_name", "account_number")]
        return " | ".join(filter(None, [*texts, html2plaintext(get("narration") or "")]))

    # -- what it closes ----------------------------------------------------------------------------

    def _get_fund_proposals(self):
        """Items that each line closes: ``{line: account.move.line}``; lines left to doubt are not.

        All open lines of a journal are looked at together: what two of them could mean is
        proposed to none.
        """
        proposals = {}
        for journal, lines in self._filter_of_funds().grouped("journal_id").items():
            if lines.filtered(lambda line: not line.is_reconciled):
                proposals |= journal._propose_for_lines(lines)
        return proposals

    def _get_rival_domain(self, journal):
        return [
            ("journal_id", "=", journal.id),
            ("is_reconciled", "=", False),
            ("state", "=", "posted"),
        ]

    def _prepare_statement_line(self):
        self.ensure_one()
        return StatementLine(
            key=self._origin.id,
            amount=to_minor(self.amount, self.currency_id),
            day=self.date.toordinal(),
            partner=self.partner_id.id or None,
            text=self._get_match_text(),
        )

    def _do_auto_reconcile_invoices(self):
        """For funds the members' open items are looked at, and what is on its way to the bank."""
        own = self._filter_of_funds()
        rest, done = super(AccountBankStatementLine, self - own)._do_auto_reconcile_invoices()
        proposals = own._get_fund_proposals()
        for line in own:
            if items := proposals.get(line._origin):
                line._propose_items(items)
                done |= line
        return rest | (own - done), done

    def _propose_items(self, items):
        """Put items on the screen of this line; nothing is booked."""
        self.ensure_one()
        data, auxiliary = [], 1
        for item in self._seek_for_lines()[0]:
            auxiliary, lines = self._get_reconcile_line(
                item, "liquidity", reconcile_auxiliary_id=auxiliary, move=True
            )
            data += lines
        for item in items:
            _auxiliary, lines = self._get_reconcile_line(
                item, "other", is_counterpart=True, reconcile_auxiliary_id=auxiliary, move=True
            )
            data += lines
        self.reconcile_data_info = self._recompute_suspense_line(
            data, auxiliary, self.manual_reference
        )

    def _compute_reconcile_data_info(self):
        """Proposals of a fund are found for all lines at once, and anew each time."""
        fresh = self._filter_of_funds().filtered(
            lambda line: not line.is_reconciled and not line.reconcile_data
        )
        result = super(AccountBankStatementLine, self - fresh)._compute_reconcile_data_info()
        fresh._do_auto_reconcile(False)
        for line in fresh:
            line.can_reconcile = (line.reconcile_data_info or {}).get("can_reconcile", False)
        return result

    # -- many at once ------------------------------------------------------------------------------

    def _auto_reconcile(self):
        """Lines of a fund wait for the user, unless all their funds say otherwise."""
        own = self._filter_of_funds()
        result = super(AccountBankStatementLine, self - own)._auto_reconcile()
        own.filtered(
            lambda line: all(line.journal_id._get_funds().mapped("reconciles_exact"))
        )._reconcile_exact()
        return result

    def _reconcile_exact(self):
        """Reconcile these lines with what is proposed for them.

        :return: the lines that were
        """
        proposals = self._get_fund_proposals()
        done = self.browse()
        for line in self.filtered(lambda line: line in proposals):
            line._propose_items(proposals[line])
            line.reconcile_bank_line()
            done |= line
        return done

    def action_reconcile_exact(self):
        """Reconcile the chosen lines of funds that have a proposal, and say how many had."""
        done = self.filtered(lambda line: not line.is_reconciled)._reconcile_exact()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if done else "warning",
                "message": self.env._(
                    "%(done)s of %(all)s lines were reconciled. The others wait for you.",
                    done=len(done),
                    all=len(self),
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }


class AccountJournal(models.Model):
    """The open items of funds that lines of a bank may close, with what names them."""

    _inherit = "account.journal"

    def _propose_for_lines(self, lines):
        """Proposals for lines of this journal: ``{line: account.move.line}``."""
        self.ensure_one()
        lines = lines.browse(lines._origin.ids)
        rivals = lines.search(lines._get_rival_domain(self)) | lines
        items = self._get_open_fund_items()
        found = propose(
            [line._prepare_statement_line() for line in rivals if not line.is_reconciled],
            self._prepare_open_items(items),
        )
        return {line: items.browse(found[line.id]) for line in lines if line.id in found}

    def _get_open_fund_items(self):
        """What members owe the funds of this journal, and what is on its way to the bank."""
        funds = self._get_funds()
        receivables = funds.network_id.sudo().member_receivable_account_id
        return self.env["account.move.line"].search(
            [
                ("fund_id", "in", funds.ids),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("account_id", "in", (receivables | self._get_transit_accounts()).ids),
                ("account_id.reconcile", "=", True),
            ]
        )

    def _prepare_open_items(self, items):
        """Open items as the engine takes them."""
        transit = self._get_transit_accounts()
        payers = self._get_payers_in_transit(items.filtered(lambda i: i.account_id in transit))
        return [
            OpenItem(
                key=item.id,
                amount=to_minor(item.amount_residual, item.company_currency_id),
                fund=item.fund_id.id,
                day=(item.date_maturity or item.date).toordinal(),
                partner=None if item.account_id in transit else item.partner_id.id,
                payers=payers.get(item.move_id.id, frozenset()),
                references=tuple(filter(None, item._get_match_references())),
            )
            for item in items
        ]

    def _get_payers_in_transit(self, items):
        """Members that paid what is on its way: ``{entry id: partner ids}``, in one query."""
        groups = self.env["account.move.line"]._read_group(
            [
                ("move_id", "in", items.move_id.ids),
                ("account_id.account_type", "=", "asset_receivable"),
                ("partner_id", "!=", False),
            ],
            ["move_id"],
            ["partner_id:array_agg"],
        )
        return {move.id: frozenset(partner_ids) for move, partner_ids in groups}


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _get_match_references(self):
        """What a bank's line names to mean this item: its entry, the meeting it was collected at.

        Dues of all members have one name; it means those of the member who paid, or all of them.
        """
        self.ensure_one()
        move = self.move_id
        return (move.name, move.fund_meeting_id.name, move.ref, self.name)
