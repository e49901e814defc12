"""The API by which editors say something of a paper in a topic."""

from __future__ import annotations

import time
from http import HTTPStatus

from flask import Response, redirect
from werkzeug.wrappers import Response as BaseResponse

from feeds import curating
from feeds.curating import Curated
from feeds.errors import MovedError, NotFoundError
from feeds.model.identifiers import parse_arxiv_id
from service.entries import FETCHING, report_curation, show_entry
from service.openapi import Parameter, answer
from service.schemas import CurationEdit, CurationReport, Entry, Fetching
from service.views import api as api_views
from service.web import web

blueprint = api_views.blueprint
api = api_views.api

#: A paper that is fetched is waited for so long; then the answer is 202.
PATIENCE_SECONDS = 10.0
_TICK_SECONDS = 0.1

_PATH = "/topics/{slug}/curation/{arxiv_id}"
_SLUG = Parameter("A topic")
_ID = Parameter("An arXiv id, with or without version, like 2604.14193 or hep-th/9901001", slashes=True)


@api.get(_PATH, CurationReport, private=True, slug=_SLUG, arxiv_id=_ID)
def show_curation(slug: str, arxiv_id: str, editor: str) -> BaseResponse:
    """How a paper stands in a topic, what editors said of it, and when."""
    try:
        curated = _find(slug, _read_id(arxiv_id))
    except MovedError as moved:
        return _move(moved, arxiv_id)
    return answer(report_curation(curated, web().publisher.site))


@api.put(_PATH, Entry, CurationEdit, later=Fetching, slug=_SLUG, arxiv_id=_ID)
def edit_curation(slug: str, arxiv_id: str, editor: str, body: CurationEdit) -> BaseResponse:
    """Say something of a paper in a topic.

    What is absent stays, null clears. A paper that is not in the topic is added to it; one that this wire does not
    know is fetched from arXiv, for which the answer waits up to ten seconds, or not at all while others wait.
    """
    wanted = _read_id(arxiv_id)
    try:
        curated = _edit(slug, wanted, editor, body)
    except MovedError as moved:
        return _move(moved, arxiv_id)
    curated = _await(curated)
    if curated.is_wanted:
        told = Fetching(FETCHING, _explain(curated))
        return answer(told, HTTPStatus.ACCEPTED, Location=_address(slug, wanted), Retry_After="10")
    if not curated.is_in or curated.member is None:
        raise NotFoundError(f"The paper was not added: {curated.refusal}.")
    return answer(show_entry(curated.topic, curated.member, web().publisher.site))


@api.delete(_PATH, CurationReport, slug=_SLUG, arxiv_id=_ID)
def forget_curation(slug: str, arxiv_id: str, editor: str) -> BaseResponse:
    """Take back all that editors said of a paper in a topic.

    One that was added leaves. The acts themselves are kept, and this one can be undone.
    """
    tools, wanted = web(), _read_id(arxiv_id)
    try:
        with tools.store.write() as connection:
            curated = curating.forget(connection, slug, wanted, editor=editor, now=tools.clock.now())
    except MovedError as moved:
        return _move(moved, arxiv_id)
    return answer(report_curation(curated, tools.publisher.site))


@api.post(f"{_PATH}/undo", CurationReport, makes=False, slug=_SLUG, arxiv_id=_ID)
def undo_curation(slug: str, arxiv_id: str, editor: str) -> BaseResponse:
    """Take back the last act about a paper in a topic that was not taken back yet."""
    tools, wanted = web(), _read_id(arxiv_id)
    try:
        with tools.store.write() as connection:
            curated = curating.undo(connection, slug, wanted, editor=editor, now=tools.clock.now())
    except MovedError as moved:
        return _move(moved, arxiv_id, "/undo")
    return answer(report_curation(curated, tools.publisher.site))


def _edit(slug: str, arxiv_id: str, editor: str, body: CurationEdit) -> Curated:
    tools = web()
    now = tools.clock.now()
    with tools.store.write() as connection:
        curating.add(connection, slug, arxiv_id, editor=editor, now=now)
        return curating.curate(connection, slug, arxiv_id, body.given(), editor=editor, now=now)


def _await(curated: Curated) -> Curated:
    """Wait for a paper that is fetched, unless as many others do as may."""
    waiting = web().waiting
    if not (curated.is_wanted and waiting.acquire(blocking=False)):
        return curated
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while curated.is_wanted and time.monotonic() < deadline:
            time.sleep(_TICK_SECONDS)
            curated = _find(curated.topic.slug, curated.arxiv_id)
        return curated
    finally:
        waiting.release()


def _explain(curated: Curated) -> str:
    """What becomes of a paper that is wanted."""
    failed = f" The last try failed: {curated.trouble}." if curated.trouble else ""
    return f"The paper is being fetched from arXiv, and joins the topic then.{failed}"


def _find(slug: str, arxiv_id: str) -> Curated:
    with web().store.read() as connection:
        return curating.find_curated(connection, slug, arxiv_id)


def _read_id(text: str) -> str:
    try:
        return parse_arxiv_id(text).arxiv_id
    except ValueError:
        raise NotFoundError("There is no such paper; an id is written like 2604.14193.") from None


def _move(moved: MovedError, arxiv_id: str, rest: str = "") -> BaseResponse:
    """To the topic's new slug, by the same method (RFC 9110, section 15.4.9)."""
    address = _address(moved.slug, _read_id(arxiv_id)) + rest
    return redirect(address, HTTPStatus.PERMANENT_REDIRECT, Response)


def _address(slug: str, arxiv_id: str) -> str:
    return f"{web().settings.base_url}/api/v1/topics/{slug}/curation/{arxiv_id}"
