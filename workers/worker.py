"""Our own RQ worker: preloaded, allow-listed, on one queue, with horses that die with it.

RQ's own command line is not used: its workers quit when Redis blinks, leave orphans behind a kill -9, and take
minutes to notice a dead one.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import uuid
from typing import NoReturn

from rq import Worker
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.timeouts import JobTimeoutException, UnixSignalDeathPenalty

from feeds.errors import OutOfTime
from workers import jobs, runtime
from workers.processes import die_with_parent
from workers.queues import AllowedJob, make_queue

log = logging.getLogger("wire.worker")

#: A worker that shows no life for so long is taken for dead. RQ wants more than 15.
_WORKER_TTL_SECONDS = 45
_MONITORING_SECONDS = 5
_MAINTENANCE_SECONDS = 30


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

    def get_heartbeat_ttl(self, job: Job) -> int:
        """RQ adds a minute to every heartbeat; three missed ones are enough."""
        return 3 * _MONITORING_SECONDS

    def setup_work_horse_signals(self) -> None:
        super().setup_work_horse_signals()  # type: ignore[no-untyped-call]
        die_with_parent(signal.SIGKILL, self.pid)
        runtime.current().store.forget()


def run_worker(queue: str) -> None:
    """Work on one queue until SIGTERM or SIGINT; the running job is finished first.

    On one queue only: RQ can lose a job that a worker of several queues has popped but not started.
    """
    logging.getLogger("rq").setLevel(logging.WARNING)
    logging.getLogger("rq.worker").setLevel(logging.WARNING)
    redis = runtime.current().redis
    worker = WireWorker(
        [make_queue(redis, queue)],
        name=f"{queue}-{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}",
        connection=redis,
        job_class=AllowedJob,
        serializer=JSONSerializer,
        worker_ttl=_WORKER_TTL_SECONDS,
        job_monitoring_interval=_MONITORING_SECONDS,
        maintenance_interval=_MAINTENANCE_SECONDS,
        log_job_description=False,
    )
    log.info("working on %s, preloaded %s", queue, jobs.__name__)
    worker.work(logging_level="WARNING")
