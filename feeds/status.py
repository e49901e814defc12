"""How a wire is: what its tables tell of listings, days and owed work. For pages, commands and programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

from feeds.model.announcements import AnnounceType, Outcome, VisitOutcome
from feeds.model.incidents import Incident
from feeds.model.summaries import Kind, Summary
from feeds.store import incidents, listings, memberships, owed, site, subscriptions, summaries, topics
from feeds.store.engine import Connection, Store
from feeds.store.listings import Day, Listing, Visit
from feeds.store.owed import Owed, State, Times, Work

#: Work that is due this long and not done is late.
LATE = timedelta(minutes=5)
#: How a listing's day ends of which there is nothing more to tell.
_ORDINARY = (Outcome.NEWS, Outcome.CLOSED)
#: A language model that was asked and has answered nothing for so long is silent.
SILENT = timedelta(hours=1)


@dataclass(frozen=True)
class ListingStatus:
    """A listing, as it was when last looked at."""

    listing: Listing
    visit: Visit | None  #: the last look
    failing_since: datetime | None  #: the first failed look after the last good one
    next_look_at: datetime | None  #: when it is due by the schedule; None where no topic reads it any more

    @property
    def is_polled(self) -> bool:
        return self.next_look_at is not None


@dataclass(frozen=True)
class WorkStatus:
    """What is owed of one kind. A poll is owed for ever: it counts as owed while it is due."""

    kind: Work
    owed: int  #: due, and neither running nor dead
    running: int
    later: int  #: due at a later time, or resting after a failure
    late: int  #: due or running for longer than :data:`LATE`
    dead: int  #: failed too often to be tried again by itself
    oldest_seconds: float  #: how long the oldest that is due has been so; 0 where none is

    @property
    def open(self) -> int:
        """What is to be done now, by somebody."""
        return self.owed + self.running


@dataclass(frozen=True)
class DeadWork:
    """Work that failed too often to be tried again by itself."""

    kind: Work
    key: str
    reason: str


@dataclass(frozen=True)
class Fallen:
    """Summaries that a language model could not write well: the embedded ones are shown instead."""

    kind: Kind
    language: str
    summarizer: str
    count: int
    rules: dict[str, int]  #: that its replies broke, by how many of them; the most broken first


@dataclass(frozen=True)
class WritingStatus:
    """How it goes with the language model, where there is one."""

    waiting: int = 0  #: papers that wait for it
    reasons: dict[str, int] = field(default_factory=dict)  #: why some were put off, by how many; most first
    refused: str | None = None  #: why the endpoint refuses whatever it is asked
    answers: bool = False  #: it has answered lately, well or not
    silent_since: datetime | None = None  #: since when papers wait, where it was asked and has not
    tokens: int = 0  #: spent this UTC day
    fallen: tuple[Fallen, ...] = ()  #: in the last days

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to tell: a wire without a model, most likely."""
        return not (self.waiting or self.tokens or self.fallen)


@dataclass(frozen=True)
class SubscriberStatus:
    """Who is told of changes (WebSub)."""

    live: int = 0  #: subscriptions whose lease has not ended
    failing: int = 0  #: of them, those that did not take what they were last told


@dataclass(frozen=True)
class Status:
    """The whole of it."""

    now: datetime
    listings: tuple[ListingStatus, ...]
    days: tuple[Day, ...]  #: newest first
    papers: dict[str, int]  #: by topic
    work: tuple[WorkStatus, ...]  #: a row a kind
    dead: tuple[DeadWork, ...]
    incidents: tuple[Incident, ...] = ()  #: that stand
    topics_refused: str | None = None  #: why the topics file is refused; the topics in force stay
    paused: dict[str, str] = field(default_factory=dict)  #: by topic, why it takes no papers
    writing: WritingStatus = WritingStatus()
    subscribers: SubscriberStatus = SubscriberStatus()

    @property
    def out_of_reach_since(self) -> datetime | None:
        """Since when no listing at all could be reached; None while any can, or none was looked at."""
        seen = [item for item in self.listings if item.visit and item.is_polled]
        failing = [
            item.failing_since
            for item in seen
            if item.failing_since and item.visit and item.visit.outcome is VisitOutcome.UNREACHABLE
        ]
        return max(failing) if failing and len(failing) == len(seen) else None


@dataclass(frozen=True)
class DaySummary:
    """A day's account, of all listings together."""

    day: date
    outcomes: dict[Outcome, int]  #: how many listings
    counts: dict[AnnounceType, int]  #: announcements
    rest: tuple[Day, ...]  #: the listings of which there is something to tell


def summarize_days(accounts: Iterable[Day]) -> list[DaySummary]:
    """The accounts of days, each day's told together.

    :param accounts: those of a day one after the other
    """
    return [_summarize_day(day, list(some)) for day, some in groupby(accounts, lambda account: account.day)]


