"""Whether this process lives, whether it can serve, and how the wire is in numbers."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST

from feeds.status import load_status
from service import problems
from service.metrics import render_metrics
from service.web import web

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process lives."""
    return _plain("ok")


@blueprint.get("/readyz")
def readyz() -> Response:
    """The database is there and migrated. arXiv and the queue do not matter: feeds are served without them."""
    if not web().store.is_current():
        return problems.answer(HTTPStatus.SERVICE_UNAVAILABLE, "The database is not there or not migrated.")
    return _plain("ready")


@blueprint.get("/metrics")
def metrics() -> Response:
    """What /status tells, for Prometheus."""
    tools = web()
    status, limit = load_status(tools.store, tools.times()), tools.settings.llm_daily_tokens
    body = render_metrics(status, tools.load_parts(), limit)
    return _uncached(Response(body, content_type=CONTENT_TYPE_LATEST))


def _plain(text: str) -> Response:
    return _uncached(Response(text + "\n", content_type="text/plain; charset=utf-8"))


def _uncached(made: Response) -> Response:
    made.headers["Cache-Control"] = "no-store"
    return made
