"""The summarizer without key and network, by name; nothing to download."""

from __future__ import annotations

from feeds.model.summaries import EMBEDDED, OWN_LANGUAGE, Data, Kind
from workers.enrichment.embedded.abstracts import read_abstract
from workers.enrichment.embedded.points import find_roles, pick_contributions, pick_reading
from workers.enrichment.embedded.tldr import pick_tldr

#: Goes into every embedded summary's key: other rules or weights make other summaries.
VERSION = "ranker-1"


class EmbeddedSummarizer:
    """Says things in the abstract's own sentences; always available, in the paper's own language."""

    name = EMBEDDED
    version = VERSION
    language = OWN_LANGUAGE
    kinds = (Kind.TLDR, Kind.CONTRIBUTIONS, Kind.READING)

    def tldr(self, title: str, abstract: str) -> str | None:
        """One sentence of at most 60 words; None where the abstract has none to offer."""
        return pick_tldr(read_abstract(title, abstract))

    def contributions(self, title: str, abstract: str) -> list[str] | None:
        """Three to seven points, a sentence each; None where the abstract does not give three."""
        read = read_abstract(title, abstract)
        return pick_contributions(read, find_roles(read))

    def reading(self, title: str, abstract: str) -> dict[str, str] | None:
        """Of ``background``, ``method``, ``results`` what the abstract tells; None without method and another."""
        read = read_abstract(title, abstract)
        return pick_reading(read, find_roles(read))

    def summarize(self, title: str, abstract: str) -> dict[Kind, Data | None]:
        """All kinds that this summarizer knows; None for one that it cannot ground in the abstract."""
        read = read_abstract(title, abstract)
        roles = find_roles(read)
        return {
            Kind.TLDR: pick_tldr(read),
            Kind.CONTRIBUTIONS: pick_contributions(read, roles),
            Kind.READING: pick_reading(read, roles),
        }
