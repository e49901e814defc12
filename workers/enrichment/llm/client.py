"""The client for any OpenAI-compatible endpoint: one chat completion a call, bounded in number, time and size.

It knows nothing of papers. Whether a reply is any good is decided elsewhere
(:mod:`workers.enrichment.writing.checks`).
"""

from __future__ import annotations

import json
import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2

from feeds import __version__
from workers import deadlines
from workers.backoff import backoff_seconds
from workers.enrichment.llm.breaker import Breaker
from workers.enrichment.llm.completions import Answer, Ask, Reply, read_completion
from workers.enrichment.llm.dialects import Dialect, Format, decide_dialect, response_format
from workers.enrichment.llm.errors import BusyError, CircuitOpenError, EndpointRefusedError, LlmError
from workers.enrichment.llm.timed_transport import TimedTransport, describe_failure
from workers.enrichment.llm.tokens import estimate_tokens

log = logging.getLogger(__name__)
logging.getLogger("httpx2").setLevel(logging.WARNING)  # it would write a line a call

_PATH = "/chat/completions"
_WITH_SCHEMA = "Answer with one JSON object and nothing else. It must fit this JSON schema:\n"


@dataclass(frozen=True)
class Endpoint:
    """Where a model is asked, and how."""

    base_url: str  #: up to "/chat/completions"
    model: str
    api_key: str | None = field(default=None, repr=False)
    temperature: float | None = 0.2  #: None: the endpoint's own
    thinking_tokens: int = 0  #: on top of every reply's limit, for models that think aloud first


@dataclass(frozen=True)
class CallLimits:
    """What one call may take."""

    seconds: float = 120.0  #: for each attempt's whole answer
    connect_seconds: float = 5.0
    bytes: int = 2 * 1024 * 1024  #: of an answer
    attempts: int = 4
    first_backoff_seconds: float = 1.0
    last_backoff_seconds: float = 30.0
    breaker_failures: int = 8  #: in a row, over all calls, until the endpoint is left alone
    breaker_seconds: float = 60.0  #: how long it is


