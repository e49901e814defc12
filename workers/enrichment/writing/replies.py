"""Takes the data of a kind out of what a model said; nothing is guessed and nothing mended."""

from __future__ import annotations

import json
import re
from typing import Any

from feeds.model.summaries import Data, Kind
from workers.enrichment.writing.contracts import CONTRACTS

#: Models that think aloud first do it between these.
_THOUGHTS = re.compile(r"^\s*<(think|thinking|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_SPACE = re.compile(r"[ \r\n\u00a0\u2028\u2029]+")
#: A reply may escape what no text may hold: surrogates, controls, and signs that turn the direction of writing.
_INVISIBLE = re.compile(
    r"[\x00-\x07\x0e-\x1f\x7f-\x84\x86-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    r"\ud800-\udfff\ufffe\uffff]"
)
_LONGEST = 100_000


def read_reply(kind: Kind, content: str) -> Data | None:
    """The data of a reply; None where it holds no object of this kind's form.

    The object is the one that starts at the first brace: later ones would be inner parts of a broken reply.
    Around it may stand whatever a model likes to say.
    """
    found = _find_object(_THOUGHTS.sub("", content[:_LONGEST], count=1))
    contract = CONTRACTS[kind]
    if found is None or set(found) != set(contract.fields):
        return None
    if contract.points:
        points = found[contract.fields[0]]
        if not isinstance(points, list) or not all(isinstance(point, str) for point in points):
            return None
        return [_tidy(point) for point in points]
    texts = {name: found[name] for name in contract.fields}
    if not all(isinstance(text, str) for text in texts.values()):
        return None
    tidied = {name: _tidy(text) for name, text in texts.items()}
    return tidied if len(tidied) > 1 else next(iter(tidied.values()))


def _tidy(text: str) -> str:
    """White space squeezed, invisible signs gone; tabs and form feeds stay: they were a backslash (``\\theta``)."""
    return _SPACE.sub(" ", _INVISIBLE.sub("", text)).strip(" ")


def _find_object(content: str) -> dict[str, Any] | None:
    start = content.find("{")
    if start < 0:
        return None
    try:
        found, _ = json.JSONDecoder(strict=False).raw_decode(content, start)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
