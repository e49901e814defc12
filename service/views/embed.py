"""What other sites embed: /embed/<slug> for frames, /embed.js the component, /oembed for whoever asks how."""

from __future__ import annotations

import json
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, request
from werkzeug.wrappers import Response as BaseResponse

from feeds.errors import MovedError, NotFoundError
from feeds.model.documents import HTML, JSON, Document
from feeds.model.variants import Variant
from feeds.publishing.publisher import TopicView
from service import conditional, embedding
from service.assets import load_asset
from service.embedding import MAX_SHOWN, SHOWN, THEMES
from service.framing import render_topic
from service.options import Option, read_choice, read_int, takes
from service.variants import read_variant
from service.web import web

blueprint = Blueprint("embed", __name__)

#: Whether the page tells its parent how high it is.
_HEIGHTS = ("fixed", "message")
_MOST_PIXELS = 100_000


@blueprint.get("/embed/<slug>")
@takes(
    Option("limit", f"how many entries, {SHOWN} where nothing is said, at most {MAX_SHOWN}", {"type": "integer"}),
    Option("theme", "light, dark, or auto: as the reader's system has it", {"enum": [*THEMES]}),
    Option("lang", "the language of the summaries and of what the page says, like en or zh"),
    Option(
        "height", "message: the page tells the page around it how high it is, by a script", {"enum": [*_HEIGHTS]}
    ),
)
def frame(slug: str) -> BaseResponse:
    """A topic's newest entries, as a page for an iframe of another site: no cookies, no scripts unless asked."""
    tools, variant = web(), read_variant(limit=SHOWN, most=MAX_SHOWN)
    theme, height = read_choice("theme", THEMES[0], THEMES), read_choice("height", _HEIGHTS[0], _HEIGHTS)
    try:
        view = tools.publisher.find_topic(slug, variant)
    except MovedError as moved:
        options = f"?{urlencode(request.args)}" if request.args else ""
        return conditional.moved(f"{tools.settings.base_url}/embed/{moved.slug}{options}")
    body = render_topic(view, theme, tells_height=height == "message")
    made = Document(body.encode(), HTML, view.modified_at.replace(microsecond=0), view.awaiting)
    return conditional.respond(made, tools.clock.now(), public=False)


@blueprint.get("/embed.js")
def component() -> Response:
    """The component as it is now; its own address, which the snippets have, never changes."""
    return conditional.respond(load_asset("embed.js").document, web().clock.now())


@blueprint.get("/oembed")
@takes(
    Option("url", "the address of a topic's page or feed here", required=True),
    Option("format", "json; there is no other"),
    Option("maxwidth", "pixels that there are", {"type": "integer"}),
    Option("maxheight", "pixels that there are", {"type": "integer"}),
    Option("dnt", "that the reader is not to be tracked; nobody is here"),
)
def oembed() -> Response:
    """How to embed what an address shows (oEmbed 1.0): of our own addresses only, and nothing is fetched."""
    tools = web()
    if request.args.get("format", "json") != "json":
        abort(HTTPStatus.NOT_IMPLEMENTED, "oEmbed's answers are JSON here; there is no other format.")
    base_url = tools.settings.base_url
    slug = embedding.find_slug(base_url, request.args["url"])
    if slug is None:
        raise NotFoundError("url is no page and no feed of a topic here.")
    view = _find_wherever(slug)
    answer = embedding.describe(base_url, view.topic.topic, _read_pixels("maxwidth"), _read_pixels("maxheight"))
    body = json.dumps(answer, ensure_ascii=False).encode() + b"\n"
    return conditional.respond(
        Document(body, JSON, view.topic.defined_at.replace(microsecond=0)), tools.clock.now()
    )


def _find_wherever(slug: str) -> TopicView:
    """A topic by its slug, or by an old one."""
    variant = Variant(limit=1)
    try:
        return web().publisher.find_topic(slug, variant)
    except MovedError as moved:
        return web().publisher.find_topic(moved.slug, variant)


def _read_pixels(name: str) -> int | None:
    return read_int(name, 0, 1, _MOST_PIXELS) or None
