"""What pages show: a topic and its older entries, a day in it, a paper, what a search found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from feeds import searching
from feeds.errors import NotFoundError
from feeds.model import taxonomy
from feeds.model.accounts import is_weekend
from feeds.model.announcements import Announcement
from feeds.model.calendar import eastern_date, eastern_midnight, next_announcement
from feeds.model.empty_days import Emptiness, explain_empty
from feeds.model.entries import Entry, Feed, Site
from feeds.model.summaries import Kind, Summary, Wish
from feeds.model.topics import Order, Topic
from feeds.model.variants import PLAIN, Variant
from feeds.publishing.current import Current, find_served, load_current
from feeds.publishing.publisher import complete_hits
from feeds.search_feeds import Search, compose_search, read_search
from feeds.store import listings, memberships, pages, papers, summaries, topics
from feeds.store.engine import Connection, Store
from feeds.store.listings import Day
from feeds.store.pages import Place, Version
from feeds.store.topics import StoredTopic

#: Entries of a page.
SHOWN = 50


@dataclass(frozen=True)
class TopicPage:
    """A topic's entries, newest first, as far as they are on one page."""

    stored: StoredTopic
    feed: Feed
    awaiting: bool  #: more is on its way
    older: int | None  #: the position below which the next page goes on; None: this is the last
    days: Mapping[date, int]  #: papers of each day among the newest
    first: date  #: the first day of which anything can be known
    modified_at: datetime

    @property
    def topic(self) -> Topic:
        return self.stored.topic


@dataclass(frozen=True)
class DayPage:
    """What of a day's announcements is in a topic, in the order in which it came."""

    stored: StoredTopic
    day: date
    feed: Feed
    published: int  #: on all pages of the day together
    waiting: int
    hidden: int
    accounts: tuple[Day, ...]  #: of the topic's listings
    emptiness: Emptiness | None  #: why there is nothing; None where there is something
    previous: date | None
    next: date | None
    more_after: int | None  #: how many come before the next page; None: this is the last
    modified_at: datetime

    @property
    def topic(self) -> Topic:
        return self.stored.topic


@dataclass(frozen=True)
class PlaceInTopic:
    """A topic that a paper is in."""

    topic: Topic
    place: Place


@dataclass(frozen=True)
class PaperPage:
    """All that is known of a paper."""

    entry: Entry
    feed: Feed  #: of this paper alone
    summaries: tuple[Summary, ...]  #: the best of each kind in each language that is asked for
    places: tuple[PlaceInTopic, ...]
    versions: tuple[Version, ...]
    announcements: tuple[Announcement, ...]
    modified_at: datetime


@dataclass(frozen=True)
class SearchPage:
    """What a search found, newest first."""

    search: Search
    feed: Feed
    older: int | None  #: the number below which the next page goes on; None: this is the last


