"""One line a message, whatever is in it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from service import logs


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    root, ours = logging.getLogger(), logging.getLogger("wire")
    handlers, levels = root.handlers[:], (root.level, ours.level)
    yield
    root.handlers[:] = handlers
    root.setLevel(levels[0])
    ours.setLevel(levels[1])


def test_json_is_one_object_a_line_with_level_time_and_process(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO", "json")
    logging.getLogger("wire.poller").info("%s: news\nand more", "cs.CV")
    logging.getLogger("wire.poller").debug("unheard")
    logging.getLogger("elsewhere").info("unheard")
    (line,) = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert told["message"] == "cs.CV: news\nand more"
    assert (told["level"], told["logger"]) == ("info", "wire.poller")
    assert isinstance(told["process"], int)
    assert told["at"].endswith("+00:00")


def test_json_keeps_a_traceback_in_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO", "json")
    try:
        raise ValueError("it broke")
    except ValueError:
        logging.getLogger("wire").exception("no good")
    (line,) = capsys.readouterr().err.splitlines()
    assert "ValueError: it broke" in json.loads(line)["trace"]


def test_text_tells_time_level_and_process(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("WARNING", "text")
    logging.getLogger("wire.gate").warning("shut")
    err = capsys.readouterr().err
    assert err.endswith("shut\n")
    assert " WARNING wire.gate[" in err
    assert err[:4].isdigit()
    assert "T" in err.split()[0]
    assert err.split()[0].endswith("Z")
