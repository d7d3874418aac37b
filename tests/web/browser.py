"""A real Chromium on the web client of the test's database, with everything it complains about."""

import os
import re
import resource
import shutil
import sys
import tempfile
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from odoo.tests import HttpCase, tagged
from PIL import Image
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import expect, sync_playwright

IMAGES = Path("build/images")
FAILURES = Path("build/failures")
# The first has no windows: these tests take a quarter less of the processor with it.
PROGRAMS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
POLLING = 50  # milliseconds between two looks
QUIET = 200  # milliseconds without an answer and without a change of the page
WATCH = """() => {
    const watch = window.redWatch = { asked: 0, changed: performance.now() };
    const answered = () => { watch.asked -= 1; watch.changed = performance.now(); };
    const { send } = XMLHttpRequest.prototype;
    XMLHttpRequest.prototype.send = function (...args) {
        watch.asked += 1;
        this.addEventListener("loadend", answered);
        return send.apply(this, args);
    };
    const { fetch } = window;
    window.fetch = (...args) => {
        watch.asked += 1;
        return fetch(...args).finally(answered);
    };
    new MutationObserver(() => { watch.changed = performance.now(); })
        .observe(document, {
            subtree: true, childList: true, attributes: true, characterData: true,
        });
}"""
IS_QUIET = """([since, quiet]) => {
    const { asked, changed } = window.redWatch;
    const moving = document.querySelector(".o_loading_indicator, .o_blockUI");
    return !asked && !moving && performance.now() - Math.max(since, changed) >= quiet;
}"""
EVERYTHING_BUT_FILES = "cookies,local_storage,indexeddb,service_workers,cache_storage"
OPEN_ACTION = """async ([action]) => {
    const { services } = odoo.__WOWL_DEBUG__.root.env;
    await services.action.doAction(action, { clearBreadcrumbs: true });
}"""
PALETTE = 256  # colours of a picture: a third of its size, and nothing is lost to the eye
WAIT = 60_000
SELECTED_ROW = re.compile(r"\bo_selected_row\b")
FIRST_WAIT = 3 * WAIT  # the first page of all makes the server read its templates and terms


