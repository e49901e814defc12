"""What templates say of an entry beside its own texts, the same that feeds say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from feeds.maths import to_mathml
from feeds.model.entries import Entry
from feeds.model.summaries import OWN_LANGUAGE, Kind, Summary
from feeds.render.notes import render_note
from feeds.render.phrases import Phrases, phrases
from feeds.render.remarks import describe_making, describe_state, describe_summary, explain, write_byline
from service.subscribing_links import open_locally

#: Of texts that stay as the authors wrote them; arXiv takes none but English titles and abstracts.
_AUTHORS = "en"
_TEXTS_KEPT = 4096


#: Formulas take long to read, and the same abstracts are shown again and again: some megabytes a process.
show_maths = lru_cache(_TEXTS_KEPT)(to_mathml)


def show_title(entry: Entry) -> Markup:
    """A title with its formulas."""
    return show_maths(entry.paper.title) if entry.paper.title.strip() else Markup("{}").format(entry.title)


def language_of(entry: Entry, kind: str) -> str:
    """The language that an entry's summary of a kind is in, BCP 47."""
    found = next((summary for summary in entry.summaries if summary.kind == kind), None)
    return spoken(found) if found else _AUTHORS


def spoken(summary: Summary) -> str:
    """The language of a summary, BCP 47; one in the paper's own words is in that of its authors."""
    return _AUTHORS if summary.language == OWN_LANGUAGE else summary.language


def list_parts(entry: Entry) -> list[str]:
    """What an entry has to be unfolded."""
    has = {
        "contributions": entry.contributions,
        "reading": entry.reading,
        "abstract": entry.paper.abstract or entry.translation,
    }
    return [name for name, part in has.items() if part]


def name_kind(kind: Kind, words: Phrases) -> str:
    """What a kind of summary is called."""
    names: Mapping[Kind, str] = {
        Kind.TLDR: words.tldr,
        Kind.CONTRIBUTIONS: words.contributions,
        Kind.READING: "",  # its parts have names of their own
        Kind.TRANSLATION: words.abstract + words.translated,
    }
    return names[kind]


#: By the names that templates use.
HELPERS: Mapping[str, Callable[..., Any]] = {
    "maths": show_maths,
    "title_of": show_title,
    "language_of": language_of,
    "spoken": spoken,
    "parts_of": list_parts,
    "kind_name": name_kind,
    "byline": write_byline,
    "summary_made": describe_summary,
    "states_of": describe_state,
    "making_of": describe_making,
    "reasons_of": explain,
    "note_html": render_note,
    "phrases": phrases,
    "open_locally": open_locally,
}
