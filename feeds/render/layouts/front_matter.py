"""The front matter of a page for Jekyll or Hexo: YAML that holds whatever a title holds."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from feeds.text import squeeze

_PLAIN = re.compile(r"[^\W\d_](?:[\w.+ -]*[\w+])?")
#: What YAML 1.1, which Jekyll reads, takes for something else than text.
_WORDS = {"y", "n", "yes", "no", "true", "false", "on", "off", "null"}


def write_front_matter(values: Mapping[str, str | Sequence[str]]) -> str:
    """The block with its lines of dashes.

    :param values: a text is written as it is (:func:`quote`, :func:`name` make one of foreign text), a list as one
        of names
    """
    lines = [
        f"{key}: {value if isinstance(value, str) else '[' + ', '.join(name(item) for item in value) + ']'}"
        for key, value in values.items()
    ]
    return "\n".join(["---", *lines, "---"])


def quote(text: str) -> str:
    """Any text as a YAML scalar in double quotes.

    Themes put titles into their pages as they are, so what would be markup there is replaced by its look-alike.
    """
    harmless = squeeze(text).replace("<", "‹").replace(">", "›").replace("{{", "{ {").replace("{%", "{ %")
    return json.dumps(harmless, ensure_ascii=False)


def name(text: str) -> str:
    """A tag or category as a YAML scalar, bare where that is safe."""
    return text if _PLAIN.fullmatch(text) and text.lower() not in _WORDS else quote(text)
