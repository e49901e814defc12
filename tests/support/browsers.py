"""A real Chromium, and what goes wrong on the pages that it shows."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response

#: What nothing here takes; only what never comes gets there.
PATIENCE_MS = 30_000
_NAMES = ("chromium", "chromium-browser", "google-chrome")
#: Set in the environment: no Chromium is a failure, so that nobody takes what was skipped for what passed.
_REQUIRED = "WIRE_TESTS_REQUIRE_CHROMIUM"
#: Chromium's own word on an answer of 4xx or 5xx, which is noted by its status.
_STATUS_TOLD = "Failed to load resource: the server responded with a status"


def find_chromium() -> str:
    """Where Chromium is; the test is skipped where it is not."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        told = "chromium is not here; on Debian: apt-get install chromium"
        assert not os.environ.get(_REQUIRED), told
        pytest.skip(told)
    return found


@contextmanager
def running_browser() -> Iterator[Browser]:
    """One Chromium without a window. While it runs, this thread can run no asyncio of its own."""
    found = find_chromium()
    api = pytest.importorskip("playwright.sync_api", reason="Playwright has no package for this machine")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


class Visitor:
    """Somebody with a browser of their own, who notes whatever goes wrong on the pages of a site.

    :param own: the site's address; what is loaded from anywhere else is wrong
    :param how: the browser's settings: ``color_scheme``, ``viewport``, ``java_script_enabled`` ...
    """

    def __init__(self, browser: Browser, own: str, **how: Any) -> None:
        self.troubles: list[str] = []
        self._own = own
        self.context = browser.new_context(base_url=own, **how)
        self.context.set_default_timeout(PATIENCE_MS)
        self.page = self.context.new_page()
        self._watch(self.page)

    def open(self, path: str, status: int = 200) -> Page:
        """Go to a page, which must answer so."""
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status == status, answer.text()
        return self.page

    def _watch(self, page: Page) -> None:
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.troubles.append(f"a script failed: {error}"))
        page.on("dialog", lambda dialog: self.troubles.append(f"a script ran: {dialog.message}"))
        page.on("request", self._see_request)
        page.on("requestfailed", lambda request: self.troubles.append(f"{request.url}: {request.failure}"))
        page.on("response", self._see_response)

    def _hear(self, message: ConsoleMessage) -> None:
        """Of the console; reports of the content security policy come here, too."""
        if message.type in ("error", "warning") and not message.text.startswith(_STATUS_TOLD):
            self.troubles.append(f"{message.type}: {message.text}")

    def _see_request(self, request: Request) -> None:
        if not request.url.startswith(f"{self._own}/"):
            self.troubles.append(f"asked elsewhere: {request.url}")

    def _see_response(self, response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            self.troubles.append(f"{response.url}: {response.status}")


#: The criteria of WCAG 2 that programs can judge, up to the levels A and AA.
_CRITERIA = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa")
#: Gives no more than what is wanted: the whole account is long.
_JUDGE = """async (criteria) => {
  const { violations } = await axe.run({ runOnly: criteria, resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}"""


def load_axe(page: Page) -> None:
    """Put axe-core into a page as it stands; the test is skipped where it is not installed."""
    pytest.importorskip("axe_playwright_python", reason="axe-core has no package for this machine")
    source = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    page.evaluate(f"() => {{ {source} }}")


def find_violations(page: Page) -> list[str]:
    """What axe-core, loaded before, finds against WCAG 2 A and AA in a page as it stands."""
    return list(page.evaluate(_JUDGE, _CRITERIA))
