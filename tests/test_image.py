"""The image: what hadolint says of the Dockerfile, and what it cannot know. No container engine is needed."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from feeds.config import TABLE, load_settings
from tests.support.processes import PATIENCE_SECONDS, free_port, processes_with, wait_for
from tests.support.recordings import ROOT

DOCKERFILE = ROOT / "Dockerfile"
#: Where the tools of this interpreter's packages are, whether or not it is on the path.
TOOLS = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])


def read_instructions() -> list[tuple[str, str]]:
    """Name and arguments of each instruction, in order."""
    lines = [line for line in DOCKERFILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ").splitlines()
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in joined) if name]


def all_of(name: str) -> list[str]:
    return [rest for found, rest in read_instructions() if found == name]


def read_command(name: str) -> list[str]:
    """The command of CMD or HEALTHCHECK, which has to be in exec form."""
    [rest] = all_of(name)
    command = json.loads(rest[rest.index("[") :])
    assert all(isinstance(part, str) for part in command)
    return list(command)


def read_environ() -> dict[str, str]:
    return dict(part.split("=", 1) for rest in all_of("ENV") for part in shlex.split(rest))


def copies() -> Iterator[tuple[Path, PurePosixPath]]:
    """Each source in the project, and where it comes to lie in the image's folder."""
    for rest in all_of("COPY"):
        *sources, target = shlex.split(rest)
        for source in sources:
            path = ROOT / source
            yield path, PurePosixPath(target) / ("" if path.is_dir() else path.name)


def files_in(path: Path) -> list[Path]:
    found = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return [file for file in found if "__pycache__" not in file.parts]


def is_sent(file: Path) -> bool:
    """Whether a builder gets to see a file: the last rule that matches it or a folder above it decides."""
    path = PurePosixPath(file.relative_to(ROOT).as_posix())
    sent = True
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        rule = re.compile(to_regex(line.removeprefix("!")))
        if line and not line.startswith("#") and any(rule.fullmatch(str(part)) for part in (path, *path.parents)):
            sent = line.startswith("!")
    return sent


def to_regex(pattern: str) -> str:
    known = {"**/": "(?:.*/)?", "*": "[^/]*"}
    parts = re.split(r"(\*\*/|\*|\[[^]]*\])", pattern)
    return "".join(known.get(part, part if part.startswith("[") else re.escape(part)) for part in parts)


def test_hadolint_finds_nothing(tmp_path: Path) -> None:
    hadolint = shutil.which("hadolint", path=TOOLS)
    if hadolint is None:
        pytest.skip("hadolint is not here; on x86-64 and arm64 requirements-test.txt brings it")
    said = subprocess.run(
        [hadolint, "--no-color", "--failure-threshold", "style", str(DOCKERFILE)],
        env={"HOME": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")


def test_all_that_is_copied_exists_and_reaches_the_builder() -> None:
    for source, _ in copies():
        files = files_in(source)
        assert files, f"nothing at {source}"
        assert [file for file in files if not is_sent(file)] == []


def test_all_of_our_packages_are_copied() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
    assert packages == {source.name for source, _ in copies() if source.is_dir()}


@pytest.mark.parametrize(
    "name",
    [
        ".env",
        ".git/config",
        ".venv/bin/python",
        ".mypy_cache/3.11/cache.db",
        "requirements-test.txt",
        "tests/test_image.py",
        "var/wire.db",
        "feeds/__pycache__/clock.cpython-312.pyc",
        "feeds/model/__pycache__/papers.cpython-312.pyc",
        "whatever.comes",
    ],
)
def test_nothing_else_reaches_the_builder(name: str) -> None:
    assert not is_sent(ROOT / name)


def test_packages_are_installed_before_the_code_comes() -> None:
    steps = [f"{name} {rest}" for name, rest in read_instructions() if name in ("COPY", "RUN")]
    assert steps[0] == "COPY requirements.txt ./"
    assert steps[1].startswith("RUN pip install ")


def test_it_does_not_run_as_root() -> None:
    users = all_of("USER")
    assert len(users) == 1
    assert all(int(number) > 1000 for number in users[0].split(":"))


def test_what_it_sets_are_settings_that_fit_each_other() -> None:
    environ = read_environ()
    assert set(environ) <= {setting.variable for setting in TABLE} | {"WIRE_NO_VENV"}
    settings = load_settings(environ)
    assert (environ["WIRE_NO_VENV"], settings.bind.host) == ("1", "0.0.0.0")
    assert all_of("EXPOSE") == [str(settings.bind.port)]
    assert all_of("VOLUME") == [str(settings.data_dir)]
    assert settings.base_url == f"http://localhost:{settings.bind.port}"


def test_what_is_copied_runs_is_healthy_and_stops(tmp_path: Path) -> None:
    app = tmp_path / "app"
    for source, target in copies():
        for file in filter(is_sent, files_in(source)):
            copied = app / target / file.relative_to(source)
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, copied)
    given = {
        **read_environ(),
        "PATH": TOOLS,
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": "/nonexistent",
        "WIRE_BIND": f"0.0.0.0:{free_port()}",
        "WIRE_DATA_DIR": str(tmp_path / "data"),
        "WIRE_ARXIV_LISTING_URL": f"http://127.0.0.1:{free_port()}",
    }
    before = sorted(app.rglob("*"))
    wire = subprocess.Popen(read_command("CMD"), cwd=app, env=given, stdin=subprocess.DEVNULL)
    try:
        wait_for(lambda: is_healthy(given) or wire.poll() is not None, "a healthy wire")
        wire.send_signal(signal.SIGTERM)
        assert wire.wait(PATIENCE_SECONDS) == 0
        assert not is_healthy(given)
        assert sorted(app.rglob("*")) == before
    finally:
        wire.kill()
        wire.wait()
        wait_for(lambda: not processes_with(str(tmp_path)), "the end of all its processes")


def is_healthy(environ: dict[str, str]) -> bool:
    """What the image's health command says."""
    asked = subprocess.run(read_command("HEALTHCHECK"), env=environ, capture_output=True, timeout=60, check=False)
    return asked.returncode == 0
