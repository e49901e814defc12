"""Snippets for other sites, and which addresses oEmbed answers for."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from feeds.model.topics import Topic
from service import embedding
from service.assets import load_asset

BASE = "https://wire.example.org"
HOSTILE = "</a></preprint-feed><script>alert(1)</script> & \"quoted\" 'lone'"


class Read(HTMLParser):
    """The elements of a snippet with their attributes, and its text."""

    def __init__(self, snippet: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(snippet)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def make_topic(title: str = "Vision") -> Topic:
    return Topic(slug="vision", title=title, categories=("cs.CV",))


def test_the_frame_needs_no_scripts_and_may_do_nothing_but_open_links() -> None:
    [(tag, frame)] = Read(embedding.snippets(BASE, make_topic()).iframe).elements
    assert tag == "iframe"
    assert frame == {
        "src": f"{BASE}/embed/vision", "title": "Vision", "width": "100%", "height": "480", "loading": "lazy",
        "frameborder": "0", "sandbox": "allow-popups allow-popups-to-escape-sandbox",
    }  # fmt: skip


def test_the_component_is_loaded_by_its_digest_and_falls_back_to_a_link() -> None:
    read = Read(embedding.snippets(BASE, make_topic(), limit=5, theme="dark").component)
    script = load_asset("embed.js")
    assert read.elements == [
        ("script", {
            "type": "module", "src": BASE + script.path, "integrity": script.integrity, "crossorigin": "anonymous",
        }),
        ("preprint-feed", {"topic": "vision", "limit": "5", "theme": "dark"}),
        ("a", {"href": f"{BASE}/topics/vision"}),
    ]  # fmt: skip
    assert read.text.strip() == "Vision"


def test_options_are_part_of_the_frames_address() -> None:
    [(_, frame)] = Read(embedding.snippets(BASE, make_topic(), limit=5, theme="dark").iframe).elements
    assert frame["src"] == f"{BASE}/embed/vision?limit=5&theme=dark"


def test_a_hostile_title_stays_text() -> None:
    made = embedding.snippets(BASE, make_topic(HOSTILE))
    [(_, frame)] = Read(made.iframe).elements
    assert frame["title"] == HOSTILE
    component = Read(made.component)
    assert [tag for tag, _ in component.elements] == ["script", "preprint-feed", "a"]
    assert component.text.strip() == HOSTILE


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        (BASE, f"{BASE}/topics/vision"), (BASE, f"{BASE}/topics/vision?lang=zh#x"), (BASE, f"{BASE}/embed/vision"),
        (BASE, f"{BASE}/feeds/vision.atom"), (BASE, f"{BASE}/feeds/vision.json?limit=5"),
        (BASE, "HTTPS://Wire.Example.ORG/topics/vision"), (f"{BASE}/wire", f"{BASE}/wire/topics/vision"),
    ],
)  # fmt: skip
def test_our_own_addresses_name_a_topic(base_url: str, url: str) -> None:
    assert embedding.find_slug(base_url, url) == "vision"


@pytest.mark.parametrize(
    "url",
    [
        "", "vision", "/topics/vision", "//wire.example.org/topics/vision", "http://wire.example.org/topics/vision",
        "https://evil.example/topics/vision", f"{BASE}.evil.example/topics/vision", f"{BASE}@evil.example/topics/x",
        f"{BASE}:8443/topics/vision", "https://[evil/topics/vision", "file:///etc/passwd", "javascript:alert(1)",
        BASE, f"{BASE}/", f"{BASE}/topics", f"{BASE}/topics/", f"{BASE}/topics/a/b", f"{BASE}/topics/..",
        f"{BASE}/topics/vision/", f"{BASE}/topics/vi%73ion", f"{BASE}/feeds/vision", f"{BASE}/feeds/vision.md",
        f"{BASE}/feeds/vision/daily.atom", f"{BASE}/papers/2604.00001", f"{BASE}/topics/<script>",
    ],
)  # fmt: skip
def test_no_other_address_does(url: str) -> None:
    assert embedding.find_slug(BASE, url) in (None, "..")  # of which there is no topic


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [(None, None, (640, 480)), (300, None, (300, 480)), (None, 200, (640, 200)), (9000, 9000, (640, 480))],
)
def test_oembed_fits_into_the_room_that_there_is(
    width: int | None, height: int | None, expected: tuple[int, int]
) -> None:
    answer = embedding.describe(BASE, make_topic(), width, height)
    assert (answer["width"], answer["height"]) == expected
    [(_, frame)] = Read(answer["html"]).elements
    assert (frame["width"], frame["height"]) == tuple(map(str, expected))


def test_the_discovery_link_asks_for_the_topics_page() -> None:
    assert (
        embedding.oembed_url(BASE, "vision")
        == f"{BASE}/oembed?url=https%3A%2F%2Fwire.example.org%2Ftopics%2Fvision&format=json"
    )
