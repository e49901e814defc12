"""What readers come for: to find papers, read them, take a feed and a citation home."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser.conftest import Visit
from tests.browser.site import BAD, CURATED, DAY, HOSTILE, MATHS

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

CLIPBOARD = ["clipboard-read", "clipboard-write"]


def entry(page: Page, title: str) -> Locator:
    return page.get_by_role("article").filter(has=page.get_by_role("link", name=title, exact=True))


def height(element: Locator) -> float:
    box = element.bounding_box()
    assert box is not None
    return box["height"]


def test_a_reader_finds_a_topic_and_takes_its_address(visit: Visit, site: str) -> None:
    page = visit(permissions=CLIPBOARD).open("/")
    page.get_by_role("heading", name="Computer vision").get_by_role("link").click()
    address = page.get_by_label("Address of the feed").input_value()
    assert address == f"{site}/feeds/vision.atom"
    copy = page.locator("div", has=page.get_by_label("Address of the feed", exact=True)).get_by_role("button").last
    copy.click()
    page.get_by_role("status").filter(has_text="Copied").first.wait_for(state="attached")
    assert page.evaluate("navigator.clipboard.readText()") == address
    assert page.request.get(address).headers["content-type"].startswith("application/atom+xml")
    named = page.locator("link[rel=alternate]").first
    assert named.get_attribute("href") == "/feeds/vision.atom"


def test_readers_by_name_are_given_the_address(visit: Visit, site: str) -> None:
    page = visit().open("/topics/vision")
    for name in ("your reader", "Feedly", "Inoreader", "NewsBlur"):
        target = page.get_by_role("link", name=name, exact=True).get_attribute("href") or ""
        assert f"{site}/feeds/vision.atom".removeprefix("http:") in target.replace("%3A", ":").replace("%2F", "/")


def test_a_search_finds_papers_and_can_be_followed(visit: Visit) -> None:
    page = visit().open("/")
    page.get_by_role("searchbox").fill('"curated splats"')
    page.get_by_role("searchbox").press("Enter")
    page.get_by_role("heading", name="Papers found").wait_for()
    assert parse_qs(urlsplit(page.url).query)["q"] == ['"curated splats"']
    assert page.get_by_role("article").count() == 1
    entry(page, "Curated splats").wait_for()
    assert page.get_by_role("searchbox").input_value() == '"curated splats"'
    found = page.request.get(page.get_by_label("Address of the feed").input_value()).text()
    assert f"oai:arXiv.org:{CURATED}" in found


def test_a_search_that_cannot_be_read_says_where_it_is_wrong(visit: Visit) -> None:
    page = visit().open("/search?q=splats+AND", 400)
    page.get_by_role("heading", level=1).wait_for()
    assert "expected" in page.get_by_role("main").inner_text()


def test_formulas_are_laid_out_in_titles_and_in_texts(visit: Visit) -> None:
    page = visit().open(f"/papers/{MATHS}")
    for place in ("h1", "p.abstract"):
        formulas = page.locator(f"{place} math")
        assert formulas.count() > 0
        for formula in formulas.all():
            assert formula.is_visible()
            assert height(formula) > 8
    upper, lower = (page.locator("p.abstract mfrac > *").nth(at).bounding_box() for at in (0, 1))
    assert upper
    assert lower
    assert upper["y"] + upper["height"] <= lower["y"] + 2  # the denominator is below its numerator
    assert "$" not in page.get_by_role("main").locator("p.abstract").inner_text()


def test_an_entry_opens_for_more(visit: Visit) -> None:
    page = visit().open("/topics/vision")
    curated = entry(page, "Curated splats")
    abstract = curated.get_by_text("Our first point is new.").last
    assert not abstract.is_visible()
    curated.locator("summary").first.click()
    assert abstract.is_visible()


def test_what_an_editor_said_is_seen(visit: Visit) -> None:
    page = visit().open("/topics/vision")
    assert page.get_by_role("article").first.get_by_role("heading", level=2).inner_text() == "Curated splats"
    curated = entry(page, "Curated splats")
    curated.get_by_role("img", name="2 of 3 stars").wait_for()
    for text in ("must read", "Institute of Splats", "值得一读"):
        assert curated.get_by_text(text).is_visible()


def test_a_topic_is_read_back_page_by_page(visit: Visit) -> None:
    page = visit().open("/topics/vision")
    seen: list[str] = []
    while True:
        seen += page.locator("article .slug .mono:first-child").all_inner_texts()
        older = page.get_by_role("link", name="Older")
        if not older.count():
            break
        older.click()
    assert len(seen) == len(set(seen)) == 65


def test_days_are_turned_over(visit: Visit) -> None:
    page = visit().open("/topics/vision")
    strip = page.get_by_role("navigation", name="Days").get_by_role("link")
    strip.last.click()
    assert urlsplit(page.url).path == DAY
    assert page.get_by_role("heading", level=1).inner_text() == "Friday, 17 April 2026"
    assert page.get_by_role("article").count() > 20
    page.locator("a[rel=prev]").first.click()
    assert page.get_by_role("heading", level=1).inner_text() == "Thursday, 16 April 2026"
    entry(page, "Splats of yesterday").wait_for()


def test_a_paper_tells_reference_managers_what_it_is(visit: Visit) -> None:
    page = visit(permissions=CLIPBOARD).open(f"/papers/{CURATED}")
    told = page.locator("meta[name^=citation_]").evaluate_all("all => all.map(meta => [meta.name, meta.content])")
    assert [content for name, content in told if name == "citation_author"] == ["One, Ada", "Two, Bob"]
    assert {
        ("citation_title", "Curated splats"), ("citation_arxiv_id", CURATED),
        ("citation_pdf_url", f"https://arxiv.org/pdf/{CURATED}"),
    } <= {(name, content) for name, content in told}  # fmt: skip
    page.locator("summary", has_text="BibTeX").click()
    page.locator("details", has_text="BibTeX").get_by_role("button", name="Copy").click()
    page.get_by_role("status").filter(has_text="Copied").first.wait_for(state="attached")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("@")
    assert page.request.get(f"/papers/{CURATED}.bib").text() == copied
    assert page.request.get(f"/papers/{CURATED}.ris").text().startswith("TY  - ")


@pytest.mark.parametrize("path", ["/", "/topics/hostile", f"/papers/{BAD}", "/search?q=ti:onerror"])
def test_hostile_text_is_only_text(visit: Visit, path: str) -> None:
    page = visit().open(path)
    assert page.get_by_text(HOSTILE, exact=True).first.is_visible()
    assert page.locator("img").count() == 0


def test_the_language_is_changed_and_kept(visit: Visit) -> None:
    page = visit().open("/")
    page.get_by_role("link", name="中文", exact=True).click()
    assert page.locator("html").get_attribute("lang") == "zh"
    page.get_by_role("link", name="视觉与语言", exact=True).click()
    assert page.locator("html").get_attribute("lang") == "zh"
    assert page.locator("article h2").first.get_attribute("lang") == "en"


def test_a_browser_that_wants_chinese_gets_it(visit: Visit) -> None:
    assert visit(locale="zh-CN").open("/status").locator("html").get_attribute("lang") == "zh"


def test_the_plots_of_the_status_are_drawn_and_named(visit: Visit) -> None:
    page = visit().open("/status")
    plots = page.locator("figure svg")
    assert plots.count() >= 4
    for plot in plots.all():
        assert plot.get_attribute("role") == "img"
        assert height(plot) > 50
    numbers = page.locator("figure details").first
    numbers.locator("summary").click()
    assert numbers.get_by_role("table").is_visible()
