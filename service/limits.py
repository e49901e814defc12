"""How often one address may ask: of the API, for searches, and to write."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

from flask import Response, g, request
from werkzeug.exceptions import TooManyRequests

from feeds.config import Settings
from service.web import web

#: Tokens that a request takes (:class:`workers.rates.Rates`).
READ, SEARCH, WRITE = 1, 5, 10
#: At signing in, a minute and address: tokens are long, and nobody mistypes one more often.
MAX_ATTEMPTS = 10
_API = "/api/v1/"
#: Has limits of its own, and is asked for many feeds at once.
_HUB = "/hub"
_SEARCHES = ("/api/v1/search", "/feeds/search.", "/search")
_READING = ("GET", "HEAD", "OPTIONS")
_UNKNOWN = "unknown"  # over a Unix socket, for one


def check_rate() -> None:
    """To be run before every request.

    :raises TooManyRequests: where this address asks too often (RFC 6585, section 4)
    """
    tools, cost = web(), _cost()
    allowance = tools.rates.take(find_client(tools.settings), cost) if cost else None
    g.allowance = allowance
    if allowance and not allowance.allowed:
        told = "That is too much from your address in a short time; ask again after Retry-After seconds."
        raise TooManyRequests(told, retry_after=allowance.wait_seconds)


def check_attempt() -> None:
    """To be run before a token is looked at that somebody signs in with, whether it is right or not.

    :raises TooManyRequests: where this address tried too often
    """
    tools = web()
    allowance = tools.attempts.take(f"sign-in:{find_client(tools.settings)}", 1)
    if allowance and not allowance.allowed:
        told = "Too many tries from your address; try again in a moment."
        raise TooManyRequests(told, retry_after=allowance.wait_seconds)


def tell_rate(response: Response) -> Response:
    """Say how much more may be asked (draft-ietf-httpapi-ratelimit-headers-10). To be run after every request."""
    allowance = g.get("allowance")
    if allowance is not None:
        response.headers["RateLimit-Policy"] = f'"minute";q={web().rates.a_minute};w=60'
        response.headers["RateLimit"] = f'"minute";r={allowance.left}'
    return response


def find_client(settings: Settings) -> str:
    """Who asks: an address, or the network that one household or host has of IPv6 (a /64).

    ``X-Forwarded-For`` is believed as far as our own proxies wrote it, from its end (RFC 7239, section 8.1).
    """
    found = request.remote_addr or ""
    if settings.proxies:
        told = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
        found = told[-settings.proxies] if len(told) >= settings.proxies else found
    try:
        address = ip_address(found.strip("[]"))
    except ValueError:
        return _UNKNOWN
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped) if address.ipv4_mapped else f"{address.packed[:8].hex()}/64"
    return str(address)


def _cost() -> int:
    """What this request takes; 0: nothing is counted."""
    if request.method not in _READING:
        return WRITE if request.path != _HUB else 0
    if request.path.startswith(_SEARCHES):
        return SEARCH
    return READ if request.path.startswith(_API) else 0
