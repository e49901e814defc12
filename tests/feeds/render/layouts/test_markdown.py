"""Whatever a text holds, it stays that text: in paragraphs, headings and tables, for GFM and for Liquid."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.render.layouts import markdown
from feeds.text import clean, squeeze
from tests.feeds.render.layouts.samples import HOSTILE
from tests.support.rendering import read_table, render_gfm, tags_of

#: Mostly what means something somewhere.
PIECES = st.sampled_from(
    [*"\\`*_[]()<>{}|#~!&;:=+-.$%^\"'@ \n\t", "a", "é", "1", "10.", "http://x.org/a_b*c", "https://a.b", "&amp;",
     "&#42;", "<b>", "</p>", "{{", "{%", "---", "```", "$$", "![", "](", "<!--", "-->", "    ", "\u2028", "文"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=25).map("".join).map(clean)


def text_of(markdown_text: str) -> str:
    return squeeze(render_gfm(markdown_text).text_content())


@given(TEXTS)
def test_a_text_stays_what_it_is_in_a_paragraph(text: str) -> None:
    made = markdown.open_line(markdown.escape_linking(text))
    assert text_of(made) == squeeze(text)
    assert tags_of(render_gfm(made)) <= {"p", "a"}


@given(TEXTS)
def test_a_text_stays_what_it_is_in_a_heading(text: str) -> None:
    page = render_gfm(f"## {markdown.escape(text)}\n\nafter")
    assert [child.tag for child in page] == ["h2", "p"]
    assert (squeeze(page[0].text_content()), len(page[0])) == (squeeze(text), 0)


@given(TEXTS, TEXTS)
def test_a_text_stays_in_its_cell(one: str, two: str) -> None:
    rows = read_table(f"|a|b|c|\n|---|---|---|\n|{markdown.escape(one)}|{markdown.escape_linking(two)}|x|\n")
    assert [squeeze(cell.text_content()) for cell in rows[1]] == [squeeze(one), squeeze(two), "x"]


@given(TEXTS.filter(str.strip))
def test_a_text_stays_what_it_is_in_a_code_span(text: str) -> None:
    page = render_gfm(markdown.code(text))
    assert page.text_content().strip().replace("\u2060", "") == squeeze(text)
    assert tags_of(page) == {"p", "code"}


@given(TEXTS, st.sampled_from([markdown.escape, markdown.escape_linking, markdown.code]))
def test_jekyll_finds_nothing_to_run(text: str, write: object) -> None:
    made = write(text)  # type: ignore[operator]
    assert "{{" not in made
    assert "{%" not in made


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("http://arxiv.org/abs/1707.08567", "https://arxiv.org/abs/1707.08567"),
        ("http://a-b.github.io", "https://a-b.github.io"),
        ("http://github.com.evil.example/x", "http://github.com.evil.example/x"),
        ("http://x.org/http://github.com/a", "http://x.org/http://github.com/a"),
    ],
)
def test_links_go_to_https_where_it_is_known_to_answer(address: str, shown: str) -> None:
    assert markdown.escape_linking(f"see {address}.") == f"see <{shown}>."


def test_only_addresses_are_links() -> None:
    made = markdown.escape_linking("see https://github.com/a_b/c_d, (http://x.org/~me) and javascript:alert(1).")
    assert made == "see <https://github.com/a_b/c_d>, (<http://x.org/~me>) and javascript:alert(1)."


@pytest.mark.parametrize(
    "text", ["- a", "+ a", "1. a", "12) a", "# a", "> a", "===", "---", ": a", "^", "    a", "~~~", "```", "|a|b|"]
)
def test_a_line_opens_nothing_but_a_paragraph(text: str) -> None:
    page = render_gfm(f"before\n\n{markdown.open_line(markdown.escape(text))}\n\nafter")
    assert [child.tag for child in page] == ["p", "p", "p"]
    assert page[1].text_content() == squeeze(text)


def test_hostile_text_is_text() -> None:
    assert text_of(markdown.escape_linking(HOSTILE)) == squeeze(HOSTILE)
