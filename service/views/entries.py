"""The API's walks: a topic's entries, and all that changed."""

from __future__ import annotations

from datetime import datetime

from flask import request
from werkzeug.wrappers import Response as BaseResponse

from feeds.errors import MovedError
from feeds.model.sequence import START, Mark
from feeds.publishing import walks
from service import conditional, lists
from service.entries import show_change, show_entry
from service.list_schemas import ChangeList, ChosenEntry, ChosenEntryList, EntryList
from service.openapi import Parameter
from service.options import Option, read_choice, takes
from service.schemas import Entry
from service.views import api as api_views
from service.web import web

blueprint = api_views.blueprint
api = api_views.api

NEWEST, OLDEST = "newest", "oldest"
_ORDERS = (NEWEST, OLDEST)
_FIELDS = Entry.__struct_fields__
_SLUG = Parameter("A topic")


@api.get("/topics/{slug}/entries", EntryList, chosen=ChosenEntryList, slug=_SLUG)
@takes(
    lists.LIMIT,
    lists.CURSOR,
    lists.SINCE,
    Option("order", "newest first, unless told: oldest", {"enum": [*_ORDERS], "default": NEWEST}),
    lists.fields_option(_FIELDS),
)
def list_entries(slug: str) -> BaseResponse:
    """What is published in a topic, by position.

    Whoever follows `next` to the end sees every entry exactly once, whatever arrives meanwhile: positions never
    change. The oldest first, the list ends below the first paper that still waits to be published.
    """
    tools, limit, fields = web(), lists.read_limit(), lists.read_fields(_FIELDS)
    order = read_choice("order", NEWEST, _ORDERS)
    try:
        page = walks.find_entries(
            tools.store,
            slug,
            limit,
            after=lists.read_number_cursor(),
            ascending=order == OLDEST,
            since=lists.read_time(),
        )
    except MovedError as moved:
        return conditional.moved(lists.address(f"topics/{moved.slug}/entries"))
    following = None
    if page.next_after is not None:
        following = lists.address(f"topics/{slug}/entries", cursor=lists.write_cursor(str(page.next_after)))
    shown = [show_entry(page.stored.topic, member, tools.publisher.site) for member in page.members]
    if fields is None:
        return lists.respond(EntryList(shown, following), page.changed_at, following)
    chosen = [lists.choose(ChosenEntry, entry, fields) for entry in shown]
    return lists.respond(ChosenEntryList(chosen, following), page.changed_at, following)


@api.get("/changes", ChangeList)
@takes(
    lists.LIMIT,
    Option(
        "since",
        "After what: `since` of an earlier answer, or a day, or a time (RFC 3339); all unless told",
        lists.SINCE.schema,
    ),
    Option("topic", "Only what changed in this topic"),
)
def list_changes() -> BaseResponse:
    """Everything that changed in any topic, or in one, oldest change first.

    Each paper in each topic comes once, at its latest change; what is gone leaves a tombstone. To keep a copy,
    follow `next` to the end, keep `since` of the last answer, and give that the next time.
    """
    tools, slug = web(), request.args.get("topic")
    try:
        page = walks.find_changes(tools.store, lists.read_limit(), since=_read_since(), slug=slug)
    except MovedError as moved:
        return conditional.moved(lists.address("changes", topic=moved.slug))
    here = _write_mark(page.mark)
    following = lists.address("changes", since=here) if page.has_more else None
    items = [show_change(change, tools.publisher.site) for change in page.items]
    return lists.respond(ChangeList(items, following, here), page.changed_at or lists.NEVER, following)


def _write_mark(mark: Mark) -> str:
    return lists.write_cursor(f"{mark.number}.{mark.position}.{mark.topic}")


def _read_since() -> Mark | datetime:
    text = request.args.get("since")
    if text is None:
        return START
    if text[:1].isdigit() or not text:  # no cursor of ours begins with one
        return lists.read_time() or START
    number, _, rest = lists.read_cursor(text).partition(".")
    position, _, topic = rest.partition(".")
    return Mark(lists.read_number(number), topic, lists.read_number(position))
