"""The pages: the directory at /, a page a topic, and how the wire is at /status."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, current_app, redirect, render_template
from werkzeug.wrappers import Response as BaseResponse

from feeds.errors import MovedError
from feeds.maths import to_html
from feeds.model import calendar
from feeds.model.announcements import AnnounceType
from feeds.model.topics import Topic
from feeds.render.formats import FORMATS
from feeds.render.notes import render_note
from feeds.render.remarks import (
    ENGLISH,
    describe_curation,
    describe_making,
    describe_state,
    explain,
    write_byline,
)
from feeds.status import load_status
from service.web import web

blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
def directory() -> Response:
    """All topics, with when they last had news."""
    tools = web()
    times = tools.times()
    lines = tools.publisher.list_topics()
    return _page(
        "directory.html",
        lines=lines,
        status=load_status(tools.store, times),
        unread={line.topic.slug for line in lines if _is_unread(line.topic)},
        news_at=calendar.next_announcement(times.now),
    )


@blueprint.get("/topics/<slug>")
def topic(slug: str) -> BaseResponse:
    """What a topic's feed carries, to be read here."""
    tools = web()
    try:
        view = tools.publisher.find_topic(slug)
    except MovedError as moved:
        return redirect(f"{tools.settings.base_url}/topics/{moved.slug}", 301, Response)
    return _page(
        "topic.html",
        topic=view.topic.topic,
        trouble=view.topic.trouble,
        describe_curation=describe_curation,
        describe_making=describe_making,
        describe_state=describe_state,
        reading_titles=ENGLISH.reading,
        explain=explain,
        to_html=to_html,
        write_byline=write_byline,
        render_note=render_note,
        feed=view.feed,
        formats={extension: made.media_type.partition(";")[0] for extension, made in FORMATS.items()},
        awaiting=view.awaiting,
        unread=_is_unread(view.topic.topic),
        news_at=calendar.next_announcement(tools.clock.now()),
    )


@blueprint.get("/status")
def status() -> Response:
    """How each listing is, what the last days brought, what is owed."""
    tools = web()
    return _page(
        "status.html",
        status=load_status(tools.store, tools.times()),
        kinds=list(AnnounceType),
        model=tools.settings.llm_model if tools.settings.llm_base_url else None,
        daily_tokens=tools.settings.llm_daily_tokens,
    )


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """Where readers and browsers look for it, whatever a page says."""
    return current_app.send_static_file("favicon.ico")


def _page(template: str, **values: object) -> Response:
    made = Response(render_template(template, notice=web().settings.notice, **values))
    made.headers["Cache-Control"] = "no-cache"
    return made


def _is_unread(topic: Topic) -> bool:
    """Whether none of a topic's listings may be polled here (a demo has only some)."""
    only = web().settings.only_listings
    return bool(only) and not set(only).intersection(topic.categories)


def day(at: datetime) -> str:
    """A date as people write it."""
    return f"{at.day} {at:%B %Y}"


def moment(at: datetime) -> str:
    """A time as people write it; all times here are UTC."""
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def stamp(at: datetime) -> str:
    """A time in a table."""
    return f"{at:%Y-%m-%d %H:%M}"
