"""The last border before a driver: PostgreSQL takes no NUL, and nobody takes half a surrogate pair.

Texts from arXiv are clean long before (:mod:`feeds.text`); what somebody asks for by an address need not be. Such a
character becomes U+FFFD on both engines: nothing is found by it, and nothing fails.
"""

from __future__ import annotations

import json
import re
from typing import Any

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_ESCAPED = re.compile(r"\\u(?:0000|d[89a-f])")


def storable(text: str) -> str:
    """A text that every driver takes."""
    if text.isascii():
        return text.replace("\x00", "\ufffd") if "\x00" in text else text
    return _UNSTORABLE.sub("\ufffd", text)


def storable_parameters(parameters: Any) -> Any:
    """A statement's parameters, or those of many, as drivers take them."""
    if isinstance(parameters, dict):
        return {name: _value(value) for name, value in parameters.items()}
    if isinstance(parameters, list | tuple):
        return type(parameters)(storable_parameters(value) for value in parameters)
    return _value(parameters)


def to_json(value: Any) -> str:
    """A JSON text that both engines take."""
    text = json.dumps(value)
    return json.dumps(_inside(value)) if _ESCAPED.search(text) else text


def _value(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    return [_value(item) for item in value] if isinstance(value, list) else value


def _inside(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {_inside(name): _inside(item) for name, item in value.items()}
    return [_inside(item) for item in value] if isinstance(value, list | tuple) else value
