"""Real feed readers subscribe to a running wire by the addresses on its pages."""

from __future__ import annotations

import mailbox
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from email.header import decode_header, make_header
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from urllib.request import ProxyHandler, build_opener

import feedparser
import pytest
from lxml import etree, html
from reader import UpdatedFeed, make_reader

from tests.support.databases import settings_for
from tests.support.listings import Item, make_listing
from tests.support.processes import free_port, processes_with, started
from tests.support.readers import TIMEOUT_SECONDS, Home, Proxy, need, running_proxy
from tests.support.wires import write_topics

ATOM = "application/atom+xml"
DAY = date(2026, 4, 17)
#: Titles that readers are known to break, of papers that are in several topics.
AWKWARD = [
    Item("2604.00001", title=r"R&D: if $a<b$ then List<int>, <b>not</b> bold, &lt;3 &amp; so on"),
    Item("2604.00002", title="No “quotes” 'here' \"there\" | ]]> – 深層学習 🎻", categories=("cs.SD", "cs.CV")),
    Item("2604.00003", title=r"Schr\"odinger's {\L}ukasiewicz in $O(n^2)$\tfor 100% of C:\new", abstract=""),
    Item("2604.00004", title="A title " * 30, authors=""),
]
TOPICS: list[dict[str, object]] = [
    {"slug": "vision", "title": "Vision & <sight>", "categories": ["cs.CV"], "section": "It's here"},
    {"slug": "everything", "title": "Everything", "categories": ["cs.CV", "cs.SD"]},
    {"slug": "silence", "title": "Silence", "categories": ["cs.SD"], "query": "silence"},
]

#: A title by the paper's id.
Titles = dict[str, str]


@dataclass(frozen=True)
class Carried:
    """A running wire, as somebody finds it who looks for feeds."""

    proxy: Proxy
    feeds: dict[str, Titles]  #: by address
    opml: str

    @property
    def papers(self) -> Titles:
        return {paper: title for feed in self.feeds.values() for paper, title in feed.items()}

    def shown(self) -> list[tuple[str, str, str]]:
        """Address, id and title of all that a reader with all feeds should show."""
        return sorted((address, *entry) for address, feed in self.feeds.items() for entry in feed.items())

    def answers(self, status: int) -> list[tuple[str, int]]:
        """What the proxy notes where every feed is fetched once."""
        return sorted((urlsplit(address).path, status) for address in self.feeds)


def fetch(url: str) -> bytes:
    with build_opener(ProxyHandler({})).open(url, timeout=TIMEOUT_SECONDS) as answer:
        body: bytes = answer.read()
        return body


def read_titles(body: bytes) -> Titles:
    """A feed as feedparser sees it."""
    parsed = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False)
    titles = {entry.id: entry.title for entry in parsed.entries}
    assert (bool(parsed.bozo), len(titles)) == (False, len(parsed.entries))
    return titles


@pytest.fixture(scope="module", params=["sample", "awkward"])
def carried(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Carried]:
    """The demo, once on its own sample, once on titles that are hard to show."""
    folder = tmp_path_factory.mktemp("wire")
    port = free_port()
    with running_proxy(port) as proxy:
        given = {"WIRE_BIND": f"127.0.0.1:{port}", "WIRE_BASE_URL": proxy.url, "WIRE_DATA_DIR": str(folder / "var")}
        given |= settings_for(folder / "var")
        arguments = ["demo"]
        if request.param == "awkward":
            write_topics(folder / "topics.yaml", TOPICS)
            given["WIRE_TOPICS"] = str(folder / "topics.yaml")
            arguments += ["--recordings", str(record(folder / "recordings"))]
        with started(arguments, given, folder) as demo:
            demo.await_line("All days are in")
            opml = fetch(f"{proxy.url}/feeds.opml").decode()
            feeds = {outline["xmlUrl"]: read_titles(fetch(outline["xmlUrl"])) for outline in outlines(opml)}
            yield Carried(proxy, feeds, opml)
            assert demo.stop() == 0
    assert processes_with(str(folder)) == []


