"""httpx2's transport under a deadline for the whole answer, its head included.

httpx2's own timeouts bound each silence only: an endpoint that sends a byte now and then would keep a call busy.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore2
import httpx2

from workers.deadlines import SECONDS_LEFT


class TimedTransport(httpx2.HTTPTransport):
    """A transport whose connections work under :data:`workers.deadlines.SECONDS_LEFT`.

    :param connections: open at once, at most
    """

    def __init__(self, connections: int) -> None:
        super().__init__(trust_env=False)
        self._pool.close()
        self._pool = httpcore2.ConnectionPool(
            ssl_context=httpx2.create_ssl_context(trust_env=False),
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=5.0,
            network_backend=_TimedBackend(),
        )


class _TimedBackend(httpcore2.SyncBackend):
    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *args: Any, **options: Any
    ) -> httpcore2.NetworkStream:
        limit = _within(timeout, httpcore2.ConnectTimeout)
        return _TimedStream(super().connect_tcp(host, port, limit, *args, **options))


class _TimedStream(httpcore2.NetworkStream):
    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _within(timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _within(timeout, httpcore2.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        limit = _within(timeout, httpcore2.ConnectTimeout)
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, limit))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _within(timeout: float | None, late: type[Exception]) -> float:
    left = SECONDS_LEFT.get()()
    if left <= 0:
        raise late("the answer's time is up")
    return left if timeout is None else min(timeout, left)


def describe_failure(error: Exception) -> str:
    """What went wrong on the way, in words that quote neither address nor key."""
    kinds: Iterable[tuple[tuple[type[Exception], ...], str]] = (
        ((httpx2.TimeoutException, TimeoutError), "no answer in time"),
        ((httpx2.ConnectError,), "not reachable"),
        ((httpx2.NetworkError, httpx2.ProtocolError, OSError), "the answer broke off"),
    )
    return next((words for types, words in kinds if isinstance(error, types)), f"failed: {type(error).__name__}")
