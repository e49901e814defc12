"""The way to hosts that strangers name: connects to the very address that was found fit, follows nothing.

A name is resolved once, all its addresses are judged, and the connection goes to one of them: whatever the name
means a moment later, nobody else is reached.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import certifi
import urllib3
from urllib3.util import Timeout

from feeds.errors import FetchError
from feeds.model.callbacks import Callback, Network, may_call
from workers import deadlines
from workers.http_client import HttpStatusError, read_retry_after

#: Gives the addresses of a name, for a port.
Resolve = Callable[[str, int], Sequence[str]]

_MOST_ADDRESSES = 4


class SilentHostError(FetchError):
    """A host that could not be reached, or did not answer in time: others of its callbacks will fare no better."""


@dataclass(frozen=True)
class Limits:
    """What one call may take."""

    seconds: float = 10.0  #: for the whole of it
    connect_seconds: float = 5.0  #: for each address; as much for each piece of what is sent
    bytes: int = 4096  #: of the answer that are read


def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver.

    :raises OSError: where it knows none
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class CallbackClient:
    """Calls subscribers.

    :param allowed: the operator's own networks that may be called, also without encryption
    :param authorities: file of certificate authorities; None: the usual ones
    """

    def __init__(
        self,
        agent: str,
        allowed: Sequence[Network] = (),
        resolve: Resolve = resolve,
        limits: Limits | None = None,
        authorities: str | None = None,
    ) -> None:
        self._agent = agent
        self._allowed = allowed
        self._resolve = resolve
        self._limits = limits or Limits()
        self._authorities = authorities or certifi.where()

    def get(self, callback: Callback, parameters: Mapping[str, str]) -> bytes:
        """Ask a callback something, on top of what its own address asks.

        :returns: the beginning of its answer
        :raises FetchError: where it does not answer with success (2xx); a redirect is none
        """
        joint = "&" if "?" in callback.target else "?"
        return self._call("GET", callback, callback.target + joint + urlencode(parameters), {}, b"")

    def post(self, callback: Callback, body: bytes, headers: Mapping[str, str]) -> None:
        """Send a body to a callback; its answer is not read.

        :raises FetchError: where it does not take it (2xx)
        """
        sized = {**headers, "Content-Length": str(len(body))}
        self._call("POST", callback, callback.target, sized, body)

    def _call(self, method: str, callback: Callback, target: str, headers: Mapping[str, str], body: bytes) -> bytes:
        deadline = time.monotonic() + self._limits.seconds
        deadlines.SECONDS_LEFT.set(lambda: deadline - time.monotonic())
        named = {"Host": callback.authority, "User-Agent": self._agent, **headers}
        for address in self._find_addresses(callback):
            try:
                return self._exchange(method, callback, address, target, named, _Paced(body, deadline))
            except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError):
                continue  # nothing was sent yet
            except (urllib3.exceptions.SSLError, ValueError) as error:
                raise FetchError(f"no safe connection: {type(error).__name__}") from None
            except (urllib3.exceptions.HTTPError, OSError) as error:
                late = time.monotonic() > deadline or isinstance(error, urllib3.exceptions.TimeoutError)
                what = "no answer in time" if late else f"the answer broke off: {type(error).__name__}"
                raise SilentHostError(what) from None  # its cause quotes the address
        raise SilentHostError("not reachable")

    def _find_addresses(self, callback: Callback) -> Sequence[str]:
        """Where a callback's host is; nowhere where any of it is not to be called.

        :raises FetchError: where that is so
        """
        try:
            found = self._resolve(callback.host, callback.port)
        except (OSError, UnicodeError):
            raise SilentHostError("its name is not known") from None
        if not all(may_call(address, callback.scheme, self._allowed) for address in found):
            raise FetchError("it is not on the public network", permanent=True)
        return found[:_MOST_ADDRESSES]

    def _exchange(
        self,
        method: str,
        callback: Callback,
        address: str,
        target: str,
        headers: Mapping[str, str],
        body: _Paced,
    ) -> bytes:
        timeout = Timeout(connect=self._limits.connect_seconds, read=self._limits.seconds)
        with (
            self._connect(callback, address, timeout) as pool,
            pool.urlopen(
                method,
                target,
                body=body if method == "POST" else None,  # type: ignore[arg-type]
                headers=headers,
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
            ) as answer,
        ):
            if not 200 <= answer.status < 300:
                raise _refusal(answer.status, answer.headers.get("Retry-After"))
            return b"" if method == "POST" else answer.read(self._limits.bytes)

    def _connect(self, callback: Callback, address: str, timeout: Timeout) -> urllib3.HTTPConnectionPool:
        """To this address, but for the certificate and in all that is said it is the name that counts."""
        if callback.scheme == "http":
            return deadlines.HttpPool(address, callback.port, timeout=timeout)
        named: dict[str, Any] = {"server_hostname": callback.host, "assert_hostname": callback.host}
        return deadlines.HttpsPool(
            address,
            callback.port,
            timeout=timeout,
            cert_reqs="CERT_REQUIRED",
            ca_certs=self._authorities,
            **named,
        )


class _Paced:
    """A body that is sent under a deadline: a host that takes it in sips would keep us for ever."""

    def __init__(self, body: bytes, deadline: float) -> None:
        self._left = memoryview(body)
        self._deadline = deadline

    def read(self, size: int = -1) -> bytes:
        if time.monotonic() > self._deadline:
            raise TimeoutError("it took too long to take the body")
        piece, self._left = self._left[:size], self._left[size:]
        return bytes(piece)


def _refusal(status: int, retry_after: str | None) -> HttpStatusError:
    wait = read_retry_after(retry_after) if status in (429, 503) else None
    permanent = 300 <= status < 500 and status not in (408, 425, 429)
    return HttpStatusError(status, permanent=permanent, retry_after_seconds=wait)
