"""Static files by their bytes: /static/<name>-<digest>.<ending>. Flask itself serves them by their names."""

from __future__ import annotations

from flask import Blueprint, abort, redirect
from werkzeug.wrappers import Response

from service import conditional
from service.assets import DIGITS, find_asset, has_asset
from service.web import web

blueprint = Blueprint("assets", __name__)


@blueprint.get(f"/static/<stem>-<string(length={DIGITS}):digest>.<ending>")
def asset(stem: str, digest: str, ending: str) -> Response:
    """A file, to be kept for good.

    What was given out by an earlier version of this program, or by a newer one on another host, leads to the file
    as it is here: a page without its style sheet would be worse.
    """
    if found := find_asset(f"/static/{stem}-{digest}.{ending}"):
        return conditional.keep_for_good(conditional.respond(found.document, web().clock.now()))
    plain = f"{stem}.{ending}"
    if not has_asset(plain):
        abort(404)
    moved = redirect(f"/static/{plain}", 302, Response)
    moved.headers["Cache-Control"] = "no-store"
    return moved
