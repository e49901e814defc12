"""The pages: the directory at /, and a page a topic."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template
from werkzeug.wrappers import Response as BaseResponse

from feeds import publishing
from feeds.errors import MovedError
from service.web import web

blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
def directory() -> Response:
    """All topics, with when they last had news."""
    topics = web().publisher.list_topics()
    return _page("directory.html", topics=topics, only=web().settings.only_listings)


@blueprint.get("/topics/<slug>")
def topic(slug: str) -> BaseResponse:
    """What a topic's feed carries, to be read here."""
    try:
        view = web().publisher.find_topic(slug)
    except MovedError as moved:
        return redirect(f"{web().settings.base_url}/topics/{moved.slug}", 301, Response)
    only = web().settings.only_listings
    unread = only and not set(only).intersection(view.topic.topic.categories)
    return _page("topic.html", topic=view.topic.topic, feed=view.feed, awaiting=view.awaiting, unread=unread)


def _page(template: str, **values: object) -> Response:
    made = Response(render_template(template, formats=list(publishing.FORMATS), **values))
    made.headers["Cache-Control"] = "no-cache"
    return made
