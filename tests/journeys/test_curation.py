"""An editor's acts, by command and by API, on the whole line: they show in the next feed bytes, and nothing else
changes; they survive polls and versions. arXiv is a stand-in on a socket."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import feedparser
import pytest
from click.testing import CliRunner
from lxml import etree
from sqlalchemy import update
from werkzeug.test import TestResponse

from feeds.store import owed, tables
from feeds.store.owed import Work
from service.cli import cli
from service.views import curation as curation_views
from tests.support.listings import Item
from tests.support.wires import FRIDAY, MORNING, TOKEN, Line, write_topics
from workers.enrichment import adder
from workers.schedule import take_over_topics

MakeLine = Callable[[Sequence[dict[str, object]]], Line]
Say = Callable[..., None]

ATOM = "{http://www.w3.org/2005/Atom}"
TOPIC: dict[str, object] = {"slug": "splats", "title": "Splats", "categories": ["cs.CV"], "query": "splat*"}
ONE, TWO, THREE, MISSED, UNKNOWN = (f"2604.0000{n}" for n in (1, 2, 3, 4, 9))
FEED = "/feeds/splats.atom"


@pytest.fixture
def line(make_line: MakeLine) -> Line:
    line = make_line([TOPIC, {**TOPIC, "slug": "other"}])
    line.announce(
        [Item(ONE, title="Splat one"), Item(TWO, title="Splat two"), Item(THREE, title="Splat three"), Item(MISSED)]
    )
    line.poll()
    line.set_time(MORNING + timedelta(hours=1))
    return line


def ids(line: Line, path: str = FEED) -> list[str]:
    return [entry.id.removeprefix("oai:arXiv.org:") for entry in feedparser.parse(line.get(path)).entries]


def entries(line: Line, path: str = FEED) -> dict[str, bytes]:
    """Every entry's own bytes, by arXiv id."""
    root = etree.fromstring(line.get(path))
    return {
        str(entry.findtext(f"{ATOM}id")).removeprefix("oai:arXiv.org:"): etree.tostring(entry, with_tail=False)
        for entry in root.iter(f"{ATOM}entry")
    }


def entry(line: Line, arxiv_id: str) -> Any:
    return next(e for e in feedparser.parse(line.get(FEED)).entries if e.id.endswith(arxiv_id))


@contextmanager
def only(line: Line, *changing: str) -> Iterator[None]:
    """Only these entries change; all others stay byte for byte, also in the other topic."""
    before, elsewhere = entries(line), line.get("/feeds/other.atom")
    yield
    after = entries(line)
    for arxiv_id in {*before, *after}.difference(changing):
        assert after[arxiv_id] == before[arxiv_id]
    assert line.get("/feeds/other.atom") == elsewhere


def command(line: Line, *arguments: str) -> str:
    clock = line.settings.topics.parent / "clock"
    clock.write_text(line.clock.now().isoformat(), encoding="utf-8")
    environ = {
        "WIRE_DATA_DIR": str(line.settings.data_dir),
        "WIRE_DATABASE_URL": line.settings.database_url,
        "WIRE_REDIS_URL": str(line.settings.redis_url),
        "WIRE_TOPICS": str(line.settings.topics),
        "WIRE_CLOCK_FILE": str(clock),
    }
    ran = CliRunner().invoke(cli, ["curate", *arguments], env=environ, catch_exceptions=False)
    assert ran.exit_code == 0, ran.output
    return ran.output


def ask(line: Line, method: str, arxiv_id: str, body: object = None, rest: str = "") -> TestResponse:
    address = f"/api/v1/topics/splats/curation/{arxiv_id}{rest}"
    return line.app.test_client().open(
        address,
        method=method,
        json=body,
        headers={"Authorization": f"Bearer {TOKEN}"},
        base_url=line.settings.base_url,
    )


def by_command(line: Line, arxiv_id: str, act: str, value: object) -> None:
    match act, value:
        case (("pin" | "hide" | "add" | "undo"), _):
            command(line, act, "splats", arxiv_id, *(["--off"] if value is False else []))
        case _, None:
            command(line, act, "splats", arxiv_id, "--off")
        case "tag", [*tags]:
            command(line, act, "splats", arxiv_id, *map(str, tags))
        case _:
            command(line, act, "splats", arxiv_id, str(value))


def by_api(line: Line, arxiv_id: str, act: str, value: object) -> None:
    fields = {"pin": "pinned", "hide": "hidden", "rate": "rating", "tag": "tags"}
    if act == "undo":
        answer = ask(line, "POST", arxiv_id, rest="/undo")
    else:
        answer = ask(line, "PUT", arxiv_id, {} if act == "add" else {fields.get(act, act): value})
    assert answer.status_code == 200, answer.get_data(as_text=True)


