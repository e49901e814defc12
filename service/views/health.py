"""Whether this process lives, and whether it can serve."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response

from service import problems
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


def _plain(text: str) -> Response:
    made = Response(text + "\n", content_type="text/plain; charset=utf-8")
    made.headers["Cache-Control"] = "no-store"
    return made
