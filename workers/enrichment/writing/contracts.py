"""What each kind of summary must be (PRODUCT.md, section 5): its parts, its lengths, the JSON schema of a reply.

Schemas are closed, with every field required and without lengths or patterns: that is what all endpoints'
strict modes take. The lengths are checked here (:mod:`workers.enrichment.writing.checks`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from feeds.model.summaries import Kind
from workers.enrichment.writing import languages

#: The parts of a reading, in order.
PARTS = ("background", "method", "results")


@dataclass(frozen=True)
class Limit:
    """How long a text may be: in words, or in characters where its language puts no spaces between words."""

    words: int
    characters: int

    def of(self, language: str) -> int:
        return self.characters if languages.counts_characters(language) else self.words


@dataclass(frozen=True)
class Contract:
    """One kind's form."""

    fields: tuple[str, ...]  #: of the reply's object
    limits: Mapping[str, Limit]  #: by field; of a list, for each of its points
    max_tokens: int  #: of a reply
    points: tuple[int, int] | None = None  #: at least and at most, where its one field is a list
    one_sentence: bool = False  #: each text is one


CONTRACTS: Mapping[Kind, Contract] = {
    Kind.TLDR: Contract(("tldr",), {"tldr": Limit(30, 100)}, 300, one_sentence=True),
    Kind.CONTRIBUTIONS: Contract(
        ("contributions",), {"contributions": Limit(60, 200)}, 1200, points=(3, 7), one_sentence=True
    ),
    Kind.READING: Contract(
        PARTS, {"background": Limit(100, 200), "method": Limit(300, 600), "results": Limit(100, 200)}, 2400
    ),
    Kind.TRANSLATION: Contract(("translation",), {"translation": Limit(1200, 4000)}, 2000),
}


def schema(kind: Kind) -> dict[str, Any]:
    """The JSON schema of a reply."""
    contract = CONTRACTS[kind]
    text: dict[str, Any] = {"type": "string"}
    field: dict[str, Any] = {"type": "array", "items": text} if contract.points else text
    return {
        "type": "object",
        "properties": dict.fromkeys(contract.fields, field),
        "required": list(contract.fields),
        "additionalProperties": False,
    }
