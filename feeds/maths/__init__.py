"""Maths in titles and abstracts: TeX as authors write it, shown as plain text, as HTML, as MathML, or as it is.

One reading, three ways to write: `reading` makes a small tree of ours (`tree`) of a text, `linear` and `mathml`
write it. Nothing here raises, whatever the text holds; what cannot be read stays as it is written.
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from feeds.maths.linear import write
from feeds.maths.mathml import write_mathml
from feeds.maths.pens import HTML, PLAIN
from feeds.maths.reading import read
from feeds.text import decode_tex_accents

__all__ = ["as_tex", "to_html", "to_mathml", "to_plain"]

#: What a text must hold somewhere to be more than words.
_TEX = re.compile(r"[\\$^_{}~]|--|``|''")


def to_plain(text: str) -> str:
    """A text in plain Unicode, for titles and wherever no markup can be; scripts without a form are ``^(...)``."""
    if not _TEX.search(text):
        return text
    return write(read(decode_tex_accents(text)), PLAIN)


def to_html(text: str) -> Markup:
    """A text as escaped HTML with ``<i>``, ``<b>``, ``<sub>`` and ``<sup>``, nothing else."""
    if not _TEX.search(text):
        return escape(text)
    return Markup(write(read(decode_tex_accents(text)), HTML))  # noqa: S704  (the pen escapes)


def to_mathml(text: str) -> Markup:
    """A text as escaped HTML whose formulas are MathML Core, each with its plain form as ``alttext``."""
    if not _TEX.search(text):
        return escape(text)
    return write_mathml(read(decode_tex_accents(text)))


def as_tex(text: str) -> Markup:
    """A text as its authors wrote it, escaped: for readers that set TeX themselves."""
    return escape(text)
