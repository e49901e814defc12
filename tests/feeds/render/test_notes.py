"""An editor's note: what Markdown may do, and what nobody may do with it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html

from feeds.render.notes import render_note
from feeds.text import clean

ALLOWED = {"a", "blockquote", "br", "code", "em", "h3", "hr", "li", "ol", "p", "pre", "strong", "ul"}


@pytest.mark.parametrize(
    ("markdown", "made"),
    [
        ("Plain & simple", "<p>Plain &amp; simple</p>"),
        ("One *two* **three** `a<b`", "<p>One <em>two</em> <strong>three</strong> <code>a&lt;b</code></p>"),
        ("- one\n- two", "<ul>\n<li>one</li>\n<li>two</li>\n</ul>"),
        ("3. three", '<ol start="3">\n<li>three</li>\n</ol>'),
        ("# Loud\n\nSub\n---", "<h3>Loud</h3>\n<h3>Sub</h3>"),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>"),
        ("```python\nx < 1\n```", "<pre><code>x &lt; 1\n</code></pre>"),
        ("", ""),
    ],
)
def test_markdown_becomes_plain_html(markdown: str, made: str) -> None:
    assert render_note(markdown) == made


def links(markdown: str) -> list[dict[str, str]]:
    return [dict(link.attrib) for link in html.fragment_fromstring(render_note(markdown), "div").iter("a")]


def test_links_are_absolute_and_vouch_for_nothing() -> None:
    kept = [
        {"href": address, "rel": "nofollow noopener"}
        for address in ("https://example.org/?a=1&b=2", "http://example.org", "mailto:a@example.org")
    ]
    for link in kept:
        assert links(f"[x]({link['href']})") == [link]
    assert links("<https://example.org>") == [{"href": "https://example.org", "rel": "nofollow noopener"}]
    assert links('[x](https://example.org "about")')[0]["title"] == "about"


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "JaVaScript:alert(1)", "data:text/html,x", "/admin", "//evil.example", "#top",
     "vbscript:x", "file:///etc/passwd"],
)  # fmt: skip
def test_other_addresses_are_no_links(address: str) -> None:
    assert all("href" not in link for link in links(f"[x]({address})"))


@pytest.mark.parametrize(
    "markdown",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<b>bold</b>",
        "![pixel](https://evil.example/pixel.png)",
        "[x]: javascript:alert(1)\n\n[x]",
        "<!-- -->",
        "`<style>`",
    ],
)
def test_neither_html_nor_images(markdown: str) -> None:
    root = html.fragment_fromstring(render_note(markdown), "div")
    assert {element.tag for element in root.iterdescendants()} <= ALLOWED


@given(st.text(st.sampled_from("<>[]()!*_`#-:/ \n\"'&;ahrefjscriptonx=0"), max_size=200))
def test_whatever_is_written_only_what_is_allowed_comes_out(markdown: str) -> None:
    root = html.fragment_fromstring(render_note(markdown), "div")
    assert {element.tag for element in root.iterdescendants() if isinstance(element, etree._Element)} <= ALLOWED
    for element in root.iterdescendants():
        assert set(element.attrib) <= {"href", "title", "rel", "start"}


@pytest.mark.parametrize("code", ["202e", "2066", "b", "1f", "fffe", "d800"])
def test_what_no_reader_may_show_does_not_come_in_by_its_number(code: str) -> None:
    """Overrides of direction turn what follows; XML has no controls at all."""
    html = str(render_note(f"a&#x{code};b"))
    assert clean(html) == html
    assert html in ("<p>ab</p>", "<p>a\N{REPLACEMENT CHARACTER}b</p>")
