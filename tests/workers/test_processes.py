"""Children, signals, and death with the parent, on real processes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from feeds.errors import AlreadyRunningError
from tests.support.processes import environ, wait_for
from tests.workers.pids import await_pid, end, is_gone
from workers.processes import hold_folder, kill_session, python_command, python_environ, spawn

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has the parent-death signal")


@contextmanager
def child(command: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    started = spawn(command, environ())
    try:
        yield started
    finally:
        with suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
        started.wait()


@contextmanager
def python(script: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of its own that runs a script with this project at hand."""
    started = subprocess.Popen([sys.executable, "-P", "-c", script, *arguments], env=environ())
    try:
        yield started
    finally:
        started.kill()
        started.wait()


def test_a_child_has_a_session_of_its_own_and_no_input(tmp_path: Path) -> None:
    """A terminal's Ctrl-C must not reach it."""
    with child(
        ["sh", "-c", f"read line; echo $? > {tmp_path}/read.new; mv {tmp_path}/read.new {tmp_path}/read"]
    ) as it:
        assert os.getsid(it.pid) == it.pid
        wait_for((tmp_path / "read").exists, "the child's reading")
    assert (tmp_path / "read").read_text(encoding="ascii") == "1\n"


def test_a_child_gets_this_environment_and_these_files(tmp_path: Path) -> None:
    shown = tmp_path / "shown"
    script = "import os, sys; os.write(int(sys.argv[1]), os.environ['SAID'].encode())"
    with shown.open("w", encoding="ascii") as out:
        command = [sys.executable, "-c", script, str(out.fileno())]
        assert spawn(command, {"SAID": "hello"}, pass_fds=[out.fileno()]).wait(60) == 0
    assert shown.read_text(encoding="ascii") == "hello"


def test_blocked_signals_are_not_handed_down() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        with child(["sleep", "1000"]) as it:
            it.terminate()
            assert it.wait(60) == -signal.SIGTERM
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


SPAWNING = """
import sys, time, signal
from workers.processes import spawn
child = spawn(sys.argv[2:], {"PATH": "/usr/bin:/bin"}, death_signal=signal.Signals[sys.argv[1]])
time.sleep(1000)
"""


@linux
def test_children_die_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    command = ("sh", "-c", f"echo $$ > {tmp_path}/pid; exec sleep 1000")
    with python(SPAWNING, "SIGKILL", *command) as parent:
        pid = await_pid(tmp_path / "pid")
        parent.kill()
        try:
            wait_for(lambda: is_gone(pid), "the death of the child")
        finally:
            end(pid)


@linux
def test_a_child_may_be_told_of_its_parents_death_gently(tmp_path: Path) -> None:
    script = f"trap 'touch {tmp_path}/told; exit' TERM; echo $$ > {tmp_path}/pid; while :; do sleep 0.05; done"
    with python(SPAWNING, "SIGTERM", "sh", "-c", script) as parent:
        pid = await_pid(tmp_path / "pid")
        parent.kill()
        try:
            wait_for(lambda: is_gone(pid), "the end of the child")
        finally:
            end(pid)
    assert (tmp_path / "told").exists()


ORPHANED = """
import os, signal, sys, time
from workers.processes import die_with_parent
parent = os.getpid()
if os.fork() == 0:
    while os.getppid() == parent:
        time.sleep(0.01)
    with open(sys.argv[1] + ".new", "w") as out:
        print(os.getpid(), file=out)
    os.rename(sys.argv[1] + ".new", sys.argv[1])
    die_with_parent(signal.SIGKILL, parent)
    open(sys.argv[1] + ".survived", "w").close()
    time.sleep(1000)
"""


@linux
def test_a_child_whose_parent_died_before_it_asked_dies_too(tmp_path: Path) -> None:
    with python(ORPHANED, str(tmp_path / "pid")) as parent:
        assert parent.wait(60) == 0
        pid = await_pid(tmp_path / "pid")
        wait_for(lambda: is_gone(pid) or (tmp_path / "pid.survived").exists(), "the end of the orphan")
        end(pid)
    assert not (tmp_path / "pid.survived").exists()


