"""An entry's HTML: what a reader shows. Everything foreign is escaped here, once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from markupsafe import Markup, escape

from feeds.model.entries import Entry
from feeds.model.variants import Maths
from feeds.render.formulas import write_maths
from feeds.render.notes import render_note
from feeds.render.phrases import Phrases, phrases
from feeds.render.remarks import (
    describe_curation,
    describe_making,
    describe_state,
    describe_update,
    explain,
    write_byline,
)


def render_content(entry: Entry, language: str = "en", maths: Maths = Maths.UNICODE) -> str:
    """The whole reading experience of an entry, as an HTML fragment.

    Readers show one author at most, so the byline comes first.

    :param language: of what the wire says itself, BCP 47
    :param maths: how formulas are written
    """
    return str(Markup("\n").join(_blocks(entry, phrases(language), maths)))


def _blocks(entry: Entry, words: Phrases, maths: Maths) -> Iterator[Markup]:
    labelled = partial(_labelled, words, maths)
    names = [author.name for author in entry.paper.authors]
    if names:
        yield _paragraph(write_byline(names, words))
    yield from _curation(entry, words)
    for state in describe_state(entry, words):
        yield Markup("<p><strong>{}</strong></p>").format(state)
    yield from labelled(words.tldr, words.by_machine, entry.tldr)
    yield from _contributions(entry, words, maths)
    for part, text in entry.reading:
        yield from labelled(words.reading[part], words.by_machine, text)
    yield from labelled(words.abstract, words.translated, entry.translation)
    yield from labelled(words.abstract, words.by_authors, entry.paper.abstract)
    if entry.paper.comment:
        yield Markup("<p>{}{}{}</p>").format(words.comment, words.colon, write_maths(entry.paper.comment, maths))
    yield _links(entry, words)
    yield from _colophon(entry, words)


def _labelled(words: Phrases, maths: Maths, label: str, made: str, text: str | None) -> Iterator[Markup]:
    """A text under its label, and who made it; nothing where there is none."""
    if text:
        told = write_maths(text, maths)
        yield Markup("<p><strong>{}</strong>{}{}{}</p>").format(label, made, words.colon, told)


def _contributions(entry: Entry, words: Phrases, maths: Maths) -> Iterator[Markup]:
    if entry.contributions:
        yield Markup("<p><strong>{}</strong>{}</p>").format(words.contributions, words.by_machine)
        points = (Markup("<li>{}</li>").format(write_maths(point, maths)) for point in entry.contributions)
        yield Markup("<ul>{}</ul>").format(Markup("").join(points))


def _curation(entry: Entry, words: Phrases) -> Iterator[Markup]:
    """What the editor says: the note before all else."""
    if note := entry.curation.note:
        yield Markup("<p><strong>{}</strong></p>\n{}").format(words.note, render_note(note))
    if line := describe_curation(entry, words):
        yield _paragraph(" · ".join(line))


def _links(entry: Entry, words: Phrases) -> Markup:
    shown = [(link.href, words.links.get(link.title, link.title)) for link in entry.links if link.title]
    anchors = (Markup('<a href="{}">{}</a>').format(href, title) for href, title in shown)
    return Markup("<p>{}</p>").format(Markup(" · ").join(anchors))


def _colophon(entry: Entry, words: Phrases) -> Iterator[Markup]:
    """Where the summaries come from, why the entry is here, and why it changed."""
    told: Iterable[str] = [*describe_making(entry, words), *explain(entry, words), *describe_update(entry, words)]
    if told:
        yield Markup("<p><small>{}{}</small></p>").format(words.stop.join(told), words.end)


def _paragraph(text: str) -> Markup:
    return Markup("<p>{}</p>").format(escape(text))
