"""What the search index keeps of a paper, and what a query asks of it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.model.terms import Node
from feeds.query import indexing, parser, words
from feeds.query.indexing import ANYTHING, BREAK, NOTHING, Every, Run, Some, Term, Without, index_paper, plan
from tests.feeds.query.samples import make_paper
from tests.support.queries import TREES

STEADY = settings(deadline=None, derandomize=True, database=None)
#: Words that are singulars and plurals of each other, or nearly, with what is no letter among them.
_WORDS = st.builds(
    "{}{}".format,
    st.text(st.sampled_from("asxß漢3'é"), min_size=1, max_size=5),
    st.sampled_from(["", "s", "ss", "sss"]),
).filter(lambda text: len(words.split(text)) == 1)


def tokens(column: str, **facts: object) -> list[str]:
    return list(index_paper(make_paper(**facts)).columns[column])  # type: ignore[arg-type]


def forms(word: str) -> frozenset[str]:
    (found,) = words.query_words(word, acronyms=False)
    return found.forms


def spelt(keys: frozenset[str]) -> frozenset[str]:
    return frozenset(word for key in keys for word in indexing.words_of(key))


@given(_WORDS)
@STEADY
def test_a_words_keys_cover_its_forms(word: str) -> None:
    """Exactly, but for a word that ends in ss: what it is the plural of may be a plural itself."""
    wanted = forms(word)
    assert spelt(indexing.keys_of(wanted, upper=False)) <= wanted <= spelt(indexing.keys_of(wanted, upper=True))
    if not words.split(word)[0].folded.endswith("ss"):
        assert spelt(indexing.keys_of(wanted, upper=True)) == wanted
        assert len(indexing.keys_of(wanted, upper=True)) <= 2


@pytest.mark.parametrize(
    ("word", "keys"),
    [
        ("model", {"model"}),
        ("models", {"model", "models"}),
        ("this", {"this"}),
        ("glass", {"glas", "glass"}),
        ("process", {"proce", "proces", "process"}),
        ("speech", {"speech"}),
        ("a", {"a"}),
    ],
)
def test_singular_and_plural_share_a_key(word: str, keys: set[str]) -> None:
    assert indexing.keys_of(forms(word), upper=True) == keys


@given(_WORDS, _WORDS)
@STEADY
def test_two_words_of_a_key_find_each_other(one: str, other: str) -> None:
    first, second = words.split(one)[0].folded, words.split(other)[0].folded
    if words.key(first) == words.key(second):
        assert second in forms(first)


def test_words_stand_in_their_order_with_breaks_where_punctuation_is() -> None:
    assert tokens("title", title="(Two models) of text-to-speech, a GPT-3.5") == [
        "two", "model", BREAK, "of", "text", "to", "speech", BREAK, "a", "gpt", "3.5"
    ]  # fmt: skip
    assert tokens("author", authors=("W.-L. Li", "Ada O'Neil")) == ["w", "l", "li", BREAK, "ada", "o'neil"]


def test_capitals_are_told_from_small_letters_by_what_does_not_fold() -> None:
    assert tokens("caps_abstract", abstract="LLMs LLM LLMs, Llm, 3DGS AAb 漢 ÜB L'L") == [
        "3dgs", "aa_b", "l'l", "llm", "llm_s", "ub"
    ]  # fmt: skip


@given(st.text(st.sampled_from("aAsSéÉ1.'")), st.text(st.sampled_from("aAsSéÉ1.'")))
@STEADY
def test_capitals_begin_alike_just_where_the_words_do(one: str, other: str) -> None:
    assert indexing._cased_token(one).startswith(indexing._cased_token(other)) == one.startswith(other)


def test_facts_name_the_paper_and_its_categories_with_all_that_they_lie_in() -> None:
    found = tokens("facts", arxiv_id="math/0611800", categories=("cs.NA", "astro-ph.GA"))
    assert found == [
        "_all", "i._m_a_t_h'2f'0611800", "c._a_s_t_r_o'2d'_p_h", "c._a_s_t_r_o'2d'_p_h.ga", "c._c_s", "c._c_s.na",
        "c._m_a_t_h", "c._m_a_t_h.na"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("abstract", "overfull"),
    [
        ("model " * 250, False),
        ("model " * 251, True),
        ("a, " * 1_000 + "b " * 100, True),
        (" ".join(f"w{n}" for n in range(16_000)), False),
        (" ".join(f"w{n}" for n in range(16_001)), True),
        ("a" * 2_000, False),
        ("a" * 2_001, True),
        ("漢" * 667, True),
        (" ".join(f"{n}" + "a" * 100 for n in range(3_000)), True),
    ],
)
def test_what_an_engine_may_not_hold_is_overfull(abstract: str, overfull: bool) -> None:
    assert index_paper(make_paper(abstract=abstract)).overfull is overfull


def test_the_digest_names_what_is_kept() -> None:
    paper = make_paper(title="Two models", comment="")
    assert index_paper(paper).digest == index_paper(make_paper(title="two  model")).digest
    assert index_paper(paper).digest != index_paper(make_paper(title="two, model")).digest
    assert index_paper(paper).digest != index_paper(make_paper(abstract="Two models")).digest


ANY = ("title", "abstract")
CAPS = ("caps_title", "caps_abstract")


def run(columns: tuple[str, ...], *tokens: str) -> Run:
    return Run(columns, tuple((Term(token),) for token in tokens))


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        ("model", run(ANY, "model")),
        ("ti:model", run(("title",), "model")),
        ('"text to speech"', run(ANY, "text", "to", "speech")),
        ("splat*", Run(ANY, ((Term("splat", prefix=True),),))),
        ('"a splat*"', Run(ANY, ((Term("a"),), (Term("splat", prefix=True),)))),
        ("models", Run(ANY, ((Term("model"), Term("models")),))),
        ("TTS", Run(CAPS, ((Term("tts"), Term("tts_s")),))),
        ("LLM*", Run(CAPS, ((Term("llm", prefix=True),),))),
        ("au:LLM", run(("author",), "llm")),
        ("cat:cs", run(("facts",), "c._c_s")),
        ("id:2604.00001v3", run(("facts",), "i.2604.00001")),
        ("a b c", Every((run(ANY, "a"), run(ANY, "b"), run(ANY, "c")))),
        ("a (b c) a", Every((run(ANY, "a"), run(ANY, "b"), run(ANY, "c")))),
        ("a OR (b OR a)", Some((run(ANY, "a"), run(ANY, "b")))),
        ("a NOT b", Every((run(ANY, "a"), Without(run(ANY, "b"))))),
        ("NOT b", Without(run(ANY, "b"))),
        ("au:" + "a" * 2_001, NOTHING),
        ("NOT " + "a" * 2_001, ANYTHING),
        ("a OR NOT " + "a" * 2_001, ANYTHING),
        ("a " + "a" * 2_001, NOTHING),
    ],
)
def test_what_the_index_answers_exactly(query: str, expression: indexing.Expression) -> None:
    found = plan(parser.parse(query))
    assert (found.expression, found.exact) == (expression, True)


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        (
            'abs:"speech LLM"',
            Every((
                Run(("abstract",), ((Term("speech"),), (Term("llm"), Term("llms")))),
                Run(("caps_abstract",), ((Term("llm"), Term("llm_s")),)),
            )),
        ),
        ("a NOT process", Every((run(ANY, "a"), Without(Run(ANY, ((Term("proces"), Term("process")),)))))),
        ("models*", Run(ANY, ((Term("model"), Term("models", prefix=True)),))),
        ('NOT "speech LLM"', ANYTHING),
    ],
)  # fmt: skip
def test_where_the_index_finds_too_much_it_says_so(query: str, expression: indexing.Expression) -> None:
    found = plan(parser.parse(query))
    assert (found.expression, found.exact) == (expression, False)


@pytest.mark.parametrize(
    "query",
    [
        '"' + "a " * 33 + '"',
        '"' + "models " * 5 + '"',
        "a (b OR " * 14 + "c" + ")" * 14,
    ],
    ids=["long phrase", "many spellings", "deep"],
)
def test_what_would_outgrow_an_engine_is_cut(query: str) -> None:
    assert not plan(parser.parse(query)).exact


@given(TREES)
@STEADY
def test_a_plan_has_no_part_that_says_nothing(tree: Node) -> None:
    found = plan(tree).expression
    assert found in (NOTHING, ANYTHING) or all_said(found)


def all_said(expression: indexing.Expression) -> bool:
    match expression:
        case Every(parts) | Some(parts):
            return len(parts) > 1 and all(map(all_said, parts))
        case Without(part):
            return not isinstance(part, Without) and all_said(part)
        case Run(columns, places):
            return bool(columns and places and all(places))