def test_a_session_is_killed_with_all_that_it_started(tmp_path: Path) -> None:
    with child(["sh", "-c", f"sleep 1000 & echo $! > {tmp_path}/pid; wait"]) as it:
        pid = await_pid(tmp_path / "pid")
        kill_session(it, signal.SIGKILL)
        it.wait(60)
        wait_for(lambda: is_gone(pid), "the death of the grandchild")


def test_leftovers_of_a_child_that_is_gone_are_killed_and_no_leftovers_are_fine(tmp_path: Path) -> None:
    with child(["sh", "-c", f"sleep 1000 & echo $! > {tmp_path}/pid"]) as it:
        pid = await_pid(tmp_path / "pid")
        it.wait(60)
        kill_session(it, signal.SIGKILL)
        wait_for(lambda: is_gone(pid), "the death of the grandchild")
        kill_session(it, signal.SIGKILL)


HOLDING = """
import sys, time
from pathlib import Path
from workers.processes import hold_folder
with hold_folder(Path(sys.argv[1])):
    Path(sys.argv[2]).touch()
    time.sleep(1000)
"""


def test_a_data_folder_has_one_holder_who_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "new"
    with python(HOLDING, str(folder), str(tmp_path / "held")) as holder:
        wait_for((tmp_path / "held").exists, "the holder")
        with (
            pytest.raises(AlreadyRunningError, match=rf"process {holder.pid}\) is running on"),
            hold_folder(folder),
        ):
            raise AssertionError("it is held")
        holder.kill()
        holder.wait()
        with hold_folder(folder):
            pass


def test_a_data_folder_is_free_again_afterwards(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), hold_folder(tmp_path):
        raise ZeroDivisionError
    with hold_folder(tmp_path):
        pass


def test_a_holder_is_not_survived_by_its_children(tmp_path: Path) -> None:
    """A child that inherited the lock would keep the folder from the next wire."""
    with hold_folder(tmp_path):
        started = spawn(["sleep", "1000"], environ())
    try:
        with hold_folder(tmp_path):
            pass
    finally:
        started.kill()
        started.wait()


def test_a_folder_called_service_is_not_run_instead_of_ours(tmp_path: Path) -> None:
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "__init__.py").touch()
    (tmp_path / "service" / "__main__.py").write_text("print('not ours')", encoding="ascii")
    said = subprocess.run(
        python_command("--help"),
        env=environ(),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "not ours" not in said.stdout
    assert "demo" in said.stdout


@pytest.mark.skipif(os.getuid() != 0 or not shutil.which("unshare"), reason="needs root and unshare (util-linux)")
def test_as_process_one_the_dead_of_others_are_buried_and_ones_own_are_left() -> None:
    script = """
import os, subprocess, sys, time
from workers.processes import reap_orphans
own = subprocess.Popen([sys.executable, "-c", "raise SystemExit(7)"])
# A child whose own child outlives it: that one falls to us.
subprocess.run([sys.executable, "-c", "import subprocess; subprocess.Popen(['sleep', '0.1'])"], check=True)
def dead():
    stats = [open(f"/proc/{name}/stat").read() for name in os.listdir("/proc") if name.isdigit()]
    return sum(stat.rpartition(")")[2].split()[0] == "Z" for stat in stats)
while dead() < 2:
    time.sleep(0.01)
for _ in range(3):
    reap_orphans([own.pid])
code = own.wait()
reap_orphans([])
print(os.getpid(), code, dead())
"""
    ran = subprocess.run(
        ["unshare", "--pid", "--fork", "--mount-proc", sys.executable, "-c", script],
        env=python_environ(dict(os.environ)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if "unshare failed" in ran.stderr or "Operation not permitted" in ran.stderr:
        pytest.skip("this machine allows no namespaces")
    assert (ran.stdout, ran.stderr) == ("1 7 0\n", "")
