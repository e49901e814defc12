"""An editor's note as Markdown in a page: read, and written anew from what was read.

What comes out is nothing but paragraphs, lists, quotations, code, emphasis, links and images: no HTML, no headings
that would pass for the page's own, no links to scripts, and nothing that Jekyll would run.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from feeds.render.layouts import markdown

_MARKDOWN = MarkdownIt("commonmark", {"html": False})
_SCHEMES = ("http://", "https://", "mailto:")
_LANGUAGE = re.compile(r"[\w+-]+")
#: Below a paper's own heading.
_HEADING = "####"


def write_commentary(note: str) -> str:
    """A note as Markdown that is safe in any page; empty where nothing is left of it."""
    return _write_blocks(SyntaxTreeNode(_MARKDOWN.parse(note)).children)


def _write_blocks(nodes: Sequence[SyntaxTreeNode], gap: str = "\n\n") -> str:
    return gap.join(text for text in map(_write_block, nodes) if text)


def _write_block(node: SyntaxTreeNode) -> str:
    match node.type:
        case "paragraph":
            return "\n".join(markdown.open_line(line) for line in _write_inline(node).splitlines())
        case "heading":
            return f"{_HEADING} {_write_inline(node)}".replace("\n", " ").rstrip()
        case "bullet_list" | "ordered_list":
            return _write_list(node)
        case "blockquote":
            return _indent(_write_blocks(node.children), "> ", "> ")
        case "fence" | "code_block":
            return _write_code(node.content, node.info)
        case "hr":
            return "* * *"
    return ""


def _write_list(node: SyntaxTreeNode) -> str:
    tight = all(child.hidden for item in node.children for child in item.children if child.type == "paragraph")
    first = int(node.attrGet("start") or 1) if node.type == "ordered_list" else 0
    items = []
    for number, item in enumerate(node.children, first):
        marker = f"{number}. " if node.type == "ordered_list" else "- "
        text = _write_blocks(item.children, "\n" if tight else "\n\n")
        items.append(_indent(text, marker, " " * len(marker)).rstrip())
    return ("\n" if tight else "\n\n").join(items)


def _indent(text: str, first: str, others: str) -> str:
    lines = text.split("\n")
    return "\n".join([first + lines[0], *(others + line if line else others.rstrip() for line in lines[1:])])


def _write_code(text: str, info: str) -> str:
    fence = "`" * max(3, markdown.longest_backticks(text) + 1)
    language = found[0] if (found := _LANGUAGE.match(info)) else ""
    return f"{fence}{language}\n{markdown.hide_liquid(text).rstrip(chr(10))}\n{fence}"


def _write_inline(node: SyntaxTreeNode, linked: bool = False) -> str:
    return "".join(_write_span(child, linked) for child in node.children)


def _write_span(node: SyntaxTreeNode, linked: bool) -> str:
    match node.type:
        case "inline":
            return _write_inline(node, linked)
        case "text":
            return _write_text(node.content, linked)
        case "softbreak":
            return "\n"
        case "hardbreak":
            return "\\\n"
        case "strong" | "em":
            mark = "**" if node.type == "strong" else "*"
            inside = _write_inline(node, linked)
            return f"{mark}{inside}{mark}" if inside.strip() else inside
        case "code_inline":
            return markdown.code(node.content)
        case "link":
            return _write_link(node)
        case "image":
            return _write_image(node)
    return ""


def _write_text(text: str, linked: bool) -> str:
    """Escaped; the space at its ends stands between it and its neighbours."""
    inner = markdown.escape(text) if linked else markdown.escape_linking(text)
    before = " " if text[:1].isspace() else ""
    after = " " if text[-1:].isspace() and inner else ""
    return before + inner + after


def _write_link(node: SyntaxTreeNode) -> str:
    url = str(node.attrGet("href") or "")
    text = _write_inline(node, linked=True)
    return f"[{text}]({_target(url)})" if _is_safe(url) else text


def _write_image(node: SyntaxTreeNode) -> str:
    url = str(node.attrGet("src") or "")
    text = markdown.escape(node.content)
    return f"![{text}]({_target(url)})" if _is_safe(url) else text


def _is_safe(url: str) -> bool:
    return url.lower().startswith(_SCHEMES) and not any(sign in url for sign in "<>\n{|")


def _target(url: str) -> str:
    """In angle brackets where a parenthesis in it might end it."""
    return f"<{url}>" if "(" in url or ")" in url else url
