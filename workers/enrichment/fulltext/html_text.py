"""The words of a paper's HTML as LaTeXML makes it for arXiv: prose, headings, formulas as TeX once, nothing hidden.

A page is foreign and may be hostile; what comes out is plain text, and what no reader can see does not come out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from feeds.text import clean, squeeze

_ARTICLE = "article.ltx_document"
#: What is no prose of the paper's own, or comes after it.
_DROPPED = (
    "script", "style", "noscript", "template", "svg", "iframe", "object", "form", "button", "nav", "header",
    "footer", "cite", "figure", "table.ltx_tabular",
    ".ltx_bibliography", ".ltx_authors", ".ltx_appendix", ".ltx_acknowledgements", ".ltx_dates", ".ltx_keywords",
    ".ltx_classification", ".ltx_note", ".ltx_ERROR", ".ltx_tag", ".ltx_page_footer", ".ltx_TOC",
    ".ltx_role_footnote",
    ".ltx_pagination", "[hidden]", "[aria-hidden=true]", ".sr-only",
)  # fmt: skip
#: By which text is hidden from people.
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0?\.?0*(?:[;\s]|$)|"
    r"font-size\s*:\s*0?\.?\d?(?:px|pt|em|rem|%)?\s*(?:[;!]|$)|"
    r"(?<![-\w])color\s*:\s*(?:#fff(?:fff)?(?:ff)?\b|white\b|transparent\b|rgba?\(\s*255\s*,\s*255\s*,\s*255|"
    r"rgba\([^)]*,\s*0(?:\.0+)?\s*\))|"
    r"(?:left|top|text-indent)\s*:\s*-\d{3,}|clip\s*:\s*rect\(\s*0|"
    r"(?:^|[;\s])(?:max-)?(?:height|width)\s*:\s*0(?:px|pt|em)?\s*(?:;|$)|"
    r"--ltx-fg-color\s*:\s*#fff(?:fff)?\b",
    re.IGNORECASE,
)
_HEADINGS = "h1, h2, h3, h4, h5, h6"
_BLOCKS = "p, div, section, li, dd, dt, blockquote, pre, tr"
_ENDING = re.compile(
    r"(?:references|bibliography|acknowledge?ments?|appendix|appendices|supplementary material)\b", re.IGNORECASE
)
_FEEDBACK = re.compile(r"Report issue for preceding element", re.IGNORECASE)
#: Put around blocks and before headings; where a page holds these characters itself, it only breaks its own lines.
_BREAK, _HEADING = "\u2029", "\u2028"


def html_text(page: bytes) -> str | None:
    """The paper's text, a paragraph a line, up to its references; None where the page holds no article."""
    tree = LexborHTMLParser(page)
    article = tree.css_first(_ARTICLE)
    if article is None:
        return None
    styled = article.css("[style]")
    hidden = [node for node in styled if _HIDING.search(node.attributes.get("style") or "")]
    for node in _outermost(article.css(", ".join(_DROPPED)) + hidden):
        node.decompose()
    for node in _outermost(article.css("math")):
        formula = squeeze(node.attributes.get("alttext") or "")
        node.replace_with(f" ${formula}$ " if formula else " ")
    for blocks, opening in ((_BLOCKS, _BREAK), (_HEADINGS, _BREAK + _HEADING)):
        for node in article.css(blocks):
            node.insert_before(opening)
            node.insert_after(_BREAK)
    return _tidy(article.text(separator=""))


def _outermost(nodes: list[LexborNode]) -> list[LexborNode]:
    """Of these nodes those that stand in no other: what stands in one is gone with it, and must not be touched."""
    found = {node.mem_id: node for node in nodes}
    return [node for node in found.values() if not any(above.mem_id in found for above in _above(node))]


def _above(node: LexborNode) -> Iterator[LexborNode]:
    parent = node.parent
    while parent is not None:
        yield parent
        parent = parent.parent


def _tidy(text: str) -> str:
    """Lines squeezed, without what comes after the text's last own section."""
    lines: list[str] = []
    for piece in _FEEDBACK.sub(" ", text).split(_BREAK):
        line = squeeze(clean(piece))
        if _HEADING in piece and _ENDING.match(line):
            break
        if line:
            lines.append(line)
    return "\n".join(lines)