def _summarize_day(day: date, accounts: Sequence[Day]) -> DaySummary:
    outcomes = Counter(account.outcome for account in accounts)
    counts = {kind: sum(account.counts.get(kind, 0) for account in accounts) for kind in AnnounceType}
    return DaySummary(
        day,
        {outcome: outcomes[outcome] for outcome in Outcome if outcomes[outcome]},
        {kind: count for kind, count in counts.items() if count},
        tuple(account for account in accounts if account.outcome not in _ORDINARY or account.reason),
    )


def load_status(store: Store, times: Times) -> Status:
    """The status, read in a transaction of its own."""
    with store.read() as connection:
        return find_status(connection, times)


def find_status(connection: Connection, times: Times, *, days: int = 7) -> Status:
    """Read the status at one moment.

    :param days: how many days' accounts
    """
    visits = listings.last_visits(connection)
    failing = listings.failing_since(connection)
    work = owed.list_owed(connection)
    due = {row.key: row.due_at for row in work if row.kind is Work.POLL}
    return Status(
        now=times.now,
        listings=tuple(
            ListingStatus(listing, visits.get(listing.name), failing.get(listing.name), due.get(listing.name))
            for listing in listings.list_listings(connection)
        ),
        days=tuple(listings.list_days(connection, last=days)),
        papers=memberships.count_members(connection),
        work=tuple(count_work(kind, [row for row in work if row.kind is kind], times) for kind in Work),
        dead=tuple(DeadWork(row.kind, row.key, row.reason or "") for row in work if row.state is State.DEAD),
        incidents=tuple(incidents.list_open(connection)),
        topics_refused=site.find_note(connection, site.REFUSED),
        paused=topics.list_troubles(connection),
        writing=_find_writing(connection, [row for row in work if row.kind is Work.WRITE], times.now, days),
        subscribers=SubscriberStatus(*subscriptions.count_live(connection, times.now)),
    )


def count_work(kind: Work, rows: Sequence[Owed], times: Times) -> WorkStatus:
    """Count the owed rows of one kind."""
    waiting = [row for row in rows if row.state is State.PENDING]
    due = [row for row in waiting if _is_due(row, times)]
    running = [row for row in rows if row.state is State.RUNNING]
    ages = list(_ages([*due, *running], times))
    return WorkStatus(
        kind=kind,
        owed=len(due),
        running=len(running),
        later=len(waiting) - len(due),
        late=sum(age > LATE for age in ages),
        dead=sum(row.state is State.DEAD for row in rows),
        oldest_seconds=max((age.total_seconds() for age in ages), default=0.0),
    )


def _is_due(row: Owed, times: Times) -> bool:
    return row.due_at <= times.now and (row.not_before is None or row.not_before <= times.real)


def _ages(rows: Sequence[Owed], times: Times) -> Iterator[timedelta]:
    """How long each has been due: since the later of when it was wanted and when its rest ended."""
    for row in rows:
        age = times.now - row.due_at
        rested = times.real - row.not_before if row.not_before else age
        yield max(min(age, rested), timedelta())


def _find_writing(connection: Connection, rows: Sequence[Owed], now: datetime, days: int) -> WritingStatus:
    waiting = [row for row in rows if row.state is not State.DEAD]
    put_off = [row for row in waiting if row.reason]
    asked_since = min((row.due_at for row in put_off), default=now)
    answers = bool(waiting) and summaries.has_written(connection, now - SILENT)
    silent = now - asked_since >= SILENT and not answers
    return WritingStatus(
        waiting=len(waiting),
        reasons=dict(Counter(row.reason for row in put_off if row.reason).most_common()),
        refused=site.find_note(connection, site.MODEL_REFUSED) if waiting else None,
        answers=answers,
        silent_since=asked_since if silent else None,
        tokens=summaries.count_tokens(connection, datetime.combine(now.astimezone(UTC), time(), UTC)),
        fallen=tuple(count_fallen(summaries.list_rejected(connection, now - timedelta(days=days)))),
    )


def count_fallen(rejected: Iterable[Summary]) -> Iterator[Fallen]:
    """Count what fell back, by kind, language and summarizer, in this order."""
    groups: dict[tuple[Kind, str, str], list[Summary]] = {}
    for summary in rejected:
        groups.setdefault((summary.kind, summary.language, summary.summarizer), []).append(summary)
    for key, members in sorted(groups.items()):
        broken = Counter(rule for summary in members for rule in sorted(set(summary.failed)))
        yield Fallen(*key, len(members), dict(sorted(broken.items(), key=lambda rule: (-rule[1], rule[0]))))
