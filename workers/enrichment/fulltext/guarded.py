"""Reads a page or PDF in a child process with little time and memory: what crashes or hangs a parser ends there.

Run as a module it is that child: the document on standard input, its text on standard output.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class ReadingLimits:
    """What reading one document may take."""

    seconds: float = 30.0
    pages: int = 40  #: of a PDF; more are not read
    characters: int = 400_000  #: of its text
    memory_bytes: int = 1024 * 1024 * 1024  #: of address space, on systems that can bound it


def read_text(form: str, body: bytes, limits: ReadingLimits | None = None) -> str | None:
    """The text of a document; None where it cannot be read within the limits.

    :param form: "html" or "pdf"
    """
    limits = limits or ReadingLimits()
    numbers = [str(limits.pages), str(limits.characters), str(limits.memory_bytes), str(int(limits.seconds) + 1)]
    try:
        read = subprocess.run(  # noqa: S603
            [sys.executable, "-P", "-m", "workers.enrichment.fulltext.guarded", form, *numbers],
            input=body,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=limits.seconds,
            env={"PYTHONPATH": str(_ROOT), "PATH": os.environ.get("PATH", ""), "PYTHONUTF8": "1"},
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return read.stdout.decode("utf-8", "replace") or None if read.returncode == 0 else None


def _main() -> None:
    form, *numbers = sys.argv[1:]
    pages, characters, memory, seconds = map(int, numbers)
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))  # should nobody be left to end us
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    body = sys.stdin.buffer.read()
    sys.stdout.buffer.write((_read(form, body, pages, characters) or "").encode("utf-8", "replace"))


def _read(form: str, body: bytes, pages: int, characters: int) -> str | None:
    """Each parser is loaded where it is used: a child needs one of them."""
    if form == "html":
        from workers.enrichment.fulltext.html_text import html_text

        return (html_text(body) or "")[:characters]
    from workers.enrichment.fulltext.pdf_text import pdf_text

    return pdf_text(body, pages, characters)


if __name__ == "__main__":
    _main()
