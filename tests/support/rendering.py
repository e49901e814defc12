"""Markdown as GitHub reads it, for tests: parsed, and its text taken out again."""

from __future__ import annotations

from lxml import html
from markdown_it import MarkdownIt

_GFM = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def render_gfm(text: str) -> html.HtmlElement:
    """The page as HTML, with whatever HTML is in it."""
    return html.fragment_fromstring(_GFM.render(text), create_parent="main")


def tags_of(element: html.HtmlElement) -> set[str]:
    """The names of all elements below one."""
    return {str(child.tag) for child in element.iterdescendants()}


def read_table(text: str) -> list[list[html.HtmlElement]]:
    """The cells of all rows of a page's tables, heads included."""
    return [list(row) for row in render_gfm(text).iter("tr")]
