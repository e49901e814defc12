"""What goes wrong on a page does not pass unseen by the tests here."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.support.browsers import PATIENCE_MS, Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Browser

INLINE = "document.body.append(Object.assign(document.createElement('script'), { textContent: 'alert(1)' }))"


@pytest.mark.parametrize(
    ("act", "noted"),
    [
        (INLINE, "Content Security Policy"),
        ("fetch('http://localhost:9/').catch(() => null)", "Content Security Policy"),
        ("fetch('/static/missing.css')", "/static/missing.css: 404"),
        ("console.error('it broke')", "error: it broke"),
        ("setTimeout(() => alert('x'))", "a script ran: x"),
        ("setTimeout(() => { throw new Error('thrown') })", "a script failed: thrown"),
    ],
)
def test_trouble_is_noted(browser: Browser, site: str, act: str, noted: str) -> None:
    visitor = Visitor(browser, site)
    page = visitor.open("/login")
    assert visitor.troubles == []
    deadline = time.monotonic() + PATIENCE_MS / 1000
    page.evaluate(act)
    while noted not in " ".join(visitor.troubles):  # the browser tells it a moment later
        assert time.monotonic() < deadline, visitor.troubles
        page.wait_for_timeout(20)
    visitor.context.close()


def test_what_comes_from_elsewhere_is_noted(browser: Browser, site: str) -> None:
    visitor = Visitor(browser, site.replace("127.0.0.1", "localhost"))
    visitor.page.goto(f"{site}/login")
    visitor.context.close()
    assert f"asked elsewhere: {site}/login" in visitor.troubles
