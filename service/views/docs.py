"""The API's description as a page: /api/docs."""

from __future__ import annotations

from flask import Blueprint, Response

from service.layout import send_page
from service.manual import list_chapters, list_schemas
from service.options import takes
from service.views.api import BORN_AT, describe_api
from service.wording import LANG

blueprint = Blueprint("docs", __name__)


@blueprint.get("/api/docs")
@takes(LANG)
def manual() -> Response:
    """How to use the API, made of the same document as programs read."""
    document = describe_api()
    return send_page(
        "docs.html",
        BORN_AT,
        about=document["info"]["description"].split("\n\n"),
        server=document["servers"][0]["url"],
        chapters=list_chapters(document),
        schemas=list_schemas(document),
    )
