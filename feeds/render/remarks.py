"""What the wire says about an entry: its byline, the editor's words, why it is here, how its summaries were made.

Plain text, in the feed's language; pages and formats say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from feeds.maths import to_plain
from feeds.model.curation import stars
from feeds.model.entries import Entry
from feeds.model.summaries import EMBEDDED, Summary
from feeds.render.phrases import Phrases, phrases

ENGLISH = phrases("en")
#: A byline names so many authors; a collaboration's thousands are still all there as the entry's authors.
MOST_NAMED = 30


def write_byline(names: Sequence[str], words: Phrases = ENGLISH) -> str:
    """The authors on one line."""
    named = ", ".join(names[:MOST_NAMED])
    more = len(names) - MOST_NAMED
    return named if more <= 0 else f"{named} {words.others.format(count=f'{more:,}')}"


def describe_curation(entry: Entry, words: Phrases = ENGLISH) -> list[str]:
    """What the editor says beside the note, a word for each."""
    said = entry.curation
    line = [words.pinned] if said.pinned else []
    line += [stars(said.rating)] if said.rating is not None else []
    line += [said.institution] if said.institution else []
    return line + ([words.tags.format(tags=words.comma.join(said.tags))] if said.tags else [])


def describe_making(entry: Entry, words: Phrases = ENGLISH) -> list[str]:
    """How the summaries came about; those that came about alike are told once. Sentences without their points."""
    made = [summary for summary in entry.summaries if summary.data]
    return list(dict.fromkeys(describe_summary(summary, entry.paper.version, words) for summary in made))


def describe_summary(summary: Summary, version: int, words: Phrases = ENGLISH) -> str:
    """How a summary came about: a sentence without its point.

    :param version: of the paper
    """
    source = words.from_abstract if summary.source == "abstract" else words.from_full_text
    told = words.picked if summary.summarizer == EMBEDDED else words.written
    return told.format(source=source, version=summary.source_version or version, model=summary.model)


def describe_state(entry: Entry, words: Phrases = ENGLISH) -> Iterator[str]:
    """What became of the paper since it was first announced."""
    paper = entry.paper
    if paper.withdrawn:
        yield words.withdrawn
    elif paper.version > 1 and paper.revised_at:
        yield words.replaced_on.format(version=paper.version, day=f"{paper.revised_at:%Y-%m-%d}")
    elif paper.version > 1:
        yield words.replaced.format(version=paper.version)


def explain(entry: Entry, words: Phrases = ENGLISH) -> Iterator[str]:
    """Why the entry is here, and why it stands where it does; sentences without their points."""
    if entry.matched:
        yield words.matches.format(words=words.comma.join(entry.matched))
    elif entry.curation.added_by:
        yield words.added
    elif entry.listed_in:
        yield words.listed.format(categories=words.comma.join(entry.listed_in))
    if entry.likeness is None:
        return
    like, shared = entry.likeness, words.comma.join(entry.likeness.words)
    if like.to == entry.paper.arxiv_id:
        yield words.starred
    else:
        yield (words.like_sharing if shared else words.like).format(title=to_plain(like.title), words=shared)


def describe_update(entry: Entry, words: Phrases = ENGLISH) -> Iterator[str]:
    """Why the entry's date moved, where it did."""
    if reason := entry.updated_reason:
        day = f"{entry.updated_at:%Y-%m-%d}"
        yield words.updated.format(day=day, reason=words.reasons[reason], version=entry.paper.version)
