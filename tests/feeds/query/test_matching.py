"""Whether a paper matches a query, and by which of its parts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.errors import QueryError
from feeds.model.terms import And, Node, Not, Or
from feeds.query import parser
from feeds.query.matching import SearchablePaper, match
from tests.feeds.query.samples import found, make_paper, matches

STEADY = settings(deadline=None, derandomize=True)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("splats", "Gaussian splats."),
        ("gaussian Splats", "GAUSSIAN splats"),
        ("Poincaré", "The Poincare map"),
        ("Poincare", "The Poincaré map"),
        ("Poincare", "The Poincare\u0301 map"),
        ("Lukasz", "by Łukasz"),
        ("strasse", "Straße"),
        ("tts", "TTS"),
        ("models", "a model"),
        ("model", "two models"),
        ("Models", "one MODEL"),
        ("SAM's", "SAM is used"),
        ("SAM", "SAM's masks"),
        ("sam’s", "sam's"),
        ("Bayes", "Bayes' rule"),
        ("Bayes'", "Bayes rule"),
        ('"Bayes\' rule"', "By Bayes' rule we see"),
        ('"Bayes rule"', "By Bayes’ rule we see"),
        ('"SAM mask"', "SAM's masks"),
        ("GPT-3.5", "We use GPT-3.5."),
        ("GPT 3.5", "We use GPT-3.5."),
        ('"GPT 3.5"', "We use GPT-3.5."),
        ("3.5", "GPT-3.5"),
        ("TTS", "TTS and more"),
        ("TTS", "many TTSs"),
        ("TTSs", "one TTS"),
        ("TTSs", "many TTSs"),
        ("TTS", "TTS's voice"),
        ("TTS", "a TTS-based voice"),
        ("LLMs", "an LLM"),
        ("LLM", "LLMs' answers"),
        ("3DGS", "3DGS, again"),
        ("3D", "in 3d"),
        ("3d", "in 3D"),
        ("a", "A plan"),
        ("LLM*", "LLMOps"),
        ("LLM*", "LLMs"),
        ("splat*", "Splatting"),
        ("splat*", "splat"),
        ('"audio caption*"', "for audio captioning"),
        ('"audio caption*"', "for audio-captions"),
        ('"text to speech"', "text-to-speech"),
        ('"text-to-speech"', "text to speech"),
        ("text-to-speech", "text\n  to – speech"),
        ('"vision-language model"', "vision--language models"),
        ("vision-language", "vision—language"),
        ("“vision language”", "vision~language"),
        ('"k means"', "$k$-means"),
        ('"audio) captioning"', "audio captioning"),
        ('"to be to be or"', "to be to be to be or"),
        ('"a a"', "a a"),
    ],
)
def test_a_query_finds_a_text(query: str, text: str) -> None:
    assert matches(query, text)
    assert found(query, title=text) is not None


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("splat", "splatting"),
        ("plats", "splats"),
        ("this", "thi"),
        ("thi", "this"),
        ("gas", "ga"),
        ("bus", "buss"),
        ("TTS", "TT-Edge"),
        ("TTS", "tts"),
        ("TTS", "Tts"),
        ("TTS", "TTSS"),
        ("TTS", "ttss and TT"),
        ("GAUSSIAN", "gaussian"),
        ("TTSs", "TT"),
        ("TTSs", "tts"),
        ("LLM*", "llmops"),
        ("3DGS", "3dgs"),
        ("GPT-3.5", "GPT-35"),
        ("GPT-3.5", "3.5-GPT"),
        ("GPT", "GPT3.5"),
        ("3", "3.5"),
        ("splat*", "plat"),
        ('"audio caption*"', "audio and captions"),
        ('"audio caption*"', "captions audio"),
        ('"audio captioning"', "audio) captioning"),
        ('"audio captioning"', "audio, captioning"),
        ('"audio captioning"', "audio. Captioning"),
        ('"audio captioning"', "captioning audio"),
        ('"audio captioning"', "audio audio"),
        ('"audio captioning"', "“audio” captioning"),
        ('"a a"', "a. a"),
        ('"to be or"', "to be to or"),
        ("O'Brien", "O Brien"),
        ("word", ""),
        ("漢", "漢字"),
    ],
)
def test_a_query_does_not_find_a_text(query: str, text: str) -> None:
    assert not matches(query, text)
    assert matches(f"NOT ({query})", text)


EVERYWHERE = {
    "title": "One title",
    "abstract": "An abstract with WORDS.",
    "authors": ("W. Li", "Wei-Lin Ó Brien", "A. SMITH"),
    "comment": "Accepted at ACL; 8 pages",
    "journal_ref": "Phys. Rev. Lett. 42 (2026)",
    "categories": ("math.NA", "stat.ML", "cmp-lg"),
    "arxiv_id": "2604.14193",
}


@pytest.mark.parametrize(
    "query",
    [
        "title",
        "abstract",
        "title abstract",
        "ti:title",
        "abs:words",
        "abs:WORDS",
        'ti:"one title"',
        'au:"W Li"',
        'au:"W. Li"',
        "au:W.Li",
        "au:w.li",
        "au:li",
        "au:LI",
        "au:Smith",
        "au:SMITHs",
        'au:"Wei Lin O Brien"',
        "au:Wei-Lin",
        "au:Brien*",
        "co:accepted",
        "co:ACL",
        "co:8",
        'jr:"Phys Rev Lett"',
        'jr:"Phys. Rev."',
        "jr:phys.rev.lett.",
        "jr:PHYS",
        "jr:(42 2026)",
        "cat:math.NA",
        "cat:cs.NA",
        "cat:MATH.na",
        "cat:math",
        "cat:math.*",
        "cat:cs",
        "cat:cs.*",
        "cat:stat.ML",
        "cat:cs.CL",
        "cat:cmp-lg",
        "id:2604.14193",
        "id:2604.14193v7",
        "ti:(nothing OR title)",
        "ti:(one NOT two)",
    ],
)
def test_a_field_is_searched(query: str) -> None:
    assert found(query, **EVERYWHERE) is not None


@pytest.mark.parametrize(
    "query",
    [
        "ti:abstract",
        "abs:title",
        '"title an"',
        "Li",
        "accepted",
        "Lett",
        "abs:one",
        "co:WORDS",
        "au:W.X",
        'au:"Li Wei"',
        'au:"Li W"',
        "au:accepted",
        "co:ACLS",
        "co:Li",
        "jr:accepted",
        'jr:"Lett 2026"',
        "cat:stat.TH",
        "cat:physics",
        "cat:math.AG",
        "cat:stat.AP",
        "id:2604.14194",
        "id:hep-th/9901001",
        "ti:(one NOT title)",
    ],
)
def test_a_field_is_not_found_in_another(query: str) -> None:
    assert found(query, **EVERYWHERE) is None


@pytest.mark.parametrize(
    ("wanted", "categories"),
    [
        ("cs.NA", ("math.NA",)),
        ("math.NA", ("cs.NA",)),
        ("eess.SY", ("cs.SY",)),
        ("cs.SY", ("eess.SY",)),
        ("math.IT", ("cs.LG", "cs.IT")),
        ("math-ph", ("math.MP",)),
        ("math", ("math-ph",)),
        ("cs", ("math.NA",)),
        ("cs.*", ("cs.CV",)),
        ("astro-ph.*", ("astro-ph",)),
        ("hep-th", ("gr-qc", "hep-th")),
    ],
)
def test_a_category_is_found_under_all_its_names(wanted: str, categories: tuple[str, ...]) -> None:
    assert found(f"cat:{wanted}", categories=categories) == (f"cat:{wanted}",)


def test_an_id_is_found_in_its_old_form() -> None:
    assert found("id:math.CA/0611800v2", arxiv_id="math/0611800") is not None


def test_a_phrase_does_not_run_from_one_author_into_the_next() -> None:
    assert found('au:"One Bob"', authors=("Ada One", "Bob Two")) is None
    assert found('au:"Ada One" au:"Bob Two"', authors=("Ada One", "Bob Two")) is not None


def test_what_is_not_known_of_a_paper_holds_nothing() -> None:
    assert found("co:a OR jr:a OR au:a OR cat:cs.CV OR ti:a", categories=()) is None


@pytest.mark.parametrize(
    ("query", "parts"),
    [
        ("a", ("a",)),
        ("b", None),
        ("a OR c", ("a", "c")),
        ("a OR b OR c", ("a", "c")),
        ("c a", ("c", "a")),
        ("a b", None),
        ("a NOT b", ("a",)),
        ("a NOT c", None),
        ("NOT b", ()),
        ("NOT (a b)", ()),
        ("NOT NOT a", ("a",)),
        ("a OR NOT c", ("a",)),
        ("a OR b c NOT d", ("a",)),
        ("b OR a c NOT d", ("a", "c")),
        ("a a OR a", ("a",)),
        ('"a c" OR A* OR ti:d OR cat:cs.CV', ('"a c"', "A*", "cat:cs.CV")),
        ("(a OR x) (c OR y) NOT (x OR y)", ("a", "c")),
    ],
)
def test_the_parts_that_were_found_are_told_in_the_querys_order(query: str, parts: tuple[str, ...] | None) -> None:
    assert found(query, abstract="a c") == parts


@pytest.mark.parametrize(
    ("query", "text", "parts"),
    [
        ('"' + "a " * 4_999 + '"', "a " * 50_000, 1),
        ('"' + "a " * 4_998 + 'b"', "a " * 50_000, 0),
        (" OR ".join(f"a{n}*" for n in range(1000)), " ".join(f"a{n}" for n in range(15_000)), 1000),
        (" OR ".join(["a"] * 2_000), "a " * 50_000, 1),
    ],
    ids=["long phrase", "long phrase that ends otherwise", "prefixes", "one word again and again"],
)
def test_a_long_query_is_tried_on_a_long_text(query: str, text: str, parts: int) -> None:
    assert len(found(query, abstract=text) or ()) == parts


_QUERIES = st.sampled_from(
    ["a", "b*", '"a b"', "TTS", "model", "ti:b", "cat:cs", "NOT a", "a OR b", "a NOT b"]
).map(parser.parse)
_TEXTS = st.lists(st.sampled_from(["a", "b", "bc", "TTS", "tts", "models", ",", "-"])).map(" ".join)
_PAPERS = st.builds(
    lambda title, abstract: SearchablePaper(make_paper(title=title, abstract=abstract)), _TEXTS, _TEXTS
)


def holds(query: Node, paper: SearchablePaper) -> bool:
    return match(query, paper) is not None


@given(_QUERIES, _QUERIES, _PAPERS)
@STEADY
def test_and_or_and_not_are_those_of_logic(one: Node, other: Node, paper: SearchablePaper) -> None:
    assert holds(And((one, other)), paper) == (holds(one, paper) and holds(other, paper))
    assert holds(Or((one, other)), paper) == (holds(one, paper) or holds(other, paper))
    assert holds(Not(one), paper) == (not holds(one, paper))
    assert holds(Not(And((one, other))), paper) == holds(Or((Not(one), Not(other))), paper)


_SIGNS = ["a", "b", "c"]


@given(
    st.lists(st.sampled_from(_SIGNS), min_size=1, max_size=4),
    st.lists(st.sampled_from([*_SIGNS, ","]), max_size=12),
)
@STEADY
def test_a_phrase_is_found_where_its_words_stand_side_by_side(phrase: list[str], text: list[str]) -> None:
    width = len(phrase)
    stands = any(text[at : at + width] == phrase for at in range(len(text) - width + 1))
    assert matches(f'"{" ".join(phrase)}"', " ".join(text)) == stands


@given(st.text(), st.text(st.integers(0, 0x10FFFF).map(chr)))
@STEADY
def test_any_query_can_be_tried_on_any_paper(query: str, text: str) -> None:
    try:
        tree = parser.parse(query)
    except QueryError:
        tree = parser.parse("a* OR NOT ti:TTS")
    paper = SearchablePaper(make_paper(title=text, abstract=text, comment=text, journal_ref=text, authors=(text,)))
    assert (match(tree, paper) is None) == (match(Not(tree), paper) is not None)
