"""How types are told in words."""

from __future__ import annotations

import pytest

from service.manual import Piece, describe_type


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ({"type": "string"}, "string"),
        ({"type": "string", "format": "date-time"}, "date-time"),
        ({"type": "integer", "minimum": 1, "maximum": 200}, "integer, 1 to 200"),
        ({"type": "integer", "minimum": 0}, "integer"),
        ({"enum": ["newest", "oldest"]}, "newest, oldest"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "string or null"),
        ({"type": "array", "items": {"type": "string"}}, "list of string"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "by name: integer"),
        ({"type": "object", "additionalProperties": True}, "by name: anything"),
        ({}, "anything"),
    ],
)
def test_a_type_in_words(schema: dict[str, object], told: str) -> None:
    assert "".join(piece.text for piece in describe_type(schema)) == told


def test_a_type_that_is_told_elsewhere_is_linked() -> None:
    assert describe_type({"type": "array", "items": {"$ref": "#/components/schemas/Entry"}}) == (
        Piece("list of "),
        Piece("Entry", links=True),
    )
