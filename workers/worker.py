"""Our own RQ worker: preloaded, allow-listed, on one queue, with horses that die with it.

RQ's own command line is not used: its workers quit when Redis blinks, leave orphans behind a kill -9, and take
minutes to notice a dead one.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
import uuid
from types import FrameType
from typing import NoReturn

from redis.client import Pipeline
from redis.exceptions import RedisError
from rq import Queue, Worker, worker_registration
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.timeouts import JobTimeoutException, UnixSignalDeathPenalty

from feeds.errors import EngineError, OutOfTime
from workers import jobs, runtime
from workers.engine import Redis
from workers.processes import die_with_parent
from workers.queues import AllowedJob, make_queue

log = logging.getLogger("wire.worker")

_HEARTBEAT_SECONDS = 5
#: Whoever shows no life for so long is taken for dead: three heartbeats missed.
_TTL_SECONDS = 3 * _HEARTBEAT_SECONDS
#: RQ waits this long for a job less 15 seconds, and shows life in between.
_WORKER_TTL_SECONDS = 15 + _HEARTBEAT_SECONDS
_MAINTENANCE_SECONDS = 30
#: After the stop signal: the running job's time to end, then the worker's. The supervisor waits a little longer.
_STOP_SECONDS, _FAREWELL_SECONDS = 6.0, 2.0


class _Deadline(UnixSignalDeathPenalty):
    """RQ's alarm; for a job it raises what no broad ``except`` swallows."""

    def handle_death_penalty(self, signum: int, frame: object) -> NoReturn:
        if issubclass(self._exception, JobTimeoutException):
            raise OutOfTime(f"it took longer than {self._timeout} s")
        raise self._exception(f"longer than {self._timeout} s")


class WireWorker(Worker):
    """A forking worker: a job that crashes or hangs takes nothing with it."""

    death_penalty_class = _Deadline
    log_result_lifespan = False
    _out_of_patience = False

    def get_heartbeat_ttl(self, job: Job) -> int:
        """RQ adds a minute to every heartbeat; three missed ones are enough."""
        return _TTL_SECONDS

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Show life, and be on the register again where a flushed Redis forgot it."""
        super().heartbeat(_TTL_SECONDS, pipeline)
        worker_registration.register(self, pipeline)

    def setup_work_horse_signals(self) -> None:
        """The horse ignores what asks its worker to stop (systemd and terminals tell all processes at once)."""
        super().setup_work_horse_signals()  # type: ignore[no-untyped-call]
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        die_with_parent(signal.SIGKILL, self.pid)
        runtime.current().store.forget()

    def handle_work_horse_killed(self, job: Job, *how: object) -> None:
        """Give back at once what the dead horse held. Where that fails, its leases end by themselves."""
        stopped = self._out_of_patience
        reason = "its worker was told to stop" if stopped else "the process that did it was killed"
        tools = runtime.current()
        try:
            jobs.give_back_abandoned(tools, job.id, reason, counts=not stopped)
        except Exception as error:
            log.warning("%s; %s could not be given back: %s", reason, job.description, error)
        tools.store.close()  # SQLite's connections must not be used across the next fork

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Stop when the running job is done, or its time to end is over; also with Redis out of reach."""
        threading.Thread(target=self._enforce_stop, daemon=True).start()
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def _enforce_stop(self) -> None:
        time.sleep(_STOP_SECONDS)
        if self.horse_pid:
            log.warning("the running job does not end; it is tried again later")
            self._out_of_patience = True
            self.kill_horse()
        time.sleep(_FAREWELL_SECONDS)
        os._exit(1)


def make_worker(redis: Redis, queue: Queue) -> WireWorker:
    """A worker for one queue: RQ can lose a job that a worker of several has popped but not started.

    Its name is never used again: one that was killed stays on the register for a while.
    """
    return WireWorker(
        [queue],
        name=f"{queue.name}-{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}",
        connection=redis,
        job_class=AllowedJob,
        serializer=JSONSerializer,
        worker_ttl=_WORKER_TTL_SECONDS,
        job_monitoring_interval=_HEARTBEAT_SECONDS,
        maintenance_interval=_MAINTENANCE_SECONDS,
        log_job_description=False,
    )


def run_worker(queue: str) -> None:
    """Work on one queue until SIGTERM or SIGINT; the running job is finished first, if that takes seconds.

    :raises EngineError: where Redis takes nothing more (its disk is full, say)
    """
    logging.getLogger("rq").setLevel(logging.WARNING)
    logging.getLogger("rq.worker").setLevel(logging.WARNING)
    redis = runtime.current().redis
    log.info("working on %s, preloaded %s", queue, jobs.__name__)
    try:
        make_worker(redis, make_queue(redis, queue)).work(logging_level="WARNING")
    except RedisError as error:
        raise EngineError(f"the queue cannot be worked on: {error}") from error
