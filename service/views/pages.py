"""The pages that people read: the directory at /, a page a topic and a page a day of it, and searches."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby

from flask import Blueprint, Response, current_app, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from feeds.errors import MovedError, NotFoundError
from feeds.model import calendar
from feeds.model.accounts import is_weekend
from feeds.model.topics import Topic
from feeds.publishing.pages import TopicPage
from feeds.publishing.publisher import TopicLine
from feeds.render.formats import FORMATS
from feeds.search_feeds import read_search
from feeds.status import load_status
from service import desks
from service.embedding import oembed_url, snippets
from service.layout import send_page
from service.options import Option, read_int, takes
from service.subscribing_links import list_readers
from service.web import web
from service.wording import LANG, choose_language

blueprint = Blueprint("pages", __name__)

#: Topics of a page of the directory.
LISTED = 100
#: Weekdays of the strip on a topic's page.
_STRIP = 10
_MOST = 10**9
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@blueprint.get("/")
@takes(Option("part", "which part of a directory of very many topics", {"type": "integer"}), LANG)
def directory() -> Response:
    """All topics, with when they last had news."""
    tools = web()
    times = tools.times()
    lines = sorted(tools.publisher.list_topics(), key=lambda line: not line.topic.section)  # without one: last
    last = max(1, -(-len(lines) // LISTED))
    part = read_int("part", 1, 1, last)
    shown = lines[(part - 1) * LISTED : part * LISTED]
    return send_page(
        "directory.html",
        sections=[(name, list(some)) for name, some in groupby(shown, lambda line: line.topic.section)],
        lines=shown,
        part=part,
        last=last,
        index=_index(lines) if last > 1 else [],
        status=load_status(tools.store, times),
        unread={line.topic.slug for line in shown if _is_unread(line.topic)},
        today=calendar.eastern_date(times.now),
        news_at=calendar.next_announcement(times.now),
    )


@blueprint.get("/topics/<slug>")
@takes(Option("before", "only entries below this position", {"type": "integer"}), *desks.OPTIONS, LANG)
def topic(slug: str) -> BaseResponse:
    """What a topic's feed carries, to be read here, and what it carried before."""
    tools = web()
    before = read_int("before", 0, 1, _MOST) or None
    now = tools.clock.now()
    if elsewhere := desks.leave_out(slug, before):
        return elsewhere
    try:
        page = tools.pages.find_topic(slug, now, before)
    except MovedError as moved:
        return redirect(f"{tools.settings.base_url}/topics/{moved.slug}", 301, Response)
    return send_page(
        "topic.html",
        page.modified_at,
        page=page,
        topic=page.topic,
        feed=page.feed,
        before=before,
        strip=_list_strip(calendar.eastern_date(now), page),
        unread=_is_unread(page.topic),
        news_at=calendar.next_announcement(now),
        **_ways_to(page),
        **desks.lay_out(page),
    )


@blueprint.get("/topics/<slug>/days/<day>")
@takes(Option("after", "how many entries came before", {"type": "integer"}), LANG)
def topic_day(slug: str, day: str) -> BaseResponse:
    """What was announced on a day in a topic, and what is known of that day."""
    tools = web()
    wanted = _read_day(day)
    try:
        page = tools.pages.find_day(slug, wanted, tools.clock.now(), read_int("after", 0, 1, _MOST))
    except MovedError as moved:
        return redirect(f"{tools.settings.base_url}/topics/{moved.slug}/days/{wanted}", 301, Response)
    return send_page("day.html", page.modified_at, page=page, topic=page.topic, feed=page.feed)


@blueprint.get("/search")
@takes(
    Option("q", "a query, as topics have them"),
    Option("cat", "a category or archive of arXiv, any of which will do", repeated=True),
    Option("before", "only papers with a lower number", {"type": "integer"}),
    LANG,
)
def search() -> Response:
    """What a query finds among all papers, or how to search."""
    query, categories = request.args.get("q", ""), [name for name in request.args.getlist("cat") if name]
    before = read_int("before", 0, 1, _MOST) or None
    if not query.strip() and not categories:
        return send_page("search.html", page=None)
    wanted = read_search(query, categories)
    page = web().pages.find_search(wanted, choose_language(), before)
    address = f"{page.feed.address}.atom?{wanted.options}"
    return send_page(
        "search.html", page=page, feed=page.feed, before=before, address=address, readers=list_readers(address)
    )


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """Where readers and browsers look for it, whatever a page says."""
    return current_app.send_static_file("favicon.ico")


def _ways_to(page: TopicPage) -> dict[str, object]:
    """All ways to take a topic: to a reader, into another site."""
    address, base_url = f"{page.feed.address}.atom", web().settings.base_url
    return {
        "address": address,
        "readers": list_readers(address),
        "formats": {name: made.media_type.partition(";")[0] for name, made in FORMATS.items()},
        "snippets": snippets(base_url, page.topic),
        "oembed": oembed_url(base_url, page.topic.slug),
    }


def _list_strip(today: date, page: TopicPage) -> list[tuple[date, int]]:
    """The last days, oldest first, with how many papers each has; weekends only where they have some."""
    newest = max([today, *page.days])
    span = [newest - timedelta(days=back) for back in range(3 * _STRIP)]
    shown = [day for day in span if day >= page.first and (page.days.get(day) or not is_weekend(day))]
    return [(day, page.days.get(day, 0)) for day in reversed(shown[:_STRIP])]


def _index(lines: Sequence[TopicLine]) -> list[tuple[str, int, int]]:
    """Each section of a directory in parts: its name, the part it begins in, and how many topics it has."""
    found: dict[str, tuple[int, int]] = {}
    for at, line in enumerate(lines):
        begins, count = found.get(line.topic.section, (at // LISTED + 1, 0))
        found[line.topic.section] = begins, count + 1
    return [(name, begins, count) for name, (begins, count) in found.items()]


def _read_day(text: str) -> date:
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise NotFoundError("There is no such day; a day is written like 2026-04-17.")


def _is_unread(topic: Topic) -> bool:
    """Whether none of a topic's listings may be polled here (a demo has only some)."""
    only = web().settings.only_listings
    return bool(only) and not set(only).intersection(topic.categories)
