"""Owed work: what must happen is a row here first; jobs in the queue are only the hurry.

A row is claimed for an attempt with a lease; whoever finishes must still hold that attempt, in the same
transaction as the effects, or nothing of it is kept. Two clocks: ``due_at`` goes by the wire's (what is wanted
when), leases, backoff and dispatches go by the machine's. Either may be set back: a time further ahead than
anything of ours is ever put counts as over (:func:`_is_over`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    case,
    delete,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)

from feeds.errors import SupersededError
from feeds.store.dialects import insert
from feeds.store.engine import chunks
from feeds.store.tables import Utc, owed

#: The same rows, where a statement picks those that it changes.
_rows = owed.alias()

#: No lease is longer than this (they are renewed while the work runs), ...
LONGEST_LEASE = timedelta(minutes=5)
#: ... no backoff (a listing rests two hours at most), ...
LONGEST_REST = timedelta(hours=3)
#: ... and no gap until something is due: a listing's next look comes soon after the next midnight Eastern.
LONGEST_GAP = timedelta(hours=26)


class Work(StrEnum):
    """The kinds of owed work; what ``key`` holds for each."""

    POLL = "poll"  #: a listing
    COMPLETE = "complete"  #: an arXiv id
    RECOVER = "recover"  #: a listing
    ADD = "add"  #: an arXiv id that editors added and the store does not know
    ENRICH = "enrich"  #: an arXiv id
    PUBLISH = "publish"  #: a topic's slug
    DIGEST = "digest"  #: a topic's slug: due when the next window of its digests ends
    WRITE = "write"  #: an arXiv id
    ALERT = "alert"  #: an incident's number and what became of it: "17 opened"
    VERIFY = "verify"  #: a request to the hub, by its key
    DELIVER = "deliver"  #: a subscription, by its key: it is to have what its feed shows now


#: What is owed for ever, each time anew, at times of the day.
REPEATING = (Work.POLL, Work.DIGEST)


class State(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    DEAD = "dead"


@dataclass(frozen=True)
class Times:
    """The present on both clocks."""

    now: datetime  #: the wire's
    real: datetime  #: the machine's


@dataclass(frozen=True)
class Claim:
    """The right to do one piece of owed work, until the lease ends."""

    kind: Work
    key: str
    attempt: int
    asked: int
    failures: int  #: in a row, before this attempt


@dataclass(frozen=True)
class Owed:
    """A row as the dispatcher and ``status`` see it."""

    kind: Work
    key: str
    state: State
    due_at: datetime
    not_before: datetime | None
    dispatch: str | None
    failures: int
    reason: str | None


def owe(connection: Connection, kind: Work, keys: Iterable[str], due_at: datetime) -> None:
    """Owe work. What is owed already becomes due at the earlier time; backoff ends, the dead come back."""
    rows = [
        {
            "kind": kind,
            "key": key,
            "state": State.PENDING,
            "due_at": due_at,
            "asked": 1,
            "attempt": 0,
            "failures": 0,
        }
        for key in sorted(set(keys))
    ]
    if not rows:
        return
    statement = insert(connection, owed)
    statement = statement.on_conflict_do_update(
        index_elements=[owed.c.kind, owed.c.key],
        set_={
            "asked": owed.c.asked + 1,
            "due_at": case((owed.c.due_at <= due_at, owed.c.due_at), else_=statement.excluded.due_at),
            "not_before": None,
            "state": case((owed.c.state == State.DEAD, State.PENDING), else_=owed.c.state),
            "failures": case((owed.c.state == State.DEAD, 0), else_=owed.c.failures),
        },
    )
    connection.execute(statement, rows)


def keep(connection: Connection, kind: Work, keys: Iterable[str], due_at: datetime) -> None:
    """Owe exactly these keys of a kind that repeats itself: new ones are due, gone ones are forgotten, and the dead
    come back."""
    wanted = sorted(set(keys))
    held = dict(connection.execute(select(owed.c.key, owed.c.state).where(owed.c.kind == kind)).all())
    owe(connection, kind, [key for key in wanted if held.get(key, State.DEAD) == State.DEAD], due_at)
    for gone in chunks(sorted(set(held).difference(wanted))):
        connection.execute(delete(owed).where(owed.c.kind == kind, owed.c.key.in_(gone)))


def list_dispatchable(connection: Connection, times: Times, stale_seconds: float, limit: int = 2000) -> list[Owed]:
    """What should be in the queue: due and not enqueued lately, or running past its lease; oldest first."""
    stale = timedelta(seconds=stale_seconds)
    lost = or_(owed.c.dispatched_at.is_(None), _is_over(owed.c.dispatched_at, times.real - stale, 2 * stale))
    statement = (
        select(owed).where(_is_due(times), lost).order_by(owed.c.due_at, owed.c.kind, owed.c.key).limit(limit)
    )
    return [_read(row) for row in connection.execute(statement)]


def note_dispatch(
    connection: Connection, kind: Work, keys: Sequence[str], dispatch: str | None, real: datetime
) -> None:
    """Note which job was enqueued for these rows; None: none after all, the next sweep tries again.

    What somebody else is at just now is passed over: at worst it is enqueued twice, and claimed once.
    """
    at = real if dispatch else None
    for some in chunks(list(keys)):
        free = _free(kind).where(_rows.c.key.in_(some))
        connection.execute(
            update(owed)
            .where(owed.c.kind == kind, owed.c.key.in_(free))
            .values(dispatch=dispatch, dispatched_at=at)
        )


def claim(
    connection: Connection,
    kind: Work,
    keys: Sequence[str],
    times: Times,
    lease_seconds: float,
    dispatch: str | None = None,
) -> list[Claim]:
    """Take what of these is due and nobody works on; a second job for the same row gets nothing.

    What somebody else is claiming or owing just now is passed over: it is found again.

    :param dispatch: the job that takes it; noted, so that :func:`list_held` finds what it left when it died
    """
    claims: list[Claim] = []
    for some in chunks(list(keys)):
        due = _free(kind).where(_rows.c.key.in_(some), _is_due(times, _rows))
        statement = (
            update(owed)
            .where(owed.c.kind == kind, owed.c.key.in_(due))
            .values(
                state=State.RUNNING,
                attempt=owed.c.attempt + 1,
                # whoever held an expired lease died of it, or hangs: that is a failure too
                failures=case((owed.c.state == State.RUNNING, owed.c.failures + 1), else_=owed.c.failures),
                lease_until=times.real + timedelta(seconds=lease_seconds),
                dispatch=owed.c.dispatch if dispatch is None else dispatch,
            )
            .returning(owed.c.key, owed.c.attempt, owed.c.asked, owed.c.failures)
        )
        claims += [Claim(kind, *row) for row in connection.execute(statement)]
    return sorted(claims, key=lambda taken: taken.key)


def renew(connection: Connection, claims: Iterable[Claim], real: datetime, lease_seconds: float) -> None:
    """Hold on to claims whose work still runs; what another attempt took over is left to it, and what is being
    given back or owed again just now is passed over: the next renewal comes before the lease ends."""
    until = real + timedelta(seconds=lease_seconds)
    for held in claims:
        mine = _free(held.kind).where(_rows.c.key == held.key, _rows.c.attempt == held.attempt)
        still = mine.where(_rows.c.state == State.RUNNING)
        statement = update(owed).where(owed.c.kind == held.kind, owed.c.key.in_(still))
        connection.execute(statement.values(lease_until=until))


def list_held(connection: Connection, dispatch: str) -> list[Claim]:
    """What a job has claimed and not given back."""
    columns = select(owed.c.kind, owed.c.key, owed.c.attempt, owed.c.asked, owed.c.failures)
    rows = connection.execute(columns.where(owed.c.dispatch == dispatch, owed.c.state == State.RUNNING))
    return [Claim(Work(kind), *rest) for kind, *rest in rows]


def settle(connection: Connection, claims: Iterable[Claim]) -> None:
    """Work done: the rows go, unless the work was owed again meanwhile; then they are pending anew.

    :raises SupersededError: where another attempt took over; the caller's transaction must not commit
    """
    for done in claims:
        if connection.execute(delete(owed).where(_held(done), owed.c.asked == done.asked)).rowcount == 0:
            _release(connection, done, failures=0, reason=None, not_before=None)


def reschedule(connection: Connection, done: Claim, due_at: datetime, now: datetime) -> None:
    """Work done that is due again later; or now, where it was owed again meanwhile.

    :raises SupersededError: where another attempt took over
    """
    next_due = case((owed.c.asked == done.asked, literal(due_at, Utc)), else_=literal(now, Utc))
    _release(connection, done, failures=0, reason=None, not_before=None, due_at=next_due)


def postpone(
    connection: Connection, failed: Claim, reason: str, not_before: datetime, *, counts: bool = True
) -> None:
    """Work that failed and is tried again after a while; at once where it was owed again meanwhile.

    :param counts: False where the work is not to blame
    :raises SupersededError: where another attempt took over
    """
    wait = case((owed.c.asked == failed.asked, literal(not_before, Utc)), else_=None)
    _release(connection, failed, failures=failed.failures + counts, reason=reason, not_before=wait)


def bury(connection: Connection, failed: Claim, reason: str) -> None:
    """Work that failed too often: kept, shown, not tried again until it is owed anew.

    :raises SupersededError: where another attempt took over
    """
    _release(connection, failed, failures=failed.failures + 1, reason=reason, not_before=None, state=State.DEAD)


def release_all(connection: Connection) -> None:
    """Take back every lease. Only for a starting wire that knows itself alone on its data."""
    connection.execute(
        update(owed)
        .where(owed.c.state == State.RUNNING)
        .values(state=State.PENDING, lease_until=None, attempt=owed.c.attempt + 1)
    )
    connection.execute(update(owed).values(dispatch=None, dispatched_at=None))


def count_open(connection: Connection, kinds: Iterable[Work], now: datetime) -> int:
    """How much of these kinds is due by now and neither done nor dead."""
    wanted = and_(owed.c.kind.in_(list(kinds)), owed.c.state != State.DEAD)
    query = select(func.count()).select_from(owed).where(wanted, _is_over(owed.c.due_at, now, LONGEST_GAP))
    return connection.execute(query).scalar_one()


def is_owed(connection: Connection, kind: Work, key: str) -> bool:
    """Whether this is owed, in whatever state."""
    query = select(func.count()).select_from(owed).where(owed.c.kind == kind, owed.c.key == key)
    return connection.execute(query).scalar_one() > 0


def find_owed(connection: Connection, kind: Work, key: str) -> Owed | None:
    """This work, in whatever state; None where it is not owed."""
    row = connection.execute(select(owed).where(owed.c.kind == kind, owed.c.key == key)).one_or_none()
    return _read(row) if row else None


def count_busy(connection: Connection, kinds: Iterable[Work], times: Times) -> int:
    """How much of these kinds is running or to be done now; what rests after a failure is not."""
    wanted = and_(owed.c.kind.in_(list(kinds)), or_(owed.c.state == State.RUNNING, _is_due(times)))
    return connection.execute(select(func.count()).select_from(owed).where(wanted)).scalar_one()


def is_settled(connection: Connection, kind: Work, keys: Sequence[str], times: Times) -> bool:
    """Whether none of these is due or running: done, or waiting for a later time or for its backoff."""
    busy = or_(owed.c.state == State.RUNNING, _is_due(times))
    query = select(func.count()).select_from(owed).where(owed.c.kind == kind, owed.c.key.in_(keys), busy)
    return connection.execute(query).scalar_one() == 0


def list_owed(connection: Connection, kind: Work | None = None) -> list[Owed]:
    statement = select(owed).order_by(owed.c.kind, owed.c.due_at, owed.c.key)
    if kind is not None:
        statement = statement.where(owed.c.kind == kind)
    return [_read(row) for row in connection.execute(statement)]


def _free(kind: Work) -> Select[Any]:
    """The keys of rows that no other transaction holds, which are then held by this one (PostgreSQL; on SQLite
    there is no other). Whoever takes rows in this way waits for nobody."""
    return select(_rows.c.key).where(_rows.c.kind == kind).with_for_update(skip_locked=True)


def _is_due(times: Times, of: FromClause = owed) -> ColumnElement[bool]:
    rested = or_(of.c.not_before.is_(None), _is_over(of.c.not_before, times.real, LONGEST_REST))
    pending = and_(of.c.state == State.PENDING, _is_over(of.c.due_at, times.now, LONGEST_GAP), rested)
    abandoned = and_(of.c.state == State.RUNNING, _is_over(of.c.lease_until, times.real, LONGEST_LEASE))
    return or_(pending, abandoned)


def _is_over(at: ColumnElement[datetime], now: datetime, longest: timedelta) -> ColumnElement[bool]:
    """Whether a time has come; also where it lies so far ahead that only a clock that was wrong can have put it
    there. Without that, a clock set back by a day would hold all work for a day."""
    return or_(at <= now, at > now + longest)


def _held(held: Claim) -> ColumnElement[bool]:
    return and_(
        tuple_(owed.c.kind, owed.c.key) == tuple_(held.kind, held.key),
        owed.c.attempt == held.attempt,
        owed.c.state == State.RUNNING,
    )


def _release(connection: Connection, held: Claim, **values: object) -> None:
    values = {"state": State.PENDING, "lease_until": None, "dispatch": None, "dispatched_at": None} | values
    if connection.execute(update(owed).where(_held(held)).values(**values)).rowcount == 0:
        raise SupersededError(f"{held.kind} {held.key} was taken over from attempt {held.attempt}")


def _read(row: object) -> Owed:
    fields = Owed.__dataclass_fields__
    values = {name: getattr(row, name) for name in fields}
    return Owed(**{**values, "kind": Work(values["kind"]), "state": State(values["state"])})
