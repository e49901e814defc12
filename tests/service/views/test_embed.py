"""What other sites embed: the page for frames, the component's file, oEmbed's answer."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from lxml import html
from lxml.html import HtmlElement
from markupsafe import escape

from feeds import composing
from feeds.model.calendar import next_announcement
from feeds.model.topics import Topic
from service import embedding
from service.assets import load_asset
from tests.service.conftest import BASE, HOSTILE, Ask
from tests.support.wires import Line

STATES = (
    ("vision", 200, "Vision"), ("quiet", 200, "Quiet"), ("hostile", 200, HOSTILE),
    ("ended", 410, "This topic was retired."),
    ("nothing", 404, "There is no such topic here."), ("%3Cscript%3E", 404, "There is no such topic here."),
)  # fmt: skip


def read(ask: Ask, path: str, status: int = 200) -> HtmlElement:
    answer = ask(path)
    assert (answer.status_code, answer.content_type) == (status, "text/html; charset=utf-8")
    return html.document_fromstring(answer.data)


def find(page: HtmlElement, path: str) -> list[HtmlElement]:
    found = page.xpath(path)
    assert isinstance(found, list)
    return [element for element in found if isinstance(element, HtmlElement)]


def texts(page: HtmlElement, path: str) -> list[str]:
    return [" ".join(str(found.text_content()).split()) for found in find(page, path)]


@pytest.mark.parametrize(("slug", "status", "heading"), STATES)
def test_every_state_is_a_whole_page_with_a_heading_and_the_acknowledgement(
    ask: Ask, slug: str, status: int, heading: str
) -> None:
    page = read(ask, f"/embed/{slug}", status)
    assert texts(page, "//h1") == [heading]
    assert page.get("lang") == "en"
    assert composing.ACKNOWLEDGEMENT in texts(page, "//footer")[0]
    assert composing.DISCLAIMER in texts(page, "//footer")[0]
    assert not find(page, "//script | //form | //img | //iframe | //style | //@style/..")
    [sheet] = find(page, "//link[@rel='stylesheet']")
    assert ask(sheet.get("href")).headers["Cache-Control"].endswith("immutable")


def test_entries_show_title_authors_summary_and_date_and_lead_to_the_paper(ask: Ask) -> None:
    page = read(ask, "/embed/vision")
    titles = [(link.text_content(), link.get("href")) for link in find(page, "//h2/a")]
    assert titles == [
        (HOSTILE, "https://arxiv.org/abs/2604.00002"), ("Splatting trees", "https://arxiv.org/abs/2604.00001"),
    ]  # fmt: skip
    assert texts(page, "//li/p[@class='byline']") == ['<b>Ada</b> & "Co", Bob', "Ada One, Bob Two"]
    feed = json.loads(ask("/feeds/vision.json").data)
    assert texts(page, "//li/p[@class='tldr']") == [item["summary"] for item in feed["items"]]
    assert texts(page, "//li//time") == ["17 April 2026", "17 April 2026"]
    [whole] = find(page, "//h1/a")
    assert whole.get("href") == f"{BASE}/topics/vision"


def test_every_link_opens_outside_of_the_frame_and_tells_nothing_of_it(ask: Ask) -> None:
    for slug, status, _ in STATES:
        links = find(read(ask, f"/embed/{slug}", status), "//a")
        assert links
        assert {(link.get("target"), link.get("rel")) for link in links} == {("_blank", "noopener")}


def test_a_topic_without_papers_says_so(ask: Ask) -> None:
    assert "No papers yet." in texts(read(ask, "/embed/quiet"), "//main/p[@class='empty']")


def test_limit_takes_the_newest(ask: Ask) -> None:
    assert texts(read(ask, "/embed/vision?limit=1"), "//h2") == [HOSTILE]


def test_theme_is_the_readers_system_where_nothing_else_is_asked_for(ask: Ask) -> None:
    for query, theme, scheme in (("", "auto", "light dark"), ("?theme=dark", "dark", "dark")):
        page = read(ask, f"/embed/vision{query}")
        [meta] = find(page, "//meta[@name='color-scheme']")
        assert (page.get("data-theme"), meta.get("content")) == (theme, scheme)


def test_lang_chooses_what_the_page_says_and_titles_stay_the_authors(ask: Ask) -> None:
    page = read(ask, "/embed/vision?lang=zh")
    assert page.get("lang") == "zh"
    assert texts(page, "//li//time")[0] == "2026年4月17日"
    assert {title.get("lang") for title in find(page, "//h2 | //li/p[@class!='date']")} == {"en"}
    assert texts(read(ask, "/embed/nothing?lang=zh", 404), "//h1") == ["这里没有这个主题。"]
    assert read(ask, "/embed/nothing?lang=zh&theme=dark", 404).get("data-theme") == "dark"


def test_only_where_it_is_asked_to_tell_its_height_there_is_a_script_of_ours(ask: Ask) -> None:
    [script] = find(read(ask, "/embed/vision?height=message"), "//script")
    assert script.text is None
    assert b"preprint-wire:height" in ask(script.get("src")).data


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=51", "limit=x", "theme=pink", "theme=", "lang=<script>", "height=9", "math=tex", "x",
     "limit=1&limit=2", "authors=joined", "since=2026-04-17"],
)  # fmt: skip
def test_wrong_options_are_refused_in_words_that_fit_into_a_frame(ask: Ask, query: str) -> None:
    page = read(ask, f"/embed/vision?{query}", 400)
    assert "script" not in texts(page, "//h1")[0]
    assert page.get("data-theme") == "auto"


def test_an_old_slug_leads_to_the_new_one_with_all_options(ask: Ask) -> None:
    answer = ask("/embed/sight?limit=3&theme=dark&lang=zh", headers={"Host": "127.0.0.1:8000"})
    assert (answer.status_code, answer.location) == (301, f"{BASE}/embed/vision?limit=3&theme=dark&lang=zh")


def test_a_page_that_did_not_change_is_not_sent_again(ask: Ask) -> None:
    first = ask("/embed/vision")
    assert "max-age=" in first.headers["Cache-Control"]
    assert ask("/embed/vision", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert ask("/embed/vision").data == first.data
    assert ask("/embed/vision", "HEAD").headers["ETag"] == first.headers["ETag"]


def test_a_frame_is_not_kept_longer_than_its_feed(face: Line, ask: Ask) -> None:
    def age(path: str) -> int:
        return int(ask(path).headers["Cache-Control"].partition("max-age=")[2].partition(",")[0])

    now = face.clock.at
    try:
        face.clock.at = next_announcement(now) - timedelta(minutes=2)
        assert age("/embed/vision") <= 120
    finally:
        face.clock.at = now


def test_the_component_is_sent_to_other_sites_scripts(ask: Ask) -> None:
    answer = ask("/embed.js")
    assert (answer.content_type, answer.data) == (
        "text/javascript; charset=utf-8",
        load_asset("embed.js").document.body,
    )
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "immutable" not in answer.headers["Cache-Control"]
    assert ask("/embed.js", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_the_component_makes_text_nodes_only_and_thanks_arxiv() -> None:
    script = load_asset("embed.js").document.body.decode()
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "srcdoc"):
        assert way not in script
    assert composing.ACKNOWLEDGEMENT in script
    assert (f"SHOWN = {embedding.SHOWN};" in script) == (f"MOST = {embedding.MAX_SHOWN};" in script) is True


@pytest.mark.parametrize("path", ["/topics/vision", "/feeds/vision.atom", "/embed/vision", "/topics/sight"])
def test_oembed_tells_how_to_frame_what_an_address_of_ours_shows(ask: Ask, path: str) -> None:
    answer = ask(f"/oembed?url={BASE}{path}&format=json&maxwidth=400&dnt=1")
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    told = json.loads(answer.data)
    frame = html.fragment_fromstring(told.pop("html"))
    assert frame.get("src") == f"{BASE}/embed/vision"
    assert told == {
        "version": "1.0", "type": "rich", "title": "Vision", "provider_name": "Preprint Wire", "provider_url": BASE,
        "cache_age": 3600, "width": 400, "height": 480,
    }  # fmt: skip


def test_a_topics_page_leads_to_oembed_and_from_there_to_the_frame(ask: Ask) -> None:
    [link] = find(read(ask, "/topics/vision"), "//head/link[@type='application/json+oembed']")
    told = json.loads(ask(link.get("href").removeprefix(BASE)).data)
    frame = html.fragment_fromstring(told["html"]).get("src").removeprefix(BASE)
    assert texts(read(ask, frame), "//h1") == [told["title"]] == ["Vision"]


def test_a_topics_page_has_the_snippets_to_be_copied(ask: Ask) -> None:
    page = ask("/topics/vision").get_data(as_text=True)
    made = embedding.snippets(BASE, Topic(slug="vision", title="Vision", categories=("cs.CV",)))
    assert escape(made.iframe) in page
    assert escape(made.component) in page


def test_a_hostile_title_stays_text_in_oembeds_html(ask: Ask) -> None:
    told = json.loads(ask(f"/oembed?url={BASE}/topics/hostile").data)
    assert told["title"] == HOSTILE
    assert html.fragment_fromstring(told["html"]).get("title") == HOSTILE


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400), ("url=", 404), ("url=https://evil.example/topics/vision", 404),
        (f"url={BASE}/topics/nothing", 404), (f"url={BASE}/topics/ended", 410), (f"url={BASE}/status", 404),
        (f"url={BASE}/topics/..", 404), (f"url={BASE}/topics/vision&format=xml", 501),
        (f"url={BASE}/topics/vision&format=yaml", 501), (f"url={BASE}/topics/vision&maxwidth=0", 400),
        (f"url={BASE}/topics/vision&maxheight=tall", 400), (f"url={BASE}/topics/vision&callback=evil", 400),
    ],
)  # fmt: skip
def test_oembed_answers_for_nothing_else_and_repeats_nothing(ask: Ask, query: str, status: int) -> None:
    answer = ask(f"/oembed?{query}")
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "evil" not in answer.get_data(as_text=True)
