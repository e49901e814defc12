"""What pages say: complete in every language, and nothing else than is said."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from string import Formatter

import pytest

from feeds.model.announcements import AnnounceType, Outcome, VisitOutcome
from feeds.model.empty_days import Emptiness
from feeds.store.owed import Work
from service.phrases import en, zh
from service.wording import LANGUAGES, NAMES, Wording
from tests.support.recordings import ROOT

AT = datetime(2026, 4, 17, 5, 10, tzinfo=UTC)
#: Phrases that are named by something that may be any of several things.
FAMILIES = {
    "outcome": Outcome, "type": AnnounceType, "visit": VisitOutcome, "work": Work, "empty": Emptiness,
}  # fmt: skip


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(attrs)))


def test_every_language_says_the_same_things() -> None:
    assert list(en.PHRASES) == list(zh.PHRASES)
    assert set(LANGUAGES) == set(NAMES)


@pytest.mark.parametrize("key", [key for key in en.PHRASES if key not in ("day", "day.short", "subscribe.to")])
def test_a_phrase_is_about_the_same_in_every_language(key: str) -> None:
    said = [table[key] for table in (en.PHRASES, zh.PHRASES)]
    assert all(said)
    assert fields(said[0]) == fields(said[1])
    assert sorted(Tags(said[0]).found) == sorted(Tags(said[1]).found)


@pytest.mark.parametrize("prefix", FAMILIES)
def test_whatever_can_happen_has_words(prefix: str) -> None:
    for value in FAMILIES[prefix]:
        assert Wording("en").knows(f"{prefix}.{value}")


def test_everything_that_can_be_said_is_said_somewhere() -> None:
    sources = [*(ROOT / "service").rglob("*.html"), *(ROOT / "service").rglob("*.py")]
    written = "".join(path.read_text(encoding="utf-8") for path in sources if path.parent.name != "phrases")
    named = set(re.findall(r'"([a-z_.]+)"', written))
    families = (*FAMILIES, "error", "plot", "part", "export", "embed")
    for key in en.PHRASES:
        assert key in named or key.removesuffix(".one") in named or key.partition(".")[0] in families, key


def test_values_are_escaped_and_the_wordings_own_markup_is_not() -> None:
    told = Wording("en")("takes.query", categories="cs.CV", query='<b> & "x"')
    assert told == (
        'New papers in <span class="mono">cs.CV</span> that match <code>&lt;b&gt; &amp; &#34;x&#34;</code>.'
    )


@pytest.mark.parametrize(
    ("number", "told"), [(0, "0 papers"), (1, "1 paper"), (2, "2 papers"), (1234, "1,234 papers")]
)
def test_one_is_told_otherwise_than_many(number: int, told: str) -> None:
    assert Wording("en").count("papers", number) == told


@pytest.mark.parametrize(
    ("language", "day", "dated", "weekday", "short"),
    [
        ("en", "17 April 2026", "Friday, 17 April 2026", "Fri", "17 Apr"),
        ("zh", "2026年4月17日", "2026年4月17日 星期五", "周五", "4/17"),
    ],
)
def test_dates_are_written_as_people_write_them(
    language: str, day: str, dated: str, weekday: str, short: str
) -> None:
    words = Wording(language)
    assert (words.day(AT), words.dated(AT), words.weekday(AT), words.short_day(AT)) == (day, dated, weekday, short)
    assert words.moment(AT) == f'<time datetime="2026-04-17T05:10:00+00:00">{day}, 05:10 UTC</time>'.replace(
        ", " if language == "zh" else "\0", " "
    )


@pytest.mark.parametrize("table", [en.PHRASES, zh.PHRASES])
def test_there_are_twelve_months_and_seven_days(table: dict[str, str]) -> None:
    assert [len(table[key].split()) for key in ("months", "weekdays", "long_weekdays")] == [12, 7, 7]
