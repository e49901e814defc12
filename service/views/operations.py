"""The API's view of the wire itself: how it is, and polls that editors ask for."""

from __future__ import annotations

from http import HTTPStatus

from flask import Response

from feeds import asking
from feeds.model.documents import JSON, Document
from feeds.status import ListingStatus, Status, load_status
from service import conditional
from service.list_schemas import (
    DayState,
    IncidentState,
    ListingLook,
    ListingState,
    Polling,
    PollWish,
    WireStatus,
    WorkState,
)
from service.openapi import answer, encode
from service.views import api as api_views
from service.web import web

blueprint = api_views.blueprint
api = api_views.api


@api.get("/status", WireStatus)
def show_status() -> Response:
    """How this wire is: its listings, the last days, what is owed, incidents that stand."""
    tools = web()
    found = load_status(tools.store, tools.times())
    document = Document(encode(_show(found)), JSON, found.now.replace(microsecond=0), awaiting=True)
    made = conditional.respond(document, found.now)
    made.headers["Cache-Control"] = "no-cache"
    return made


@api.post("/poll", Polling, PollWish, begins=True)
def poll(editor: str, body: PollWish) -> Response:
    """Have listings polled now, whatever the schedule or a backoff says.

    The answer does not wait for it. arXiv is asked no faster than it allows.
    """
    tools = web()
    names = asking.ask_for_polls(tools.store, body.listings or None, tools.clock.now())
    address = f"{tools.settings.base_url}/api/v1/status"
    return answer(Polling(names), HTTPStatus.ACCEPTED, Location=address)


def _show(found: Status) -> WireStatus:
    return WireStatus(
        now=found.now,
        out_of_reach_since=found.out_of_reach_since,
        topics=found.papers,
        topics_refused=found.topics_refused,
        paused=found.paused,
        listings=[_show_listing(item) for item in found.listings],
        days=[DayState(told.listing, told.day, told.outcome, told.reason, told.counts) for told in found.days],
        incidents=[IncidentState(told.kind, told.subject, told.text, told.opened_at) for told in found.incidents],
        work=[
            WorkState(row.kind, row.owed, row.running, row.later, row.late, row.dead, row.oldest_seconds)
            for row in found.work
        ],
    )


def _show_listing(item: ListingStatus) -> ListingState:
    visit = item.visit
    look = visit and ListingLook(visit.visited_at, visit.outcome, visit.reason, visit.items, visit.announced)
    return ListingState(
        item.listing.name, item.listing.listing_on, item.failing_since, item.next_look_at, look or None
    )
