"""The hub: /hub, where feed readers subscribe to changes (WebSub)."""

from __future__ import annotations

import secrets
from http import HTTPStatus

from flask import Blueprint, Response, request

from feeds.errors import TooManyError
from feeds.model.callbacks import read_callback
from feeds.model.subscriptions import HubRequest, Mode, read_request
from feeds.subscribing import REFUSALS, load_document, take_request
from service.problems import STATUSES
from service.web import web

blueprint = Blueprint("hub", __name__)

_ABOUT = """This is the WebSub hub of this wire's feeds, and of no others.
POST hub.mode, hub.topic and hub.callback here, and hub.secret to have what comes signed; leases last ten days
unless asked otherwise. See https://www.w3.org/TR/websub/
"""


@blueprint.get("/hub")
def about() -> Response:
    """What the hub is, for whoever opens its address."""
    return _plain(HTTPStatus.OK, _ABOUT)


@blueprint.post("/hub")
def ask() -> Response:
    """Subscribe or unsubscribe a callback (WebSub, section 5.1). What is wrong is told as plain text."""
    try:
        wanted = read_request(request.form.to_dict(flat=False))
        etag = None
        if wanted.mode is not Mode.UNSUBSCRIBE:  # what is no more can still be left
            etag = load_document(web().publisher, wanted.topic_url).etag
        if wanted.mode is Mode.PUBLISH:
            return _plain(HTTPStatus.ACCEPTED, "The hub knows by itself when a feed of its own changes.\n")
        _take(wanted, etag)
    except (*REFUSALS, TooManyError) as error:
        return _plain(STATUSES.get(type(error), HTTPStatus.NOT_FOUND), f"{error}\n")  # moved: not at this address
    return _plain(HTTPStatus.ACCEPTED, "The callback will be asked to confirm.\n")


def _take(wanted: HubRequest, etag: str | None) -> None:
    tools = web()
    callback = read_callback(wanted.callback, tools.settings.websub_allow)
    with tools.store.write() as connection:
        take_request(connection, wanted, callback, etag, tools.clock.now(), secrets.token_hex(16))


def _plain(status: HTTPStatus, text: str) -> Response:
    made = Response(text, status, content_type="text/plain; charset=utf-8")
    made.headers["Cache-Control"] = "no-store"
    return made
