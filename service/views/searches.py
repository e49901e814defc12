"""The API's search: any query over all papers that this wire has read."""

from __future__ import annotations

from flask import Response, request

from feeds.publishing import papers
from feeds.search_feeds import MAX_CATEGORIES, MAX_QUERY, read_search
from service import lists
from service.entries import show_hit
from service.list_schemas import ChosenFoundList, ChosenPaper, FoundList, FoundPaper
from service.options import Option, takes
from service.views import api as api_views
from service.web import web

blueprint = api_views.blueprint
api = api_views.api

_FIELDS = FoundPaper.__struct_fields__


@api.get("/search", FoundList, chosen=ChosenFoundList)
@takes(
    Option(
        "q",
        "A query, as topics have them; with `cat` it may be left out",
        {"type": "string", "maxLength": MAX_QUERY, "examples": ['"speech synthesis" OR TTS']},
    ),
    Option(
        "cat",
        f"A category or archive of arXiv, any of which will do; at most {MAX_CATEGORIES}",
        {"type": "string", "examples": ["cs.CL"]},
        repeated=True,
    ),
    lists.LIMIT,
    lists.CURSOR,
    lists.SINCE,
    lists.fields_option(_FIELDS),
)
def search_papers() -> Response:
    """All papers that match a query, newest first."""
    tools, fields = web(), lists.read_fields(_FIELDS)
    wanted = read_search(request.args.get("q", ""), request.args.getlist("cat"))
    page = papers.find_hits(
        tools.store, wanted, lists.read_limit(), before=lists.read_number_cursor(), since=lists.read_time()
    )
    following = None
    if page.next_before is not None:
        following = lists.address("search", cursor=lists.write_cursor(str(page.next_before)))
    shown, changed_at = [show_hit(hit) for hit in page.hits], page.changed_at or lists.NEVER
    if fields is None:
        return lists.respond(FoundList(shown, following), changed_at, following)
    chosen = [lists.choose(ChosenPaper, paper, fields) for paper in shown]
    return lists.respond(ChosenFoundList(chosen, following), changed_at, following)
