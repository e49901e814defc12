"""What editors do in a browser reaches readers at once, loses nothing that was typed, and shuts nobody out."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Literal

import pytest

from tests.browser.conftest import Visit
from tests.support.browsers import Visitor, find_violations, load_axe
from tests.support.wires import TOKEN

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

DESK = "/topics/desk"
ONE, TWO = "2604.00202", "2604.00203"

Feed = list[dict[str, Any]]


@pytest.fixture(scope="module")
def signed_in(browser: Browser, site: str) -> Any:
    """What a browser holds whose editor has signed in; who tries too often is slowed down."""
    visitor = Visitor(browser, site)
    sign_in(visitor.open(DESK))
    held = visitor.context.storage_state()
    visitor.context.close()
    assert visitor.troubles == []
    return held


@pytest.fixture(autouse=True)
def clean_desk(site: str) -> Iterator[None]:
    """Nothing is said of the papers that are edited here; others work on the rest."""
    yield
    for arxiv_id in (ONE, TWO):
        address = f"{site}/api/v1/topics/desk/curation/{arxiv_id}"
        headers = {"Authorization": f"Bearer {TOKEN}"}
        urllib.request.urlopen(urllib.request.Request(address, method="DELETE", headers=headers)).close()


def sign_in(page: Page) -> None:
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("Your token").fill(TOKEN)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("Signed in as ada").wait_for()


def entry(page: Page, arxiv_id: str) -> Locator:
    return page.locator(f"[id='p{arxiv_id}']")


def press(page: Page, arxiv_id: str, button: str, told: str) -> None:
    """Press a button of a paper, and read what is said of it there."""
    entry(page, arxiv_id).get_by_role("button", name=button, exact=True).click()
    entry(page, arxiv_id).get_by_role("status").get_by_text(told).wait_for()


def open_fields(page: Page, arxiv_id: str) -> Locator:
    entry(page, arxiv_id).get_by_text("Stars, tags, note, place").click()
    return entry(page, arxiv_id)


def read_feed(site: str) -> Feed:
    with urllib.request.urlopen(f"{site}/feeds/desk.json") as answer:
        return list(json.load(answer)["items"])


def ids(feed: Feed) -> list[str]:
    return [item["id"].rpartition(":")[2] for item in feed]


def check_feed(site: str, holds: Callable[[Feed], bool]) -> None:
    """An act is published with its answer: who asks after it has it."""
    assert holds(read_feed(site))


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_readers_have_an_editors_order_at_once(visit: Visit, site: str, signed_in: Any, scripts: bool) -> None:
    rest = [arxiv_id for arxiv_id in ids(read_feed(site)) if arxiv_id not in (ONE, TWO)]
    page = visit(storage_state=signed_in, java_script_enabled=scripts).open(DESK)
    press(page, TWO, "Pin", "Pinned")
    check_feed(site, lambda feed: ids(feed)[0] == TWO)
    press(page, ONE, "Pin", "Pinned")
    check_feed(site, lambda feed: ids(feed) == [TWO, ONE, *rest])
    press(page, ONE, "Move up", "Moved.")
    check_feed(site, lambda feed: ids(feed) == [ONE, TWO, *rest])
    press(page, ONE, "Move down", "Moved.")
    check_feed(site, lambda feed: ids(feed) == [TWO, ONE, *rest])
    press(page, TWO, "Hide", "Hidden")
    check_feed(site, lambda feed: ids(feed) == [ONE, *rest])
    press(page, TWO, f"Show again of “Edited {TWO}”", "Readers see it again.")
    check_feed(site, lambda feed: ids(feed) == [TWO, ONE, *rest])


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_an_editor_comes_and_goes(visit: Visit, site: str, scripts: bool) -> None:
    page = visit(java_script_enabled=scripts).open(DESK)
    assert page.get_by_role("button", name="Pin").count() == 0
    sign_in(page)
    assert page.url == f"{site}{DESK}"
    assert page.get_by_role("button", name="Pin", exact=True).count() > 0
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign in").wait_for()
    assert page.get_by_role("button", name="Pin").count() == 0
    assert page.context.cookies() == []


def test_a_wrong_token_opens_nothing(visit: Visit) -> None:
    page = visit().open("/login")
    page.get_by_label("Your token").fill("guessed")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").get_by_text("no editor’s token").wait_for()
    assert page.context.cookies() == []


def test_a_query_is_tried_with_its_words_marked(visit: Visit, signed_in: Any) -> None:
    page = visit(storage_state=signed_in).open(DESK)
    page.get_by_role("link", name="Try a query on this topic").click()
    page.get_by_label("Query").fill("edited desks")
    page.get_by_role("button", name="Try it").click()
    page.get_by_role("heading", name="would come in").wait_for()
    assert set(page.locator("mark").all_inner_texts()) == {"Edited", "desks"}


def test_what_an_editor_says_is_read_at_once_and_can_be_undone(visit: Visit, site: str, signed_in: Any) -> None:
    page = visit(storage_state=signed_in).open(DESK)
    fields = open_fields(page, ONE)
    fields.get_by_label("Stars").select_option(label="2 of 3 stars")
    fields.get_by_label("Tags").fill("graphics, 图形")
    fields.get_by_label("Institution").fill("ETH")
    fields.get_by_label("Note", exact=True).fill("**Read** this\n\n* first")
    fields.get_by_label("Place").fill("7")
    press(page, ONE, "Save", "Saved")
    assert entry(page, ONE).locator("strong", has_text="Read").is_visible()
    check_feed(site, lambda feed: "<strong>Read</strong> this" in feed[ids(feed).index(ONE)]["content_html"])
    said = read_feed(site)
    assert {"graphics", "图形"} <= set(said[ids(said).index(ONE)]["tags"])
    press(page, ONE, "Undo: last edit", "Undone.")
    check_feed(site, lambda feed: "Read" not in feed[ids(feed).index(ONE)]["content_html"])


def test_what_cannot_be_saved_is_asked_again_with_all_that_was_typed(visit: Visit, signed_in: Any) -> None:
    page = visit(storage_state=signed_in).open(DESK)
    fields = open_fields(page, ONE)
    fields.get_by_label("Note", exact=True).fill("Typed for an hour")
    fields.get_by_label("Place").fill("first")
    fields.get_by_role("button", name="Save").click()
    page.get_by_role("alert").get_by_text("order is a whole number").wait_for()
    page.get_by_label("Place").fill("1")
    page.get_by_role("button", name="Save").click()
    entry(page, ONE).get_by_role("status").get_by_text("Saved").wait_for()
    assert entry(page, ONE).get_by_text("Typed for an hour").first.is_visible()


def test_the_keyboard_alone_will_do(visit: Visit, site: str, signed_in: Any) -> None:
    page = visit(storage_state=signed_in).open(DESK)
    entry(page, ONE).get_by_role("button", name="Pin").focus()
    page.keyboard.press("Enter")
    entry(page, ONE).get_by_role("status").wait_for()
    page.keyboard.press("Tab")  # goes on from where the page was opened: the entry
    assert page.evaluate("document.activeElement.closest('.entry').id") == f"p{ONE}"
    check_feed(site, lambda feed: ids(feed)[0] == ONE)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_editors_pages_shut_nobody_out(
    visit: Visit, signed_in: Any, scheme: Literal["light", "dark"], width: int
) -> None:
    how = {"color_scheme": scheme, "viewport": {"width": width, "height": 844}, "storage_state": signed_in}
    page = visit(**how).open(DESK)
    press(page, TWO, "Hide", "Hidden")
    press(page, ONE, "Pin", "Pinned")
    open_fields(page, ONE)
    assert list_violations(page) == []
    page.goto(f"{DESK}/preview?q=desk")
    assert list_violations(page) == []
    page.goto(f"{DESK}/preview?q=(")
    assert list_violations(page) == []


def list_violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2 in a page as it stands, and what does not fit on the screen."""
    load_axe(page)
    told = find_violations(page)
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [*told, *(["it is wider than the screen"] if wide else [])]
