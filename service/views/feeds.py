"""The feeds: /feeds/<slug>.<format>."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from feeds.errors import MovedError, NotFoundError
from feeds.publishing import FORMATS
from feeds.search_feeds import read_search
from service import conditional
from service.options import Option, read_int, takes
from service.web import web

blueprint = Blueprint("feeds", __name__)

#: Entries of a search, where nothing else is asked for; and at most.
FOUND, MAX_FOUND = 50, 200


@blueprint.get("/feeds.opml")
def subscriptions() -> Response:
    """Every topic, in sections, for a reader's import."""
    return conditional.respond(web().publisher.find_opml(), web().clock.now())


@blueprint.get("/feeds/status.atom")
def incidents() -> Response:
    """What an operator should know of."""
    return conditional.respond(web().publisher.find_incidents(), web().clock.now())


@blueprint.get("/feeds/search.<extension>")
@takes(
    Option("q", "a query, as topics have them"),
    Option("cat", "a category or archive of arXiv, any of which will do", repeated=True),
    Option("limit", f"how many entries, at most {MAX_FOUND}", {"type": "integer"}),
)
def search(extension: str) -> Response:
    """Any query as a feed."""
    _check_format(extension)
    limit = read_int("limit", FOUND, 1, MAX_FOUND)
    wanted = read_search(request.args.get("q", ""), request.args.getlist("cat"))
    return conditional.respond(web().publisher.find_search(wanted, extension, limit), web().clock.now())


@blueprint.get("/feeds/<name>")
def feed(name: str) -> Response:
    """A topic in a format, or several as one."""
    slug, _, extension = name.rpartition(".")
    _check_format(extension if slug else "")
    publisher = web().publisher
    find = publisher.find_combined if "+" in slug else publisher.find_document
    try:
        document = find(slug, extension)
    except MovedError as moved:
        return conditional.moved(f"{web().settings.base_url}/feeds/{moved.slug}.{extension}")
    return conditional.respond(document, web().clock.now())


def _check_format(extension: str) -> None:
    if extension not in FORMATS:
        known = ", ".join(f".{known}" for known in FORMATS)
        raise NotFoundError(f"There is no such feed; a feed is a topic's slug with one of {known}")
