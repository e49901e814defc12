"""/status: plots with their numbers beside them, listings, days, what is owed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.service.conftest import Ask
from tests.support.html_pages import Page
from tests.support.listings import Item
from tests.support.wires import FRIDAY, Line

MakeLine = Callable[..., Line]


@pytest.fixture
def page(ask: Ask) -> Page:
    return Page(ask("/status").get_data(as_text=True))


def test_every_plot_has_a_name_a_description_and_its_numbers(page: Page) -> None:
    plots = page.all("svg")
    is_due = "Nothing is due." not in page.shown  # a listing that failed is tried again after some real seconds
    assert len(plots) == 4 + is_due
    ids = {attributes.get("id") for _, attributes in page.elements}
    for plot in plots:
        assert plot["role"] == "img"
        assert set((plot["aria-labelledby"] or "").split()) <= ids
    figures = [name for name, _ in page.elements if name in ("figure", "svg", "table")]
    assert figures[:8] == ["figure", "svg", "table"] * 2 + ["figure", "svg"]


def test_listings_and_days_are_told(page: Page) -> None:
    assert page.headings[1:6] == [
        "The last two weeks", "Announced", "Matched and summarized",
        "From announcement to publication, in minutes", "Looks at listings",
    ]  # fmt: skip
    assert {"Listings", "Days", "Owed"} <= set(page.headings)
    assert "/api/v1/days/2026-04-17" in page.links()
    assert "HTTP 404" in page.shown  # of the listing that could not be read


def test_what_is_due_is_plotted(make_line: MakeLine) -> None:
    line = make_line([{"slug": "vision", "title": "Vision", "categories": ["cs.CV"]}])
    line.announce([Item("2604.00001")])
    line.poll()
    line.set_time(line.clock.now() + timedelta(days=3))
    page = Page(line.get("/status").decode())
    assert len(page.all("svg")) == 5
    assert "To be done now" in page.headings


def test_the_plots_end_today(make_line: MakeLine) -> None:
    line = make_line([{"slug": "vision", "title": "Vision", "categories": ["cs.CV"]}])
    page = Page(line.get("/status").decode())
    assert f"{FRIDAY.day} Apr" in page.shown
    assert f"{FRIDAY.day + 1} Apr" not in page.shown
    assert "No listing has been looked at yet." in page.shown
