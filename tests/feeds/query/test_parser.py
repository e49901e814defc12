"""How a query reads, and where it stops making sense."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.errors import QueryError
from feeds.model.terms import And, Field, HasId, InCategory, Node, Not, Or, Phrase
from feeds.query import parser
from feeds.query.parser import MAX_DEPTH, MAX_LENGTH
from feeds.text import clean

STEADY = settings(deadline=None, derandomize=True)


def show(node: Node) -> str:
    """A tree with all its parentheses."""
    match node:
        case And(parts):
            return f"({' & '.join(map(show, parts))})"
        case Or(parts):
            return f"({' | '.join(map(show, parts))})"
        case Not(part):
            return f"!{show(part)}"
        case Phrase() | InCategory() | HasId():
            return node.written


def read(query: str) -> str:
    return show(parser.parse(query))


def refused(query: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        parser.parse(query)
    return caught.value


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("a", "a"),
        ("a b", "(a & b)"),
        ("a AND b", "(a & b)"),
        ("a b AND c", "(a & b & c)"),
        ("a OR b", "(a | b)"),
        ("a OR b c NOT d", "(a | (b & c & !d))"),
        ("a b OR c d", "((a & b) | (c & d))"),
        ("(a OR b) c", "((a | b) & c)"),
        ("NOT a b", "(!a & b)"),
        ("NOT (a b)", "!(a & b)"),
        ("a NOT b OR c", "((a & !b) | c)"),
        ("a ANDNOT b", "(a & !b)"),
        ("a AND NOT b", "(a & !b)"),
        ("a OR NOT b", "(a | !b)"),
        ("ANDNOT a", "!a"),
        ("NOT NOT a", "a"),
        ("NOT NOT NOT a", "!a"),
        ("NOT ti:a", "!ti:a"),
        ("((a))", "a"),
        ("(a)(b)", "(a & b)"),
        ('a"b c"d', '(a & "b c" & d)'),
        ("and or not", "(and & or & not)"),
        ("ANDROID ORAL NOTE", "(ANDROID & ORAL & NOTE)"),
        ('"AND" "a OR b"', '("AND" & "a OR b")'),
        (" \n a \t OR\u00a0b ", "(a | b)"),
        ("a\u2003AND\u3000b", "(a & b)"),
    ],
)
def test_not_binds_tightest_then_and_then_or(query: str, tree: str) -> None:
    assert read(query) == tree


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("ti:a", "ti:a"),
        ("TI:a Abs:b", "(ti:a & abs:b)"),
        ("ti:(a OR b)", "(ti:a | ti:b)"),
        ("ti:(a OR b) c", "((ti:a | ti:b) & c)"),
        ("ti:(a b NOT (c OR d))", "(ti:a & ti:b & !(ti:c | ti:d))"),
        ("ti:(a abs:b)", "(ti:a & abs:b)"),
        ("ti:a b", "(ti:a & b)"),
        ('ti:"a b"', 'ti:"a b"'),
        ("ti: a", "ti:a"),
        ('au:"W Li" jr:Phys. co:accepted', '(au:"W Li" & jr:Phys. & co:accepted)'),
        ("cat:(cs.CL OR math.NA)", "(cat:cs.CL | cat:math.NA)"),
        ("NOT cat:cs.*", "!cat:cs.*"),
        ('cat:" cs.CL "', "cat:cs.CL"),
        ("id:(2604.14193v2 OR hep-th/9901001)", "(id:2604.14193v2 | id:hep-th/9901001)"),
    ],
)
def test_a_field_holds_for_the_term_or_the_parentheses_after_it(query: str, tree: str) -> None:
    assert read(query) == tree


@pytest.mark.parametrize(
    ("query", "leaf"),
    [
        ("cat:cs.NA", InCategory("cs.NA", "cat:cs.NA")),
        ("cat:CS.na", InCategory("cs.NA", "cat:CS.na")),
        ("cat:cs", InCategory("cs", "cat:cs")),
        ("cat:cs.*", InCategory("cs", "cat:cs.*")),
        ("id:2604.14193", HasId("2604.14193", "id:2604.14193")),
        ("id:2604.14193v3", HasId("2604.14193", "id:2604.14193v3")),
        ("id:arXiv:2604.14193", HasId("2604.14193", "id:arXiv:2604.14193")),
        ("id:math.CA/0611800", HasId("math/0611800", "id:math.CA/0611800")),
    ],
)
def test_categories_and_ids_are_known_by_their_own_names(query: str, leaf: Node) -> None:
    assert parser.parse(query) == leaf


@pytest.mark.parametrize("quoted", ["“a b”", "„a b“", "‟a b”", "”a b”", "＂a b＂", '"a b”', '“a b"'])
def test_curly_quotes_are_quotes(quoted: str) -> None:
    assert read(quoted) == '"a b"'


@pytest.mark.parametrize("word", ["vision-language", "vision–language", "vision--language"])
def test_an_unquoted_word_with_dashes_is_a_phrase(word: str) -> None:
    unquoted, quoted = parser.parse(word), parser.parse('"vision language"')
    assert isinstance(unquoted, Phrase)
    assert isinstance(quoted, Phrase)
    assert (unquoted.words, unquoted.field) == (quoted.words, Field.ANY)


def test_what_was_written_can_be_shown_in_a_feed() -> None:
    assert read('"tab\there\n  and \x08control \ud83d" ti:"\x00a"') == '("tab here and control" & ti:"a")'


@pytest.mark.parametrize(
    ("query", "position", "expected"),
    [
        ("", 1, 'the query ends here, expected a word, a "phrase", NOT or "("'),
        ("   ", 4, "the query ends here, expected a word"),
        ("a OR", 5, "the query ends here, expected a word"),
        ("a AND ", 7, "the query ends here, expected a word"),
        ("NOT", 4, "the query ends here, expected a word"),
        ("OR a", 1, 'found "OR", expected a word'),
        ("AND a", 1, 'found "AND", expected a word'),
        ("a OR OR b", 6, 'found "OR", expected a word'),
        ("a AND AND b", 7, 'found "AND", expected a word'),
        ("a NOT OR b", 7, 'found "OR", expected a word'),
        (")", 1, 'found ")", expected a word'),
        ("()", 2, 'found ")", expected a word'),
        ("a (b OR)", 8, 'found ")", expected a word'),
        ("a) b", 2, "this closes nothing, expected AND, OR, a term or the end"),
        ("a (b", 3, 'this "(" is never closed, expected a ")" that closes it'),
        ("ti:(a (b)", 4, 'this "(" is never closed, expected a ")" that closes it'),
        ('a "b c', 3, "this quote is never closed, expected a second quote that closes it"),
        ('a "', 3, "this quote is never closed, expected a second quote that closes it"),
        ('a ""', 3, "there is no word in it, expected letters or digits"),
        ('a " -- "', 3, "there is no word in it, expected letters or digits"),
        ("a foo:b", 3, 'there is no field "foo:", expected one of the fields ti: abs: au: co: jr: cat: id:'),
        ("https://x.example", 1, 'there is no field "https:", expected one of the fields ti:'),
        ("a ti:", 6, '"ti:" stands alone, expected what to look for right after the colon'),
        ("ti: OR a", 5, 'found "OR", expected a word'),
        ("ti:)", 4, 'found ")", expected a word'),
        ("ti::a", 4, '":" cannot stand here outside quotes'),
        ("a,b", 2, '"," cannot stand here outside quotes, expected only letters and digits'),
        ("splats; trees", 7, '";" cannot stand here outside quotes'),
        ("C++", 2, '"+" cannot stand here outside quotes'),
        ("$k$", 1, '"$" cannot stand here outside quotes'),
        ("a -b", 3, '"-" cannot stand here outside quotes, expected a word (write NOT to exclude one)'),
        ("text 'to speech'", 6, "expected a word; a phrase stands in double quotes"),
        ("sp*lat", 3, '"*" cannot stand here outside quotes, expected "*" only at the end of a word'),
        ("*", 1, '"*" cannot stand here outside quotes, expected "*" only at the end of a word'),
        ('"audio * captioning"', 8, 'found a "*", expected "*" only at the end of the last word'),
        ('ti:"audio *"', 11, 'found a "*", expected "*" only at the end of the last word'),
        ("au:W.Li,", 8, '"," cannot stand here outside quotes'),
        ("W.Li", 2, '"." cannot stand here outside quotes'),
        ("a cat:cs.ZZ", 7, '"cs.ZZ" is no arXiv category, expected a category like cs.CL, or an archive like cs'),
        ("cat:ti:a", 5, '"ti:a" is no arXiv category'),
        ('cat:"c*s"', 5, '"c*s" is no arXiv category'),
        ("id:2604", 4, '"2604" is no arXiv id, expected an id like 2604.14193 or hep-th/9901001'),
        ("a\x00b", 2, r'"\x00" cannot stand here outside quotes'),
        ("a\u200bb", 2, r'"\u200b" cannot stand here outside quotes'),
        ("(" * 51 + "a" + ")" * 51, 51, "nested too deep, expected at most 50 levels"),
        ("ti:" * 51 + "a", 151, "nested too deep, expected at most 50 levels"),
        ("a" * 10_001, 10_001, "the query goes on, expected at most 10000 characters"),
        ("(" * 10_000, 51, "nested too deep"),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_an_error_names_the_position_and_what_was_expected(query: str, position: int, expected: str) -> None:
    error = refused(query)
    assert error.position == position
    assert expected in error.problem
    assert str(error) == f"position {position}: {error.problem}"


@pytest.mark.parametrize("query", ["cat:" + "x" * 9000, "id:" + "x" * 9000, "x" * 9000 + ":a", 'cat:"a\nb\x00"'])
def test_an_error_is_one_short_line(query: str) -> None:
    assert len(str(refused(query))) < 200
    assert str(refused(query)).isprintable()


@pytest.mark.parametrize(
    "query",
    [
        "a" * MAX_LENGTH,
        "a " * (MAX_LENGTH // 2),
        ("a OR " * (MAX_LENGTH // 5))[:-4],
        "NOT " * (MAX_LENGTH // 4 - 1) + "a",
        '"' + "a " * (MAX_LENGTH // 2 - 1) + '"',
        ("a-" * (MAX_LENGTH // 2))[:-1],
        ("a'" * (MAX_LENGTH // 2))[:-1],
        '"a"' * (MAX_LENGTH // 3),
        "(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH,
        "ti:" * MAX_DEPTH + "a",
        "ti:(" * (MAX_DEPTH // 2) + "a" + ")" * (MAX_DEPTH // 2),
        "(a) " * (MAX_LENGTH // 4),
    ],
    ids=lambda query: query[:12],
)
def test_the_longest_and_the_deepest_query_are_read(query: str) -> None:
    assert len(query) <= MAX_LENGTH
    assert "a" in read(query)


def check(query: str) -> None:
    """It is read, or refused at a place in it and with what was expected there."""
    try:
        tree = read(query)
    except QueryError as error:
        place, problem = error.position, error.problem
    else:
        place, problem = 1, "nothing, as expected"
        assert clean(tree) == tree
    assert 1 <= place <= len(query) + 1
    assert "expected" in problem
    assert problem.isprintable()


@given(st.text(st.integers(0, 0x10FFFF).map(chr)))
@STEADY
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    check(text)


_PIECES = [
    *("AND", "OR", "NOT", "ANDNOT", "(", ")", '"', "“", "”", " ", " ", "*", "-", "'", "’", ".", ",", ":", "~", "$"),
    *("ti:", "abs:", "au:", "cat:", "co:", "jr:", "id:", "x:", "a", "TTS", "3.5", "é", "\u0301", "cs.CL", "cs.*"),
    *("2604.14193v2", "\x00", "\n", "\ud800"),
]


@given(st.lists(st.sampled_from(_PIECES)).map("".join))
@settings(STEADY, max_examples=500)
def test_any_pieces_of_queries_are_read_or_refused_with_a_place(text: str) -> None:
    check(text)


_LEAVES = st.sampled_from(
    ["a", "TTS", '"b c"', "d*", "ti:e", 'abs:"f g*"', "au:W.Li", "cat:cs.NA", "cat:math", "id:2604.14193v2"]
).map(parser.parse)


def _flat(kind: type[And] | type[Or], parts: list[Node]) -> Node:
    """As the parser makes it: no chain directly within one of its own kind."""
    inner: list[Node] = []
    for part in parts:
        inner += part.parts if isinstance(part, kind) else [part]
    return kind(tuple(inner))


def _not(part: Node) -> Node:
    return part.part if isinstance(part, Not) else Not(part)


_TREES = st.recursive(
    _LEAVES,
    lambda inner: (
        st.lists(inner, min_size=2, max_size=4).map(lambda parts: _flat(And, parts))
        | st.lists(inner, min_size=2, max_size=4).map(lambda parts: _flat(Or, parts))
        | inner.map(_not)
    ),
    max_leaves=12,
)


def write(node: Node, *, spelled: bool) -> str:
    """A tree as a query, with no more parentheses than precedence asks for."""
    match node:
        case Or(parts):
            return " OR ".join(write(part, spelled=spelled) for part in parts)
        case And(parts):
            joint = " AND " if spelled else " "
            return joint.join(_within(part, (Or,), spelled=spelled) for part in parts)
        case Not(part):
            return "NOT " + _within(part, (And, Or), spelled=spelled)
        case Phrase() | InCategory() | HasId():
            return node.written


def _within(node: Node, looser: tuple[type[And] | type[Or], ...], *, spelled: bool) -> str:
    text = write(node, spelled=spelled)
    return f"({text})" if isinstance(node, looser) else text


@given(_TREES, st.booleans())
@STEADY
def test_a_tree_that_is_written_reads_the_same(tree: Node, spelled: bool) -> None:
    assert parser.parse(write(tree, spelled=spelled)) == tree
