"""Exports: a topic as a page in Markdown, a bibliography or a table, made of what its feed is made of."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from feeds import composing
from feeds.cache import DocumentCache
from feeds.combining import merge_feeds
from feeds.errors import GoneError, MovedError
from feeds.model import documents
from feeds.model.documents import Document
from feeds.model.entries import Feed, Member, MemberState, Site
from feeds.model.variants import PLAIN, Variant
from feeds.publishing.current import Current, choose, find_all_served, find_served, load_current
from feeds.publishing.digests import DigestWindow, find_daily
from feeds.render.bibtex import render_bibtex
from feeds.render.layouts.daily import Day, file_name, render_daily
from feeds.render.layouts.papers import render_papers
from feeds.render.layouts.roundup import render_roundup
from feeds.render.layouts.table import render_table
from feeds.render.ris import render_ris
from feeds.render.spreadsheet import render_csv
from feeds.store import curation, memberships
from feeds.store.engine import Connection, Store

PAPERS, DAILY, ROUNDUP = "papers", "daily", "roundup"


@dataclass(frozen=True)
class Form:
    """A way to write one feed."""

    render: Callable[[Feed], bytes]
    media_type: str
    ending: str  #: of its file's name


#: What one feed is written as, of one topic or of several put together.
FORMS: dict[str, Form] = {
    "table": Form(render_table, documents.MARKDOWN, "md"),
    PAPERS: Form(lambda feed: render_papers([feed]), documents.MARKDOWN, "md"),
    "bib": Form(render_bibtex, documents.BIBTEX, "bib"),
    "ris": Form(render_ris, documents.RIS, "ris"),
    "csv": Form(render_csv, documents.CSV, "csv"),
}
#: The layouts of a page; the first is the one where nothing else is asked for.
LAYOUTS = (PAPERS, DAILY, "table", ROUNDUP)


@dataclass(frozen=True)
class Post:
    """A day's page."""

    document: Document
    file_name: str  #: where Jekyll wants it
    papers: int  #: in its window; none where no window has ended yet


