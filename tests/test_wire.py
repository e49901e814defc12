"""The bootstrap: from a bare Python to ``python -m service``, with one clear line where that cannot be."""

from __future__ import annotations

import ast
import importlib.util
import os
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

import pytest

from feeds import __version__
from tests.support.recordings import ROOT

WIRE = ROOT / "wire"
#: What stands in for the service in a copy: it tells how it was started.
SERVICE = """
import os, sys
print("service", *sys.argv[1:])
print(sys.flags.safe_path, os.environ["PYTHONPATH"], sys.executable, sep="|")
sys.exit(7 if "seven" in sys.argv else 0)
"""
#: Stands in for uv: makes a .venv of a link, and writes down what it was asked to install.
UV = """#!/bin/sh
set -e
for last in "$@"; do :; done
case "$1" in
venv) mkdir -p "$last/bin"; ln -sf "{python}" "$last/bin/python" ;;
pip) echo "$@" >> "{log}"; sleep "{slow}"; exit "{code}" ;;
esac
"""


@dataclass(frozen=True)
class Copy:
    """A project of a bootstrap, pins, and a service that only speaks."""

    root: Path
    tools: Path  #: all of the PATH

    @property
    def installs(self) -> list[str]:
        """What was asked of the installer."""
        log = self.root / "uv.log"
        return log.read_text().splitlines() if log.exists() else []

    def provide_uv(self, code: int = 0, slow: float = 0) -> None:
        self.provide("uv", UV.format(python=sys.executable, log=self.root / "uv.log", slow=slow, code=code))

    def provide(self, name: str, script: str) -> None:
        path = self.tools / name
        path.write_text(script)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def environ(self, **more: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("WIRE_", "PYTHON"))}
        return {**kept, "PATH": str(self.tools), "PIP_NO_INDEX": "1", **more}

    def run(self, *arguments: str, before: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
        """Run the copy.

        :param before: Python that is run first in the same process, to make it another one than it is
        """
        run_it = "runpy.run_path(sys.argv[0], run_name='__main__')"
        code = f"import runpy, sys\nsys.argv = sys.argv[1:]\n{before}\n{run_it}"
        command = [sys.executable, "-c", code] if before else [sys.executable]
        return subprocess.run(
            [*command, str(self.root / "wire"), *arguments],
            cwd=self.tools,
            env=self.environ(**environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


def one_line(ended: subprocess.CompletedProcess[str]) -> str:
    assert (ended.returncode, ended.stdout) == (1, ""), ended
    lines = ended.stderr.splitlines()
    assert len(lines) == 1, ended.stderr
    return lines[0]


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """The bootstrap on a folder of its own, with nothing but the usual small tools on the path."""
    made = Copy(tmp_path / "project", tmp_path / "tools")
    (made.root / "service").mkdir(parents=True)
    (made.root / "service" / "__main__.py").write_text(SERVICE)
    (made.root / "requirements.txt").write_text("nothing==1\n")
    (made.root / "requirements-test.txt").write_text("less==1\n")
    shutil.copy(WIRE, made.root)
    made.tools.mkdir()
    for name in ("sh", "mkdir", "ln", "sleep"):
        (made.tools / name).symlink_to(shutil.which(name) or name)
    return made


@pytest.fixture
def bootstrap(copy: Copy) -> Any:
    """The copy as a module."""
    loader = SourceFileLoader("wire_copy", str(copy.root / "wire"))
    spec = importlib.util.spec_from_loader("wire_copy", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    before = sys.dont_write_bytecode
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    sys.dont_write_bytecode = before
    return module


# --- the file itself


def test_the_bootstrap_is_one_executable_file() -> None:
    assert os.access(WIRE, os.X_OK)
    assert WIRE.read_text().startswith("#!/usr/bin/env python3\n")


def test_it_needs_nothing_but_the_standard_library() -> None:
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(WIRE.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""])
    }
    assert imported <= sys.stdlib_module_names


def test_old_pythons_can_read_it_up_to_the_line_that_refuses_them() -> None:
    assert ast.parse(WIRE.read_text(), feature_version=(3, 4))
    assert not any(isinstance(node, ast.JoinedStr) for node in ast.walk(ast.parse(WIRE.read_text())))


# --- without a virtual environment


def wire_itself(*arguments: str, path: Path = WIRE, cwd: Path) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("WIRE_")}
    return subprocess.run(
        [sys.executable, str(path), *arguments],
        cwd=cwd,
        env={**environ, "WIRE_NO_VENV": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def make_foreign_packages(folder: Path) -> None:
    """Packages that would be run instead of ours, were the current folder on the path."""
    for name in ("service", "feeds", "workers", "click", "flask"):
        (folder / name).mkdir()
        for file in ("__init__.py", "__main__.py"):
            (folder / name / file).write_text("raise SystemExit('the wrong package')\n")


def test_it_runs_from_a_folder_with_packages_of_the_same_names(tmp_path: Path) -> None:
    make_foreign_packages(tmp_path)
    ran = wire_itself("--version", cwd=tmp_path)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, f"Preprint Wire {__version__}\n", "")


def test_it_runs_through_a_link(tmp_path: Path) -> None:
    make_foreign_packages(tmp_path)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "wire").symlink_to(WIRE)
    (tmp_path / "again").symlink_to(Path("bin") / "wire")
    ran = wire_itself("--version", path=tmp_path / "again", cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (0, f"Preprint Wire {__version__}\n")


def test_the_present_interpreter_is_taken_where_no_venv_is_wanted(copy: Copy) -> None:
    ran = copy.run("a", "b c", "--d=e", WIRE_NO_VENV="1", PYTHONPATH="/nothing")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == ["service a b c --d=e", f"True|{copy.root}|{sys.executable}"]
    assert not (copy.root / ".venv").exists()


def test_the_exit_code_is_the_services(copy: Copy) -> None:
    assert copy.run("seven", WIRE_NO_VENV="1").returncode == 7


def test_an_interpreter_without_the_packages_is_told_in_one_line(copy: Copy) -> None:
    missing = "import importlib.util; importlib.util.find_spec = lambda name: None"
    line = one_line(copy.run("status", before=missing, WIRE_NO_VENV="1"))
    assert line == f"wire: WIRE_NO_VENV=1, but {sys.executable} lacks the packages of requirements.txt"


# --- too old a Python

OLD = "sys.version_info = (3, 8, 20, 'final', 0)"


def test_too_old_a_python_is_told_in_one_line(copy: Copy) -> None:
    line = one_line(copy.run("status", before=OLD))
    assert line == f"wire: Python 3.11 or newer is needed, this is 3.8 ({sys.executable})"


def test_too_old_a_python_hands_over_to_a_newer_one(copy: Copy) -> None:
    copy.provide("python3.11", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    ran = copy.run("status", "more", before=OLD, WIRE_NO_VENV="1")
    assert (ran.returncode, ran.stdout.splitlines()[0]) == (0, "service status more")


def test_commands_that_are_no_newer_python_are_passed_over(copy: Copy) -> None:
    copy.provide("python3.14", "#!/bin/sh\necho 'pyenv: python3.14: command not found' >&2\nexit 127\n")
    copy.provide("python3.13", '#!/bin/sh\n[ "$1" = -c ] && exit 1\necho "an old one after all" >&2\nexit 1\n')
    copy.provide("python3.12", "#!/nothing/here\n")
    assert one_line(copy.run("status", before=OLD)).startswith("wire: Python 3.11 or newer is needed")
    copy.provide("python3.11", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    ran = copy.run("status", before=OLD, WIRE_NO_VENV="1")
    assert (ran.returncode, ran.stderr) == (0, "")


# --- making the virtual environment


def test_the_venv_is_made_once(copy: Copy) -> None:
    copy.provide_uv()
    first, second = copy.run("one"), copy.run("two")
    assert (first.returncode, second.returncode) == (0, 0)
    assert first.stdout.splitlines()[0] == "service one"
    assert first.stdout.splitlines()[1] == f"True|{copy.root}|{copy.root / '.venv' / 'bin' / 'python'}"
    assert all(line.startswith("wire: ") for line in first.stderr.splitlines())
    assert (second.stdout.splitlines()[0], second.stderr) == ("service two", "")
    assert len(copy.installs) == 1
    assert copy.installs[0].endswith(f"-r {copy.root / 'requirements.txt'}")


def test_two_at_once_make_it_once(copy: Copy) -> None:
    copy.provide_uv(slow=0.5)
    command = [sys.executable, str(copy.root / "wire"), "at once"]
    started = [
        subprocess.Popen(command, env=copy.environ(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for process in started:
        out, _ = process.communicate(timeout=60)
        assert (process.returncode, out.splitlines()[0]) == (0, "service at once")
    assert len(copy.installs) == 1


def test_other_pins_make_it_anew(copy: Copy) -> None:
    copy.provide_uv()
    copy.run("one")
    left = copy.root / ".venv" / "left over"
    left.touch()
    (copy.root / "requirements.txt").write_text("nothing==2\n")
    assert copy.run("two").returncode == 0
    assert len(copy.installs) == 2
    assert not left.exists()


def test_a_venv_whose_python_is_gone_is_made_anew(copy: Copy) -> None:
    copy.provide_uv()
    copy.run("one")
    python = copy.root / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to(copy.root / "nothing")
    ran = copy.run("two")
    assert (ran.returncode, ran.stdout.splitlines()[0]) == (0, "service two")
    assert len(copy.installs) == 2


@pytest.mark.parametrize("stamp", ["", "garbage", "requirements.txt 0123456789abcdef\n", "a b c\n"])
def test_a_stamp_that_says_something_else_is_not_believed(copy: Copy, stamp: str) -> None:
    copy.provide_uv()
    copy.run("one")
    (copy.root / ".venv" / "wire-installed").write_text(stamp)
    assert copy.run("two").returncode == 0
    assert len(copy.installs) == 2


def test_a_failed_installation_is_told_in_one_line_and_tried_again(copy: Copy) -> None:
    copy.provide_uv(code=1)
    ran = copy.run("one")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.splitlines()[-1].startswith("wire: the packages could not be installed")
    assert "Traceback" not in ran.stderr
    assert not (copy.root / ".venv" / "wire-installed").exists()
    copy.provide_uv()
    assert copy.run("two").returncode == 0


@pytest.mark.parametrize("module", ["ensurepip", "venv"])
def test_a_python_without_the_venv_module_is_told_in_one_line(copy: Copy, module: str) -> None:
    ran = copy.run("status", before=f"sys.modules[{module!r}] = None")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.splitlines() == [
        "wire: making .venv ...",
        "wire: Python's venv module does not work here; on Debian: apt-get install python3-venv (or install uv)",
    ]
    assert not (copy.root / ".venv").exists()


def test_a_folder_that_cannot_be_written_is_told_in_one_line(copy: Copy) -> None:
    (copy.root / ".venv.lock").mkdir()
    line = one_line(copy.run("status"))
    assert line.startswith(f"wire: cannot write to {copy.root} (")
    assert "WIRE_NO_VENV=1" in line


# --- what is installed


def test_a_digest_names_the_pins_and_the_python(
    bootstrap: Any, copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "requirements.txt"
    digests = {bootstrap.digest(name), bootstrap.digest("requirements-test.txt")}
    (copy.root / name).write_text("nothing==1 \n")
    digests.add(bootstrap.digest(name))
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 99, 0))
    digests.add(bootstrap.digest(name))
    assert len(digests) == 4


def test_tests_need_more_than_the_service_and_keep_what_is_there(
    bootstrap: Any, copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, both = ["requirements.txt"], ["requirements.txt", "requirements-test.txt"]
    monkeypatch.setenv("PATH", str(copy.tools))
    copy.provide_uv()
    bootstrap.ensure_venv(service)
    left = copy.root / ".venv" / "left over"
    left.touch()
    assert list(bootstrap.installed()) == service
    bootstrap.ensure_venv(both)
    assert (set(bootstrap.installed()), len(copy.installs), left.exists()) == (set(both), 2, True)
    bootstrap.ensure_venv(service)
    bootstrap.ensure_venv(both)
    assert len(copy.installs) == 2


# --- ./wire test


@pytest.mark.parametrize(("body", "code", "last"), [("pass", 0, "1 passed"), ("assert 0", 1, "1 failed")])
def test_given_tests_are_run_and_the_runners_result_comes_last(copy: Copy, body: str, code: int, last: str) -> None:
    (copy.root / "test_it.py").write_text(f"def test_it():\n    {body}\n")
    ran = copy.run("test", "test_it.py", "-p", "no:cacheprovider", WIRE_NO_VENV="1")
    assert ran.returncode == code
    assert last in ran.stdout.splitlines()[-1]
