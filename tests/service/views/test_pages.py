"""The pages: plain HTML that shows what the feeds carry."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest

from service.assets import asset_path
from service.phrases import en, zh
from service.views import pages
from tests.service.conftest import BASE, HOSTILE, Ask
from tests.support.html_pages import Page
from tests.support.listings import Item
from tests.support.wires import FRIDAY, MORNING, TOKEN, Line

MakeLine = Callable[..., Line]
PAGES = (
    ("/", 200), ("/topics/vision", 200), ("/topics/hostile", 200), ("/topics/quiet", 200),
    ("/topics/vision/days/2026-04-17", 200), ("/topics/vision/days/2026-04-20", 200), ("/search", 200),
    ("/search?q=splatting", 200), ("/search?q=nothing&cat=cs", 200), ("/papers/2604.00001", 200), ("/status", 200),
    ("/topics/ended", 410), ("/topics/nothing", 404), ("/topics/vision?x", 400), ("/papers/2604.09999", 404),
    ("/search?q=a+AND", 400), ("/topics/vision/days/yesterday", 404), ("/?lang=xx", 400),
)  # fmt: skip


def parse(line: Line, path: str) -> Page:
    return Page(line.get(path).decode())


def read(ask: Ask, path: str, status: int = 200) -> Page:
    answer = ask(path)
    assert (answer.status_code, answer.content_type) == (status, "text/html; charset=utf-8")
    return Page(answer.get_data(as_text=True))


@pytest.mark.parametrize(("path", "status"), PAGES)
def test_a_page_is_whole_and_bears_what_every_page_must(ask: Ask, path: str, status: int) -> None:
    page = read(ask, path, status)
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.all("h1")) == len(page.all("main")) == 1
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in page.all("meta")
    assert "Thank you to arXiv for use of its open access interoperability." in page.shown
    assert "not reviewed or approved by" in page.shown
    assert page.links()[0] == "#main"


@pytest.mark.parametrize("path", [path for path, _ in PAGES])
def test_headings_go_down_a_step_at_a_time(ask: Ask, path: str) -> None:
    levels = Page(ask(path).get_data(as_text=True)).levels()
    assert levels[0] == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))


@pytest.mark.parametrize(("path", "status"), PAGES)
def test_a_page_speaks_chinese_where_that_is_wanted(ask: Ask, path: str, status: int) -> None:
    answer = ask(path, headers={"Accept-Language": "fr;q=0.4, zh-CN, en;q=0.5"})
    page = Page(answer.get_data(as_text=True))
    assert answer.status_code == status
    assert page.all("html") == [{"lang": "zh"}]
    assert str(zh.PHRASES["status"]) in page.shown
    assert str(en.PHRASES["skip"]) not in page.shown
    told = [attributes for attributes in page.all("p") if attributes.get("lang") == "en"]
    assert told  # what arXiv asks us to say stays as arXiv says it


def test_who_asks_for_a_language_keeps_it(ask: Ask) -> None:
    chinese = ask("/topics/vision?lang=zh", headers={"Accept-Language": "en"}).get_data(as_text=True)
    page = Page(chinese)
    assert page.all("html") == [{"lang": "zh"}]
    assert {"/?lang=zh", "/search?lang=zh", "/papers/2604.00001?lang=zh", "?lang=en"} <= set(page.links())
    plain = read(ask, "/topics/vision")
    assert {"/", "/search", "/papers/2604.00001", "?lang=zh"} <= set(plain.links())


def test_the_directory_lists_what_is_served_and_not_what_was_retired(ask: Ask) -> None:
    page = read(ask, "/")
    topics = [link for link in page.links() if link.startswith("/topics/")]
    assert sorted(topics) == ["/topics/hostile", "/topics/quiet", "/topics/vision"]
    assert "2 papers" in page.shown
    assert "No papers yet" in page.shown
    assert page.headings == ["What this wire carries", HOSTILE, HOSTILE, "Other topics", "Quiet", "Vision"]


def test_a_directory_of_many_topics_comes_in_parts(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "LISTED", 2)
    first, second = read(ask, "/"), read(ask, "/?part=2")
    assert {"/#s0", "/#s1", "/?part=2"} <= set(first.links())
    assert {"/topics/hostile", "/topics/quiet"} <= set(first.links())
    assert "/topics/vision" not in first.links()
    assert "/topics/vision" in second.links()
    assert "/" in second.links()
    read(ask, "/?part=3", 400)


def test_every_page_of_a_topic_leads_to_its_feed(ask: Ask) -> None:
    page = read(ask, "/topics/vision")
    feed = {"rel": "alternate", "type": "application/atom+xml", "title": "Vision", "href": "/feeds/vision.atom"}
    for path in ("/", "/topics/vision", "/topics/vision/days/2026-04-17"):
        assert feed in read(ask, path).all("link")
    assert f"{BASE}/feeds/vision.atom" in [field.get("value") for field in page.all("input") if "readonly" in field]
    quoted = "https%3A%2F%2Fwire.example.org%2Ffeeds%2Fvision.atom"
    assert {
        f"feed:{BASE}/feeds/vision.atom",
        f"https://feedly.com/i/subscription/feed%2F{quoted}",
        f"https://www.inoreader.com/?add_feed={quoted}",
        f"https://www.newsblur.com/?url={quoted}",
    } <= set(page.links())


def test_all_ways_to_take_a_topic_are_there_and_lead_somewhere(ask: Ask) -> None:
    own = [link for link in read(ask, "/topics/vision").links() if link.startswith("/feeds/vision")]
    assert {link.partition("?")[0].removeprefix("/feeds/vision") for link in own} == {
        ".atom", ".rss", ".json", "/daily.atom", "/weekly.atom", ".bib", ".ris", ".csv", ".md",
    }  # fmt: skip
    assert {ask(link).status_code for link in own} == {200}


def test_a_topics_page_shows_what_its_feed_carries(ask: Ask) -> None:
    page = read(ask, "/topics/vision")
    for text in ("Splatting trees", "Ada One, Bob Two", "We present splats.", "Trees are hard.", "2604.00001v1"):
        assert text in page.shown
    assert {f"https://arxiv.org/{form}/2604.00001" for form in ("abs", "pdf", "html")} <= set(page.links())
    assert {"class": "tldr", "lang": "en"} in page.all("p")


def test_a_topic_without_papers_says_so(ask: Ask) -> None:
    assert "No papers yet." in read(ask, "/topics/quiet").shown


@pytest.mark.parametrize("path", ["/", "/topics/hostile", "/topics/hostile/days/2026-04-17", "/papers/2604.00002"])
def test_hostile_text_is_shown_as_text(ask: Ask, path: str) -> None:
    assert HOSTILE in read(ask, path).shown  # a script in the page would be refused by the reader of pages


def test_a_topics_page_names_its_feed_in_every_format(ask: Ask) -> None:
    page = read(ask, "/topics/vision")
    named = {link["type"]: link["href"] for link in page.all("link") if link["rel"] == "alternate"}
    assert list(named) == [
        "application/atom+xml", "application/rss+xml", "application/feed+json", "application/json+oembed",
    ]  # fmt: skip
    for media_type, address in named.items():
        made = ask((address or "").removeprefix(BASE))
        assert (made.status_code, made.mimetype) == (200, (media_type or "").replace("json+oembed", "json"))


@pytest.mark.parametrize("path", ["/", "/topics/vision", "/papers/2604.00001", "/search?q=trees", "/status"])
def test_pages_load_nothing_from_elsewhere(ask: Ask, path: str) -> None:
    page = read(ask, path)
    loaded = [link["href"] for link in page.all("link") if link["rel"] == "stylesheet"]
    assert loaded == [asset_path("style.css")]
    assert ask(asset_path("style.css")).content_type == "text/css; charset=utf-8"
    assert {script["src"] for script in page.all("script")} <= {asset_path("copy.js")}
    assert not page.all("img")


@pytest.mark.parametrize("host", ["wire.example.org", "127.0.0.1:8000"])
@pytest.mark.parametrize("rest", ["", "/days/2026-04-17"])
def test_an_old_slug_leads_to_the_page_at_the_configured_address(ask: Ask, host: str, rest: str) -> None:
    answer = ask(f"/topics/sight{rest}", headers={"Host": host})
    assert (answer.status_code, answer.location) == (301, f"{BASE}/topics/vision{rest}")


@pytest.mark.parametrize("path", ["/topics/vision", "/topics/vision/days/2026-04-17", "/papers/2604.00001"])
def test_a_page_of_content_may_be_kept_for_minutes_and_is_not_sent_twice(ask: Ask, path: str) -> None:
    answer = ask(path)
    assert 60 <= int(answer.cache_control.max_age or 0) <= 300
    assert "Accept-Language" in answer.headers["Vary"]
    assert "Access-Control-Allow-Origin" not in answer.headers
    again = ask(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    chinese = ask(path, headers={"If-None-Match": answer.headers["ETag"], "Accept-Language": "zh"})
    assert chinese.status_code == 200


@pytest.mark.parametrize("path", ["/", "/status", "/search", "/search?q=trees"])
def test_a_page_of_how_things_are_is_asked_for_anew_each_time(ask: Ask, path: str) -> None:
    assert ask(path).headers["Cache-Control"] == "no-cache"


def test_a_day_tells_what_it_brought_and_leads_to_its_neighbours(ask: Ask) -> None:
    page = read(ask, "/topics/vision/days/2026-04-17")
    assert "2 papers of this day are in this topic." in page.shown
    assert "Splatting trees" in page.shown
    assert "2 new" in page.shown  # of the listing's account
    strip = [link for link in read(ask, "/topics/vision").links() if "/days/" in link]
    assert strip == ["/topics/vision/days/2026-04-17"]  # there was no topic before


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/topics/vision/days/2026-04-20", "Not yet: the listings of this day have not been read."),
        ("/topics/quiet/days/2026-04-17", "The listings of that day could not be read."),
    ],
)
def test_an_empty_day_says_why(ask: Ask, path: str, told: str) -> None:
    assert told in read(ask, path).shown


@pytest.mark.parametrize(
    "day",
    [
        "2026-4-17",
        "2026-13-01",
        "20260417",
        "2026-04-17T00",
        "0000-00-00",
        "1991-08-14",
        "2026-04-21",
        "9999-12-31",
    ],
)
def test_days_of_which_nothing_can_be_known_are_not_there(ask: Ask, day: str) -> None:
    read(ask, f"/topics/vision/days/{day}", 404)


def test_a_quiet_day_and_a_hidden_one_do_not_look_alike(make_line: MakeLine) -> None:
    line = make_line([{"slug": "trees", "title": "Trees", "categories": ["cs.CV"], "query": "trees"}])
    line.announce([Item("2604.00001", title="Stones")])
    line.poll()
    path = f"/topics/trees/days/{FRIDAY}"
    assert "A quiet day" in parse(line, path).shown
    line.announce([Item("2604.00001", title="Stones"), Item("2604.00002", title="Trees")])
    line.set_time(MORNING + timedelta(hours=1))
    line.poll()
    assert "1 paper of this day is in this topic." in parse(line, path).shown
    edit(line, "trees", "2604.00002", hidden=True)
    assert "An editor hid what there was." in parse(line, path).shown


def edit(line: Line, slug: str, arxiv_id: str, **said: object) -> None:
    answer = line.app.test_client().put(
        f"/api/v1/topics/{slug}/curation/{arxiv_id}",
        json=said,
        headers={"Authorization": f"Bearer {TOKEN}"},
        base_url=BASE,
    )
    assert answer.status_code == 200, answer.data


def test_a_walk_through_the_pages_of_a_topic_meets_every_paper_once_but_the_pinned_ones_first(
    make_line: MakeLine,
) -> None:
    line = make_line([{"slug": "vision", "title": "Vision", "categories": ["cs.CV"], "entries": 60}])
    line.announce([Item(f"2604.{number:05}", title=f"Trees {number}") for number in range(1, 131)])
    line.poll()
    edit(line, "vision", "2604.00003", pinned=True)
    path: str | None = "/topics/vision"
    met: list[str] = []
    while path:
        page = parse(line, path)
        met += [link.removeprefix("/papers/") for link in page.links() if link.startswith("/papers/")]
        path = next((link for link in page.links() if link.startswith("/topics/vision?before=")), None)
    assert met[0] == "2604.00003"
    assert met[1:] == [f"2604.{number:05}" for number in range(130, 0, -1) if number != 3]
    assert "There is nothing older." in parse(line, "/topics/vision?before=1").shown
    day, after = f"/topics/vision/days/{FRIDAY}", parse(line, f"/topics/vision/days/{FRIDAY}?after=100")
    assert f"{day}?after=50" in parse(line, day).links()
    assert len(after.all("article")) == 30


def test_a_search_shows_what_it_finds_with_its_feed(ask: Ask) -> None:
    page = read(ask, "/search?q=splat*&cat=cs.CV")
    assert "Splatting trees" in page.shown
    address = f"{BASE}/feeds/search.atom?q=splat%2A&cat=cs.CV"
    assert address in [link["href"] for link in page.all("link")]
    assert address in [field.get("value") for field in page.all("input")]
    assert ask(address.removeprefix(BASE)).mimetype == "application/atom+xml"
    assert [field["value"] for field in page.all("input") if field.get("name")] == ["splat*", "cs.CV"]


def test_a_search_that_finds_nothing_says_so(ask: Ask) -> None:
    assert "Nothing that this wire has read matches." in read(ask, "/search?q=zebra").shown


@pytest.mark.parametrize(
    "query", ["q=%3Cscript%3Eevil", "q=" + "evil+" * 300, "cat=evil", "q=evil%22", "q=x&q=evil"]
)
def test_a_query_that_cannot_be_read_is_refused_and_not_repeated(ask: Ask, query: str) -> None:
    assert "evil" not in read(ask, f"/search?{query}", 400).shown


def test_searches_go_on_below_the_last_one_found(make_line: MakeLine) -> None:
    line = make_line([{"slug": "vision", "title": "Vision", "categories": ["cs.CV"]}])
    line.announce([Item(f"2604.{number:05}", title=f"Trees {number}") for number in range(1, 61)])
    line.poll()
    first = parse(line, "/search?q=trees")
    (older,) = [link for link in first.links() if link.startswith("/search?") and "before=" in link]
    rest = parse(line, older)
    assert len(first.all("article")) == 50
    assert len(rest.all("article")) == 10
    assert "/search?q=trees" in rest.links()


@pytest.mark.parametrize("accept", ["text/html,*/*;q=0.8", "*/*", None])
def test_an_address_that_is_not_there_answers_people_with_a_page(ask: Ask, accept: str | None) -> None:
    answer = ask("/nothing/here", headers={"Accept": accept} if accept else {})
    wants_page = accept is not None and "html" in accept
    assert answer.mimetype == ("text/html" if wants_page else "application/problem+json")