@pytest.fixture(params=[by_command, by_api], ids=["command", "API"])
def say(request: pytest.FixtureRequest) -> Say:
    return request.param  # type: ignore[no-any-return]


def test_what_an_editor_says_is_in_the_next_bytes(line: Line, say: Say) -> None:
    published = entry(line, ONE).published
    for act, value, shown in (
        ("note", "Runs **on a phone**.", "<strong>on a phone</strong>"),
        ("rate", 2, "★★☆"),
        ("tag", ["must read"], "Tags: must read"),
        ("institution", "ETH", "ETH"),
    ):
        line.set_time(line.clock.now() + timedelta(minutes=1))
        with only(line, ONE):
            say(line, ONE, act, value)
        found = entry(line, ONE)
        assert shown in found.content[0].value
        assert f"{found.updated_parsed.tm_hour:02}:{found.updated_parsed.tm_min:02}" == f"{line.clock.now():%H:%M}"
        assert "editor's change (v1)" in found.content[0].value
        assert found.published == published
    assert ids(line) == [THREE, TWO, ONE]
    assert {tag.term for tag in entry(line, ONE).tags} >= {"must read", "cs.CV"}
    assert "must read" in line.get("/topics/splats").decode()
    assert "<strong>on a phone</strong>" in line.get("/topics/splats").decode()


def test_pins_come_first_in_their_order(line: Line, say: Say) -> None:
    with only(line, ONE):
        say(line, ONE, "pin", True)
    with only(line, TWO):
        say(line, TWO, "pin", True)
    assert ids(line) == [TWO, ONE, THREE]
    with only(line):
        say(line, ONE, "order", 1)
    assert ids(line) == [ONE, TWO, THREE]
    with only(line, ONE):
        say(line, ONE, "pin", False)
    assert ids(line) == [TWO, THREE, ONE]


def test_a_hidden_paper_leaves_and_comes_back(line: Line, say: Say) -> None:
    with only(line, TWO):
        say(line, TWO, "hide", True)
    assert ids(line) == [THREE, ONE]
    line.poll()
    assert ids(line) == [THREE, ONE]
    with only(line, TWO):
        say(line, TWO, "hide", False)
    assert ids(line) == [THREE, TWO, ONE]


def test_every_step_can_be_undone(line: Line, say: Say) -> None:
    before = {arxiv_id: e.title for arxiv_id, e in ((one, entry(line, one)) for one in ids(line))}
    for act, value in (("note", "n"), ("pin", True), ("rate", 3), ("hide", True)):
        say(line, ONE, act, value)
    for expected in ([ONE, THREE, TWO], [ONE, THREE, TWO], [THREE, TWO, ONE], [THREE, TWO, ONE]):
        with only(line, ONE):
            say(line, ONE, "undo", None)
        assert ids(line) == expected
    content = entry(line, ONE).content[0].value
    assert "Editor's note" not in content
    assert "★" not in content
    assert {one: entry(line, one).title for one in ids(line)} == before


def test_a_paper_that_the_query_missed_is_added_and_leaves_again(line: Line, say: Say) -> None:
    with only(line, MISSED):
        say(line, MISSED, "add", None)
    assert ids(line) == [MISSED, THREE, TWO, ONE]
    assert "Here because an editor added it" in entry(line, MISSED).content[0].value
    with only(line, MISSED):
        say(line, MISSED, "undo", None)
    assert ids(line) == [THREE, TWO, ONE]


def test_all_of_it_survives_polls_and_a_new_version(line: Line, say: Say) -> None:
    say(line, MISSED, "add", None)
    say(line, ONE, "pin", True)
    say(line, ONE, "note", "Stays")
    say(line, TWO, "hide", True)
    line.set_time(MORNING + timedelta(days=3))
    replaced = [
        Item(one, 2, "replace", title=f"Splat {one}", abstract="We splat anew.") for one in (ONE, TWO, MISSED)
    ]
    line.announce(replaced, day=FRIDAY + timedelta(days=3))
    line.poll()
    assert ids(line) == [ONE, MISSED, THREE]
    found = entry(line, ONE)
    assert (found.title, found.summary) == (f"Splat {ONE}", "We splat anew.")
    assert "Stays" in found.content[0].value
    assert "new version (v2)" in found.content[0].value


def test_what_is_said_comes_along_to_a_new_slug(line: Line, say: Say) -> None:
    say(line, ONE, "note", "Stays")
    write_topics(line.settings.topics, [{**TOPIC, "slug": "blots", "formerly": ["splats"]}])
    take_over_topics(line.runtime)
    line.work()
    assert "Stays" in line.get("/feeds/blots.atom").decode()
    moved = ask(line, "GET", ONE)
    assert (moved.status_code, moved.headers["Location"]) == (
        308,
        f"https://wire.example.org/api/v1/topics/blots/curation/{ONE}",
    )


