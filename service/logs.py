"""What goes to standard error: one line a message, as text or as JSON; time is UTC."""

from __future__ import annotations

import json
import logging
import sys
import time
from datetime import UTC, datetime

#: For granian, which would bring handlers and formats of its own: its messages go the way of all others.
GRANIAN = {
    "version": 1,
    "disable_existing_loggers": False,
    "loggers": {"_granian": {"level": "ERROR", "propagate": True}},
}


class JsonLine(logging.Formatter):
    """A message as one JSON object; a traceback is a member of it."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        if record.exc_info:
            told["trace"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


def configure(level: str, form: str) -> None:
    """Our own lines from a level on, everybody else's from WARNING on.

    :param level: DEBUG, INFO, WARNING or ERROR
    :param form: "text" or "json"
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLine() if form == "json" else _text())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("wire").setLevel(level)


def _text() -> logging.Formatter:
    made = logging.Formatter(
        "%(asctime)s %(levelname)s %(name)s[%(process)d] %(message)s", datefmt="%Y-%m-%dT%H:%M:%SZ"
    )
    made.converter = time.gmtime
    return made
