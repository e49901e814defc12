"""Connections that read under a deadline for the whole answer, its head included.

A timeout of a socket bounds each silence only: a host that sends a byte now and then would keep us for ever.
"""

from __future__ import annotations

import http.client
import io
import socket
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

#: Tells how many seconds are left for the answer that is being read.
SECONDS_LEFT: ContextVar[Callable[[], float]] = ContextVar("seconds_left")


class _TimedReader(io.RawIOBase):
    """A socket's reading end under a deadline: a host that trickles its answer keeps every single silence short."""

    def __init__(self, raw: io.RawIOBase, connected: socket.socket) -> None:
        self._raw = raw
        self._socket = connected
        self._silence = connected.gettimeout()
        self._left = SECONDS_LEFT.get()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._left()
        if left <= 0:
            raise TimeoutError("the answer's time is up")
        self._socket.settimeout(left if self._silence is None else min(left, self._silence))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    """An answer whose head counts towards the deadline as well."""

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp = io.BufferedReader(_TimedReader(self.fp.detach(), sock))


class _TimedHttp(HTTPConnection):
    response_class = _TimedResponse


class _TimedHttps(HTTPSConnection):
    response_class = _TimedResponse


class HttpPool(urllib3.HTTPConnectionPool):
    """Connections to one host, read under :data:`SECONDS_LEFT`."""

    ConnectionCls = _TimedHttp


class HttpsPool(urllib3.HTTPSConnectionPool):
    """The same, encrypted."""

    ConnectionCls = _TimedHttps


class TimedAdapter(HTTPAdapter):
    """A requests adapter whose connections read under :data:`SECONDS_LEFT`."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": HttpPool, "https": HttpsPool}