class LlmClient:
    """Asks one model of one endpoint; safe to use from many threads.

    :param width: calls in flight at once, at most
    :param dialect: what the endpoint was found to understand before; :attr:`dialect` tells what it is by now
    :param sleep: waits so many seconds
    :param chance: from 0 to 1, for the jitter of the waits
    """

    def __init__(
        self,
        endpoint: Endpoint,
        limits: CallLimits | None = None,
        width: int = 4,
        dialect: Dialect | None = None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.endpoint = endpoint
        self.dialect = dialect or Dialect()
        self._limits = limits or CallLimits()
        self._monotonic, self._sleep, self._chance = monotonic, sleep, chance
        self._places = threading.BoundedSemaphore(width)
        self._lock = threading.Lock()
        self._not_before = 0.0
        self._breaker = Breaker(self._limits.breaker_failures, self._limits.breaker_seconds, monotonic)
        self._url = endpoint.base_url.rstrip("/").removesuffix(_PATH) + _PATH
        self._client = httpx2.Client(
            transport=TimedTransport(width),
            follow_redirects=False,
            trust_env=False,
            timeout=httpx2.Timeout(self._limits.seconds, connect=self._limits.connect_seconds),
        )

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def complete(self, ask: Ask, deadline: float) -> Reply:
        """Ask, and ask again where that may help.

        :param deadline: on the monotonic clock; what would only be over later is given up at once
        :raises LlmError: where there is no reply
        """
        failures = spent = 0
        while True:
            dialect = self.dialect
            try:
                reply = self._attempt(ask, dialect, deadline)
            except LlmError as error:
                error.tokens = spent = spent + error.tokens
                failures += 1
                wait = self._pause(error, failures)
                hopeless = error.permanent or isinstance(error, CircuitOpenError)
                if hopeless or failures >= self._limits.attempts or self._monotonic() + wait >= deadline:
                    raise
                self._sleep(wait)
                continue
            if reply is not None:
                return replace(reply, tokens=reply.tokens + spent)

    def _pause(self, error: LlmError, failures: int) -> float:
        own = backoff_seconds(
            failures - 1,
            self._chance(),
            first=self._limits.first_backoff_seconds,
            last=self._limits.last_backoff_seconds,
        )
        return max(own, error.retry_after_seconds or 0.0)

    def _attempt(self, ask: Ask, dialect: Dialect, deadline: float) -> Reply | None:
        """One request; None where the endpoint did not understand it and another dialect is to be tried."""
        self._wait_until_asked_to(deadline)
        if wait := self._breaker.wait_seconds():
            raise CircuitOpenError("the model's endpoint failed too often just now", retry_after_seconds=wait)
        try:
            answer = self._post(_request(ask, self.endpoint, dialect), deadline)
            if other := decide_dialect(dialect, answer.status, answer.text):
                self._learn(dialect, other)
                self._breaker.note_success()
                return None
            reply = read_completion(answer, ask)
        except LlmError as error:
            self._note(error)
            raise
        except BaseException:
            self._breaker.note_nothing()
            raise
        self._breaker.note_success()
        return reply

    def _wait_until_asked_to(self, deadline: float) -> None:
        """An endpoint that asked one call to wait has asked all of them."""
        while (wait := self._not_before - self._monotonic()) > 0:
            if self._monotonic() + wait >= deadline:
                raise LlmError("the model's endpoint asks us to wait", retry_after_seconds=wait)
            self._sleep(wait)

    def _learn(self, before: Dialect, after: Dialect) -> None:
        with self._lock:
            if self.dialect == before:
                self.dialect = after
                log.info("the model's endpoint refuses what we send; from now on %s", after)

    def _note(self, error: LlmError) -> None:
        if error.retry_after_seconds:
            with self._lock:
                until = self._monotonic() + error.retry_after_seconds
                self._not_before = max(self._not_before, until)
        if isinstance(error, BusyError | _NoPlaceError):
            self._breaker.note_nothing()
        elif error.permanent and not isinstance(error, EndpointRefusedError):
            self._breaker.note_success()
        else:
            self._breaker.note_failure(fatal=error.permanent)

    def _post(self, body: Mapping[str, Any], deadline: float) -> Answer:
        """Send one request; its answer whole, whatever the status.

        :raises LlmError: where none came in time, or one too large
        """
        if not self._places.acquire(timeout=max(deadline - self._monotonic(), 0.0)):
            raise _NoPlaceError("no call to the model came free in time")
        try:
            until = min(deadline, self._monotonic() + self._limits.seconds)
            deadlines.SECONDS_LEFT.set(lambda: until - self._monotonic())
            with self._client.stream("POST", self._url, json=body, headers=self._headers()) as answer:
                return Answer(answer.status_code, answer.headers, self._read(answer, body))
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError, ValueError) as error:
            asked = isinstance(error, httpx2.TimeoutException | httpx2.NetworkError | httpx2.ProtocolError)
            unsent = isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout)
            tokens = _cost(body) if asked and not unsent else 0
            raise LlmError(describe_failure(error), tokens=tokens) from None  # its cause may quote the key
        finally:
            self._places.release()

    def _read(self, answer: httpx2.Response, body: Mapping[str, Any]) -> bytes:
        encoding = answer.headers.get("Content-Encoding", "identity").lower()
        if encoding not in ("", "identity"):
            raise LlmError(f"the answer is encoded as {encoding[:20]}, which was not asked for", tokens=_cost(body))
        pieces: list[bytes] = []
        size = 0
        for piece in answer.iter_raw():
            size += len(piece)
            if size > self._limits.bytes:
                raise LlmError(f"the answer is larger than {self._limits.bytes} bytes", tokens=_cost(body))
            pieces.append(piece)
        return b"".join(pieces)

    def _headers(self) -> dict[str, str]:
        named = {
            "User-Agent": f"PreprintWire/{__version__}",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
        }
        return named | ({"Authorization": f"Bearer {self.endpoint.api_key}"} if self.endpoint.api_key else {})


class _NoPlaceError(LlmError):
    """Our own calls took all the time; the endpoint was not asked."""


def _request(ask: Ask, endpoint: Endpoint, dialect: Dialect) -> dict[str, Any]:
    messages = list(ask.messages)
    if dialect.format is not Format.JSON_SCHEMA:
        schema = json.dumps(ask.schema, ensure_ascii=False)
        messages[0] = messages[0]._replace(content=f"{messages[0].content}\n\n{_WITH_SCHEMA}{schema}")
    request: dict[str, Any] = {
        "model": endpoint.model,
        "messages": [message._asdict() for message in messages],
        dialect.limit_field: ask.max_tokens + endpoint.thinking_tokens,
        "stream": False,
    }
    if endpoint.temperature is not None and dialect.sends_temperature:
        request["temperature"] = endpoint.temperature
    if wanted := response_format(dialect, ask.name, ask.schema):
        request["response_format"] = wanted
    return request


def _cost(body: Mapping[str, Any]) -> int:
    return sum(estimate_tokens(message["content"]) for message in body["messages"])
