"""The Flask application: made from settings, holding what its views need."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request

from feeds.cache import DocumentCache
from feeds.clock import Clock, make_clock
from feeds.config import LOOPBACK, Settings, load_settings
from feeds.errors import BadRequestError
from feeds.publishing.exports import Exporter
from feeds.publishing.pages import Pages
from feeds.publishing.publisher import Publisher
from feeds.publishing.sites import load_site
from feeds.store.engine import Store
from service import conditional, problems, security
from service.assets import asset_path
from service.limits import MAX_ATTEMPTS, check_rate, tell_rate
from service.options import check_options
from service.retelling import HELPERS
from service.views import (
    api,
    assets,
    curation,
    docs,
    editor,
    embed,
    entries,
    exports,
    health,
    hub,
    operations,
    pages,
    paper_pages,
    papers,
    searches,
    signing_in,
    status_page,
    topics,
)
from service.views import feeds as feed_views
from service.web import Web, equip
from workers.engine import engine_url
from workers.rates import Rates
from workers.roster import load_roster

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
        Pages(store, own),
        Rates(engine_url(settings), settings.api_rate),
        Rates(engine_url(settings), MAX_ATTEMPTS),
        load_parts=lambda: load_roster(settings.data_dir),
    )
    equip(app, tools)
    faces = (
        feed_views, exports, pages, paper_pages, status_page, embed, assets, api, topics,
        entries, papers, searches, curation, operations, docs, editor, signing_in, hub, health,
    )  # fmt: skip
    for blueprint in dict.fromkeys(views.blueprint for views in faces):
        app.register_blueprint(blueprint)  # the API's views share theirs
    problems.register(app)
    names = _own_names(settings)
    app.before_request(lambda: _refuse_hosts(names))
    app.before_request(check_rate)
    app.before_request(_refuse_bodies)
    app.before_request(check_options)
    security.register(app)
    app.after_request(tell_rate)
    app.after_request(_answer_scripts)
    app.jinja_env.globals.update(HELPERS, asset_path=asset_path)
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


def _answer_scripts(response: Response) -> Response:
    """What scripts of other sites may read (feeds, the API's answers), they may also ask for conditionally.

    And they may read why they got nothing: else a topic that was retired looks to them like a network that is down.
    """
    if request.path.startswith(_OPEN):
        if request.method == "OPTIONS" and response.status_code == 200:
            conditional.answer_preflight(response)
        elif request.method in ("GET", "HEAD") and response.status_code >= 400:
            conditional.open_to_scripts(response)
    return response