class Pages:
    """Hands out what pages show. One for a process.

    :param site: who publishes
    """

    def __init__(self, store: Store, site: Site) -> None:
        self._store = store
        self._site = site

    def find_topic(self, slug: str, now: datetime, before: int | None = None) -> TopicPage:
        """A topic's newest entries, in the order of its feed; or older ones.

        :param before: only entries below this position
        :raises NotFoundError: where there is no such topic
        :raises GoneError: where it was retired
        :raises MovedError: where the slug is an old one
        """
        with self._store.read() as connection:
            current = load_current(connection, find_served(connection, slug))
            feed, older = self._find_entries(connection, current, before)
            days = pages.count_days(connection, slug)
            first = _first_day(connection, current.stored)
        midnight = eastern_midnight(eastern_date(now))
        changed = [entry.updated_at for entry in feed.entries if entry.updated_at <= now]
        modified_at = max([current.modified_at, midnight, *changed])
        return TopicPage(current.stored, feed, current.awaiting, older, days, first, modified_at)

    def find_day(self, slug: str, day: date, now: datetime, skipped: int = 0) -> DayPage:
        """What of a day is in a topic, and what is known of that day.

        :param skipped: how many entries came on the pages before
        :raises NotFoundError: also for a day before the topic's first, or later than the next announcement
        """
        with self._store.read() as connection:
            current = load_current(connection, find_served(connection, slug))
            first = _first_day(connection, current.stored)
            if not first <= day <= eastern_date(next_announcement(now)):
                raise NotFoundError("This wire knows nothing of that day.")
            found = pages.find_day_members(connection, slug, day)
            accounts = _choose_accounts(listings.find_days(connection, day), current.stored.topic)
            said_at = listings.day_updated_at(connection, day)
            shown = found.published[skipped : skipped + SHOWN]
            members = memberships.find_members(connection, slug, shown)
        ends = skipped + SHOWN
        outcomes = {account.outcome for account in accounts}
        why = explain_empty(day, now, outcomes, waiting=found.waiting, hidden=found.hidden)
        changed = [said_at or current.modified_at, *(member.membership.updated_at for member in members)]
        return DayPage(
            stored=current.stored,
            day=day,
            feed=current.compose(members, self._site, PLAIN),
            published=len(found.published),
            waiting=found.waiting,
            hidden=found.hidden,
            accounts=accounts,
            emptiness=None if found.published else why,
            previous=_step(day, -1) if _step(day, -1) >= first else None,
            next=_step(day, 1) if _step(day, 1) <= eastern_date(now) else None,
            more_after=ends if ends < len(found.published) else None,
            modified_at=max([current.modified_at, eastern_midnight(eastern_date(now)), *changed]),
        )

    def find_paper(self, arxiv_id: str, language: str) -> PaperPage:
        """All that is known of a paper.

        :param arxiv_id: canonical, without version
        :param language: of the summaries where no topic asks for any, BCP 47
        :raises NotFoundError: where this wire does not know it
        """
        alone = read_search(f"id:{arxiv_id}", ())
        with self._store.read() as connection:
            hits = searching.search(connection, alone.tree, 1)
            if not hits:
                raise NotFoundError(
                    "There is no such paper here; this wire knows those that its topics' listings announced."
                )
            found = complete_hits(connection, hits, language)
            wishes = memberships.list_wishes(connection, [arxiv_id]).get(arxiv_id, set())
            made = _find_summaries(connection, hits[0].paper.text_hash, wishes, language)
            places = _find_places(connection, arxiv_id)
            versions = pages.list_versions(connection, arxiv_id)
            announced = listings.list_announcements(connection, [arxiv_id])
            changed_at = papers.find_changed_at(connection, arxiv_id)
        feed = compose_search(alone, found, self._site, self._site.born_at)
        joined = [place.place.joined_at for place in places]
        return PaperPage(
            entry=feed.entries[0],
            feed=feed,
            summaries=made,
            places=places,
            versions=tuple(versions),
            announcements=tuple(announced),
            modified_at=max([changed_at or self._site.born_at, *joined]),
        )

    def find_search(self, search: Search, language: str, before: int | None = None) -> SearchPage:
        """What a search finds among all papers that this wire has read.

        :param language: of the summaries, BCP 47
        :param before: only papers with a lower number
        """
        with self._store.read() as connection:
            hits = searching.search(connection, search.tree, SHOWN + 1, before=before)
            found = complete_hits(connection, hits[:SHOWN], language)
        feed = compose_search(search, found, self._site, self._site.born_at)
        return SearchPage(search, feed, found[-1].number if len(hits) > SHOWN else None)

    def _find_entries(
        self, connection: Connection, current: Current, before: int | None
    ) -> tuple[Feed, int | None]:
        """The entries of a page, and the position below which the next one goes on."""
        if before is not None:
            rows = pages.list_older(connection, current.slug, before, SHOWN + 1)
            members = memberships.find_members(connection, current.slug, [arxiv_id for arxiv_id, _ in rows[:SHOWN]])
            older = rows[SHOWN - 1][1] if len(rows) > SHOWN else None
            return current.compose(members, self._site, PLAIN), older
        # An order by likeness knows no "older": it is shown whole.
        whole = current.stored.topic.order is Order.SIMILARITY
        members = current.find_members(connection, PLAIN if whole else Variant(limit=SHOWN))
        feed = current.compose(members, self._site, PLAIN)
        unpinned = [member.membership.position for member in members if not member.curation.pinned]
        last = min(unpinned, default=topics.find_next_position(connection, current.slug))
        return feed, last if pages.list_older(connection, current.slug, last, 1) else None


def _first_day(connection: Connection, stored: StoredTopic) -> date:
    made_on = eastern_date(stored.created_at)
    return min(made_on, pages.find_first_day(connection, stored.topic.slug) or made_on)


def _choose_accounts(known: Mapping[str, Day], topic: Topic) -> tuple[Day, ...]:
    """Of the listings that the topic reads: its categories, or parts of an archive that is too large for one."""
    mine = [name for name in sorted(known) if taxonomy.any_belongs([name], topic.categories)]
    return tuple(known[name] for name in mine)


def _step(day: date, days: int) -> date:
    """The next weekday in a direction."""
    day += timedelta(days=days)
    while is_weekend(day):
        day += timedelta(days=days)
    return day


def _find_places(connection: Connection, arxiv_id: str) -> tuple[PlaceInTopic, ...]:
    """The topics that a paper is in and that are served."""
    found = [
        (place, topics.find_topic(connection, place.topic)) for place in pages.list_places(connection, arxiv_id)
    ]
    return tuple(
        PlaceInTopic(stored.topic, place) for place, stored in found if stored and not stored.topic.retired
    )


def _find_summaries(
    connection: Connection, text_hash: str, wishes: set[Wish], language: str
) -> tuple[Summary, ...]:
    """What topics ask for is shown, each summary once; the short ones first."""
    languages = sorted({wish.language for wish in wishes} | {language}, key=lambda code: (code != language, code))
    kinds = {wish.kind for wish in wishes} | {Kind.TLDR}
    made: list[Summary] = []
    for code in languages:
        for summary in summaries.find_best(connection, kinds, code, [text_hash]).get(text_hash, ()):
            made += [summary] if summary not in made else []
    order = list(Kind)
    return tuple(sorted(made, key=lambda summary: order.index(summary.kind)))
