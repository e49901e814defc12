"""The whole service as static files: the same bytes, complete, and no more written than changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest
from lxml import html

from service.app import create_app
from service.assets import asset_path
from tests.service.cli.conftest import TOPICS, Command
from tests.support.listings import Item
from tests.support.wires import Line, write_topics
from workers.demo import set_clock
from workers.schedule import take_over_topics

MakeLine = Callable[..., Line]
#: What goes by the moment it is asked for.
VOLATILE = {"index.html", "status/index.html", "404.html"}


@pytest.fixture
def line(folder: Path, make_line: MakeLine, monkeypatch: pytest.MonkeyPatch) -> Line:
    line = make_line([*TOPICS, {"slug": "old", "title": "Old", "categories": ["cs.CV"], "retired": True}])
    line.announce([Item(f"2604.{at:05}", title=f"Splats {at}") for at in range(1, 131)])
    line.poll()
    monkeypatch.setenv("WIRE_BASE_URL", line.settings.base_url)
    set_clock(folder / "clock", line.clock.now())
    monkeypatch.setenv("WIRE_CLOCK_FILE", str(folder / "clock"))
    return line


def define(line: Line, topics: list[dict[str, object]]) -> None:
    write_topics(line.settings.topics, topics)
    take_over_topics(line.runtime)


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".wire-site"
    }


def links_of(body: bytes) -> list[str]:
    found = html.document_fromstring(body).xpath("//@href | //@src")
    assert isinstance(found, list)
    return [str(link) for link in found]


def test_every_file_is_what_the_service_sends(line: Line, wire: Command, tmp_path: Path) -> None:
    ran = wire("export", "--site", str(tmp_path / "site"))
    assert (ran.code, ran.err) == (0, "")
    written = files(tmp_path / "site")
    client = create_app(replace(line.settings, editors={}), line.clock).test_client()  # nobody signs in to files
    for name in set(written) - VOLATILE:
        path = "/" + name.removesuffix("index.html").rstrip("/")
        answer = client.get(path, base_url=line.settings.base_url)
        assert (path, answer.status_code, answer.data.splitlines()) == (path, 200, written[name].splitlines())
    assert {
        "index.html", "404.html", "status/index.html", "topics/splats/index.html", "topics/quiet/index.html",
        "feeds.opml", "feeds/splats.atom", "feeds/splats.rss", "feeds/splats.json", "feeds/splats/daily.atom",
        "feeds/splats/weekly.json", "feeds/splats/archive/1.atom", "feeds/splats/archive/2.atom", "feeds/splats.md",
        "feeds/splats.bib", "feeds/quiet.atom", "feeds/status.atom", "favicon.ico",
        "embed/splats/index.html", "embed.js", asset_path("embed.js").strip("/"),
    } <= set(written)  # fmt: skip
    assert not [name for name in written if name.startswith(("api", "hub", "feeds/old", "topics/old"))]


def test_every_link_of_a_page_leads_to_a_file(line: Line, wire: Command, tmp_path: Path) -> None:
    wire("export", "--site", str(tmp_path / "site"))
    written = files(tmp_path / "site")
    for name, body in written.items():
        if name.endswith(".html"):
            for link in links_of(body):
                if link.startswith("/") and "?" not in link and not link.startswith("/api/"):
                    target = unquote(link.partition("#")[0]).strip("/")
                    assert {target, f"{target}/index.html".lstrip("/")} & set(written), (name, link)


def test_a_relative_site_can_be_opened_anywhere(line: Line, wire: Command, tmp_path: Path) -> None:
    wire("export", "--site", str(tmp_path / "site"), "--relative")
    for path in (tmp_path / "site").rglob("*.html"):
        for link in links_of(path.read_bytes()):
            if not re.match(r"https?:|#|mailto:|/api/|/hub|feed:", link) and "?" not in link:
                assert (path.parent / unquote(link.partition("#")[0])).is_file(), (path, link)


def test_feeds_are_made_for_the_address_they_will_have(line: Line, wire: Command, tmp_path: Path) -> None:
    wire("export", "--site", str(tmp_path / "site"), "--base", "https://static.example/")
    body = (tmp_path / "site/feeds/splats.atom").read_text(encoding="utf-8")
    assert '<link href="https://static.example/feeds/splats.atom" rel="self"' in body
    assert line.settings.base_url not in body


def test_a_second_run_writes_what_changed_and_deletes_what_is_gone(
    line: Line, wire: Command, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    wire("export", "--site", str(site))
    (site / "mine.txt").write_text("not the wire's")
    before = {name: (site / name).stat().st_mtime_ns for name in files(site)}
    define(line, [TOPICS[0], {**TOPICS[1], "retired": True}])
    ran = wire("export", "--site", str(site))
    after = files(site)
    assert "feeds/quiet.atom" not in after
    assert after["mine.txt"] == b"not the wire's"
    feeds = [name for name in after if name.startswith("feeds/splats")]
    assert feeds
    assert all((site / name).stat().st_mtime_ns == before[name] for name in feeds)
    assert re.fullmatch(r"\d+ files written, \d+ left as they were, [1-9]\d* deleted, in .*\n", ran.out)


def test_a_list_that_was_tampered_with_deletes_nothing_elsewhere(line: Line, wire: Command, tmp_path: Path) -> None:
    site, victim = tmp_path / "site", tmp_path / "victim"
    victim.write_text("dear")
    site.mkdir()
    (site / ".wire-site").write_text(f"../victim\n{victim}\n")
    assert wire("export", "--site", str(site)).code == 0
    assert victim.read_text() == "dear"


@pytest.mark.parametrize("options", [["splats"], ["--all"], ["--out", "x"]], ids=" ".join)
def test_a_site_is_everything(wire: Command, tmp_path: Path, options: list[str]) -> None:
    assert wire("export", "--site", str(tmp_path), *options).code == 2
    assert wire("export", "splats", "--relative").code == 2
