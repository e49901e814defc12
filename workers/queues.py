"""Puts owed work into the queue, after its transaction has committed.

The rows are the truth: a job that is lost is dispatched again, one that comes twice finds nothing to claim.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, get_current_job
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.worker_registration import get_keys

from feeds.store import owed
from feeds.store.engine import Store, chunks, explain, is_outage
from feeds.store.owed import Owed, State, Times, Work

log = logging.getLogger("wire.queues")

#: What goes to arXiv goes one after the other, listings first, through a worker of its own, so that no pile of
#: papers keeps a listing waiting; the rest is shared among as many workers as there are, first come, first served.
ARXIV, WORK = "arxiv", "work"
QUEUES = (ARXIV, WORK)
#: What waits for a language model waits in a line of its own; only a wire that has one works on it.
LLM = "llm"
#: What goes to strangers' hosts (WebSub) waits in another: however slow they are, nothing else waits for them.
HUB = "hub"

#: Enqueued work that nobody has claimed after this long is looked for in the queue, and enqueued anew if gone.
STALE_SECONDS = 5.0
_FAILED_JOBS_KEPT_SECONDS = 24 * 3600


@dataclass(frozen=True)
class JobRule:
    """How a kind of owed work is run."""

    queue: str
    function: str
    batch: int  #: rows a job; fewer where it failed before (:func:`_batches`)
    seconds: int  #: a job may run
    order: int  #: within one dispatch: summaries before the publications that show them
    first: bool = False  #: goes before whatever waits in the queue
    shrinks: bool = True  #: what failed shares its next job with fewer others; not where that is a host's fault


RULES: dict[Work, JobRule] = {
    Work.POLL: JobRule(ARXIV, "workers.jobs.poll", batch=1, seconds=120, order=0, first=True),
    Work.ADD: JobRule(ARXIV, "workers.jobs.add", batch=100, seconds=180, order=1),
    Work.COMPLETE: JobRule(ARXIV, "workers.jobs.complete", batch=100, seconds=180, order=2),
    Work.RECOVER: JobRule(ARXIV, "workers.jobs.recover", batch=1, seconds=1200, order=3),
    Work.ENRICH: JobRule(WORK, "workers.jobs.enrich", batch=100, seconds=120, order=4),
    Work.PUBLISH: JobRule(WORK, "workers.jobs.publish", batch=1, seconds=60, order=5),
    Work.DIGEST: JobRule(WORK, "workers.jobs.digest", batch=100, seconds=120, order=6),
    Work.ALERT: JobRule(WORK, "workers.jobs.alert", batch=1, seconds=60, order=6),
    Work.WRITE: JobRule(LLM, "workers.jobs.write", batch=16, seconds=600, order=7),
    Work.VERIFY: JobRule(HUB, "workers.jobs.verify", batch=16, seconds=180, order=8, shrinks=False),
    Work.DELIVER: JobRule(HUB, "workers.jobs.deliver", batch=64, seconds=180, order=9, first=True, shrinks=False),
}
#: The only functions a worker of ours runs, whatever Redis says.
ALLOWED = frozenset(rule.function for rule in RULES.values())


class AllowedJob(Job):
    """A job that runs nothing but our functions: a queue entry names its function, and anyone who can write to
    Redis can name any other. JSON instead of pickle alone does not help against that."""

    @property
    def func(self):  # type: ignore[no-untyped-def]
        if self.func_name not in ALLOWED or self.instance is not None:
            raise PermissionError(f"{self.func_name!r} is no job of this wire")
        return super().func

    @property
    def success_callback(self) -> None:
        return None

    @property
    def failure_callback(self) -> None:
        return None

    @property
    def stopped_callback(self) -> None:
        return None

    def send_webhooks(self, *_args: object, **_options: object) -> None:
        return None


def running_job_id() -> str | None:
    """The job that this process is running; None outside of any."""
    job = get_current_job()
    return job.id if job else None


def make_queue(redis: Redis, name: str) -> Queue:
    """One of our queues, as both ends must open it."""
    return Queue(name, connection=redis, job_class=AllowedJob, serializer=JSONSerializer)


class Dispatcher:
    """Brings due rows into the queue."""

    def __init__(self, store: Store, redis: Redis) -> None:
        self._store = store
        self._redis = redis
        self._trouble = ""  # that was logged; once a turn would be once a second

    def dispatch(self, times: Times) -> int:
        """Enqueue all that is due and not in the queue yet.

        A queue that is out of reach is no error, nor a database that refuses: the rows stay, the next sweep finds
        them.

        :returns: how many rows were enqueued
        """
        try:
            enqueued = self._dispatch(times)
        except RedisError as error:
            self._note_trouble(f"the queue is out of reach, work waits: {error}")
        except Exception as error:
            if not is_outage(error):
                raise
            self._note_trouble(f"the database refuses, work waits: {explain(error)}")
        else:
            self._note_trouble("")
            return enqueued
        return 0

    def _dispatch(self, times: Times) -> int:
        with self._store.read() as connection:
            rows = owed.list_dispatchable(connection, times, STALE_SECONDS)
        if not rows:
            return 0
        waiting = self._still_waiting(rows)
        self._note_waiting([row for row in rows if row.dispatch in waiting], times)
        return sum(self._enqueue(kind, keys, times) for kind, keys in _batches(rows, waiting))

    def _note_trouble(self, trouble: str) -> None:
        if trouble and trouble != self._trouble:
            log.warning("%s", trouble)
        elif self._trouble and not trouble:
            log.warning("work goes on")
        self._trouble = trouble

    def _still_waiting(self, rows: Sequence[Owed]) -> set[str]:
        """Which jobs of these rows are still in their queue: a long line is no loss."""
        names = {make_queue(self._redis, name) for name in {RULES[row.kind].queue for row in rows if row.dispatch}}
        return {job_id for queue in names for job_id in queue.get_job_ids()}

    def _note_waiting(self, rows: Sequence[Owed], times: Times) -> None:
        """Leave these alone for a while: a long line in one queue must not keep the sweep from what lies behind."""
        jobs: dict[tuple[Work, str | None], list[str]] = {}
        for row in rows:
            jobs.setdefault((row.kind, row.dispatch), []).append(row.key)
        if jobs:
            with self._store.write(serial=False) as connection:
                for (kind, job_id), keys in jobs.items():
                    owed.note_dispatch(connection, kind, keys, job_id, times.real)

    def _enqueue(self, kind: Work, keys: list[str], times: Times) -> int:
        rule = RULES[kind]
        job_id = f"{kind}-{uuid.uuid4().hex}"
        with self._store.write(serial=False) as connection:
            owed.note_dispatch(connection, kind, keys, job_id, times.real)
        try:
            make_queue(self._redis, rule.queue).enqueue_call(
                rule.function,
                args=(keys,),
                job_id=job_id,
                timeout=rule.seconds,
                result_ttl=0,
                failure_ttl=_FAILED_JOBS_KEPT_SECONDS,
                at_front=rule.first,
                description=f"{kind} {', '.join(keys[:3])}{' ...' if len(keys) > 3 else ''}",
            )
        except RedisError:
            with self._store.write(serial=False) as connection:
                owed.note_dispatch(connection, kind, keys, None, times.real)
            raise
        return len(keys)


def _batches(rows: Iterable[Owed], waiting: set[str]) -> Iterator[tuple[Work, list[str]]]:
    """Cut what must be enqueued into jobs: by kind in the rules' order, within a kind the longest due first.

    What failed shares its next job with ever fewer others, so that one bad paper does not take a hundred good ones
    with it into the grave.
    """
    lost = [row for row in rows if row.dispatch not in waiting]
    lost.sort(key=lambda row: (RULES[row.kind].order, _failures(row)))
    for (kind, failures), some in groupby(lost, key=lambda row: (row.kind, _failures(row))):
        shared = 10**failures if RULES[kind].shrinks else 1
        for keys in chunks([row.key for row in some], max(1, RULES[kind].batch // shared)):
            yield kind, keys


def _failures(row: Owed) -> int:
    """In a row so far, as far as it matters; an attempt that never came back is one that is not counted yet."""
    return min(row.failures + (row.state is State.RUNNING), 3)


def count_workers(redis: Redis) -> dict[str, int]:
    """How many living workers listen to each of our queues.

    RQ's register also names workers that died; those have no key of their own any more. A Redis that goes away
    meanwhile has none.
    """
    try:
        return {
            name: sum(bool(redis.exists(key)) for key in get_keys(queue=make_queue(redis, name))) for name in QUEUES
        }
    except RedisError:
        return dict.fromkeys(QUEUES, 0)
