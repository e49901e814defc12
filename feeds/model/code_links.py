"""Where a paper says its code, data or project page is: found in its comment and abstract. Pure."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

#: Hosts whose addresses name code, models or data; a subdomain of the last ones is a project's page.
_HOSTS = {
    "github.com": 2,
    "gitlab.com": 2,
    "bitbucket.org": 2,
    "codeberg.org": 2,
    "huggingface.co": 1,
    "zenodo.org": 2,
}
_PAGES = ("github.io", "gitlab.io", "codeberg.page")
_DOIS = ("10.5281/zenodo.",)
#: Ends before what closes a sentence, a parenthesis or TeX around it.
_URL = re.compile(
    r"(?:https?://|(?<![\w./@-])(?=(?:www\.)?(?:github\.com|gitlab\.com|huggingface\.co|[\w-]+\.github\.io)/?))"
    r"[\w.~:/?#@!&*+,;=%-]+",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?*"
MOST = 5


def find_code_links(*texts: str | None) -> tuple[str, ...]:
    """The addresses of code and project pages in these texts, each once, in the order they are met.

    :param texts: comment and abstract, cleaned
    :returns: ``https`` addresses, at most :data:`MOST`
    """
    found: dict[str, None] = {}
    for text in texts:
        for match in _URL.finditer(text or ""):
            if address := _code_address(match.group().rstrip(_TRAILING)):
                found.setdefault(address)
    return tuple(found)[:MOST]


def _code_address(text: str) -> str | None:
    """An address as we write it; None for one that names no code."""
    address = text if "://" in text else f"https://{text}"
    try:
        url = urlsplit(address)
        host = (url.hostname or "").lower().removeprefix("www.")
        if url.port or url.username:
            return None
    except ValueError:
        return None
    parts = [part for part in url.path.split("/") if part]
    if host == "doi.org":
        return f"https://doi.org{url.path}" if url.path.lstrip("/").lower().startswith(_DOIS) else None
    if host in _HOSTS:
        return f"https://{host}/{'/'.join(parts)}" if len(parts) >= _HOSTS[host] else None
    if host.endswith(tuple(f".{page}" for page in _PAGES)):
        return f"https://{host}/{'/'.join(parts)}{'/' if parts else ''}"
    return None
