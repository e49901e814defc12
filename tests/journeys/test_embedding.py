"""A topic in a page of another site, in a real browser: as a frame and as the component, with a strict policy, in
the dark, with hostile titles, and when there is nothing to show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from feeds.model.topics import Topic
from service import embedding
from tests.service import processes
from tests.support.browsers import running_browser
from tests.support.hosts import Answer, Host, running_host
from tests.support.listings import Item
from tests.support.wires import Line, running_engine

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FrameLocator, Page

HOSTILE = "<img src=x onerror=alert(1)><script>alert(1)</script> & \"quoted\" 'lone'"
TOPICS: list[dict[str, object]] = [
    {"slug": "vision", "title": HOSTILE, "categories": ["cs.CV"], "formerly": ["sight"]},
    {"slug": "sehen", "title": "视觉", "categories": ["cs.CV"], "summaries": {"language": "zh"}},
    {"slug": "quiet", "title": "Quiet", "categories": ["cs.CV"], "query": "nothing"},
    {"slug": "ended", "title": "Ended", "categories": ["cs.CV"], "retired": True},
]
STRICT = "default-src 'none'; script-src {0}; connect-src {0}; frame-src {0}; require-trusted-types-for 'script'"
FRAME_THAT_GROWS = """<iframe id="grows" src="{0}/embed/vision?limit=2&amp;height=message" title="x" height="10"
 sandbox="allow-scripts"></iframe><script>
addEventListener("message", (event) => {{
  const frame = document.querySelector("#grows");
  if (event.source === frame.contentWindow && event.data.type === "preprint-wire:height") {{
    frame.height = event.data.height;
  }}
}});</script>"""


@dataclass
class Visit:
    """A page of another site, as a browser shows it."""

    page: Page
    said: list[str] = field(default_factory=list)  #: by the console, and of what could not be loaded

    @property
    def frame(self) -> FrameLocator:
        return self.page.frame_locator("iframe")

    def entries(self) -> list[str]:
        """The titles in the component."""
        self.page.locator("preprint-feed li").first.wait_for()
        return [str(title) for title in self.page.locator("preprint-feed h3").all_inner_texts()]


Show = Callable[..., Visit]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as running:
        yield running


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a wire that has polled."""
    folder: Path = tmp_path_factory.mktemp("embedding")
    port = processes.find_port()
    with running_host() as arxiv, running_engine() as engine:
        line = Line(folder, engine, arxiv, TOPICS)
        line.announce(
            [Item("2604.00001", title=HOSTILE, abstract=f"We present {HOSTILE}.", authors="<b>Ada</b>, Bob")]
            + [Item(f"2604.{at:05}", title=f"Splats $x^{at}$", abstract="We present splats.") for at in range(2, 9)]
        )
        line.poll()
        base_url = f"http://127.0.0.1:{port}"
        environ = {
            "WIRE_DATA_DIR": str(line.settings.data_dir),
            "WIRE_BIND": f"127.0.0.1:{port}",
            "WIRE_BASE_URL": base_url,
            "WIRE_REDIS_URL": engine,
        }
        with processes.running(folder, environ, "serve") as process:
            processes.await_answer(process, "127.0.0.1", port)
            yield base_url
        line.close()


