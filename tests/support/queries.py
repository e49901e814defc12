"""Invented queries and papers, of few words and awkward ones, so that they meet often."""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st

from feeds.errors import QueryError
from feeds.model.papers import Author, Paper
from feeds.model.terms import Node
from feeds.query import parser
from tests.support.papers import make_paper

#: As papers write them.
WORDS = (
    "model", "models", "Models", "modelss", "process", "proces", "proce", "processes", "glass", "glas", "class",
    "this", "thi", "gas", "a", "to", "text", "Text", "speech", "vision", "language",
    "TTS", "TTSs", "tts", "TT", "Tts", "LLM", "LLMs", "LLMS", "LLMOps", "llm", "3DGS", "3D", "3d", "GPT-3.5",
    "GPT4", "3.5", "v1.2.3", "AI", "U.S.", "W.", "don't", "SAM's", "SAM", "sam", "Bayes'", "BAYES", "O'Brien",
    "L'L", "Straße", "STRASSE", "strassen", "Poincaré", "poincare\u0301", "Łukasz", "漢字", "漢", "язык", "ЯЗЫКs",
    "ΣΊΣ", "x²", "CO₂", "½", "_", "ﬁne", "İstanbul",
)  # fmt: skip
_JOINERS = (*(" ",) * 12, "-", "--", "–", ", ", ". ", ") (", "~", "/", "\n", " $ ", "_", "\\", " 'x' ")
CATEGORIES = (
    "cs.CV",
    "cs.NA",
    "math.NA",
    "math.MP",
    "math-ph",
    "cmp-lg",
    "cs.CL",
    "hep-th",
    "astro-ph.GA",
    "stat.ML",
)
IDS = ("2604.00001", "2604.00007", "math/0611800", "hep-th/9901001", "math.GT/0309136")
#: Each has what an index might not hold: one word too often, too long a word.
OVERFULL = ("model " * 300, "tts" + "x" * 3_000 + " models")


def make_papers(count: int, chance: Random) -> list[Paper]:
    """Papers to search among; the last ones hold more than an index does."""
    papers = [_make_paper(f"2604.{number:05}", chance) for number in range(count - 2)]
    papers += [_make_paper("math/0611800", chance), _make_paper("hep-th/9901001", chance)]
    return papers + [
        make_paper(f"2605.{at:05}", title=_text(4, chance), abstract=text) for at, text in enumerate(OVERFULL)
    ]


def _make_paper(arxiv_id: str, chance: Random) -> Paper:
    return make_paper(
        arxiv_id,
        title=_text(chance.randint(0, 6), chance),
        abstract=_text(chance.randint(5, 40), chance),
        comment=chance.choice([None, _text(4, chance)]),
        journal_ref=chance.choice([None, _text(4, chance)]),
        authors=tuple(Author(_text(2, chance)) for _ in range(chance.randint(0, 3))),
        categories=tuple(chance.sample(CATEGORIES, chance.randint(0, 3))),
    )


def _text(count: int, chance: Random) -> str:
    return "".join(part for _ in range(count) for part in (chance.choice(WORDS), chance.choice(_JOINERS)))


_WORD = st.sampled_from(WORDS)
_PHRASE = st.builds(
    lambda some, joiner, end: f'"{joiner.join(some)}{end}"',
    st.lists(_WORD, min_size=1, max_size=3),
    st.sampled_from([" ", " ", "-", ", "]),
    st.sampled_from(["", "", "*"]),
)
_BEGINNING = st.builds(lambda word, length: f'"{word[:length]}*"', _WORD, st.integers(1, 8))
_TEXT = st.one_of(_WORD, _WORD, _PHRASE, _BEGINNING)
_FIELDED = st.builds("{}:{}".format, st.sampled_from(["ti", "abs", "abs", "au", "co", "jr"]), _TEXT)
_CATEGORY = st.builds(
    "cat:{}{}".format, st.sampled_from([*CATEGORIES, "cs", "math", "eess"]), st.sampled_from(["", "", ".*"])
)
_ID = st.builds("id:{}{}".format, st.sampled_from(IDS), st.sampled_from(["", "v1", "v12"]))
_TERM = st.one_of(_TEXT, _TEXT, _TEXT, _FIELDED, _FIELDED, _CATEGORY, _ID)


def _larger(part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(part, min_size=2, max_size=4)
    return st.one_of(
        several.map(lambda parts: f"({' OR '.join(parts)})"),
        several.map(lambda parts: f"({' AND '.join(parts)})"),
        several.map(" ".join),
        part.map(lambda one: f"NOT ({one})"),
        st.builds("{} ANDNOT {}".format, part, part),
        st.builds("{}:({})".format, st.sampled_from(["ti", "abs", "co"]), _TEXT),
    )


def _parses(query: str) -> bool:
    try:
        parser.parse(query)
    except QueryError:
        return False
    return True


#: Queries by every rule of the grammar, as their trees.
TREES: st.SearchStrategy[Node] = st.recursive(_TERM, _larger, max_leaves=8).filter(_parses).map(parser.parse)
