from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.store.values import storable, storable_parameters, to_json

TEXTS = st.text(st.characters(codec=None, categories=None))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def test_what_no_driver_takes_is_replaced() -> None:
    assert storable("a\x00b\ud800c\udfffd") == "a\ufffdb\ufffdc\ufffdd"
    assert storable("ä 漢 😀 \t\n\x7f") == "ä 漢 😀 \t\n\x7f"


def test_parameters_of_one_statement_and_of_many_are_looked_at() -> None:
    assert storable_parameters({"a": "\x00", "b": 1, "c": None}) == {"a": "\ufffd", "b": 1, "c": None}
    assert storable_parameters([{"a": "\x00"}, {"a": "b"}]) == [{"a": "\ufffd"}, {"a": "b"}]
    assert storable_parameters(("\x00", ["\ud800"], b"\x00")) == ("\ufffd", ["\ufffd"], b"\x00")


@given(VALUES)
@settings(deadline=None, derandomize=True)
def test_json_is_what_every_engine_takes(value: Any) -> None:
    text = to_json(value)
    text.encode()
    assert "\\u0000" not in text.replace("\\\\", "")
    json.dumps(json.loads(text), ensure_ascii=False).encode()
    assert json.loads(text) == json.loads(to_json(json.loads(text)))


def test_json_of_ordinary_texts_stays_as_it_is() -> None:
    value = {"a": ["ä", "😀", "\\u0000", 1, None]}
    assert json.loads(to_json(value)) == value
