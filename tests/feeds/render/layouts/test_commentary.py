"""An editor's note in a page: the same to its readers, and harmless."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from feeds.render.layouts.commentary import write_commentary
from feeds.text import clean, squeeze
from tests.feeds.render.layouts.samples import HOSTILE
from tests.support.rendering import render_gfm, tags_of

SAFE = {"p", "ul", "ol", "li", "blockquote", "code", "pre", "em", "strong", "a", "img", "br", "hr", "h4"}
NOTE = """Compare **Qwen**, *fast* and `<|transcribe|>`:

- pre-training
- tuning: [BEST-RQ](https://github.com/a/BEST_RQ_(x) "title")
  1. deeper
  2. still

3. loose

4. list

> a quotation
> of *two* lines

```python
if a < b: print("{{ x }}")
```

![figure](https://arxiv.org/x.png) and a\\
break; <https://example.org/a_b>

***
"""
PIECES = st.sampled_from(
    [*"\\`*_[]()<>{}|#~!&:=+-.$\"' \n", "a", "文", "1. ", "- ", "> ", "\n\n", "http://x.org/a_b", "](http://b.c)",
     "<b>", "{{", "{%", "---", "```", "    ", "<script>", "](javascript:alert(1))", "![", "&amp;", "# "]
)  # fmt: skip


def html_of(markdown: str) -> str:
    """Without differences that nobody sees."""
    return squeeze(MarkdownIt("commonmark").render(markdown)).replace("\u2060", "")


def test_a_note_means_what_it_meant() -> None:
    assert html_of(write_commentary(NOTE)) == html_of(NOTE.replace(' "title"', ""))


@given(st.lists(PIECES, max_size=30).map("".join).map(clean))
def test_nothing_that_a_note_holds_is_html_or_run(note: str) -> None:
    made = write_commentary(note)
    page = render_gfm(made)
    assert tags_of(page) <= SAFE
    for element in page.iter("a", "img"):
        assert (element.get("href") or element.get("src") or "").startswith(("http://", "https://", "mailto:"))
    assert "{{" not in made
    assert "{%" not in made


@given(st.lists(PIECES, max_size=30).map("".join).map(clean))
def test_no_word_of_a_note_is_lost(note: str) -> None:
    def letters(markdown: str, **options: bool) -> str:
        text = render_gfm(MarkdownIt("commonmark", options).render(markdown)).text_content()
        return "".join(sign for sign in text if sign.isalnum())

    assert letters(write_commentary(note)) == letters(note, html=False)


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("# Faked\n\n### 202601 `x` Y ☆", "#### Faked\n\n#### 202601 `x` Y ☆"),
        ("Title\n---\ntext", "#### Title\n\ntext"),
        ("<!--more-->", "&lt;!--more--&gt;"),
        ("[x](javascript:alert(1))", "\\[x\\](javascript:alert(1))"),
        ("[x](relative)", "x"),
        ("[x]({{ site.url }})", "\\[x\\](&#123;&#123; site.url }})"),
        ("`{{ x }}`", "`{\u2060{ x }}`"),
        ("  ", ""),
        ("[]: http://x.org", "\\[\\]: <http://x.org>"),
    ],
)
def test_what_would_be_more_than_commentary_is_not(note: str, expected: str) -> None:
    assert write_commentary(note) == expected


def test_a_hostile_note_is_text() -> None:
    page = render_gfm(write_commentary(HOSTILE))
    assert not tags_of(page) & {"script", "div", "details", "del"}
    assert "<script>alert(1)</script>" in page.text_content()
