"""Entries as the API shows them."""

from __future__ import annotations

from typing import Any

from feeds.composing import compose_entry
from feeds.curating import Curated
from feeds.model import identifiers
from feeds.model.curation import Curation, Event
from feeds.model.entries import Entry, Member, Site
from feeds.model.summaries import Summary
from feeds.model.topics import Topic
from feeds.render.notes import render_note
from service import schemas

FETCHING = "fetching"


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
        links=_show_links(entry),
        withdrawn=paper.withdrawn,
        curation=_show_curation(entry.curation),
        matched=list(entry.matched),
    )


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


def _show_links(entry: Entry) -> schemas.EntryLinks:
    arxiv_id = entry.paper.arxiv_id
    return schemas.EntryLinks(
        abs=identifiers.abstract_url(arxiv_id),
        pdf=identifiers.pdf_url(arxiv_id),
        html=identifiers.html_url(arxiv_id),
        code=[link.href for link in entry.links if link.title == "Code"],
    )


def _show_curation(said: Curation) -> schemas.EntryCuration:
    return schemas.EntryCuration(
        pinned=said.pinned,
        rating=said.rating,
        tags=list(said.tags),
        institution=said.institution,
        note_html=str(render_note(said.note)) if said.note else None,
    )
