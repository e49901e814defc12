"""Runs the web face on granian."""

from __future__ import annotations

import http.client
import os
import signal
import socket

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from feeds.config import Settings
from feeds.errors import AlreadyRunningError
from feeds.setting_values import Bind
from service import app, logs
from service.web import THREADS, web
from workers.processes import die_with_parent

#: After the stop signal, for requests in flight.
KILL_SECONDS = 8


def check_free(bind: Bind) -> None:
    """Granian would share a port that is taken, silently.

    :raises AlreadyRunningError: where something else listens there, or the address is not ours
    """
    family = socket.AF_INET6 if ":" in bind.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind.host, bind.port))
            probe.listen(1)
        except OSError as error:
            raise AlreadyRunningError(
                f"cannot listen on {bind} ({error.strerror}): stop what is there, or set WIRE_BIND"
            ) from error


def is_answering(bind: Bind) -> bool:
    """Whether a wire's web face answers there."""
    connection = http.client.HTTPConnection(bind.reachable_host, bind.port, timeout=1)
    try:
        connection.request("GET", "/healthz", headers={"Host": str(bind)})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT.

    :raises AlreadyRunningError: where the address is taken
    """
    check_free(settings.bind)
    _check_app(settings)
    Granian(
        "service.serving:make_app",
        factory=True,
        address=_to_address(settings.bind),
        port=settings.bind.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=1,
        blocking_threads=THREADS,
        http1_settings=HTTP1Settings(header_read_timeout=10_000),
        respawn_failed_workers=True,
        workers_kill_timeout=KILL_SECONDS,
        log_level=LogLevels.error,
        log_dictconfig=logs.GRANIAN,
    ).serve()


def _to_address(bind: Bind) -> str:
    """Granian takes no names."""
    return bind.host if ":" in bind.host else socket.gethostbyname(bind.host)


def _check_app(settings: Settings) -> None:
    """What is wrong shows here, in one line, instead of in a worker that dies.

    Nothing stays open: granian forks, and SQLite's connections must not be used across a fork.
    """
    with app.create_app(settings).app_context():
        web().store.close()


def make_app() -> object:
    """The application, in a worker process of granian's, which would outlive a killed parent."""
    if os.getppid() != 1:
        die_with_parent(signal.SIGKILL)
    return app.wsgi()
