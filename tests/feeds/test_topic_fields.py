"""A topic's fields as JSON: the same rules and words as in topics.yaml."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from feeds.errors import TopicRefusedError, TopicsFileError
from feeds.topic_fields import FIELDS, read_topic, write_topic
from feeds.topics_file import parse_topics
from tests.feeds.test_topics_file import WHOLE

SPLATS: dict[str, Any] = {"slug": "splats", "title": "Splats", "categories": ["cs.CV"]}


def problems(written: object) -> list[tuple[str, str, str, str]]:
    with pytest.raises(TopicRefusedError) as caught:
        read_topic(written)
    return [(found.topic, found.field, found.place, found.problem) for found in caught.value.problems]


@pytest.mark.parametrize("fields", [SPLATS, yaml.safe_load(WHOLE)["topics"][0]], ids=["short", "whole"])
def test_a_topic_reads_as_in_the_file_and_is_written_as_it_can_be_read(fields: dict[str, Any]) -> None:
    (from_file,) = parse_topics(yaml.safe_dump({"topics": [fields]}))
    assert read_topic(fields) == from_file
    written = write_topic(from_file)
    assert read_topic(json.loads(json.dumps(written))) == from_file
    assert fields.items() <= written.items()
    assert list(written) == [field for field in FIELDS if field in written]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("slug", "Bad Slug"),
        ("slug", 5),
        ("title", ""),
        ("description", None),
        ("categories", ["cs.XX"]),
        ("categories", "cs.CV"),
        ("query", "a AND"),
        ("query", " "),
        ("announce", []),
        ("announce", [["new"]]),
        ("primary_only", 1),
        ("summaries", {"kinds": ["tldr"], "tone": "dry"}),
        ("summaries", {"language": "klingon!"}),
        ("hold_minutes", 1.5),
        ("hold_minutes", True),
        ("entries", 10**400),
        ("order", "best"),
        ("order", {"by": "taste"}),
        ("digest", {"at": 600}),
        ("digest", {"basis": "vibes"}),
        ("digest", {"zone": "../etc/passwd"}),
        ("formerly", ["A"]),
        ("retired", "no"),
        ("papers", 5),
        ("", 1),
    ],
)
def test_what_the_file_refuses_is_refused_in_the_same_words(field: str, value: object) -> None:
    fields = {**SPLATS, field: value}
    with pytest.raises(TopicsFileError) as caught:
        parse_topics(yaml.safe_dump({"topics": [fields]}))
    told = [(found.field, found.problem) for found in caught.value.problems]
    assert [(place, problem) for _, place, _, problem in problems(fields)] == told


@pytest.mark.parametrize(("formerly", "taken"), [(["splats"], "splats"), (["a", "b", "a"], "a")])
def test_a_slug_stands_once_in_a_topic(formerly: list[str], taken: str) -> None:
    fields = {**SPLATS, "formerly": formerly}
    assert problems(fields) == [("splats", "formerly", "", f'"{taken}" is already taken by splats')]
    with pytest.raises(TopicsFileError, match=f'"{taken}" is already taken by splats'):
        parse_topics(yaml.safe_dump({"topics": [fields]}))


def test_everything_wrong_is_told_at_once() -> None:
    found = problems({"slug": "splats", "title": "", "entries": 0, "colour": "red"})
    assert {(topic, place) for topic, _, place, _ in found} == {("splats", "")}
    assert [field for _, field, _, _ in found] == ["categories", "title", "entries", "colour"]


@pytest.mark.parametrize("written", [None, [], "slug", 5, [SPLATS]])
def test_what_is_no_object_is_refused(written: object) -> None:
    ((topic, field, _, problem),) = problems(written)
    assert (topic, field) == ("the topic", "")
    assert problem.startswith("expected fields: announce, categories,")


def test_foreign_text_in_problems_is_cut_and_shown() -> None:
    found = problems({**SPLATS, "x" * 500 + "\n": 1, "title": ["\x1b[31m" * 100] * 100})
    assert all(len(problem) < 700 for *_, problem in found)
    assert all("\x1b" not in part and "\n" not in part for problem in found for part in problem)
