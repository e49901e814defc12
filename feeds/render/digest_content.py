"""The text of a digest: one HTML fragment with all its papers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from feeds.model.digests import Digest
from feeds.model.entries import Entry
from feeds.model.variants import Maths
from feeds.render.digest_phrases import DigestPhrases, digest_phrases
from feeds.render.formulas import write_maths
from feeds.render.notes import render_note
from feeds.render.phrases import Phrases, phrases
from feeds.render.remarks import describe_curation, describe_state, write_byline

_MOST_TOLD = 400
#: A sentence ends before the next one begins; shorter ones are mostly abbreviations.
_SENTENCE = re.compile(r".{40,}?[.!?](?=\s+[^\W\d_a-z])", re.DOTALL)


@dataclass(frozen=True)
class PaperView:
    """A paper in a digest."""

    entry: Entry
    carried_from: date | None  #: when it was announced or submitted, where that belongs to an earlier window


@dataclass(frozen=True)
class DigestView:
    """A digest with its papers, or the first ones of very many."""

    digest: Digest
    papers: tuple[PaperView, ...]


@dataclass(frozen=True)
class Wording:
    """How a feed is written."""

    words: Phrases
    says: DigestPhrases
    maths: Maths


def make_wording(language: str, maths: Maths) -> Wording:
    """How a feed is written in a language."""
    return Wording(phrases(language), digest_phrases(language), maths)


def render_digest(view: DigestView, wording: Wording) -> str:
    """A digest as an HTML fragment: what it is of, what was carried in, and each paper."""
    blocks = [_lead(view, wording)]
    for paper in view.papers:
        blocks += _paper(paper, view.digest, wording)
    if (more := view.digest.papers - len(view.papers)) > 0:
        blocks.append(_paragraph(wording.says.more.format(count=f"{more:,}")))
    return str(Markup("\n").join(blocks))


def _lead(view: DigestView, wording: Wording) -> Markup:
    digest, says = view.digest, wording.says
    said = says.lead_of_one if digest.papers == 1 else says.lead
    lead = escape(said).format(
        count=f"{digest.papers:,}",
        basis=says.bases[digest.basis],
        start=_write_time(digest.window.starts_at, digest, says),
        end=_write_time(digest.window.ends_at, digest, says),
        zone=digest.zone,
    )
    return Markup("<p>{}</p>").format(Markup(" ").join([lead, *_name_carried(view, says)]))


def _write_time(at: datetime, digest: Digest, says: DigestPhrases) -> str:
    local = at.astimezone(ZoneInfo(digest.zone))
    return f"{says.write_day(local.date())} {local:%H:%M}"


def _name_carried(view: DigestView, says: DigestPhrases) -> Iterator[Markup]:
    """The papers that belong to earlier windows, by day."""
    carried = [(paper.carried_from, paper.entry) for paper in view.papers if paper.carried_from is not None]
    if not carried:
        return
    days = []
    for day in sorted({day for day, _ in carried}):
        named = _join(says.separator, [_anchor(entry) for of_day, entry in carried if of_day == day])
        days.append(escape(says.carried_days[view.digest.basis]).format(day=says.write_day(day), papers=named))
    yield escape(says.carried).format(count=f"{len(carried):,}", papers=_join(says.days_separator, days))


def _paper(paper: PaperView, digest: Digest, wording: Wording) -> Iterator[Markup]:
    entry, words = paper.entry, wording.words
    yield Markup("<h3>{}</h3>").format(_anchor(entry))
    if names := [author.name for author in entry.paper.authors if author.name.strip()]:
        yield _paragraph(write_byline(names, words))
    if paper.carried_from is not None:
        day = wording.says.write_day(paper.carried_from)
        yield _paragraph(wording.says.carried_mark[digest.basis].format(day=day))
    for state in describe_state(entry, words):
        yield Markup("<p><strong>{}</strong></p>").format(state)
    if note := entry.curation.note:
        yield Markup("<p><strong>{}</strong></p>\n{}").format(words.note, render_note(note))
    if line := describe_curation(entry, words):
        yield _paragraph(" · ".join(line))
    yield from _summary(entry, wording)
    yield _links(entry, words)


def _summary(entry: Entry, wording: Wording) -> Iterator[Markup]:
    """What the paper is about: the tldr, or the abstract's first sentence."""
    words = wording.words
    told, label, made = entry.tldr, words.tldr, words.by_machine
    if not told:
        told, label, made = first_sentence(entry.paper.abstract), words.abstract, words.by_authors
    if told:
        text = write_maths(told, wording.maths)
        yield Markup("<p><strong>{}</strong>{}{}{}</p>").format(label, made, words.colon, text)


def first_sentence(text: str) -> str:
    """The first sentence of an abstract, or its beginning where that is long."""
    found = _SENTENCE.match(text)
    sentence = found.group() if found else text
    if len(sentence) <= _MOST_TOLD:
        return sentence
    return f"{sentence[:_MOST_TOLD].rpartition(' ')[0] or sentence[:_MOST_TOLD]} …"


def _links(entry: Entry, words: Phrases) -> Markup:
    shown = [(link.href, words.links.get(link.title, link.title)) for link in entry.links if link.title]
    anchors = (Markup('<a href="{}">{}</a>').format(href, title) for href, title in shown)
    return _paragraph(Markup(" · ").join(anchors))


def _anchor(entry: Entry) -> Markup:
    href = next(link.href for link in entry.links if link.rel == "alternate")
    return Markup('<a href="{}">{}</a>').format(href, entry.title)


def _paragraph(text: str) -> Markup:
    return Markup("<p>{}</p>").format(text)


def _join(separator: str, parts: Sequence[Markup]) -> Markup:
    return escape(separator).join(parts)
