"""The security headers of every answer, in one place: what browsers must not do with it.

But for Strict-Transport-Security: it must not be sent where no TLS is spoken (RFC 6797, section 7.2), and whoever
speaks it in front of us knows what else is on that host.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, Response, request

#: Addresses that other sites may frame.
_FRAMED = "/embed/"
#: Addresses whose answers other sites may load: as a picture, as a script, by their own scripts.
_SHARED = ("/feeds", "/api/", "/static/", "/favicon.ico", "/embed", "/oembed")

_NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_EMBED = (
    "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors *"
)
_EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    # Other sites learn nothing of where a reader came from. Not "no-referrer": then our own forms would come
    # with "Origin: null" (Fetch, "append a request Origin header"), and could not be told from foreign ones.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), "
        "usb=()"
    ),
}


def register(app: Flask) -> None:
    """Let every answer of an app bear its security headers; a view may have set stricter ones itself."""

    def protect(answer: Response) -> Response:
        for name, value in headers_for(request.path, answer.mimetype).items():
            answer.headers.setdefault(name, value)
        return answer

    app.after_request(protect)


def headers_for(path: str, media_type: str | None) -> Mapping[str, str]:
    """The security headers of an answer.

    :param path: that was asked for, whatever the answer says
    :param media_type: of the answer, without parameters
    """
    framed, page = path.startswith(_FRAMED), media_type == "text/html"
    headers = dict(_EVERYWHERE)
    headers["Content-Security-Policy"] = _EMBED if framed else _PAGE if page else _NOTHING
    if not framed:
        headers["X-Frame-Options"] = "DENY"  # for browsers that do not know frame-ancestors
    if page and not framed:
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "cross-origin" if path.startswith(_SHARED) else "same-origin"
    return headers
