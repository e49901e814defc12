"""Makes pages of templates: their language, their links, how long they may be kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from flask import Response, render_template, request

from feeds import composing
from feeds.model.documents import HTML, Document
from service import conditional
from service.assets import asset_path
from service.auth import editors_of
from service.sessions import find_session
from service.web import find_notice, web
from service.wording import LANG, LANGUAGES, NAMES, Wording, check_language, choose_language, stamp

#: What an answer depends on beside its address.
_VARIES = ("Accept-Language",)


def send_page(template: str, modified_at: datetime | None = None, **values: object) -> Response:
    """Answer with a page.

    Who is signed in gets one of their own, that nothing keeps.

    :param modified_at: when what it shows last changed; it may be kept for some minutes then. None: it tells how
        things are just now, and is asked for anew each time
    :raises BadRequestError: for a language that there is not
    """
    check_language()
    now, account = web().clock.now(), find_session()
    may_sign_in = bool(editors_of(web().settings))
    body = render_page(template, account=account, may_sign_in=may_sign_in, **values).encode()
    if account:
        return conditional.keep_private(Response(body, content_type=HTML))
    varies = (*_VARIES, "Cookie") if may_sign_in else _VARIES
    document = Document(body, HTML, (modified_at or now).replace(microsecond=0), awaiting=True)
    return conditional.respond(document, now, varies=varies, public=False, lasting=modified_at is not None)


def render_page(template: str, **values: object) -> str:
    """A page in the language that the request wants; also where the app has no tools, for errors."""
    return render_template(template, **_frame(), **values)


def link(path: str, **options: object) -> str:
    """An address of ours that stays in the language that was asked for in the present one."""
    given = [(LANG.name, request.args[LANG.name])] if request.args.get(LANG.name) in LANGUAGES else []
    told = urlencode([(name, str(value)) for name, value in options.items() if value is not None] + given)
    return quote(path, safe="/:+.-_~") + (f"?{told}" if told else "")


def _frame() -> Mapping[str, Any]:
    """What every page is made with."""
    return {
        "t": Wording(choose_language()),
        "link": link,
        "stamp": stamp,
        "asset_path": asset_path,
        "notice": find_notice(),
        "languages": [(code, NAMES[code], _in_language(code)) for code in LANGUAGES],
        "acknowledgement": composing.ACKNOWLEDGEMENT,
        "disclaimer": composing.DISCLAIMER,
    }


def _in_language(code: str) -> str:
    """The present address, in a language."""
    others = [(name, value) for name, value in request.args.items(multi=True) if name != LANG.name]
    return f"?{urlencode([*others, (LANG.name, code)])}"