class Exporter:
    """Hands out exports. One for a process.

    Every method raises NotFoundError where there is no such topic, GoneError where it was retired, and MovedError
    for an old slug.

    :param site: who publishes
    """

    def __init__(self, store: Store, site: Site, cache: DocumentCache | None = None) -> None:
        self._store = store
        self._site = site
        self._cache = cache or DocumentCache()

    def find_export(self, name: str, form: str, variant: Variant = PLAIN) -> Document:
        """A topic's feed in a form.

        :param name: its slug; or several with ``+`` between, each paper once, in ``papers`` each topic by itself
        :param form: one of :data:`FORMS`
        :raises BadRequestError: for too many topics
        """
        if "+" not in name:
            return self._find([name], form, variant)
        with self._store.read() as connection:
            slugs = [stored.topic.slug for stored in find_all_served(connection, name)]
        return self._find(slugs, form, variant)

    def find_papers(self, slugs: Sequence[str], variant: Variant = PLAIN) -> Document:
        """The layout ``papers`` with a section for each of these topics, in this order.

        :param slugs: at least one
        :raises MovedError: where one has another slug now: with all that are meant, commas between
        """
        with self._store.read() as connection:
            served = _keep_served(connection, list(dict.fromkeys(slugs)))
        return self._find(served, PAPERS, variant)

    def find_roundup(self, slug: str, variant: Variant = PLAIN) -> Document:
        """What the editor says of papers, however long ago these were published."""
        with self._store.read() as connection:
            current = load_current(connection, find_served(connection, slug))
            noted = memberships.find_members(
                connection, slug, curation.list_noted(connection, slug), variant.language
            )
            acted_at = curation.last_act_at(connection, slug)
        feed = current.compose(choose(noted, variant), self._site, variant)
        body = render_roundup(feed, current.stored.topic.section)
        modified_at = max(current.modified_at, acted_at or current.modified_at)
        return _document(body, documents.MARKDOWN, modified_at)

    def find_post(self, slug: str, day: date | None = None, variant: Variant = PLAIN) -> Post:
        """The layout ``daily``: a day's window.

        :param day: on which it ends, in the topic's zone; None: the newest that ended
        :raises NotFoundError: also for a day with no paper in its window, or whose window did not end yet
        """
        with self._store.read() as connection:
            defined_at = find_served(connection, slug).defined_at
            found = find_daily(connection, slug, day, variant.language)
        members = [paper.member for paper in found.papers]
        shown = _read_window(found, self._site, variant)
        document = _document(render_daily(shown), documents.MARKDOWN, _changed_at(found, members, defined_at))
        return Post(document, file_name(shown), len(members))

    def _find(self, slugs: Sequence[str], form: str, variant: Variant) -> Document:
        """One document of one topic, or of several."""
        whole = replace(variant, limit=None) if _is_merged(slugs, form) else variant
        with self._store.read() as connection:
            parts = [load_current(connection, find_served(connection, slug)) for slug in slugs]
            key: Hashable = ("export", form, tuple((part.slug, part.state) for part in parts), variant)
            if document := self._cache.find(key):
                return document
            members = [part.find_members(connection, whole) for part in parts]
        feeds = [part.compose(some, self._site, whole) for part, some in zip(parts, members, strict=True)]
        body = self._write(feeds, parts, form, variant)
        awaiting = any(part.awaiting for part in parts)
        document = _document(body, FORMS[form].media_type, max(part.modified_at for part in parts), awaiting)
        if all(part.is_made_of(some, whole) for part, some in zip(parts, members, strict=True)):
            self._cache.save(key, document)
        return document

    def _write(self, feeds: Sequence[Feed], parts: Sequence[Current], form: str, variant: Variant) -> bytes:
        if not _is_merged([feed.slug for feed in feeds], form):
            return render_papers(feeds) if form == PAPERS else FORMS[form].render(feeds[0])
        limit = variant.limit or max(part.stored.topic.entries for part in parts)
        languages = {feed.language for feed in feeds}
        merged = merge_feeds(feeds, self._site, limit)
        return FORMS[form].render(replace(merged, language=languages.pop()) if len(languages) == 1 else merged)


def _is_merged(slugs: Sequence[str], form: str) -> bool:
    return len(slugs) > 1 and form != PAPERS


def _keep_served(connection: Connection, slugs: Sequence[str]) -> list[str]:
    """Those that were not retired, in their order.

    :raises GoneError: where all were
    """
    served: list[str] = []
    for slug in slugs:
        try:
            served.append(find_served(connection, slug).topic.slug)
        except MovedError as moved:
            raise MovedError(",".join(moved.slug if one == slug else one for one in slugs)) from None
        except GoneError:
            continue
    if not served:
        raise GoneError("These topics were retired.")
    return served


def _read_window(found: DigestWindow, site: Site, variant: Variant) -> Day:
    """A window as its page shows it: without what was hidden since."""
    shown = [paper for paper in found.papers if paper.member.membership.state is MemberState.IN][: variant.limit]
    topic = found.topic
    return Day(
        day=found.window.day,
        starts_at=found.window.starts_at,
        ends_at=found.window.ends_at,
        zone=found.zone,
        language=variant.language or topic.language,
        categories=topic.categories,
        entries=tuple(composing.compose_entry(topic, paper.member, site) for paper in shown),
        total=len(found.papers),
        rights=f"{composing.ACKNOWLEDGEMENT} {composing.DISCLAIMER}",
        carried={paper.member.paper.arxiv_id: paper.carried_from for paper in shown if paper.carried_from},
    )


def _changed_at(found: DigestWindow, members: Sequence[Member], defined_at: datetime) -> datetime:
    """When anything in the window last changed; one that has not ended yet is as old as the topic's definition."""
    if not members:
        return defined_at
    rows = [member.membership for member in members]
    moved = [row.updated_at for row in rows] + [row.left_at for row in rows if row.left_at]
    return max(found.window.ends_at, defined_at, *moved)


def _document(body: bytes, media_type: str, modified_at: datetime, awaiting: bool = False) -> Document:
    return Document(body, media_type, modified_at.replace(microsecond=0), awaiting)
