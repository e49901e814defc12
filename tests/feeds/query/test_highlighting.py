"""What is shown in bold is what matched."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.model.terms import And, Field, Node, Not, Or, Phrase
from feeds.query import parser
from feeds.query.highlighting import cut_snippet, find_spans
from feeds.query.matching import SearchablePaper, match
from tests.feeds.query.samples import make_paper

STEADY = settings(deadline=None, derandomize=True, max_examples=600)


def marked(query: str, text: str, field: Field = Field.TITLE) -> str:
    """The text with its spans in brackets."""
    shown = text
    for start, end in reversed(find_spans(parser.parse(query), text, field)):
        shown = f"{shown[:start]}[{shown[start:end]}]{shown[end:]}"
    return shown


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("splat", "Splats and splatting", "[Splats] and splatting"),
        ("splat*", "Splats and splatting", "[Splats] and [splatting]"),
        ('"text to speech"', "Text-to-Speech, text to\nspeech", "[Text-to-Speech], [text to\nspeech]"),
        ('"a b" OR "b c"', "a b c d", "[a b c] d"),
        ('"gaussian splat*"', "3D Gaussian Splatting", "3D [Gaussian Splatting]"),
        ("TTS", "TTSs, tts and TTS's", "[TTSs], tts and [TTS]'s"),
        ("poincare", "Poincaré and Poincare\u0301 maps", "[Poincaré] and [Poincare\u0301] maps"),
        ("efficient", "Eﬃcient codes", "[Eﬃcient] codes"),
        ("strasse", "Die Straße", "Die [Straße]"),
        ("3D", "$3$D~scenes of $3D$", "$[3$D]~scenes of $[3D]$"),
        ("words", "soft\u00adhyphens\u00ad part no wo\u00adrds", "soft\u00adhyphens\u00ad part no [wo\u00adrds]"),
        ("1", "½ of 1", "[½] of [1]"),
        ("한국", "\u1112\u1161\u11ab\u1100\u116e\u11a8 말", "[\u1112\u1161\u11ab\u1100\u116e\u11a8] 말"),
        ("cat NOT dog", "A cat, a dog", "A [cat], a dog"),
        ("NOT (NOT dog)", "A cat, a dog", "A cat, a dog"),
        ("abs:cat OR ti:dog OR au:cat", "A cat, a dog", "A cat, a [dog]"),
        ("cat:cs.CV OR id:2604.00001", "cs.CV 2604.00001", "cs.CV 2604.00001"),
        ("a", "", ""),
    ],
)
def test_the_places_of_what_is_looked_for(query: str, text: str, expected: str) -> None:
    assert marked(query, text) == expected


def test_points_in_names_and_journals_are_spaces() -> None:
    assert marked('au:"W Li"', "W. Li; W, Li", Field.AUTHOR) == "[W. Li]; W, Li"
    assert marked('jr:"phys rev"', "Phys.Rev. D", Field.JOURNAL) == "[Phys.Rev]. D"


def test_only_what_matched_is_marked_where_that_is_asked() -> None:
    query, text = parser.parse("a OR (b c)"), "a b"
    assert find_spans(query, text, Field.TITLE) == ((0, 1), (2, 3))
    matched = match(query, SearchablePaper(make_paper(title=text)))
    assert matched is not None
    assert find_spans(query, text, Field.TITLE, matched) == ((0, 1),)


_PARTS = ["a", "b*", "ab", '"a b"', '"b-a b*"', "TTS", "model", "ti:b", 'abs:"a model"', "co:a", 'au:"b a"',
          "jr:ab", "cat:cs", "id:2604.00001", "NOT a", "poincare", "x*"]  # fmt: skip
_LEAVES = st.sampled_from(_PARTS).map(parser.parse)
_QUERIES: st.SearchStrategy[Node] = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda a, b: And((a, b)), inner, inner),
        st.builds(lambda a, b: Or((a, b)), inner, inner),
        st.builds(Not, inner),
    ),
    max_leaves=5,
)
_SIGNS = ["a", "b", "ab", "ABBA", "TTS", "TTSs", "models", "Poincaré", "poincare\u0301", "$a$", "b~a",
          "a\u00adb", "x", "ﬁ", "½", "ß", "SAM's", "Bayes'", "1.5", ",", "-", "–", ".", "한", "\u1112\u1161",
          "\u0301", "™", "'", "\n"]  # fmt: skip
_TEXTS = st.lists(st.tuples(st.sampled_from(_SIGNS), st.sampled_from([" ", "", "-"]))).map(
    lambda pieces: "".join(sign + gap for sign, gap in pieces)
)


def leaves(node: Node) -> list[Phrase]:
    match node:
        case And(parts) | Or(parts):
            return [leaf for part in parts for leaf in leaves(part)]
        case Phrase():
            return [node]
        case _:
            return []


@given(_QUERIES, _TEXTS, _TEXTS, _TEXTS)
@STEADY
def test_every_part_that_matched_is_marked_somewhere_and_no_other(
    query: Node, title: str, abstract: str, other: str
) -> None:
    paper = make_paper(title=title, abstract=abstract, comment=other, journal_ref=other, authors=(other,))
    texts = {Field.TITLE: title, Field.ABSTRACT: abstract, Field.COMMENT: other, Field.JOURNAL: other,
             Field.AUTHOR: other}  # fmt: skip
    searchable = SearchablePaper(paper)
    matched = match(query, searchable) or ()
    for leaf in leaves(query):
        somewhere = any(find_spans(leaf, text, field, {leaf.written}) for field, text in texts.items())
        assert somewhere == searchable.holds(leaf)
        if leaf.written in matched:
            assert any(find_spans(query, text, field, matched) for field, text in texts.items())


@given(_QUERIES, _TEXTS)
@STEADY
def test_spans_rise_and_do_not_touch_the_words_beside_them(query: Node, text: str) -> None:
    spans = find_spans(query, text, Field.TITLE)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    for start, end in spans:
        alone = text[start:end]
        assert alone == alone.strip()
        assert find_spans(query, f"{text[:start]} {alone} {text[end:]}", Field.TITLE), "a part of a word"


@given(st.text(), st.text(st.integers(0, 0x10FFFF).map(chr)))
@STEADY
def test_any_text_has_places_of_its_words(word: str, text: str) -> None:
    for start, end in find_spans(parser.parse("a* OR b* OR 1* OR s*"), text + word, Field.ABSTRACT):
        assert (text + word)[start:end].strip()


LONG = "word " * 100 + "here it is, " + "more " * 100


def test_a_snippet_is_cut_around_the_first_place_where_words_end() -> None:
    spans = find_spans(parser.parse("here OR more"), LONG, Field.ABSTRACT)
    snippet = cut_snippet(LONG, spans, 100)
    assert snippet.text.startswith("…word ")
    assert snippet.text.endswith(" …")
    assert len(snippet.text) <= 102
    assert [snippet.text[start:end] for start, end in snippet.spans][:2] == ["here", "more"]
    assert {snippet.text[start:end] for start, end in snippet.spans} == {"here", "more"}


def test_a_short_text_is_its_own_snippet() -> None:
    assert cut_snippet("a b c", ((2, 3),)) == cut_snippet("a b c", ((2, 3),), 5)
    assert cut_snippet("a b c", ((2, 3),)).text == "a b c"
    assert cut_snippet("", ()).text == ""


@given(st.text(st.sampled_from("ab ,")), st.integers(1, 40))
@STEADY
def test_a_snippets_spans_show_what_the_texts_do(text: str, length: int) -> None:
    query = parser.parse("a OR b*")
    spans = find_spans(query, text, Field.TITLE)
    snippet = cut_snippet(text, spans, length)
    shown = [snippet.text[start:end] for start, end in snippet.spans]
    first = next((i for i, span in enumerate(spans) if text[span[0] : span[1]] == shown[0]), 0) if shown else 0
    assert bool(shown) == bool(spans)
    assert shown == [text[start:end] for start, end in spans[first : first + len(shown)]]
