"""Formulas in HTML, the way they are wanted."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from markupsafe import Markup

from feeds.maths import as_tex, to_html, to_mathml
from feeds.model.variants import Maths

_WRITERS: Mapping[Maths, Callable[[str], Markup]] = {
    Maths.UNICODE: to_html,
    Maths.MATHML: to_mathml,
    Maths.TEX: as_tex,
}


def write_maths(text: str, maths: Maths) -> Markup:
    """A text with TeX as HTML; all else in it is escaped."""
    return _WRITERS[maths](text)
