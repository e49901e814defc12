"""The API's topics: what the wire carries, and how editors add to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from feeds import editing
from feeds.errors import MovedError, TopicProblem, TopicRefusedError
from feeds.model.documents import JSON, Document
from feeds.model.topics import Topic
from feeds.render.formats import FORMATS
from feeds.topic_fields import read_topic, write_topic
from service import conditional, lists
from service.openapi import Parameter, answer, encode
from service.options import Option, read_int, takes
from service.schemas import (
    TopicCounts,
    TopicDefinition,
    TopicDigest,
    TopicList,
    TopicReport,
    TopicSummaries,
    TopicUrls,
)
from service.views import api as api_views
from service.web import web

blueprint = api_views.blueprint
api = api_views.api

#: Topics of a page, where nothing else is asked for; and at most.
SHOWN, MAX_SHOWN = 100, 1000
_SLUG = Parameter("A topic")


@api.get("/topics", TopicList)
@takes(
    Option(
        "limit",
        f"How many at most; {SHOWN} unless told",
        {"type": "integer", "minimum": 1, "maximum": MAX_SHOWN, "default": SHOWN},
    ),
    lists.CURSOR,
)
def list_topics() -> Response:
    """All topics, retired ones included, by slug."""
    tools, limit = web(), read_int("limit", SHOWN, 1, MAX_SHOWN)
    found = editing.list_reports(tools.store, lists.read_cursor(request.args.get("cursor", "")), limit + 1)
    page, following = found[:limit], None
    if len(found) > limit:
        following = lists.address("topics", cursor=lists.write_cursor(page[-1].stored.topic.slug))
    changed_at = max((_changed_at(report) for report in page), default=lists.NEVER)
    return lists.respond(TopicList([_show(report) for report in page], following), changed_at, following)


@api.get("/topics/{slug}", TopicReport, slug=_SLUG)
def show_topic(slug: str) -> BaseResponse:
    """A topic: its definition, where that comes from, how it is and how many papers it has."""
    tools = web()
    try:
        report = editing.find_report(tools.store, slug)
    except MovedError as moved:
        return conditional.moved(_address(moved.slug))
    document = Document(encode(_show(report)), JSON, _changed_at(report), awaiting=True)
    return conditional.respond(document, tools.clock.now())


@api.post("/topics", TopicReport, TopicDefinition, raw=True)
def create_topic(editor: str, body: Any) -> Response:
    """Make a topic.

    One that has the slug of another topic of the API under `formerly` goes on with its papers, and the old address
    leads to the new one.
    """
    tools = web()
    report = editing.create_topic(tools.store, read_topic(body), tools.clock.now())
    return answer(_show(report), HTTPStatus.CREATED, Location=_address(report.stored.topic.slug))


@api.put("/topics/{slug}", TopicReport, TopicDefinition, makes=True, raw=True, slug=_SLUG)
def put_topic(slug: str, editor: str, body: Any) -> Response:
    """Give a topic this definition, whole; make it where it is not there.

    An edited query counts for what is announced from then on.
    """
    tools = web()
    report, made = editing.put_topic(tools.store, _read_definition(slug, body), tools.clock.now())
    if made:
        return answer(_show(report), HTTPStatus.CREATED, Location=_address(slug))
    return answer(_show(report))


@api.delete("/topics/{slug}", TopicReport, slug=_SLUG)
def retire_topic(slug: str, editor: str) -> BaseResponse:
    """Retire a topic: its feed answers 410 from then on. Its papers are kept; PUT brings it back."""
    tools = web()
    try:
        report = editing.retire_topic(tools.store, slug, tools.clock.now())
    except MovedError as moved:
        return redirect(_address(moved.slug), HTTPStatus.PERMANENT_REDIRECT, Response)
    return answer(_show(report))


def _read_definition(slug: str, body: object) -> Topic:
    """A definition whose slug the address has.

    :raises TopicRefusedError: with everything that is wrong in it
    """
    if not isinstance(body, Mapping):
        return read_topic(body)
    if body.get("slug", slug) != slug:
        raise TopicRefusedError([TopicProblem("the topic", "slug", "", "is another one than the address has")])
    return read_topic({"slug": slug, **body})


def _show(report: editing.TopicReport) -> TopicReport:
    stored, counts = report.stored, report.counts
    return TopicReport(
        slug=stored.topic.slug,
        title=stored.topic.title,
        source=stored.source,
        state=report.state,
        trouble=stored.trouble,
        definition=_define(stored.topic),
        counts=TopicCounts(counts.papers, counts.published, counts.waiting, counts.hidden),
        urls=_locate(stored.topic.slug),
        created_at=stored.created_at,
        defined_at=stored.defined_at,
    )


def _define(topic: Topic) -> TopicDefinition:
    fields = write_topic(topic)
    return TopicDefinition(
        **{**fields, "summaries": TopicSummaries(**fields["summaries"]), "digest": TopicDigest(**fields["digest"])}
    )


def _locate(slug: str) -> TopicUrls:
    base = web().settings.base_url
    feeds = {name: f"{base}/feeds/{slug}.{name}" for name in FORMATS}
    return TopicUrls(page=f"{base}/topics/{slug}", api=_address(slug), feeds=feeds)


def _changed_at(report: editing.TopicReport) -> datetime:
    found = max(filter(None, (report.stored.defined_at, report.counts.updated_at)))
    return found.replace(microsecond=0)


def _address(slug: str) -> str:
    return f"{web().settings.base_url}/api/v1/topics/{slug}"
