"""The API under /api/v1: JSON for programs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from feeds.errors import NotFoundError
from feeds.model.calendar import eastern_date
from feeds.model.documents import JSON, Document
from feeds.reports import find_day
from service import conditional
from service.describing import describe
from service.openapi import Api, Parameter, encode, read_date
from service.schemas import DayReport, ListingDay, TopicDay
from service.web import web

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
api = Api(blueprint)

#: The description changes with the program only; its entity tag tells when.
BORN_AT = datetime(2026, 11, 20, tzinfo=UTC)

_DATE = Parameter("Day of an announcement, as the listings bear it", {"type": "string", "format": "date"})


@api.get("/days/{date}", DayReport, date=_DATE)
def day(date: str) -> Response:
    """What became of each listing on a day, and what of it is in each topic.

    A day of which nothing is known is not found.
    """
    tools = web()
    wanted, now = read_date(date), tools.clock.now()
    found = find_day(tools.store, wanted)
    if found is None:
        raise NotFoundError("Nothing is known of that day.")
    report = DayReport(
        date=wanted,
        listings=[
            ListingDay(said.listing, said.outcome, said.reason, said.source, said.counts) for said in found.listings
        ],
        topics=[TopicDay(**counts) for counts in found.topics],
    )
    changing = wanted >= eastern_date(now)
    return conditional.respond(Document(encode(report), JSON, found.updated_at, awaiting=changing), now)


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """This API, described (OpenAPI 3.1)."""
    body = json.dumps(describe_api(), ensure_ascii=False, indent=1).encode() + b"\n"
    return conditional.respond(Document(body, JSON, BORN_AT), web().clock.now())


def describe_api() -> dict[str, Any]:
    """The API as OpenAPI has it."""
    return describe(api.operations, f"{web().settings.base_url}/api/v1")
