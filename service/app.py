"""The Flask application: made from settings, holding what its views need."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request

from feeds import composing
from feeds.cache import DocumentCache
from feeds.clock import Clock, make_clock
from feeds.config import LOOPBACK, Settings, load_settings
from feeds.errors import BadRequestError
from feeds.publishing.exports import Exporter
from feeds.publishing.publisher import Publisher
from feeds.publishing.sites import load_site
from feeds.store.engine import Store
from service import conditional, problems
from service.options import check_options
from service.views import api, curation, exports, health, hub, pages, papers, topics
from service.views import feeds as feed_views
from service.web import Web, equip
from workers.roster import load_roster

_SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
#: What scripts of other sites may read.
_OPEN = ("/feeds", "/api/")
_MAX_BODY_BYTES = 64 * 1024
_HOST = re.compile(r"(?:\[(?P<v6>[^\]]+)\]|(?P<name>[^:]+))(?::\d+)?")


def create_app(settings: Settings, clock: Clock | None = None) -> Flask:
    """Make the web face of one wire.

    :raises DatabaseError: where the database is not ready
    """
    store = Store(settings.database_url)
    store.check()
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = _MAX_BODY_BYTES
    app.url_map.merge_slashes = False  # its redirects would be made of the Host header
    own, cache = load_site(store, settings.base_url), DocumentCache()
    publisher = Publisher(store, own, cache)
    tools = Web(
        settings,
        store,
        clock or make_clock(settings.clock_file),
        publisher,
        Exporter(store, own, cache),
        load_parts=lambda: load_roster(settings.data_dir),
    )
    equip(app, tools)
    faces = (feed_views, exports, pages, api, topics, papers, curation, hub, health)
    for blueprint in dict.fromkeys(views.blueprint for views in faces):
        app.register_blueprint(blueprint)  # the API's views share theirs
    problems.register(app)
    names = _own_names(settings)
    app.before_request(lambda: _refuse_hosts(names))
    app.before_request(_refuse_bodies)
    app.before_request(check_options)
    app.after_request(_secure)
    app.after_request(_answer_preflight)
    app.jinja_env.globals.update(acknowledgement=composing.ACKNOWLEDGEMENT, disclaimer=composing.DISCLAIMER)
    app.jinja_env.filters.update(day=pages.day, moment=pages.moment, stamp=pages.stamp)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    return app


def wsgi() -> Flask:
    """The application for a WSGI server, from the environment's settings."""
    return create_app(load_settings())


def _own_names(settings: Settings) -> frozenset[str]:
    """Our own name, the bind's, and loopback: nothing else is answered, so nothing else can be poisoned."""
    own = urlsplit(settings.base_url).hostname or ""
    own = own if own.isascii() else own.encode("idna").decode()
    return frozenset({own, settings.bind.host.lower(), *LOOPBACK})


def _refuse_hosts(names: frozenset[str]) -> None:
    """Not by Flask's ``TRUSTED_HOSTS``, which knows no IPv6 addresses and repeats what was sent."""
    found = _HOST.fullmatch(request.host)
    if not found or (found["v6"] or found["name"]).lower() not in names:
        raise BadRequestError("This wire does not answer under that host name.")


def _refuse_bodies() -> None:
    """Too large is too large, also where nobody would read it."""
    if (request.content_length or 0) > _MAX_BODY_BYTES:
        abort(413)


def _answer_preflight(response: Response) -> Response:
    """What scripts of other sites may read (feeds, the API's answers), they may also ask for conditionally."""
    if request.method == "OPTIONS" and response.status_code == 200 and request.path.startswith(_OPEN):
        conditional.answer_preflight(response)
    return response


def _secure(response: Response) -> Response:
    for name, value in _SECURITY.items():
        response.headers.setdefault(name, value)
    return response
