"""The feeds: /feeds/<slug>.<format>."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from feeds.errors import MovedError, NotFoundError
from feeds.publishing import FORMATS
from service import conditional
from service.web import web

blueprint = Blueprint("feeds", __name__)


@blueprint.get("/feeds.opml")
def subscriptions() -> Response:
    """Every topic, in sections, for a reader's import."""
    return conditional.respond(web().publisher.find_opml(), web().clock.now())


@blueprint.get("/feeds/status.atom")
def incidents() -> Response:
    """What an operator should know of."""
    return conditional.respond(web().publisher.find_incidents(), web().clock.now())


@blueprint.get("/feeds/<name>")
def feed(name: str) -> Response:
    """A topic in a format."""
    slug, _, extension = name.rpartition(".")
    if not slug or extension not in FORMATS:
        known = ", ".join(f".{known}" for known in FORMATS)
        raise NotFoundError(f"There is no such feed; a feed is a topic's slug with one of {known}")
    try:
        document = web().publisher.find_document(slug, extension)
    except MovedError as moved:
        return conditional.moved(f"{web().settings.base_url}/feeds/{moved.slug}.{extension}")
    return conditional.respond(document, web().clock.now())
