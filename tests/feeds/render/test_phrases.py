"""What the wire says: in every language all of it, with the same places to be filled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from string import Formatter

import pytest

from feeds.model.entries import UpdateReason
from feeds.model.summaries import READING_PARTS
from feeds.render.phrases import Phrases, phrases


def texts(table: Phrases) -> Iterator[tuple[str, str]]:
    """Every text of a table by its name."""
    for field in fields(table):
        value = getattr(table, field.name)
        if isinstance(value, Mapping):
            yield from ((f"{field.name}.{key}", text) for key, text in value.items())
        else:
            yield field.name, value


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_chinese_says_what_english_says() -> None:
    english, chinese = dict(texts(phrases("en"))), dict(texts(phrases("zh")))
    assert english.keys() == chinese.keys()
    assert all(text.strip() for text in [*english.values(), *chinese.values()])
    assert {name: places(text) for name, text in english.items()} == {
        name: places(text) for name, text in chinese.items()
    }


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_part_and_reason_has_its_name(language: str) -> None:
    table = phrases(language)
    assert (list(table.reading), set(table.reasons)) == (list(READING_PARTS), set(UpdateReason))


@pytest.mark.parametrize(
    ("language", "spoken"),
    [("zh", "zh"), ("zh-Hans", "zh"), ("ZH-tw", "zh"), ("en-GB", "en"), ("de", "en"), ("und", "en"), ("", "en")],
)
def test_a_language_without_a_table_is_spoken_in_english(language: str, spoken: str) -> None:
    assert phrases(language).language == spoken