def record(folder: Path) -> Path:
    folder.mkdir()
    for listing in ("cs.CV", "cs.SD"):
        items = [item for item in AWKWARD if listing in item.categories]
        (folder / f"atom_{listing}_{DAY}.xml").write_bytes(make_listing(items, listing, DAY))
    return folder


@pytest.fixture(autouse=True)
def nothing_seen(carried: Carried) -> None:
    """Every test begins with a proxy that has seen nothing."""
    carried.proxy.take_answered()


# --- the addresses


def outlines(opml: str) -> list[dict[str, str]]:
    """The subscriptions in a list, as their attributes."""
    found = etree.fromstring(opml.encode()).iter("outline")
    return [{str(k): str(v) for k, v in outline.attrib.items()} for outline in found if "xmlUrl" in outline.attrib]


def feed_links(url: str) -> list[str]:
    """The feeds that a page names in its head; each is also there to be clicked."""
    page = html.document_fromstring(fetch(url))
    named = [link for link in page.iter("link") if (link.get("rel"), link.get("type")) == ("alternate", ATOM)]
    found = [urljoin(url, link.get("href", "")) for link in named]
    assert set(found) <= {urljoin(url, link.get("href", "")) for link in page.iter("a")}
    return found


def test_the_pages_and_the_subscription_list_name_the_same_feeds(carried: Carried) -> None:
    assert sorted(feed_links(f"{carried.proxy.url}/")) == sorted(carried.feeds)
    for outline in outlines(carried.opml):
        assert feed_links(outline["htmlUrl"]) == [outline["xmlUrl"]]


def test_papers_are_in_several_topics(carried: Carried) -> None:
    """Else the other tests show little."""
    assert len(carried.feeds) > 2
    assert len(carried.shown()) > len(carried.papers) > 2


# --- newsboat


class Newsboat:
    """newsboat in a home of its own, subscribed to a list."""

    def __init__(self, folder: Path, opml: str) -> None:
        need("newsboat", "newsboat")
        self._home = Home(folder)
        self._urls = folder / "urls"
        (folder / "feeds.opml").write_text(opml, encoding="utf-8")
        self._run("--import-from-opml=feeds.opml")

    @property
    def subscriptions(self) -> list[str]:
        """Lines of an address and tags."""
        return self._urls.read_text(encoding="utf-8").splitlines()

    def keep_only(self, subscription: str) -> None:
        self._urls.write_text(f"{subscription}\n", encoding="utf-8")
        (self._home.folder / "cache.db").unlink(missing_ok=True)

    def reload(self) -> list[tuple[str, str, str]]:
        """Fetch; gives feed, id and title of all that is there to be read."""
        self._run("--execute=reload")
        with closing(sqlite3.connect(self._home.folder / "cache.db")) as cache:
            rows = cache.execute(
                "SELECT feedurl, guid, title FROM rss_item WHERE unread AND NOT deleted"
            ).fetchall()
        assert self._run("--execute=print-unread").split()[0] == str(len(rows))
        return sorted(rows)

    def _run(self, option: str) -> str:
        return self._home.run("newsboat", "--url-file=urls", "--cache-file=cache.db", option)


def test_newsboat_shows_every_paper_of_a_topic_once(carried: Carried, tmp_path: Path) -> None:
    newsboat = Newsboat(tmp_path, carried.opml)
    subscriptions = newsboat.subscriptions
    assert sorted(line.split()[0] for line in subscriptions) == sorted(carried.feeds)
    for subscription in subscriptions:
        address = subscription.split()[0]
        newsboat.keep_only(subscription)
        shown = newsboat.reload()
        assert shown == [entry for entry in carried.shown() if entry[0] == address]
        assert newsboat.reload() == shown
        carried.proxy.take_answered()
        assert newsboat.reload() == shown  # the first with a condition: no tag is kept of a feed's first fetch
        assert carried.proxy.take_answered() == [(urlsplit(address).path, 304)]


