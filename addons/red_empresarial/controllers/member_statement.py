from odoo import http
from odoo.http import request

HEADERS = [
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Robots-Tag", "noindex, nofollow"),
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:"),
]


class MemberStatement(http.Controller):
    """A member's statement behind its secret link."""

    @http.route("/red/estado/<int:line_id>", type="http", auth="public", readonly=True)
    def member_statement(self, line_id, access_token=None, **_arguments):
        """The page; the same 404 for a wrong link, a revoked one and one that never was."""
        line = request.env["business.network.settlement.line"].sudo().browse(line_id).exists()
        if not line or not line._is_share_token(access_token):
            raise request.not_found()
        (statement,) = line._get_statements()
        page = (
            request.env["ir.qweb"]
            .sudo()
            .with_context(lang=statement["lang"])
            ._render("red_empresarial.statement_page", {"statement": statement})
        )
        return request.make_response(f"<!DOCTYPE html>\n{page}", headers=HEADERS)
