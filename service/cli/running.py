"""Commands that run a wire, or a part of one."""

from __future__ import annotations

import logging
import os
import signal
import socket
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

import click

from feeds.clock import make_clock
from feeds.config import Settings, find_unknown, forget_running, load_settings, save_running
from feeds.errors import NotRunningError
from feeds.store.engine import Store
from feeds.topics_file import load_topics
from service import serving
from workers import demo as demonstration
from workers import standin as standins
from workers.engine import connect, embedded_command, engine_url, is_alive
from workers.preparing import forget_writing, prepare_database, prepare_topics, take_back_leases
from workers.processes import hold_folder, leave_when_told, python_command, python_environ
from workers.queues import ARXIV, HUB, LLM, QUEUES, WORK, count_workers
from workers.runtime import make_runtime
from workers.schedule import run_scheduler
from workers.supervisor import Part, Supervisor
from workers.worker import run_worker

log = logging.getLogger("wire.run")


@click.command()
def run() -> None:
    """Start everything on this machine: queue, scheduler, workers, web. Ctrl-C stops it.

    The database is brought to this version first; a copy of an older one is kept beside it.
    """
    settings = load_settings()
    with hold_folder(settings.data_dir):
        _run(settings, dict(os.environ), extra=[], announce=lambda: _announce(settings))


@click.command()
@click.option(
    "--recordings",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with recorded listings, named atom_<listing>_<YYYY-MM-DD>.xml.",
)
def demo(recordings: Path | None) -> None:
    """Show the wire without a network: some days of arXiv pass one after the other, on the demo's own clock.

    Without --recordings they are a sample that comes with the wire: papers invented for it.
    The demo lives in a scratch folder that goes at the end. Set WIRE_DATA_DIR to a new or empty folder to keep it,
    and WIRE_DATABASE_URL beside it to an empty PostgreSQL database to see it there.
    """
    source = demonstration.open_source(recordings)
    own = load_settings()
    load_topics(own.topics)  # refuses a wrong file before a copy is made of it
    with ExitStack() as stack:
        folder = _demo_folder(own, stack)
        stack.enter_context(hold_folder(folder))
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        database = _demo_database(own, folder)
        environ = {**os.environ, **demonstration.set_up(folder, own.topics, source, url, database)}
        settings = load_settings(environ)
        logging.getLogger("wire").setLevel(settings.log_level)
        named = [str(recordings.resolve())] if recordings else []
        extra = [
            Part(
                "stand-in",
                python_command("standin", str(listening.fileno()), *named),
                pass_fds=(listening.fileno(),),
            ),
            Part("replay", python_command("replay", *named), once=True),
        ]
        _run(settings, environ, extra, announce=lambda: _announce_demo(settings))


@click.command()
def serve() -> None:
    """Run the web face alone."""
    serving.serve(load_settings())


@click.command()
@click.argument("queue", type=click.Choice((*QUEUES, HUB, LLM)), default=WORK)
def work(queue: str) -> None:
    """Run one worker on one queue: "work" (the default: summaries, publishing), "arxiv" (polling), "hub" (telling
    WebSub's subscribers) or "llm" (what a language model writes)."""
    settings = load_settings()
    Store(settings.database_url).check()
    if not is_alive(engine_url(settings)):
        where = "WIRE_REDIS_URL" if settings.redis_url else f"{settings.data_dir}; ./wire run starts one"
        raise NotRunningError(f"no Redis answers at {where}")
    run_worker(queue)


@click.command()
def schedule() -> None:
    """Run the scheduler alone: it brings what is due into the queue."""
    settings = load_settings()
    Store(settings.database_url).check()
    run_scheduler(make_runtime(settings, redis_retries=1))  # it comes back every second anyway


_FOLDER = click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)


@click.command(hidden=True)
@click.argument("descriptor", type=int)
@_FOLDER
def standin(descriptor: int, folder: Path | None) -> None:
    """Serve listings on a socket that is open already (the demo's arXiv)."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    listening = socket.socket(fileno=descriptor)
    standins.serve(demonstration.open_source(folder), listening, make_clock(load_settings().clock_file))


@click.command(hidden=True)
@_FOLDER
def replay(folder: Path | None) -> None:
    """Let the demo's days pass."""
    settings = load_settings()
    runtime = make_runtime(settings)
    demonstration.replay(runtime, demonstration.open_source(folder), click.echo)
    click.echo(demonstration.invite(settings))


