"""The feeds: /feeds/<slug>.<format>, and what belongs to them."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, request
from werkzeug.wrappers import Response

from feeds.errors import MovedError, NotFoundError
from feeds.model.digests import Period
from feeds.model.documents import Document
from feeds.model.variants import Variant
from feeds.render.formats import FORMATS
from feeds.search_feeds import read_search
from service import conditional, variants
from service.options import Option, takes
from service.variants import read_variant
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
    *variants.OPTIONS,
)
def search(extension: str) -> Response:
    """Any query as a feed."""
    _check_format(extension)
    variant = read_variant(FOUND, MAX_FOUND)
    wanted = read_search(request.args.get("q", ""), request.args.getlist("cat"))
    return conditional.respond(web().publisher.find_search(wanted, extension, variant), web().clock.now())


@blueprint.get("/feeds/<name>")
@takes(*variants.OPTIONS)
def feed(name: str) -> Response:
    """A topic in a format, or several as one."""
    slug, _, extension = name.rpartition(".")
    _check_format(extension if slug else "")
    publisher, variant = web().publisher, read_variant()
    find = publisher.find_combined if "+" in slug else publisher.find_document
    return _send(lambda: find(slug, extension, variant), f".{extension}", variant)


@blueprint.get("/feeds/<slug>/archive/<number>.atom")
@takes(*variants.OPTIONS)
def archive(slug: str, number: str) -> Response:
    """A fixed range of a topic's history."""
    if not (number.isascii() and number.isdigit() and number[0] != "0" and len(number) < 8):
        raise NotFoundError("There is no such archive document; they are numbered from 1 on.")
    variant = read_variant()
    return _send(
        lambda: web().publisher.find_archive(slug, int(number), variant), f"/archive/{number}.atom", variant
    )


@blueprint.get("/feeds/<slug>/<any(daily, weekly):period>.<extension>")
@takes(*variants.OPTIONS)
def digest(slug: str, period: str, extension: str) -> Response:
    """A topic's digests: an entry a window."""
    _check_format(extension)
    variant = read_variant()
    return _send(
        lambda: web().publisher.find_digest(slug, Period(period), extension, variant),
        f"/{period}.{extension}",
        variant,
    )


def _send(find: Callable[[], Document], ending: str, variant: Variant) -> Response:
    """Send a document of a topic, or the way to where the topic is now."""
    try:
        document = find()
    except MovedError as moved:
        options = f"?{variant.options}" if variant.options else ""
        return conditional.moved(f"{web().settings.base_url}/feeds/{moved.slug}{ending}{options}")
    return conditional.respond(document, web().clock.now())


def _check_format(extension: str) -> None:
    if extension not in FORMATS:
        known = ", ".join(f".{known}" for known in FORMATS)
        raise NotFoundError(f"There is no such feed; a feed is a topic's slug with one of {known}")
