"""The pages: plain HTML that shows what the feeds carry."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from tests.service.conftest import BASE, HOSTILE, Ask

_VOID = {"meta", "link", "br", "img", "input", "hr"}
_KNOWN = {
    "html", "head", "meta", "title", "link", "body", "header", "a", "main", "footer", "p", "h1", "h2", "h3",
    "section", "ul", "li", "time", "span", "article", "details", "summary", "code", "nav", "div", "table", "thead",
    "tbody", "tr", "th", "td", "strong",
}  # fmt: skip


class Page(HTMLParser):
    """A page taken apart; every element must be one of ours, and closed in its turn."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.shown = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _KNOWN, tag
        assert not [name for name, _ in attrs if name.startswith("on") or name == "style"]
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.shown += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def read(ask: Ask, path: str, status: int = 200) -> Page:
    answer = ask(path)
    assert (answer.status_code, answer.content_type) == (status, "text/html; charset=utf-8")
    return Page(answer.get_data(as_text=True))


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200), ("/topics/vision", 200), ("/topics/hostile", 200), ("/topics/quiet", 200),
        ("/status", 200), ("/topics/ended", 410), ("/topics/nothing", 404), ("/topics/vision?x", 400),
    ],
)  # fmt: skip
def test_a_page_is_whole_and_bears_what_every_page_must(ask: Ask, path: str, status: int) -> None:
    page = read(ask, path, status)
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.all("h1")) == len(page.all("title")) == len(page.all("main")) == 1
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in page.all("meta")
    assert "Thank you to arXiv for use of its open access interoperability." in page.shown
    assert "not reviewed or approved by" in page.shown


def test_the_directory_lists_what_is_served_and_not_what_was_retired(ask: Ask) -> None:
    page = read(ask, "/")
    topics = [link["href"] for link in page.all("a") if (link["href"] or "").startswith("/topics/")]
    assert sorted(map(str, topics)) == ["/topics/hostile", "/topics/quiet", "/topics/vision"]
    assert "2 papers" in page.shown
    assert "No papers yet" in page.shown


def test_every_page_of_a_topic_leads_to_its_feed(ask: Ask) -> None:
    page = read(ask, "/topics/vision")
    feed = {"rel": "alternate", "type": "application/atom+xml", "title": "Vision", "href": "/feeds/vision.atom"}
    assert feed in page.all("link")
    assert feed in read(ask, "/").all("link")
    assert f"{BASE}/feeds/vision.atom" in page.shown


def test_a_topics_page_shows_what_its_feed_carries(ask: Ask) -> None:
    page = read(ask, "/topics/vision")
    for text in ("Splatting trees", "Ada One, Bob Two", "We present splats.", "Trees are hard.", "2604.00001v1"):
        assert text in page.shown
    links = {link["href"] for link in page.all("a")}
    assert {f"https://arxiv.org/{form}/2604.00001" for form in ("abs", "pdf", "html")} <= links


def test_a_topic_without_papers_says_so(ask: Ask) -> None:
    assert "No papers yet." in read(ask, "/topics/quiet").shown


@pytest.mark.parametrize("path", ["/", "/topics/hostile", "/topics/vision"])
def test_hostile_text_is_shown_as_text(ask: Ask, path: str) -> None:
    page = read(ask, path)  # a script would be no element of ours
    if path != "/topics/vision":
        assert HOSTILE in page.shown
    titles = [link.get("title") for link in page.all("link") if link.get("rel") == "alternate"]
    assert (HOSTILE in titles) == (path != "/topics/vision")


def test_a_topics_page_names_its_feed_in_every_format(ask: Ask) -> None:
    page = read(ask, "/topics/vision")
    named = {link["type"]: link["href"] for link in page.all("link") if link["rel"] == "alternate"}
    assert named == {
        "application/atom+xml": "/feeds/vision.atom",
        "application/rss+xml": "/feeds/vision.rss",
        "application/feed+json": "/feeds/vision.json",
    }
    for media_type, address in named.items():
        assert ask(address).mimetype == media_type


def test_pages_load_nothing_from_elsewhere(ask: Ask) -> None:
    for path in ("/", "/topics/vision"):
        page = read(ask, path)
        loaded = [link["href"] for link in page.all("link") if link["rel"] == "stylesheet"]
        assert loaded == ["/static/style.css"]
        assert ask("/static/style.css").content_type == "text/css; charset=utf-8"


@pytest.mark.parametrize("host", ["wire.example.org", "127.0.0.1:8000"])
def test_an_old_slug_leads_to_the_page_at_the_configured_address(ask: Ask, host: str) -> None:
    answer = ask("/topics/sight", headers={"Host": host})
    assert (answer.status_code, answer.location) == (301, f"{BASE}/topics/vision")


def test_a_page_is_asked_for_anew_each_time(ask: Ask) -> None:
    assert ask("/").headers["Cache-Control"] == ask("/topics/vision").headers["Cache-Control"] == "no-cache"
