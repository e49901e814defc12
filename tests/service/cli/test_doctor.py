"""What is wrong is found, named, and comes with what to do."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from service.doctor import Finding, Level, check_clock
from tests.service.cli.conftest import TOPICS, Command
from tests.support.hosts import Answer, Host
from tests.support.listings import make_listing
from tests.support.wires import Line

MakeLine = Callable[[Sequence[dict[str, object]]], Line]


@pytest.fixture
def arxiv(folder: Path, host: Host, monkeypatch: pytest.MonkeyPatch) -> Host:
    """An arXiv that answers, and a wire that is set up well but does not run."""
    host.serve("/atom/cs.DL", make_listing([], "cs.DL"))
    monkeypatch.setenv("WIRE_ARXIV_LISTING_URL", host.url)
    monkeypatch.setenv("WIRE_CONTACT", "ops@example.org")
    return host


def examine(wire: Command) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for told in json.loads(wire("doctor", "--json").out):
        found.setdefault(told["check"], []).append(Finding(**{**told, "level": Level(told["level"])}))
    return found


def levels(found: dict[str, list[Finding]]) -> dict[str, set[str]]:
    return {check: {str(finding.level) for finding in findings} for check, findings in found.items()}


@pytest.mark.usefixtures("arxiv")
def test_a_new_wire_that_is_set_up_well_is_well(wire: Command, folder: Path) -> None:
    ran = wire("doctor")
    assert (ran.code, ran.err) == (0, "")
    assert [line.split()[:2] for line in ran.out.splitlines()] == [
        ["ok", check] for check in ("settings", "topics", "disk", "database", "engine", "web", "arxiv", "clock")
    ]
    assert not (folder / "var").exists()


def test_arxiv_is_asked_once_politely_and_with_what_is_known(
    wire: Command, make_line: MakeLine, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = make_line(TOPICS)
    line.host.serve("/atom/cs.CV", Answer(body=make_listing([]), headers={"ETag": "abc"}))
    line.poll("cs.CV")
    line.host.requests.clear()
    monkeypatch.setenv("WIRE_REDIS_URL", redis_url)
    monkeypatch.setenv("WIRE_ARXIV_LISTING_URL", line.host.url)
    assert levels(examine(wire))["arxiv"] == {"ok"}
    asked = [(request.path, request.headers.get("if-none-match")) for request in line.host.requests]
    assert asked == [("/atom/cs.CV", "abc")]


def test_an_arxiv_out_of_reach_is_wrong_and_the_demo_is_named(wire: Command, arxiv: Host) -> None:
    arxiv.serve("/atom/cs.DL", Answer(503))
    ran = wire("doctor")
    assert ran.code == 1
    wrong = ran.out.splitlines()[-2:]
    assert wrong[0].startswith("wrong  arxiv")
    assert "HTTP 503" in wrong[0]
    assert "./wire demo" in wrong[1]


def test_a_wrong_setting_ends_the_examination_with_what_to_correct(
    wire: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIRE_WORKERS", "many")
    (finding,) = examine(wire)["settings"]
    assert finding.level is Level.WRONG
    assert "WIRE_WORKERS='many'" in finding.found
    assert "WIRE_WORKERS" in finding.advice


@pytest.mark.usefixtures("arxiv")
@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("WIRE_WOKERS", "2", "did you mean WIRE_WORKERS?"),
        ("WIRE_ZZZ", "2", "take it out"),
        ("WIRE_CONTACT", "", "mail address"),
        ("WIRE_BIND", "0.0.0.0:18733", "the address that readers use"),
    ],
)
def test_settings_that_are_probably_not_meant_so(
    wire: Command, monkeypatch: pytest.MonkeyPatch, name: str, value: str, advice: str
) -> None:
    monkeypatch.setenv(name, value)
    found = examine(wire)["settings"]
    assert [advice in finding.advice for finding in found if finding.level is Level.DOUBTFUL] == [True]
    assert wire("doctor").code == 0


@pytest.mark.usefixtures("arxiv")
def test_every_problem_of_a_topics_file_is_a_finding(wire: Command, folder: Path) -> None:
    (folder / "topics.yaml").write_text("topics:\n  - {slug: A, title: x, categories: [cs.XX]}\n", encoding="utf-8")
    found = examine(wire)["topics"]
    assert [finding.level for finding in found] == [Level.WRONG, Level.WRONG]
    (folder / "topics.yaml").write_text("topics: []\n", encoding="utf-8")
    assert levels(examine(wire))["topics"] <= {"check", "wrong"}


@pytest.mark.usefixtures("arxiv")
@pytest.mark.parametrize(("free", "level"), [(50, "wrong"), (500, "check"), (5000, "ok")])
def test_a_disk_that_is_nearly_full(wire: Command, monkeypatch: pytest.MonkeyPatch, free: int, level: str) -> None:
    class Usage:
        free = 0

    Usage.free = free * 1024 * 1024
    monkeypatch.setattr("shutil.disk_usage", lambda _path: Usage)
    assert levels(examine(wire))["disk"] == {level}


@pytest.mark.usefixtures("arxiv")
@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_data_folder_that_cannot_be_written_to(wire: Command, folder: Path) -> None:
    (folder / "var").mkdir(mode=0o500)
    assert levels(examine(wire))["disk"] == {"wrong"}


@pytest.mark.usefixtures("arxiv")
def test_a_database_that_is_whole_or_damaged(wire: Command, folder: Path) -> None:
    assert wire("migrate").code == 0
    assert levels(examine(wire))["database"] == {"ok"}
    database = folder / "var" / "wire.db"
    content = bytearray(database.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    database.write_bytes(content)
    (finding,) = examine(wire)["database"]
    assert finding.level is Level.WRONG
    assert str(database) in finding.found
    assert "backup" in finding.advice


@pytest.mark.usefixtures("arxiv")
def test_a_redis_that_does_not_answer_is_wrong_and_its_password_stays_secret(
    wire: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIRE_REDIS_URL", f"unix://user:hunter2@{folder}/redis.sock")
    ran = wire("doctor")
    assert ran.code == 1
    assert "no Redis answers at WIRE_REDIS_URL" in ran.out
    assert "hunter2" not in ran.out


@pytest.mark.usefixtures("arxiv")
def test_a_redis_without_workers_is_pointed_out(
    wire: Command, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIRE_REDIS_URL", redis_url)
    (finding,) = [item for item in examine(wire)["engine"] if "worker" in item.found]
    assert (finding.level, finding.found) == (Level.DOUBTFUL, "no worker on arxiv and work")


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as other:
        bind = f"127.0.0.1:{other.getsockname()[1]}"
        monkeypatch.setenv("WIRE_BIND", bind)
        yield bind


@pytest.mark.usefixtures("arxiv")
def test_an_address_that_is_taken(wire: Command, taken: str) -> None:
    (finding,) = examine(wire)["web"]
    assert finding.level is Level.WRONG
    assert taken in finding.found


@pytest.mark.parametrize(
    ("seconds", "level"), [(0, Level.WELL), (-29, Level.WELL), (31, Level.DOUBTFUL), (-700, Level.WRONG)]
)
def test_a_clock_that_is_off(seconds: int, level: Level) -> None:
    assert [finding.level for finding in check_clock(timedelta(seconds=seconds))] == [level]


def test_the_clock_is_compared_with_what_arxiv_says(wire: Command, arxiv: Host) -> None:
    yesterday = format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True)
    arxiv.serve("/atom/cs.DL", Answer(body=make_listing([], "cs.DL"), headers={"Date": yesterday}))
    (finding,) = examine(wire)["clock"]
    assert finding.level is Level.WRONG
    assert "NTP" in finding.advice
