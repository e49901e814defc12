"""A summary: what a summarizer made of a text, stored as data with where it came from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of summary a topic can ask for."""

    TLDR = "tldr"
    CONTRIBUTIONS = "contributions"
    READING = "reading"
    TRANSLATION = "translation"


class Status(StrEnum):
    """What became of a request for a summary."""

    OK = "ok"  #: the first reply passed all checks
    REPAIRED = "repaired"  #: the second did, or what is left of it without its faulty points or last sentences
    REJECTED = "rejected"  #: this model says nothing usable of this paper
    POSTPONED = "postponed"  #: nothing is known: the endpoint did not answer, or time was up; never stored
    FORGOTTEN = "forgotten"  #: it is to be made anew; only what it cost is remembered


#: The summarizer that needs no key and no network.
EMBEDDED = "embedded"
#: The language of a summary that stays in the paper's own words (BCP 47: undetermined).
OWN_LANGUAGE = "und"

#: A reading's parts, in order.
READING_PARTS = ("background", "method", "results")

#: A tldr is a sentence; contributions are points; a reading is its parts by name.
Data = str | list[str] | dict[str, str]


@dataclass(frozen=True, order=True)
class Wish:
    """A kind of summary in a language, as a topic asks for it."""

    kind: Kind
    language: str  #: BCP 47


@dataclass(frozen=True)
class Summary:
    """One summary of one text. The key is (text hash, kind, language, prompt version, summarizer)."""

    text_hash: str
    kind: Kind
    language: str  #: BCP 47
    prompt_version: str  #: the rules or the prompt it was made by
    summarizer: str
    data: Data | None  #: None: this text gives nothing to ground such a summary in
    made_at: datetime
    model: str | None = None
    source: str = "abstract"  #: "abstract" or "full text"
    source_version: int | None = None  #: of the paper, for full text
    tokens: int = 0
    status: Status = Status.OK
    failed: tuple[str, ...] = ()  #: the rules that a model's replies broke