def test_newsboat_with_all_topics_shows_every_paper_once_in_one_of_its_topics(
    carried: Carried, tmp_path: Path
) -> None:
    """It knows papers by their id alone, whatever feed they are in (github.com/newsboat/newsboat/issues/898)."""
    newsboat = Newsboat(tmp_path, carried.opml)
    shown = newsboat.reload()
    assert sorted((paper, title) for _, paper, title in shown) == sorted(carried.papers.items())
    assert set(shown) <= set(carried.shown())
    assert newsboat.reload() == newsboat.reload() == shown


# --- sfeed


def test_sfeed_shows_every_paper_of_every_topic_once(carried: Carried, tmp_path: Path) -> None:
    need("sfeed_update", "sfeed")
    need("curl", "curl")
    home = Home(tmp_path)
    (tmp_path / "sfeedrc").write_text(home.run("sfeed_opml_import", stdin=carried.opml), encoding="utf-8")
    home.run("sfeed_update", "sfeedrc")
    names = {outline["xmlUrl"]: outline["text"] for outline in outlines(carried.opml)}
    files = {address: tmp_path / ".sfeed" / "feeds" / name for address, name in names.items()}
    assert {address: read_sfeed(file) for address, file in files.items()} == {
        address: sorted(feed.items()) for address, feed in carried.feeds.items()
    }
    before = {file: file.read_bytes() for file in files.values()}
    home.run("sfeed_update", "sfeedrc")
    assert {file: file.read_bytes() for file in files.values()} == before


def read_sfeed(file: Path) -> list[tuple[str, str]]:
    """Id and title of each line (sfeed(5))."""
    rows = [line.split("\t") for line in file.read_text(encoding="utf-8").splitlines()]
    return sorted((row[5], row[1]) for row in rows)


# --- rss2email


def test_rss2email_sends_every_paper_of_every_topic_once(carried: Carried, tmp_path: Path) -> None:
    need("r2e", "rss2email")
    home = Home(tmp_path)
    home.run("r2e", "new", "me@example.org")
    set_up_mail(home)
    home.run("r2e", "opmlimport", stdin=carried.opml)
    home.run("r2e", "run")
    assert carried.proxy.take_answered() == carried.answers(200)
    sent = read_mail(home)
    assert sent == carried.shown()
    home.run("r2e", "run")
    assert carried.proxy.take_answered() == carried.answers(304)
    assert read_mail(home) == sent


def set_up_mail(home: Home) -> None:
    config = home.folder / ".xdg_config_home" / "rss2email.cfg"
    wanted = {"email-protocol": "maildir", "maildir-path": str(home.folder), "maildir-mailbox": "mail"}
    text = config.read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if line.split(" =")[0] not in wanted]
    kept[1:1] = [f"{name} = {value}" for name, value in wanted.items()]
    config.write_text("\n".join(kept) + "\n", encoding="utf-8")


def read_mail(home: Home) -> list[tuple[str, str, str]]:
    """Feed, id and subject of each mail."""
    box = mailbox.Maildir(home.folder / "mail", create=False)
    return sorted(
        (mail["X-RSS-Feed"], mail["X-RSS-ID"], str(make_header(decode_header(mail["Subject"])))) for mail in box
    )


# --- lemon24's reader


def test_reader_shows_every_paper_of_every_topic_once(
    carried: Carried, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    with closing(make_reader(str(tmp_path / "reader.db"))) as reader:
        for address in carried.feeds:
            reader.add_feed(address)
        first = {result.url: result.value for result in reader.update_feeds_iter(scheduled=False)}
        assert carried.proxy.take_answered() == carried.answers(200)
        assert first == {url: UpdatedFeed(url, len(feed), 0, 0) for url, feed in carried.feeds.items()}
        shown = [(entry.feed_url, entry.id, entry.title) for entry in reader.get_entries()]
        assert sorted(shown) == carried.shown()
        again = [result.value for result in reader.update_feeds_iter(scheduled=False)]
        assert carried.proxy.take_answered() == carried.answers(304)
        assert again == [None] * len(carried.feeds)
        assert reader.get_entry_counts().total == len(shown)