@pytest.fixture
def show(browser: Browser, wire: str, host: Host) -> Iterator[Show]:
    """Shows a page of another site: ``show(body, policy=None, lost=None, **how)``.

    What is asked for under ``lost`` never comes; ``how`` sets up the browser.
    """
    opened = []

    def visit(body: str, policy: str | None = None, lost: str | None = None, **how: Any) -> Visit:
        headers = {"Content-Type": "text/html; charset=utf-8"}
        headers |= {"Content-Security-Policy": policy} if policy else {}
        whole = f'<!doctype html><html lang="en"><head><title>Elsewhere</title></head><body>{body}</body></html>'
        host.serve("/", Answer(body=whole.encode(), headers=headers))
        host.serve("/favicon.ico", b"")
        context = browser.new_context(**how)
        opened.append(context)
        if lost:
            context.route(lost, lambda route: route.abort())
        made = Visit(context.new_page())
        made.page.on("console", lambda message: made.said.append(message.text))
        made.page.on("pageerror", lambda error: made.said.append(str(error)))
        made.page.on("requestfailed", lambda request: made.said.append(f"{request.url} failed"))
        made.page.on("dialog", lambda dialog: made.said.append("a script of a title ran"))
        made.page.goto(host.url.replace("127.0.0.1", "localhost"))  # another site, not only another origin
        return made

    yield visit
    for context in opened:
        context.close()


def snippets(wire: str, slug: str, title: str = "Vision") -> embedding.Snippets:
    return embedding.snippets(wire, Topic(slug=slug, title=title, categories=("cs.CV",)), limit=3)


@pytest.mark.parametrize("strict", [False, True], ids=["plain", "strict"])
def test_both_show_the_newest_papers_as_text_on_a_page_of_another_site(wire: str, show: Show, strict: bool) -> None:
    made = snippets(wire, "vision")
    visit = show(made.iframe + made.component, STRICT.format(wire) if strict else None)
    newest = ["Splats x⁸", "Splats x⁷", "Splats x⁶"]
    assert visit.entries() == newest
    assert visit.page.locator("preprint-feed h2").inner_text() == HOSTILE
    assert visit.frame.locator("h1").inner_text() == HOSTILE
    assert visit.frame.locator("li").count() == 3
    visit.frame.locator("math").first.wait_for()
    assert visit.said == []


def test_a_hostile_paper_stays_text_in_both(wire: str, show: Show) -> None:
    topic = Topic(slug="vision", title=HOSTILE, categories=("cs.CV",))
    made = embedding.snippets(wire, topic, limit=50)
    visit = show(made.iframe + made.component)
    assert visit.entries()[-1] == HOSTILE
    assert visit.frame.locator("h2").last.inner_text() == HOSTILE
    assert visit.page.locator("preprint-feed .byline").last.inner_text() == "<b>Ada</b>, Bob"
    assert visit.page.locator("preprint-feed img, preprint-feed b").count() == 0
    assert visit.said == []


def test_links_lead_to_the_paper_in_a_new_tab(wire: str, show: Show) -> None:
    made = snippets(wire, "vision")
    visit = show(made.iframe + made.component)
    visit.entries()
    for link in (visit.page.locator("preprint-feed h3 a").first, visit.frame.locator("h2 a").first):
        assert link.get_attribute("href") == "https://arxiv.org/abs/2604.00008"
        assert (link.get_attribute("target"), link.get_attribute("rel")) == ("_blank", "noopener")


def test_a_frame_needs_no_scripts_and_the_component_falls_back(wire: str, show: Show) -> None:
    made = snippets(wire, "vision")
    visit = show(made.iframe + made.component, java_script_enabled=False)
    assert visit.frame.locator("li").count() == 3
    assert visit.page.get_by_role("link", name="Vision").get_attribute("href") == f"{wire}/topics/vision"
    assert visit.said == []


def test_both_follow_the_readers_dark_scheme_unless_told_otherwise(wire: str, show: Show) -> None:
    made = snippets(wire, "vision")
    light = made.component.replace('theme="auto"', 'theme="light"')
    for body, expected in ((made.iframe + made.component, "rgb(23, 23, 22)"), (light, "rgb(253, 252, 249)")):
        visit = show(body, color_scheme="dark")
        visit.entries()
        colour = "(element) => getComputedStyle(element).backgroundColor"
        assert visit.page.locator("preprint-feed").evaluate(colour) == expected
        if visit.page.locator("iframe").count():
            assert visit.frame.locator("body").evaluate(colour) == expected


