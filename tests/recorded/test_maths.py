"""All recorded titles and abstracts: no TeX is left over, and what stays is counted by kind."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

import feedparser
import pytest
from lxml import etree

from feeds.maths import to_html, to_mathml, to_plain
from feeds.maths.mending import mend
from feeds.maths.parser import parse
from tests.recorded.test_summaries import corpus, harvest
from tests.support.recordings import recording

Texts = dict[str, tuple[str, str]]
LEFT_OVER = re.compile(r"\\[A-Za-z]+|\$|[\^_]\{")
#: What may stay, by kind: a dollar before a number is money, any other one has lost its partner.
KINDS = {"money": re.compile(r"\$\d"), "odd dollar": re.compile(r"\$"), "command": re.compile(r"\\")}


def answers() -> Texts:
    """Answers of the query API, as they came."""
    found: Texts = {}
    for path in sorted(recording("api").glob("*.xml")):
        parsed = feedparser.parse(path.read_bytes(), sanitize_html=False, resolve_relative_uris=False)
        for entry in parsed.entries:
            if "summary" in entry and "id" in entry:
                found[entry.id] = entry.title, entry.summary
    return found


def left_over(shown: str) -> Iterator[str]:
    for found in LEFT_OVER.finditer(shown):
        rest = shown[found.start() :]
        yield next((kind for kind, pattern in KINDS.items() if pattern.match(rest)), "script")


@pytest.mark.parametrize(
    ("texts", "papers", "kinds"),
    [
        (corpus, 2408, {"money": 8}),
        (harvest, 1000, {"odd dollar": 1}),
        (answers, 107, {"money": 1}),
    ],
)
def test_recorded_texts_show_no_tex(texts: Callable[[], Texts], papers: int, kinds: dict[str, int]) -> None:
    recorded = texts()
    counts: Counter[str] = Counter()
    for title, abstract in recorded.values():
        for text in (title, abstract):
            parse(mend(text))  # read, not given up
            counts += Counter(left_over(to_plain(text)))
            assert list(left_over(to_html(text).unescape())) == list(left_over(to_plain(text)))
    print(f"{len(recorded)} papers, left over: {dict(counts)}")
    assert (len(recorded), counts) == (papers, kinds)


@pytest.mark.parametrize("texts", [corpus, harvest, answers])
def test_recorded_texts_are_well_formed_mathml(texts: Callable[[], Texts]) -> None:
    formulas = 0
    for title, abstract in texts().values():
        for text in (title, abstract):
            document = etree.fromstring(f"<p>{to_mathml(text)}</p>")
            formulas += len(document.findall(".//{*}math"))
    print(f"{formulas} formulas")
    assert formulas
