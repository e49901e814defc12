"""Children, signals, and death with the parent: everything about processes stands here."""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from feeds.errors import AlreadyRunningError

_PR_SET_PDEATHSIG = 1
_ROOT = Path(__file__).resolve().parent.parent


def die_with_parent(signum: signal.Signals = signal.SIGKILL, parent: int | None = None) -> None:
    """Ask the kernel to end this process when its parent ends (Linux; elsewhere nothing happens).

    To be called early in a child, from its main thread.

    :param parent: the process that should be the parent; one that died before this call is noticed only with it
    """
    if not sys.platform.startswith("linux"):
        return
    parent = parent or os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signum)
    if os.getppid() != parent:  # it died before we asked
        os.kill(os.getpid(), signum)


def spawn(
    command: Sequence[str],
    environ: Mapping[str, str],
    *,
    death_signal: signal.Signals = signal.SIGKILL,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, so that a terminal's Ctrl-C reaches only us.

    :param death_signal: what it gets when this process ends
    :param pass_fds: open files that it inherits
    """

    parent = os.getpid()

    def prepare() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        die_with_parent(death_signal, parent)

    # Safe here: whoever spawns is a supervisor without threads.
    return subprocess.Popen(  # noqa: S603
        list(command),
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=prepare,
        pass_fds=tuple(pass_fds),
    )


def python_command(*arguments: str) -> list[str]:
    """The command line of this project under this interpreter.

    ``-P`` keeps the current folder off the path: a ``service/`` there must not be run instead.
    """
    return [sys.executable, "-P", "-m", "service", *arguments]


def python_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """An environment in which :func:`python_command` finds this project."""
    return {**environ, "PYTHONPATH": str(_ROOT)}


def kill_session(child: subprocess.Popen[bytes], signum: signal.Signals) -> None:
    """Signal a child and all that it started; one that is gone already is fine."""
    try:
        os.killpg(child.pid, signum)
    except ProcessLookupError:
        return


def leave_when_told() -> None:
    """End this process, well, at SIGINT and SIGTERM; process 1 of a container would ignore SIGTERM otherwise."""
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda _signum, _frame: sys.exit(0))


def reap_orphans(own: Collection[int]) -> None:
    """Bury what died here without a parent, where this is process 1 of a container; elsewhere somebody else does.

    :param own: the children that are waited for by name
    """
    if os.getpid() != 1:
        return
    with suppress(ChildProcessError):  # there is no child at all
        while found := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            if found.si_pid in own:
                return  # its own turn comes first
            os.waitpid(found.si_pid, 0)


@contextmanager
def hold_folder(folder: Path) -> Iterator[None]:
    """Be the only wire on a data folder; the lock goes with this process, however it ends.

    :raises AlreadyRunningError: where another one holds it
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a+b", buffering=0) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            holder = lock.read(20).decode("ascii", "replace").strip() or "unknown"
            raise AlreadyRunningError(f"another wire (process {holder}) is running on {folder}") from error
        with suppress(OSError):  # on a full disk nobody learns who holds it; it is held all the same
            lock.truncate(0)
            lock.write(b"%d\n" % os.getpid())
        yield
