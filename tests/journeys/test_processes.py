"""A wire as users run it: real processes from one command, on loopback."""

from __future__ import annotations

import re
import signal
import subprocess
import threading
import urllib.error
import urllib.request
from datetime import date
from pathlib import Path

import feedparser
import pytest

from tests.support.databases import settings_for
from tests.support.hosts import Answer, Host
from tests.support.listings import Item, make_listing
from tests.support.processes import environ, free_port, processes_with, started, wait_for
from tests.support.wires import write_topics
from workers.processes import python_command

TOPICS: list[dict[str, object]] = [
    {"slug": "vision", "title": "Vision", "categories": ["cs.CV"]},
    {"slug": "sound", "title": "Sound", "categories": ["cs.SD"]},
]


def settings(folder: Path, port: int, **more: str) -> dict[str, str]:
    write_topics(folder / "topics.yaml", TOPICS)
    return {
        "WIRE_DATA_DIR": str(folder / "var"),
        "WIRE_TOPICS": str(folder / "topics.yaml"),
        "WIRE_BIND": f"127.0.0.1:{port}",
        **settings_for(folder / "var"),
        **({"WIRE_ARXIV_MIN_INTERVAL": "0"} if "WIRE_ARXIV_LISTING_URL" in more else {}),
        **more,
    }


def command(given: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        python_command(*arguments), env=environ(**given), capture_output=True, text=True, timeout=120, check=False
    )


