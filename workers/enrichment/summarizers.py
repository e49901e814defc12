"""The summarizers, by name. Today there is one: embedded, no key, no network."""

from __future__ import annotations

from feeds.model.summaries import EMBEDDED, OWN_LANGUAGE, Data, Kind
from workers.enrichment import extractive


class EmbeddedSummarizer:
    """Picks what it says from the abstract itself; always available, in the paper's own language."""

    name = EMBEDDED
    version = extractive.VERSION
    language = OWN_LANGUAGE

    def tldr(self, title: str, abstract: str) -> str | None:
        """One sentence; None where the abstract has none to offer."""
        return extractive.pick_tldr(title, abstract)

    def summarize(self, title: str, abstract: str) -> dict[Kind, Data | None]:
        """All kinds that this summarizer knows; None for one that it cannot ground in the abstract."""
        return {Kind.TLDR: self.tldr(title, abstract), Kind.CONTRIBUTIONS: None, Kind.READING: None}
