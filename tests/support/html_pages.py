"""Our own pages taken apart, strictly: every element is one that we write, and is closed in its turn."""

from __future__ import annotations

from html.parser import HTMLParser

_VOID = {"meta", "link", "br", "img", "input", "hr", "line", "rect"}
_KNOWN = _VOID | {
    "html", "head", "meta", "title", "body", "header", "a", "main", "footer", "p", "h1", "h2", "h3", "section",
    "ul", "ol", "li", "dl", "dt", "dd", "time", "span", "article", "aside", "details", "summary", "code", "nav",
    "div", "table", "thead", "tbody", "tr", "th", "td", "strong", "em", "mark", "form", "label", "button",
    "textarea", "figure", "figcaption", "meter", "svg", "desc", "text", "script",
    "math", "mrow", "mi", "mn", "mo", "msup", "msub", "msubsup", "mfrac", "msqrt", "mtext", "mspace",
}  # fmt: skip


class Page(HTMLParser):
    """A page taken apart.

    :raises AssertionError: for an element that is none of ours, an attribute that runs or styles something, or an
        id that comes twice
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.shown = ""  #: all text
        self.headings: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open
        ids = [attributes["id"] for _, attributes in self.elements if "id" in attributes]
        assert len(ids) == len(set(ids))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _KNOWN, tag
        assert not [name for name, _ in attrs if name.startswith("on") or name == "style"]
        attributes = dict(attrs)
        assert tag != "script" or (attributes.get("src") or "").startswith("/static/")
        assert len(attributes) == len(attrs)
        self.elements.append((tag, attributes))
        if tag in ("h1", "h2", "h3"):
            self.headings.append("")
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.shown += data
        if {"h1", "h2", "h3"}.intersection(self._open):
            self.headings[-1] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of all elements of a name."""
        return [attributes for name, attributes in self.elements if name == tag]

    def links(self) -> list[str]:
        """Where its links lead."""
        return [attributes["href"] or "" for attributes in self.all("a")]

    def levels(self) -> list[int]:
        """The levels of its headings, in order."""
        return [int(name[1]) for name, _ in self.elements if name in ("h1", "h2", "h3")]
