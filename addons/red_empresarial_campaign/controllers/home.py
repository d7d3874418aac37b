from odoo import http
from odoo.addons.web.controllers.home import Home
from odoo.http import request

COMPANIES_COOKIE = "cids"  # the web client's own: ids of the ticked companies, the first in force


class CampaignHome(Home):
    """The first look: each trading network has books of its own, so all are ticked."""

    @http.route()
    def web_client(self, s_action=None, **kw):
        response = super().web_client(s_action, **kw)
        if request.session.uid and COMPANIES_COOKIE not in request.cookies:
            user = request.env.user
            companies = user.company_id | user.company_ids
            if len(companies) > 1:
                response.set_cookie(COMPANIES_COOKIE, "-".join(map(str, companies.ids)))
        return response
