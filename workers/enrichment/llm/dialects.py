"""What an "OpenAI-compatible" endpoint understands, found out by its refusals and then remembered.

Seen in public: DeepSeek refuses json_schema, LM Studio json_object, llama_cpp.server answers 500 to json_schema;
newer OpenAI models refuse max_tokens and temperature.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any


class Format(IntEnum):
    """How a reply's form is asked for: a ladder, gone down only."""

    JSON_SCHEMA = 0
    JSON_OBJECT = 1
    TEXT = 2


@dataclass(frozen=True)
class Dialect:
    """What is put into a request to one model of one endpoint."""

    format: Format = Format.JSON_SCHEMA
    limit_field: str = "max_tokens"
    sends_temperature: bool = True


def write_dialect(dialect: Dialect) -> str:
    """A dialect as a line, to be kept beside the endpoint's address and the model's name."""
    temperature = "temperature" if dialect.sends_temperature else "-"
    return f"{dialect.format.name.lower()} {dialect.limit_field} {temperature}"


def read_dialect(line: str) -> Dialect:
    """The dialect of a line; the richest one where it makes no sense."""
    known = {
        write_dialect(dialect): dialect
        for dialect in (
            Dialect(format_, field, sends)
            for format_ in Format
            for field in ("max_tokens", "max_completion_tokens")
            for sends in (True, False)
        )
    }
    return known.get(line, Dialect())


_FORMAT = re.compile(r"response_format|json_schema|json_object|json[ _-]?mode|structured.?output", re.IGNORECASE)
_LIMIT = re.compile(r"\bmax_tokens\b.{0,200}\bmax_completion_tokens\b", re.IGNORECASE | re.DOTALL)
_TEMPERATURE = re.compile(r"\btemperature\b", re.IGNORECASE)


def decide_dialect(dialect: Dialect, status: int, said: str) -> Dialect | None:
    """What to try instead after a refusal; None where the refusal is about something else.

    :param said: the body of the answer. Its status does not tell: some say 500 to a format they do not know
    """
    if status < 400 or status in (401, 403, 404, 429):
        return None
    if _FORMAT.search(said) and dialect.format < Format.TEXT:
        return replace(dialect, format=Format(dialect.format + 1))
    if dialect.limit_field == "max_tokens" and _LIMIT.search(said):
        return replace(dialect, limit_field="max_completion_tokens")
    if status in (400, 422) and dialect.sends_temperature and _TEMPERATURE.search(said):
        return replace(dialect, sends_temperature=False)
    return None


def response_format(dialect: Dialect, name: str, schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """The request's ``response_format``; None where none is sent."""
    if dialect.format is Format.JSON_SCHEMA:
        return {"type": "json_schema", "json_schema": {"name": name, "strict": True, "schema": dict(schema)}}
    return {"type": "json_object"} if dialect.format is Format.JSON_OBJECT else None
