"""Pages in the dark, on a phone, without scripts, by keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import Visit
from tests.browser.site import DAY, KINDS, MATHS, PAGES, names

if TYPE_CHECKING:
    from playwright.sync_api import Page

DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
#: What a page at four times its size has on a desk (WCAG 2.2, 1.4.10).
NARROWEST = {"width": 320, "height": 640}
#: Paints a colour, whatever way it is written in, and gives its relative luminance (WCAG 2.2).
LUMINANCE = """(element, property) => {
  const canvas = document.createElement("canvas").getContext("2d");
  canvas.fillStyle = getComputedStyle(element)[property];
  canvas.fillRect(0, 0, 1, 1);
  const linear = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}"""
#: What sticks out of the page's right edge, but for what is scrolled in a box of its own or shown to nobody.
STICKING_OUT = """() => {
  const edge = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= edge) return [];
  return [...document.querySelectorAll("main *, header *, footer *")]
    .filter((element) => element.getBoundingClientRect().right > edge + 1)
    .map((element) => `${element.tagName} ${element.className}: ${element.textContent.trim().slice(0, 40)}`)
    .concat(`the page is ${document.documentElement.scrollWidth} wide`);
}"""
#: What a sighted person needs to see of what has the focus.
FOCUSED = """() => {
  const element = document.activeElement, style = getComputedStyle(element), box = element.getBoundingClientRect();
  return {
    name: `${element.tagName} ${element.textContent.trim().slice(0, 30)}`, tag: element.tagName,
    last: element.closest("footer") !== null && element.matches("footer a:last-of-type"),
    outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0,
  };
}"""
MOST_STOPS = 400


def luminance(page: Page, selector: str, colour: str) -> float:
    return float(page.locator(selector).first.evaluate(LUMINANCE, colour))


def contrast(page: Page, selector: str) -> float:
    """Of an element's letters on the page (WCAG 2.2, "contrast ratio")."""
    low, high = sorted((luminance(page, selector, "color"), luminance(page, "body", "backgroundColor")))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("path", "status"), PAGES, ids=names(PAGES))
def test_nothing_sticks_out_of_a_narrow_page(visit: Visit, path: str, status: int) -> None:
    page = visit(viewport=PHONE, has_touch=True).open(path, status)
    for summary in page.locator("summary").all()[:6]:
        summary.evaluate("summary => { summary.parentElement.open = true }")
    found = {}
    for size in (PHONE, NARROWEST):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        found[size["width"]] = page.evaluate(STICKING_OUT)
    assert found == {390: [], 320: []}


@pytest.mark.parametrize("path", KINDS)
def test_pages_are_dark_where_that_is_wanted_and_light_elsewhere(visit: Visit, path: str) -> None:
    page = visit().open(path)
    for scheme, low, high in (("dark", 0, 0.03), ("light", 0.85, 1)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert low <= luminance(page, "body", "backgroundColor") <= high
        for selector in ("h1", "main p"):
            assert contrast(page, selector) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_frame_keeps_the_theme_that_it_was_given(visit: Visit, theme: str) -> None:
    page = visit(color_scheme="dark" if theme == "light" else "light").open(f"/embed/vision?theme={theme}")
    assert (luminance(page, "body", "backgroundColor") > 0.5) == (theme == "light")


@pytest.mark.parametrize("path", KINDS)
def test_a_page_tells_the_same_without_scripts(visit: Visit, path: str) -> None:
    told = []
    for scripts in (True, False):
        page = visit(java_script_enabled=scripts).open(path)
        if scripts:  # what needs them is not there without
            page.locator("[data-copy]").evaluate_all("all => all.forEach(button => { button.hidden = true })")
        told.append(page.locator("main").inner_text())
    assert told[0] == told[1] != ""


def test_without_scripts_there_is_no_button_that_does_nothing_and_all_else_works(visit: Visit) -> None:
    page = visit(java_script_enabled=False).open("/topics/vision")
    assert not page.get_by_role("button", name="Copy").count()
    assert page.get_by_label("Address of the feed").is_visible()
    closed = page.get_by_role("article").first.locator("details")
    closed.locator("summary").click()
    assert closed.get_by_text("We show more.").first.is_visible()
    page.goto("/")
    page.get_by_role("searchbox").fill("curated")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("heading", name="Papers found").wait_for()


def stops(page: Page) -> list[dict[str, Any]]:
    """Where the tab key leads, from the page's top to its last link."""
    found: list[dict[str, Any]] = []
    while len(found) < MOST_STOPS:
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop["tag"] in ("BODY", "HTML"):
            break
        found.append(stop)
        if stop["last"]:
            break
    return found


def test_the_first_stop_leads_past_the_navigation(visit: Visit) -> None:
    page = visit().open("/topics/vision")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    assert page.evaluate(FOCUSED)["seen"]
    assert skip.evaluate("link => link === document.activeElement")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize("path", ["/", "/topics/sehen", DAY, "/search?q=curated", f"/papers/{MATHS}", "/status"])
def test_every_stop_of_the_tab_key_is_seen(visit: Visit, path: str) -> None:
    found = stops(visit(viewport=DESK, reduced_motion="reduce").open(path))  # else they are scrolled to in time
    assert found[-1]["last"], "the tab key does not get through the page"
    assert [stop["name"] for stop in found if not (stop["seen"] and stop["outlined"])] == []


def test_all_that_opens_can_be_opened_by_keyboard(visit: Visit) -> None:
    page = visit().open("/topics/vision")
    summary = page.get_by_role("article").first.locator("summary")
    summary.focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("article").first.get_by_text("We show more.").first.is_visible()
    page.keyboard.press("Enter")
    assert not page.get_by_role("article").first.get_by_text("by the authors").is_visible()


def test_what_is_scrolled_in_a_box_can_be_scrolled_by_keyboard(visit: Visit) -> None:
    page = visit(viewport=NARROWEST).open("/status")
    boxes = page.evaluate("""() => [...document.querySelectorAll("main *")]
      .filter((box) => box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).overflowX === "auto")
      .map((box) => box.tabIndex)""")
    assert boxes
    assert set(boxes) == {0}


def test_nothing_moves_for_those_who_want_no_motion(visit: Visit) -> None:
    page = visit(reduced_motion="reduce").open("/topics/vision")
    assert page.evaluate("document.getAnimations().length") == 0
    moving = """[...document.querySelectorAll("*")].map((element) => getComputedStyle(element))
      .filter((style) => style.transitionDuration.split(", ").some((span) => parseFloat(span) > 0.01)
        || style.scrollBehavior === "smooth").length"""
    assert page.evaluate(moving) == 0
