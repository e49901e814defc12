"""A host below the rules of HTTP: it writes what its script writes, byte by byte if need be."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Script = Callable[[socket.socket], None]


@contextmanager
def raw_host(script: Script | bytes) -> Iterator[str]:
    """A host that does this once it has read a request, then hangs up; gives its address."""
    act: Script = (lambda connection: connection.sendall(script)) if isinstance(script, bytes) else script
    listening = socket.create_server(("127.0.0.1", 0))
    serving = threading.Thread(target=_serve, args=(listening, act), daemon=True)
    serving.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        serving.join(10)


def _serve(listening: socket.socket, act: Script) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        with connection, suppress(OSError):
            connection.settimeout(30)
            asked = b""
            while b"\r\n\r\n" not in asked:
                asked += connection.recv(65536)
            act(connection)
