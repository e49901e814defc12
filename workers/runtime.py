"""What a background process works with: settings, clocks, store, queue, network. Built once a process."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from feeds.clock import Clock, SystemClock, make_clock
from feeds.config import Settings, load_settings
from feeds.publishing.publisher import Publisher
from feeds.publishing.sites import load_site
from feeds.store import site
from feeds.store.engine import Store
from feeds.store.owed import Times
from workers.engine import Redis, connect, engine_url
from workers.enrichment.arxiv_api import ArxivApi
from workers.enrichment.llm.client import Endpoint, LlmClient
from workers.enrichment.llm.dialects import read_dialect
from workers.enrichment.writing.llm_summarizer import LlmSummarizer
from workers.gate import Gate, Priority
from workers.http_client import HttpClient, Limits, user_agent
from workers.queues import Dispatcher
from workers.websub.callbacks import CallbackClient


@dataclass(frozen=True)
class Runtime:
    """The tools of one process. Connections are made when first used."""

    settings: Settings
    store: Store
    clock: Clock
    real_clock: Clock
    redis: Redis

    @cached_property
    def dispatcher(self) -> Dispatcher:
        return Dispatcher(self.store, self.redis)

    @cached_property
    def arxiv(self) -> HttpClient:
        """The way to arXiv's listings."""
        return self._door(self.settings.arxiv_listing_url, Priority.LISTING)

    @cached_property
    def api(self) -> ArxivApi:
        """arXiv's query API."""
        url = self.settings.arxiv_api_url
        return ArxivApi(url, self._door(url, Priority.API))

    @cached_property
    def site(self) -> HttpClient:
        """The way to arXiv's pages."""
        return self._door(self.settings.arxiv_site_url, Priority.API)

    @cached_property
    def oai(self) -> HttpClient:
        """The way to arXiv's OAI-PMH, which thinks long about a page."""
        return self._door(self.settings.arxiv_oai_url, Priority.OAI, Limits(seconds=150.0, silence_seconds=120.0))

    @cached_property
    def texts(self) -> HttpClient:
        """The way to arXiv's full texts: last of all at the gate."""
        return self._door(self.settings.arxiv_site_url, Priority.TEXT)

    @cached_property
    def llm_client(self) -> LlmClient | None:
        """The language model's endpoint; None where none is configured."""
        settings = self.settings
        if settings.llm_base_url is None or settings.llm_model is None:
            return None
        endpoint = Endpoint(
            settings.llm_base_url,
            settings.llm_model,
            settings.llm_api_key,
            settings.llm_temperature,
            settings.llm_thinking_tokens,
        )
        with self.store.read() as connection:
            dialect = read_dialect(site.find_note(connection, endpoint_note(endpoint)) or "")
        return LlmClient(endpoint, width=self.llm_width, dialect=dialect)

    @cached_property
    def llm(self) -> LlmSummarizer | None:
        """What a language model writes; None where none is configured."""
        client = self.llm_client
        return LlmSummarizer(client, client.endpoint.model, monotonic=time.monotonic) if client else None

    @property
    def llm_width(self) -> int:
        """Calls at once in one process: all enrichment processes share what is allowed."""
        return max(1, self.settings.llm_concurrency // self.settings.workers)

    @cached_property
    def webhook(self) -> HttpClient:
        """The way to the operator's own host: no gate, it is not arXiv's."""
        return HttpClient(user_agent(self.settings))

    @cached_property
    def callbacks(self) -> CallbackClient:
        """The way to subscribers."""
        return CallbackClient(user_agent(self.settings), self.settings.websub_allow)

    @cached_property
    def publisher(self) -> Publisher:
        """What the web face hands out."""
        return Publisher(self.store, load_site(self.store, self.settings.base_url))

    def _door(self, url: str, priority: Priority, limits: Limits | None = None) -> HttpClient:
        gate = Gate(self.redis, self.settings.interval_for(url), priority)
        return HttpClient(user_agent(self.settings), gate, limits)

    def times(self) -> Times:
        return Times(self.clock.now(), self.real_clock.now())

    def dispatch(self) -> None:
        """Hurry: bring what has just been owed into the queue."""
        self.dispatcher.dispatch(self.times())


def endpoint_note(endpoint: Endpoint) -> str:
    """Under which name it is noted what an endpoint understands."""
    named = hashlib.sha256(f"{endpoint.base_url} {endpoint.model}".encode()).hexdigest()[:16]
    return f"llm dialect {named}"


def make_runtime(settings: Settings, *, redis_retries: int = 30) -> Runtime:
    """The tools of a process under these settings.

    :param redis_retries: how patient it is with an engine that does not answer (:func:`workers.engine.connect`)
    """
    return Runtime(
        settings=settings,
        store=Store(settings.database_url),
        clock=make_clock(settings.clock_file),
        real_clock=SystemClock(),
        redis=connect(engine_url(settings), retries=redis_retries),
    )


_current: Runtime | None = None


def current(load: Callable[[], Settings] = load_settings) -> Runtime:
    """This process's runtime, made at the first call."""
    global _current
    if _current is None:
        _current = make_runtime(load())
    return _current