def fetch(port: int, path: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read(), {k.lower(): v for k, v in answer.headers.items()}
    except urllib.error.HTTPError as error:
        return error.code, error.read(), {k.lower(): v for k, v in error.headers.items()}


def ids(body: bytes) -> list[str]:
    return [entry.id for entry in feedparser.parse(body).entries]


@pytest.fixture
def arxiv(host: Host) -> Host:
    host.serve("/atom/cs.CV", make_listing([Item("2604.00001"), Item("2604.00002")]))
    host.serve("/atom/cs.SD", make_listing([Item("2604.00003", categories=("cs.SD",))], "cs.SD"))
    return host


@pytest.mark.usefixtures("on_each_database")
def test_run_polls_enriches_publishes_and_serves(tmp_path: Path, arxiv: Host) -> None:
    port = free_port()
    given = settings(tmp_path, port, WIRE_ARXIV_LISTING_URL=arxiv.url, WIRE_CONTACT="ops@example.org")
    with started(["run"], given, tmp_path) as wire:
        wire.await_line(rf"http://127\.0\.0\.1:{port}/")
        polled = command(given, "poll", "--wait")
        assert (polled.returncode, polled.stderr) == (0, "")
        status, body, headers = fetch(port, "/feeds/vision.atom")
        assert status == 200
        assert ids(body) == ["oai:arXiv.org:2604.00002", "oai:arXiv.org:2604.00001"]
        assert fetch(port, "/feeds/vision.atom", **{"If-None-Match": headers["etag"]})[:2] == (304, b"")
        assert ids(fetch(port, "/feeds/sound.atom")[1]) == ["oai:arXiv.org:2604.00003"]
        assert fetch(port, "/readyz")[0] == 200
        agents = {request.headers["user-agent"] for request in arxiv.requests}
        assert len(agents) == 1
        assert "ops@example.org" in agents.pop()

        arxiv.serve("/atom/cs.CV", Answer(500))
        refused = command(given, "poll", "--wait", "cs.CV")
        assert refused.returncode == 1
        assert "unreachable: HTTP 500" in refused.stdout
        assert fetch(port, "/feeds/vision.atom")[1] == body

        second = command({**given, "WIRE_BIND": f"127.0.0.1:{free_port()}"}, "run")
        assert second.returncode == 1
        assert "another wire" in second.stderr
        assert len(second.stderr.splitlines()) == 1
        assert wire.stop() == 0
        assert "Traceback" not in wire.output
    assert processes_with(str(tmp_path)) == []


def test_run_starts_while_arxiv_is_out_of_reach(tmp_path: Path) -> None:
    port = free_port()
    given = settings(tmp_path, port, WIRE_ARXIV_LISTING_URL=f"http://127.0.0.1:{free_port()}")
    with started(["run"], given, tmp_path) as wire:
        wire.await_line(rf"http://127\.0\.0\.1:{port}/")
        assert ids(fetch(port, "/feeds/vision.atom")[1]) == []
        polled = command(given, "poll", "--wait", "cs.SD")
        assert polled.returncode == 1
        assert "unreachable: not reachable" in polled.stdout
        assert wire.stop(signal.SIGTERM) == 0


def test_sigint_in_the_middle_of_a_poll_ends_cleanly(tmp_path: Path, host: Host) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def hang() -> None:
        asked.set()
        go_on.wait(60)

    host.serve("/atom/cs.CV", Answer(body=make_listing([Item()]), between=hang))
    given = settings(tmp_path, free_port(), WIRE_ARXIV_LISTING_URL=host.url)
    with started(["run"], given, tmp_path) as wire:
        assert asked.wait(60)
        assert wire.stop() == 0
        assert "Traceback" not in wire.output
        assert processes_with(str(tmp_path)) == []
        go_on.set()


def test_what_a_killed_wire_left_is_done_by_the_next(tmp_path: Path, host: Host) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def hang() -> None:
        asked.set()
        go_on.wait(60)

    host.serve("/atom/cs.CV", Answer(body=make_listing([Item()]), between=hang), make_listing([Item()]))
    host.serve("/atom/cs.SD", make_listing([], "cs.SD"))
    port = free_port()
    given = settings(tmp_path, port, WIRE_ARXIV_LISTING_URL=host.url)
    with started(["run"], given, tmp_path / "first") as wire:
        assert asked.wait(60)
        wire.process.kill()
        wire.process.wait()
        wait_for(lambda: not processes_with(str(tmp_path)), "the end of the killed wire's children")
    go_on.set()
    with started(["run"], given, tmp_path / "second") as wire:
        wire.await_line(rf"http://127\.0\.0\.1:{port}/")
        wait_for(lambda: ids(fetch(port, "/feeds/vision.atom")[1]) == ["oai:arXiv.org:2604.00001"], "the paper")
        assert wire.stop() == 0


def test_commands_without_a_running_wire_say_so(tmp_path: Path) -> None:
    given = settings(tmp_path, free_port())
    assert command(given, "migrate").returncode == 0
    told = command(given, "status")
    assert told.returncode == 0
    assert "none is running" in told.stdout


def test_a_demo_replays_recorded_days_and_leaves_nothing(tmp_path: Path) -> None:
    """On listings of our own making, in the recordings' file format."""
    recordings = tmp_path / "recordings"
    recordings.mkdir()
    days = [date(2026, 4, 17), date(2026, 4, 18), date(2026, 4, 20)]
    for day, items in zip(days, [[Item("2604.00001")], [], [Item("2604.00002")]], strict=True):
        (recordings / f"atom_cs.CV_{day}.xml").write_bytes(make_listing(items, day=day))
    port = free_port()
    given = settings(tmp_path, port)
    with started(["demo", "--recordings", str(recordings)], given, tmp_path) as demo:
        demo.await_line("All days are in")
        assert ids(fetch(port, "/feeds/vision.atom")[1]) == ["oai:arXiv.org:2604.00002", "oai:arXiv.org:2604.00001"]
        assert ids(fetch(port, "/feeds/sound.atom")[1]) == []
        assert "None of this topic’s listings is read here" in fetch(port, "/topics/sound")[1].decode()
        days_told = [line.split()[:2] for line in demo.output.splitlines() if line.startswith("2026-")]
        assert days_told == [[str(day), "closed" if day.day == 18 else "news"] for day in days]
        joined = command({"WIRE_DATA_DIR": given["WIRE_DATA_DIR"]}, "poll", "--wait")
        assert (joined.returncode, joined.stderr) == (0, "")
        assert demo.stop() == 0
    assert processes_with(str(tmp_path)) == []


@pytest.mark.usefixtures("on_each_database")
def test_a_demo_without_arguments_fills_every_topic_from_its_sample(tmp_path: Path) -> None:
    port = free_port()
    given = {"WIRE_DATA_DIR": str(tmp_path / "var"), "WIRE_BIND": f"127.0.0.1:{port}"}
    given |= settings_for(tmp_path / "var")
    with started(["demo"], given, tmp_path) as demo:
        demo.await_line("All days are in")
        assert "opml" in demo.output
        directory = fetch(port, "/")[1].decode()
        assert "a sample, invented for it" in directory
        assert "No papers yet" not in directory
        slugs = re.findall(r'href="/topics/([a-z0-9-]+)"', directory)
        assert len(slugs) >= 4
        for slug in slugs:
            feed = feedparser.parse(fetch(port, f"/feeds/{slug}.atom")[1])
            assert feed.entries
            assert all(entry.title.endswith("(sample)") for entry in feed.entries)
        assert demo.stop() == 0
    assert processes_with(str(tmp_path)) == []
