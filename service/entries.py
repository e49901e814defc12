"""Entries as the API shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from feeds.composing import compose_entry
from feeds.curating import Curated
from feeds.editing import TopicState, state_of
from feeds.model import identifiers, taxonomy
from feeds.model.code_links import find_code_links
from feeds.model.curation import Curation, Event
from feeds.model.entries import Entry, Member, Site
from feeds.model.papers import Paper
from feeds.model.summaries import Summary
from feeds.model.topics import Topic
from feeds.publishing.papers import Hit, Known
from feeds.publishing.walks import Change
from feeds.render.notes import render_note
from service import list_schemas, schemas

FETCHING = "fetching"
#: The kinds of change.
ENTRY, GONE, TOPIC = "entry", "gone", "topic"


def show_entry(topic: Topic, member: Member, site: Site) -> schemas.Entry:
    """A paper in a topic."""
    entry, paper, membership = compose_entry(topic, member, site), member.paper, member.membership
    return schemas.Entry(
        id=entry.id,
        url=identifiers.abstract_url(paper.arxiv_id),
        title=paper.title,
        authors=[schemas.EntryAuthor(author.name, author.affiliation) for author in paper.authors],
        abstract=paper.abstract,
        summaries={summary.kind.value: _show_summary(summary) for summary in member.summaries},
        categories=_show_categories(entry),
        topic=topic.slug,
        position=membership.position,
        published_at=entry.published_at,
        updated_at=entry.updated_at,
        updated_reason=entry.updated_reason,
        version=paper.version,
        announce_type=membership.announce_type,
        comment=paper.comment,
        doi=paper.doi,
        journal_ref=paper.journal_ref,
        licence=paper.licence,
        links=_link(paper.arxiv_id, [link.href for link in entry.links if link.title == "Code"]),
        withdrawn=paper.withdrawn,
        curation=_show_curation(entry.curation),
        matched=list(entry.matched),
    )


def show_paper(known: Known) -> list_schemas.PaperReport:
    """A paper with all that is known of it."""
    return list_schemas.PaperReport(
        **_tell_paper(known.paper, known.summaries),
        topics=[
            list_schemas.PaperTopic(place.topic, place.position, place.joined_at, place.announced_on)
            for place in known.places
        ],
        versions=[list_schemas.PaperVersion(told.version, told.announced_on) for told in known.versions],
        announcements=[
            list_schemas.PaperAnnouncement(
                told.listing, told.announced_on, told.version, told.type, told.source, told.approximate
            )
            for told in known.announcements
        ],
    )


def show_hit(hit: Hit) -> list_schemas.FoundPaper:
    """A paper that a search found."""
    return list_schemas.FoundPaper(
        **_tell_paper(hit.paper, hit.summaries),
        topics=list(hit.topics),
        matched=list(hit.matched),
        seen_at=hit.seen_at,
    )


def show_change(change: Change, site: Site) -> list_schemas.Change:
    """A paper in a topic, or a topic, that changed."""
    topic, changed, member = change.topic.topic, change.changed, change.member
    told = list_schemas.Change(
        kind=TOPIC,
        topic=topic.slug,
        changed_at=changed.changed_at,
        id=identifiers.entry_id(changed.arxiv_id) if changed.arxiv_id else None,
        entry=show_entry(topic, member, site) if member else None,
        state=None,
        formerly=[],
    )
    if changed.arxiv_id is None:
        told.state, told.formerly = state_of(change.topic), list(topic.formerly)
    elif member is None:
        told.kind, told.state = GONE, TopicState.RETIRED if topic.retired else changed.state
    else:
        told.kind = ENTRY
    return told


def report_curation(curated: Curated, site: Site) -> schemas.CurationReport:
    """How a paper stands in a topic."""
    said = curated.curation
    return schemas.CurationReport(
        topic=curated.topic.slug,
        arxiv_id=curated.arxiv_id,
        state=FETCHING if curated.is_wanted else curated.state,
        trouble=curated.trouble,
        pinned=said.pinned,
        hidden=said.hidden,
        rating=said.rating,
        tags=list(said.tags),
        institution=said.institution,
        note=said.note,
        order=said.order,
        added_by=said.added_by,
        entry=show_entry(curated.topic, curated.member, site) if curated.member else None,
        history=[show_event(event) for event in curated.events],
    )


def show_event(event: Event) -> schemas.CurationEvent:
    """One act of an editor."""
    return schemas.CurationEvent(
        event.id, event.at, event.editor, event.act, event.before, event.after, event.reason, event.undone_by
    )


def _tell_paper(paper: Paper, summaries: Sequence[Summary]) -> dict[str, Any]:
    """What is told of a paper apart from any topic."""
    return {
        "id": identifiers.entry_id(paper.arxiv_id),
        "url": identifiers.abstract_url(paper.arxiv_id),
        "title": paper.title,
        "authors": [schemas.EntryAuthor(author.name, author.affiliation) for author in paper.authors],
        "abstract": paper.abstract,
        "summaries": {summary.kind.value: _show_summary(summary) for summary in summaries},
        "categories": [
            schemas.EntryCategory(term, taxonomy.label(term), term == paper.primary) for term in paper.categories
        ],
        "version": paper.version,
        "submitted_at": paper.submitted_at,
        "revised_at": paper.revised_at,
        "comment": paper.comment,
        "doi": paper.doi,
        "journal_ref": paper.journal_ref,
        "licence": paper.licence,
        "links": _link(paper.arxiv_id, find_code_links(paper.comment, paper.abstract)),
        "withdrawn": paper.withdrawn,
    }


def _show_summary(summary: Summary) -> schemas.EntrySummary:
    return schemas.EntrySummary(**_tell(summary))


def _tell(summary: Summary) -> dict[str, Any]:
    """What it says, and where it came from."""
    return {
        "data": summary.data or "",
        "language": summary.language,
        "summarizer": summary.summarizer,
        "model": summary.model,
        "prompt_version": summary.prompt_version,
        "source": summary.source,
        "source_version": summary.source_version,
        "made_at": summary.made_at,
        "tokens": summary.tokens,
    }


def show_paper_summary(summary: Summary) -> schemas.PaperSummary:
    """A summary by itself."""
    return schemas.PaperSummary(kind=summary.kind, status=summary.status, **_tell(summary))


def _show_categories(entry: Entry) -> list[schemas.EntryCategory]:
    return [
        schemas.EntryCategory(category.term, category.label, category.term == entry.paper.primary)
        for category in entry.categories
    ]


def _link(arxiv_id: str, code: Iterable[str]) -> schemas.EntryLinks:
    return schemas.EntryLinks(
        abs=identifiers.abstract_url(arxiv_id),
        pdf=identifiers.pdf_url(arxiv_id),
        html=identifiers.html_url(arxiv_id),
        code=list(code),
    )


def _show_curation(said: Curation) -> schemas.EntryCuration:
    return schemas.EntryCuration(
        pinned=said.pinned,
        rating=said.rating,
        tags=list(said.tags),
        institution=said.institution,
        note_html=str(render_note(said.note)) if said.note else None,
    )
