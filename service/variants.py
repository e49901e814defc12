"""The options of a feed's address: what of it is wanted, and in which form."""

from __future__ import annotations

from flask import request

from feeds.model import variants
from feeds.model.topics import MAX_ENTRIES
from feeds.model.variants import Byline, Maths, Variant
from service.options import Option

OPTIONS = (
    Option("limit", f"how many entries, at most {MAX_ENTRIES}", {"type": "integer"}),
    Option("lang", "the language of the summaries, like en or zh; what there is none of stays as it is"),
    Option("authors", "each: an element for each author; joined: one for all", {"enum": [*Byline]}),
    Option("math", "how formulas are written: unicode, mathml or tex", {"enum": [*Maths]}),
    Option("since", "only what came or changed since, like 2026-04-17 or 2026-04-17T08:50:00Z"),
)


def read_variant(limit: int | None = None, most: int = MAX_ENTRIES) -> Variant:
    """How this request wants its feed; which see :func:`feeds.model.variants.read_variant`."""
    return variants.read_variant(request.args, limit, most)