@contextmanager
def without_memory_limit():
    """Odoo limits its process's address space; a browser started from it would die of that."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


@cache
def profile():
    """A browser's profile for all tests of this process: its scripts are loaded and compiled once.

    Nothing else is carried over, see :meth:`BrowserCase._forget`.
    """
    return tempfile.TemporaryDirectory(prefix="red-browser-")


@tagged("post_install", "-at_install", "standard")
class BrowserCase(HttpCase):
    """Tests that click. A console error or an answer of 400 and more fails the test.

    The server's requests share the test's database cursor: read records before opening the browser
    or after :meth:`settle`, never while the page is loading, or the two mix their answers.
    """

    @contextmanager
    def browser(self, companies=None):
        """Yield a page; check in the end that the browser had nothing to complain about.

        :param companies: ``res.company`` that are ticked in the company menu
        """
        executable = next(filter(None, map(shutil.which, PROGRAMS)))
        with (
            without_memory_limit(),
            self.allow_requests(all_requests=True),
            sync_playwright() as playwright,
        ):
            context = playwright.chromium.launch_persistent_context(
                profile().name,
                executable_path=executable,
                headless=True,
                args=OPTIONS,
                viewport={"width": 1366, "height": 850},
                locale="es-PE",
                reduced_motion="reduce",
            )
            context.set_default_timeout(WAIT)
            context.add_init_script(f"({WATCH})()")
            page = context.pages[0]
            self._forget(context, page)
            if companies:
                cids = "-".join(str(company_id) for company_id in companies.ids)
                context.add_cookies([{"name": "cids", "value": cids, "url": self.base_url()}])
            complaints = self._listen(page)
            try:
                yield page
                self.settle(page)
            except Exception:
                FAILURES.mkdir(parents=True, exist_ok=True)
                page.screenshot(path=FAILURES / f"{self._testMethodName}.png")
                self._tell(page, complaints)
                raise
            finally:
                context.close()
        self.assertEqual(complaints, [])

    def _forget(self, context, page):
        """Forget what an earlier test left: its user, its settings, the views it was given."""
        context.new_cdp_session(page).send(
            "Storage.clearDataForOrigin",
            {"origin": self.base_url(), "storageTypes": EVERYTHING_BUT_FILES},
        )

    def _tell(self, page, complaints):
        """Say what a failed test's picture may hide: dialogs, and what went wrong before."""
        for details in page.locator(".o_error_dialog button.btn-link").all():
            details.click()
        for dialog in page.locator(".modal").all_inner_texts():
            complaints.append(f"dialog: {dialog}")
        print("\n".join([page.url, *complaints]), file=sys.stderr)

    def _listen(self, page):
        complaints = []
        page.on(
            "console",
            lambda message: (
                complaints.append(f"console: {message.text}") if message.type == "error" else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(f"page: {error}"))
        page.on(
            "response",
            lambda answer: (
                complaints.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None
            ),
        )
        return complaints

    def log_in(self, page, login="admin", password=None):
        """Open the client as a user: typed into the page if with a password, which takes longer."""
        if password:
            page.goto(f"{self.base_url()}/web/login", timeout=FIRST_WAIT)
            page.fill("input[name=login]", login)
            page.fill("input[name=password]", password)
            page.click("button[type=submit]")
        else:
            session = self.authenticate(login, login)
            cookie = {"name": "session_id", "value": session.sid, "url": self.base_url()}
            page.context.add_cookies([cookie])
            page.goto(f"{self.base_url()}/odoo", timeout=FIRST_WAIT)
        page.wait_for_selector(".o_main_navbar", timeout=FIRST_WAIT)
        page.wait_for_function("() => odoo.__WOWL_DEBUG__", polling=POLLING)
        self.settle(page)

    def open_action(self, page, action, selector=".o_view_controller"):
        """Open an action, as a menu does, by its path, its XML id or its description."""
        page.evaluate(OPEN_ACTION, [action])
        page.wait_for_selector(selector)
        self.settle(page)

    def open_record(self, page, record):
        action = {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [[False, "form"]],
        }
        self.open_action(page, action, ".o_form_view .o_form_sheet")

    def settle(self, page):
        """Wait until the client asks nothing more and draws nothing more."""
        now = page.evaluate("() => performance.now()")
        page.wait_for_function(IS_QUIET, arg=[now, QUIET], polling=POLLING)

    def see(self, page, selector, count):
        """Wait until exactly ``count`` elements are there, and fail if they never are."""
        expect(page.locator(selector)).to_have_count(count, timeout=WAIT)

    def press(self, page, method, within="", confirm=False):
        """Click the visible button of a method, confirm if asked, and wait for the answer.

        A click while the client draws the button anew is lost: it is clicked again if nothing was
        asked of the server and nothing is open over it.
        """
        button = page.locator(f"{within} button[name={method}]:visible")
        for last_try in (False, True):
            try:
                with page.expect_response(
                    lambda answer: answer.url.endswith(f"/{method}"),
                    timeout=WAIT if last_try else WAIT / 2,
                ):
                    button.first.click()
                    if confirm:
                        page.click(".modal-footer button.btn-primary")
                break
            except PlaywrightTimeout:
                if last_try or page.locator(".o_error_dialog").count() or not button.count():
                    raise
        self.settle(page)

    def open_menu(self, page, *names):
        """Open the app and click through its menus."""
        page.click(".o_navbar_apps_menu button")
        page.click("a.o_app:has-text('Redes empresariales')")
        self.settle(page)
        for name in names:
            page.click(f".o_menu_sections :text-is('{name}'), .o-dropdown--menu :text-is('{name}')")
            self.settle(page)

    def press_new(self, page):
        page.click(".o_list_button_add:visible")
        page.wait_for_selector(".o_form_view .o_form_sheet")
        self.settle(page)

    def choose(self, page, field, text, within=".o_form_view"):
        """Type into a field that refers to a record and take the first one offered."""
        offered = page.locator(f".o-autocomplete--dropdown-item:has-text('{text}')").first
        for last_try in (False, False, True):  # what is typed while the client renders anew is lost
            page.click(f"{within} [name={field}] input:visible")
            page.fill(f"{within} [name={field}] input:visible", text)
            try:
                offered.click(timeout=WAIT / 6)
            except PlaywrightTimeout:
                if last_try:
                    raise
                continue
            self.settle(page)
            written = page.locator(f"{within} [name={field}] input:visible")
            if not written.count() or written.first.input_value():
                break

    def type_text(self, page, field, text, within=".o_form_view"):
        """Type into a field, and see that it stays there when the client has drawn all anew."""
        written = page.locator(f"{within} [name={field}] :is(input, textarea)").first
        for _try in range(3):
            written.fill(text)
            self.settle(page)
            if written.input_value() == text:
                break
        expect(written).to_have_value(text)

    def select(self, page, field, text, within=".o_form_view"):
        """Choose one of the values of a selection field."""
        page.click(f"{within} [name={field}] .o_select_menu_toggler")
        page.click(f".o_select_menu_item:has-text('{text}')")
        self.settle(page)

    def type_date(self, page, field, text, within=".o_form_view"):
        """Type a date as it is written in Peru; it is a button until it is clicked."""
        page.click(f"{within} [name={field}] :is(input, button) >> nth=0")
        page.fill(f"{within} [name={field}] input", text)
        page.press(f"{within} [name={field}] input", "Enter")
        self.settle(page)

    def type_cell(self, page, field, text, row=""):
        """Type into a cell of the line that has ``row`` in it, or of the line being written."""
        line = f".o_data_row:has-text('{row}')" if row else ".o_selected_row"
        page.click(f"{line} td[name={field}]")
        page.wait_for_selector(f"{line}.o_selected_row")
        page.fill(f"{line} td[name={field}] input", text)
        self.settle(page)

    def type_in_row(self, page, rows, place, field, text):
        """Type into a cell of the row at ``place``, once the list has really opened that row."""
        row = page.locator(rows).nth(place)
        row.locator(f"td[name={field}]").click()
        expect(row).to_have_class(SELECTED_ROW, timeout=WAIT)
        row.locator(f"td[name={field}] input").fill(text)
        self.settle(page)

    def picture(self, page, name):
        """Keep a picture of the page for the documents, when they are being renewed."""
        self.settle(page)
        if os.environ.get("SCREENSHOTS", "") not in ("", "0"):
            IMAGES.mkdir(parents=True, exist_ok=True)
            path = IMAGES / f"{name}.png"
            page.screenshot(path=path)
            Image.open(path).convert("RGB").quantize(PALETTE).save(path, optimize=True)