def test_an_unknown_paper_is_fetched_through_the_queue(line: Line) -> None:
    _tell(line, UNKNOWN)
    answers: list[TestResponse] = []
    asking = threading.Thread(target=lambda: answers.append(ask(line, "PUT", UNKNOWN, {"note": "Missed *this*."})))
    with only(line, UNKNOWN):
        asking.start()
        while asking.is_alive():
            line.work()
            asking.join(0.05)
    (answer,) = answers
    assert answer.status_code == 200
    told = answer.get_json()
    assert (told["title"], told["topic"], told["matched"]) == ("A splat from afar", "splats", [])
    assert told["curation"]["note_html"] == "<p>Missed <em>this</em>.</p>"
    assert ids(line) == [UNKNOWN, THREE, TWO, ONE]
    report = ask(line, "GET", UNKNOWN).get_json()
    assert (report["state"], report["added_by"]) == ("in", "ada")
    assert [event["act"] for event in report["history"]] == ["add", "edit"]


def test_a_fetch_that_takes_long_answers_202_and_comes_later(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(curation_views, "PATIENCE_SECONDS", 0.0)
    answer = ask(line, "PUT", UNKNOWN, {"pinned": True})
    assert (answer.status_code, answer.get_json()["status"]) == (202, "fetching")
    assert answer.headers["Location"] == f"https://wire.example.org/api/v1/topics/splats/curation/{UNKNOWN}"
    assert int(answer.headers["Retry-After"]) > 0
    assert ask(line, "GET", UNKNOWN).get_json()["state"] == "fetching"
    _tell(line, UNKNOWN)
    line.work()
    assert ids(line)[0] == UNKNOWN
    assert ask(line, "GET", UNKNOWN).get_json()["state"] == "in"


def test_a_paper_that_nobody_knows_is_put_away_with_the_reason(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(curation_views, "PATIENCE_SECONDS", 0.0)
    before = line.get(FEED)
    assert ask(line, "PUT", UNKNOWN, {}).status_code == 202
    for _ in range(adder.TRIES):
        with line.runtime.store.write() as connection:
            assert owed.is_owed(connection, Work.ADD, UNKNOWN)
            connection.execute(
                update(tables.owed).values(not_before=line.runtime.real_clock.now())
            )  # its rest is over
        line.work()
    with line.runtime.store.read() as connection:
        assert not owed.is_owed(connection, Work.ADD, UNKNOWN)
    report = ask(line, "GET", UNKNOWN).get_json()
    assert (report["state"], report["added_by"]) == (None, None)
    assert (report["history"][-1]["act"], report["history"][-1]["reason"]) == ("refuse", adder.UNKNOWN)
    assert "arXiv does not know this paper" in command(line, "show", "splats", UNKNOWN)
    assert line.get(FEED) == before


def test_likeness_orders_a_topic_and_explains_itself(make_line: MakeLine) -> None:
    line = make_line([{**TOPIC, "order": "similarity"}])
    line.announce(
        [
            Item(ONE, title="Splats of trees", abstract="We splat forests and leaves."),
            Item(TWO, title="Splats of speech", abstract="We splat voices and vocoders."),
            Item(THREE, title="Splats of leaves", abstract="We splat branches of forests."),
            Item(MISSED, title="Splatting voices", abstract="We splat a vocoder and its voices."),
        ]
    )
    line.poll()
    assert ids(line) == [MISSED, THREE, TWO, ONE]
    command(line, "rate", "splats", ONE, "2")
    assert ids(line)[:2] == [ONE, THREE]
    assert "Placed here because an editor gave it stars" in entry(line, ONE).content[0].value
    assert "like “Splats of trees” (shared: " in entry(line, THREE).content[0].value
    etag = line.get(FEED)
    line.poll()
    assert line.get(FEED) == etag
    command(line, "rate", "splats", ONE, "--off")
    command(line, "pin", "splats", TWO)
    assert ids(line)[:2] == [TWO, MISSED]
    assert "like “Splats of speech”" in entry(line, MISSED).content[0].value


def _tell(line: Line, arxiv_id: str) -> None:
    """Let arXiv's API know a paper that no listing has."""
    before = len(line.told)
    item = Item(
        arxiv_id, title="A splat from afar", abstract="We present a thing from afar.", categories=("cs.GR",)
    )
    line.announce([item], listing="cs.GR")
    assert len(line.told) == before + 1
