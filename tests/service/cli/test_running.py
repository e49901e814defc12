"""Starting, joining and stopping a wire as an operator does."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import feedparser
import pytest

from tests.service import processes
from tests.service.cli.conftest import TOPICS, Command
from tests.support.hosts import Host
from tests.support.listings import Item, make_listing
from tests.support.wires import write_topics


def one_line(text: str) -> str:
    lines = text.splitlines()
    assert len(lines) == 1, text
    return lines[0]


def test_a_wire_runs_is_joined_and_stops(tmp_path: Path, host: Host) -> None:
    write_topics(tmp_path / "topics.yaml", TOPICS)
    host.serve("/atom/cs.CV", make_listing([Item("2604.00001", title="Splats"), Item("2604.00002")]))
    host.serve("/atom/math.LO", make_listing([], "math.LO"))
    port = processes.find_port()
    joining = {"WIRE_DATA_DIR": str(tmp_path / "var")}
    environ = joining | {
        "WIRE_TOPICS": str(tmp_path / "topics.yaml"),
        "WIRE_BIND": f"127.0.0.1:{port}",
        "WIRE_BASE_URL": "https://wire.example.org",
        "WIRE_ARXIV_LISTING_URL": host.url,
        "WIRE_ARXIV_MIN_INTERVAL": "0",
    }
    with processes.running(tmp_path, environ, "run") as process:
        said = processes.await_line(process, tmp_path, "Preprint Wire is at")
        assert said == "Preprint Wire is at https://wire.example.org/ (Ctrl-C stops it)"

        second = processes.run(tmp_path, environ, "run")
        assert (second.returncode, second.stdout) == (1, "")
        expected = f"wire: another wire (process {process.pid}) is running on {tmp_path / 'var'}"
        assert one_line(second.stderr) == expected

        elsewhere = {**environ, "WIRE_DATA_DIR": str(tmp_path / "other")}
        third = processes.run(tmp_path, elsewhere, "run")
        assert (third.returncode, third.stdout) == (1, "")
        assert one_line(third.stderr).startswith(f"wire: cannot listen on 127.0.0.1:{port} (")

        polled = processes.run(tmp_path, joining, "poll", "CS.cv", "--wait")
        assert (polled.returncode, polled.stderr) == (0, "")
        assert one_line(polled.stdout).startswith("cs.CV: ")

        wrong = processes.run(tmp_path, joining, "poll", "cs.XX")
        assert (wrong.returncode, wrong.stdout) == (2, "")
        assert wrong.stderr.splitlines()[-1].endswith("cs.XX is no listing that a topic reads (cs.CV, math.LO)")

        status = json.loads(processes.run(tmp_path, joining, "status", "--json").stdout)
        assert status["url"] == "https://wire.example.org"
        assert status["workers"] == {"arxiv": 1, "work": 1}
        assert status["topics"] == {"splats": 1}

        feed = feedparser.parse(f"http://127.0.0.1:{port}/feeds/splats.atom")
        assert [entry.id for entry in feed.entries] == ["oai:arXiv.org:2604.00001"]

        host.serve("/atom/cs.CV", b"")
        refused = processes.run(tmp_path, joining, "poll", "cs.CV", "--wait")
        assert (refused.returncode, refused.stdout) == (1, "cs.CV: refused: empty body\n")

        process.send_signal(signal.SIGINT)
        assert process.wait(processes.PATIENCE_SECONDS) == 0

    after = processes.run(tmp_path, joining, "poll")
    assert (after.returncode, after.stdout) == (1, "")
    assert one_line(after.stderr) == f"wire: no wire is running on {tmp_path / 'var'}; start one with ./wire run"
    processes.await_none(str(tmp_path / "var"))


def test_migrating_twice_is_as_good_as_once(wire: Command, folder: Path) -> None:
    for _ in range(2):
        ran = wire("migrate")
        assert (ran.code, ran.out) == (0, f"{folder / 'var' / 'wire.db'} is up to date\n")
    assert [path.name for path in (folder / "var").glob("*.bak*")] == []


@pytest.mark.parametrize("command", [["poll"], ["poll", "cs.CV", "--wait"], ["poll", "cs.XX"]], ids=" ".join)
def test_what_needs_a_running_wire_and_finds_none_says_so(wire: Command, command: list[str]) -> None:
    assert wire("migrate").code == 0
    assert wire(*command).failed_with(1, "wire: no wire is running on ", "./wire run")


@pytest.mark.parametrize("queue", ["work", "arxiv"])
def test_a_worker_without_a_redis_says_so_at_once(
    wire: Command, folder: Path, monkeypatch: pytest.MonkeyPatch, queue: str
) -> None:
    assert wire("migrate").code == 0
    assert wire("work", queue).failed_with(1, "wire: no Redis answers at ", str(folder))
    monkeypatch.setenv("WIRE_REDIS_URL", f"unix://user:hunter2@{folder}/redis.sock")
    ran = wire("work", queue)
    assert ran.failed_with(1, "wire: no Redis answers at WIRE_REDIS_URL")
    assert "hunter2" not in ran.err


def test_a_demo_refuses_a_folder_without_recordings(wire: Command, folder: Path) -> None:
    assert wire("demo", "--recordings", str(folder / "nothing")).code == 2
    assert wire("demo", "--recordings", str(folder)).failed_with(
        1, "holds no listings", "atom_cs.CV_2026-04-17.xml"
    )


@pytest.mark.parametrize("text", ["topics: [", "topics: 5", "\ud800"], ids=["no YAML", "no list", "no UTF-8"])
def test_a_demo_does_not_start_on_a_wrong_topics_file(wire: Command, folder: Path, text: str) -> None:
    (folder / "atom_cs.CV_2026-04-17.xml").write_bytes(make_listing())
    (folder / "topics.yaml").write_text(text, encoding="utf-8", errors="surrogatepass")
    assert wire("demo", "--recordings", str(folder)).failed_with(1, "topics.yaml is refused: ")
    assert not (folder / "var").exists()


def test_a_setting_that_means_nothing_is_pointed_out_at_the_start(process: Command, folder: Path) -> None:
    with hold_address() as bind:  # so that it goes no further
        ran = process("run", WIRE_WOKERS="2", WIRE_BIND=bind)
    assert ran.code == 1
    assert "WIRE_WOKERS is no setting; did you mean WIRE_WORKERS?" in ran.err.splitlines()[0]


@contextmanager
def hold_address() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield f"127.0.0.1:{other.getsockname()[1]}"