COMMANDS = (run, demo, serve, work, schedule, standin, replay)


def _run(settings: Settings, environ: dict[str, str], extra: list[Part], announce: Callable[[], None]) -> None:
    leave_when_told()
    for name, meant in find_unknown(environ).items():
        log.warning("%s is no setting%s", name, f"; did you mean {meant}?" if meant else "")
    serving.check_free(settings.bind)
    parts = _parts(settings) + extra
    prepare_database(settings)
    runtime = make_runtime(settings)
    prepare_topics(runtime)
    forget_writing(runtime)
    if not is_shared(settings):
        take_back_leases(runtime)
    runtime.store.close()
    with suppress(OSError):  # on a full disk other commands must be told where it is
        save_running(environ, settings.data_dir)
    if settings.redis_url and not is_alive(settings.redis_url):
        click.echo("No Redis answers at WIRE_REDIS_URL: feeds are served, news waits until it does", err=True)
    try:
        Supervisor(parts, python_environ(environ), announce, settings.data_dir).run()
    finally:
        forget_running(settings.data_dir)


def is_shared(settings: Settings) -> bool:
    """Whether other hosts may be at work on the same database and queue: their leases are theirs."""
    return bool(settings.redis_url) and not Store(settings.database_url).is_file


def _parts(settings: Settings) -> list[Part]:
    """The processes of one wire, in the order of their start. Only the web is essential: feeds are served without
    the rest, which is kept being started."""
    return [
        *([] if settings.redis_url else [_engine(settings)]),
        Part("scheduler", python_command("schedule"), essential=False),
        *_workers(settings),
        Part(
            "web",
            python_command("serve"),
            is_ready=lambda: serving.is_answering(settings.bind),
            death_signal=signal.SIGTERM,
        ),
    ]


def _engine(settings: Settings) -> Part:
    url = engine_url(settings)
    return Part(
        "engine",
        embedded_command(settings.data_dir),
        is_ready=lambda: is_alive(url),
        essential=False,
        death_signal=signal.SIGTERM,
        foundation=True,
    )


def _workers(settings: Settings) -> list[Part]:
    queues = {"arxiv worker": ARXIV} | {f"worker {number}": WORK for number in range(1, settings.workers + 1)}
    parts = [Part(name, python_command("work", queue), essential=False) for name, queue in queues.items()]
    writers = [f"writer {number}" for number in range(1, settings.workers + 1)] if settings.llm_base_url else []
    return [
        *(Part(name, python_command("work", LLM), essential=False) for name in writers),
        Part("messenger", python_command("work", HUB), essential=False),
        *parts[:-1],
        replace(parts[-1], is_ready=lambda: _are_working(settings)),
    ]


def _are_working(settings: Settings) -> bool:
    url = engine_url(settings)
    if not is_alive(url):
        return False
    with connect(url, retries=0) as redis:
        return all(count_workers(redis).values())


def _announce(settings: Settings) -> None:
    click.echo(f"Preprint Wire is at {settings.base_url}/ (Ctrl-C stops it)")


def _announce_demo(settings: Settings) -> None:
    click.echo(f"Preprint Wire's demo is at {settings.base_url}/ (Ctrl-C ends it)")
    click.echo(f"Its folder is {settings.data_dir}; other commands find it with WIRE_DATA_DIR={settings.data_dir}")


def _demo_database(own: Settings, folder: Path) -> str | None:
    """The PostgreSQL database named beside the demo's folder, where a demo may live in it."""
    named = {"WIRE_DATABASE_URL", "WIRE_DATABASE_URL_FILE"} & os.environ.keys()
    store = Store(own.database_url)
    if not named or folder != own.data_dir or store.is_file:
        return None
    return own.database_url if demonstration.is_usable_database(folder, store) else None


def _demo_folder(own: Settings, stack: ExitStack) -> Path:
    """The folder that WIRE_DATA_DIR names where a demo may live in it, else a scratch one."""
    if "WIRE_DATA_DIR" in os.environ and demonstration.is_usable(own.data_dir):
        return own.data_dir
    return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="preprint-wire-demo-")))
