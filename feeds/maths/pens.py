"""Pens: what becomes of the parts of a line, in plain Unicode or in HTML."""

from __future__ import annotations

from typing import Protocol

from markupsafe import escape

from feeds.maths import scripts

#: Signs that stand high by themselves.
_HIGH = frozenset("′″‴°")


class Pen(Protocol):
    """How the parts of a line are set."""

    def text(self, text: str) -> str: ...
    def slanted(self, text: str) -> str: ...
    def bold(self, text: str) -> str: ...
    def raised(self, text: str) -> str: ...
    def lowered(self, text: str) -> str: ...


class PlainPen:
    """Plain Unicode: nothing is slanted, scripts are Unicode's."""

    def text(self, text: str) -> str:
        return text

    def slanted(self, text: str) -> str:
        return text

    def bold(self, text: str) -> str:
        return text

    def raised(self, text: str) -> str:
        return scripts.raised(text)

    def lowered(self, text: str) -> str:
        return scripts.lowered(text)


class HtmlPen:
    """HTML of ``<i>``, ``<b>``, ``<sup>`` and ``<sub>``; everything else is escaped."""

    def text(self, text: str) -> str:
        return str(escape(text))

    def slanted(self, text: str) -> str:
        return f"<i>{text}</i>"

    def bold(self, text: str) -> str:
        return f"<b>{text}</b>"

    def raised(self, text: str) -> str:
        return text if set(text) <= _HIGH else f"<sup>{text}</sup>"

    def lowered(self, text: str) -> str:
        return f"<sub>{text}</sub>"


PLAIN, HTML = PlainPen(), HtmlPen()
