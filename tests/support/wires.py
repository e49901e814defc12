"""A wire on real parts, in this process: a database, the embedded engine, RQ's queue; only arXiv is a stand-in."""

from __future__ import annotations

import logging
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit

import yaml
from flask import Flask
from redis import Redis
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from feeds.clock import FixedClock, SystemClock
from feeds.config import Settings, load_settings
from feeds.model.announcements import AnnounceType
from feeds.store.engine import Store
from service.app import create_app
from tests.support.databases import settings_for
from tests.support.hosts import Answer, Host
from tests.support.listings import Item, make_listing
from workers import runtime as runtimes
from workers.engine import connect, embedded_command, is_alive, socket_path
from workers.on_demand import request_polls
from workers.preparing import prepare_database, prepare_topics
from workers.queues import HUB, LLM, QUEUES, AllowedJob, make_queue
from workers.runtime import Runtime
from workers.standin import Told
from workers.standin.answers import parse_query
from workers.standin.archive import Archive
from workers.standin.query_api import answer_query

#: A Friday morning after arXiv's build.
FRIDAY = date(2026, 4, 17)
MORNING = datetime(2026, 4, 17, 5, 10, tzinfo=UTC)
#: Tests ask more often than people do.
_UNCOUNTED = {"WIRE_API_RATE": "0"}
#: With which an editor called ada may write.
TOKEN = "correct-horse-battery-staple"


@contextmanager
def running_engine() -> Iterator[str]:
    """An embedded engine of its own; gives its address."""
    folder = Path(tempfile.mkdtemp(prefix="wire-test-"))
    engine = subprocess.Popen(embedded_command(folder), stdin=subprocess.DEVNULL)
    url = f"unix://{socket_path(folder)}"
    try:
        for _ in range(200):
            if is_alive(url):
                break
            time.sleep(0.05)
        yield url
    finally:
        engine.terminate()
        engine.wait(10)
        shutil.rmtree(folder)


def write_topics(path: Path, topics: Sequence[dict[str, object]]) -> None:
    path.write_text(yaml.safe_dump({"topics": list(topics)}), encoding="utf-8")


def make_settings(folder: Path, **environ: str) -> Settings:
    """Settings of a wire that lives in a folder, away from any ``.env``."""
    given = {
        "WIRE_DATA_DIR": str(folder / "var"),
        "WIRE_TOPICS": str(folder / "topics.yaml"),
        **_UNCOUNTED,
        **environ,
    }
    return load_settings(settings_for(folder / given["WIRE_DATA_DIR"]) | given, root=folder)


class Line:
    """The whole line, driven step by step: arXiv's listings in, feeds out."""

    def __init__(
        self, folder: Path, redis_url: str, host: Host, topics: Sequence[dict[str, object]], **environ: str
    ) -> None:
        write_topics(folder / "topics.yaml", topics)
        self.host = host
        self.clock = FixedClock(MORNING)
        self.settings = make_settings(
            folder,
            WIRE_REDIS_URL=redis_url,
            WIRE_ARXIV_LISTING_URL=host.url,
            WIRE_ARXIV_API_URL=f"{host.url}/api/query",
            WIRE_ARXIV_OAI_URL=f"{host.url}/oai",
            WIRE_ARXIV_SITE_URL=host.url,
            WIRE_ARXIV_MIN_INTERVAL="0",
            WIRE_BASE_URL="https://wire.example.org",
            WIRE_EDITORS=f"ada:{TOKEN}",
            **environ,
        )
        self.settings.data_dir.mkdir(exist_ok=True)
        prepare_database(self.settings)
        self.redis: Redis = connect(redis_url)
        self.runtime = Runtime(
            self.settings, Store(self.settings.database_url), self.clock, SystemClock(), self.redis
        )
        prepare_topics(self.runtime)
        self.app: Flask = create_app(self.settings, self.clock)
        self.app.testing = False
        self.told: list[Told] = []  #: what arXiv's API knows; more may be added
        host.serve_tree("/api/query", self._answer_api)

    def announce(self, items: Sequence[Item], listing: str = "cs.CV", day: date = FRIDAY) -> None:
        """Let arXiv announce papers."""
        self.host.serve(f"/atom/{listing}", make_listing(items, listing, day))
        self.told += [_told(item, listing, day) for item in items]

    def set_time(self, at: datetime) -> None:
        self.clock.at = at

    def poll(self, *listings: str) -> None:
        """Ask for a poll, and work until nothing is left to do now."""
        request_polls(self.runtime, listings or ("cs.CV",))
        self.work()

    def work(self) -> None:
        """Run what is due, through the real queue, until nothing is due."""
        runtimes._current = self.runtime
        try:
            while self.runtime.dispatcher.dispatch(self.runtime.times()) or self._queued():
                self._burst()
        finally:
            runtimes._current = None

    def get(self, path: str, headers: dict[str, str] | None = None, status: int = 200) -> bytes:
        """What the web face answers."""
        answer = self.app.test_client().get(path, headers=headers, base_url="https://wire.example.org")
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer.get_data()

    def _answer_api(self, path: str) -> Answer:
        today = max((one.day for one in self.told), default=FRIDAY)
        answer = answer_query(Archive(self.told, today), parse_query(urlsplit(path).query), self.clock.now())
        return Answer(answer.status, answer.body, {"Content-Type": answer.media_type})

    def close(self) -> None:
        self.runtime.store.close()
        self.redis.close()

    def _queued(self) -> int:
        return sum(make_queue(self.redis, name).count for name in (*QUEUES, HUB, LLM))

    def _burst(self) -> None:
        logging.getLogger("rq.worker").setLevel(logging.WARNING)
        worker = SimpleWorker(
            [make_queue(self.redis, name) for name in (*QUEUES, HUB, LLM)],
            connection=self.redis,
            job_class=AllowedJob,
            serializer=JSONSerializer,
        )
        worker.work(burst=True, logging_level="WARNING")


def _told(item: Item, listing: str, day: date) -> Told:
    return Told(
        listing=listing,
        day=day,
        type=AnnounceType(item.type),
        arxiv_id=item.arxiv_id,
        version=item.version,
        title=item.title,
        abstract=item.abstract,
        authors=item.authors,
        categories=item.categories,
        licence=item.licence,
    )