def test_a_page_may_give_the_component_its_own_looks(wire: str, show: Show) -> None:
    style = "<style>preprint-feed { --preprint-ink: rgb(1, 2, 3) } preprint-feed::part(tldr) { color: red }</style>"
    visit = show(style + snippets(wire, "vision").component)
    visit.entries()
    colour = "(element) => getComputedStyle(element).color"
    assert visit.page.locator("preprint-feed h3 a").first.evaluate(colour) == "rgb(1, 2, 3)"
    assert visit.page.locator("preprint-feed .tldr").first.evaluate(colour) == "rgb(255, 0, 0)"


def test_a_topic_without_papers_is_said_to_have_none(wire: str, show: Show) -> None:
    made = snippets(wire, "quiet")
    visit = show(made.iframe + made.component)
    visit.page.get_by_text("No papers yet.").wait_for()
    assert visit.frame.locator(".empty").inner_text() == "No papers yet."
    assert visit.said == []


def test_a_renamed_topic_is_still_shown(wire: str, show: Show) -> None:
    made = snippets(wire, "sight")
    visit = show(made.iframe + made.component)
    assert len(visit.entries()) == visit.frame.locator("li").count() == 3
    assert visit.said == []


@pytest.mark.parametrize(
    ("slug", "framed", "told"),
    [
        ("ended", "This topic was retired.", "This topic was retired."),
        ("nothing", "There is no such topic here.", "There is no such topic."),
    ],
)
def test_what_is_wrong_is_told_beside_the_fallback(
    wire: str, show: Show, slug: str, framed: str, told: str
) -> None:
    made = snippets(wire, slug)
    visit = show(made.iframe + made.component)
    line = visit.page.locator("preprint-feed [role=status]").filter(has_text=told)
    line.wait_for()
    assert line.get_by_role("link").get_attribute("href") == f"{wire}/topics/{slug}"
    assert visit.page.get_by_role("link", name="Vision").is_visible()  # the fallback
    assert visit.frame.locator("h1").inner_text() == framed


def test_a_wire_that_does_not_answer_leaves_the_fallback(wire: str, show: Show) -> None:
    visit = show(snippets(wire, "vision").component, lost="**/feeds/**")
    visit.page.get_by_text("The papers cannot be shown just now.").wait_for()
    assert visit.page.get_by_role("link", name="Vision").is_visible()


def test_another_limit_topic_or_language_is_shown_at_once(wire: str, show: Show) -> None:
    visit = show(snippets(wire, "vision").component)
    assert len(visit.entries()) == 3
    element = visit.page.locator("preprint-feed")
    element.evaluate("(element) => { element.setAttribute('limit', '5'); element.setAttribute('topic', 'sehen'); }")
    visit.page.get_by_role("heading", name="视觉").wait_for()
    assert len(visit.entries()) == 5
    assert visit.page.locator("preprint-feed time").first.inner_text() == "2026年4月17日"
    element.evaluate("(element) => element.setAttribute('lang', 'en')")
    visit.page.get_by_text("17 April 2026").first.wait_for()
    assert visit.said == []


def test_a_frame_that_may_run_scripts_can_tell_how_high_it_is(wire: str, show: Show) -> None:
    visit = show(FRAME_THAT_GROWS.format(wire))
    visit.page.wait_for_function("Number(document.querySelector('#grows').height) > 150")
    inner = visit.frame.locator("html").evaluate("(html) => html.scrollHeight - html.clientHeight")
    assert inner <= 1
    assert visit.said == []


def test_nothing_but_the_pages_for_frames_can_be_framed(wire: str, show: Show) -> None:
    visit = show("")
    add = "(address) => document.body.append(Object.assign(document.createElement('iframe'), { src: address }))"
    with visit.page.expect_console_message(lambda message: "frame-ancestors 'none'" in message.text):
        visit.page.evaluate(add, f"{wire}/topics/quiet")
