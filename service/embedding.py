"""What other sites put into their pages to show a topic: the snippets, and the answer of oEmbed (oembed.com)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from markupsafe import Markup

from feeds.model.topics import Topic
from service.assets import load_asset

#: Entries of an embed, where nothing else is asked for; and at most.
SHOWN, MAX_SHOWN = 10, 50
THEMES = ("auto", "light", "dark")
#: Pixels of a frame, where nothing else is asked for.
WIDTH, HEIGHT = 640, 480
#: A frame may open links, outside of its own sandbox; it needs nothing else, not even scripts.
_SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
_COMPONENT = "embed.js"
_CACHE_SECONDS = 3600
#: The pages and feeds of a topic, whose addresses oEmbed knows.
_PAGES, _FEEDS, _ENDINGS = ("topics", "embed"), "feeds", ("atom", "rss", "json")


@dataclass(frozen=True)
class Snippets:
    """HTML to be copied into a page of another site."""

    iframe: str  #: works everywhere, without scripts
    component: str  #: fits into the page's own looks


def snippets(base_url: str, topic: Topic, limit: int = SHOWN, theme: str = "auto") -> Snippets:
    """The snippets that show a topic.

    :param base_url: the public address
    :param limit: how many entries, at most :data:`MAX_SHOWN`
    :param theme: one of :data:`THEMES`
    """
    script = load_asset(_COMPONENT)
    component = Markup(
        '<script type="module" src="{}" integrity="{}" crossorigin="anonymous"></script>\n'
        '<preprint-feed topic="{}" limit="{}" theme="{}"><a href="{}">{}</a></preprint-feed>'
    ).format(
        base_url + script.path,
        script.integrity,
        topic.slug,
        limit,
        theme,
        page_url(base_url, topic.slug),
        topic.title,
    )
    return Snippets(iframe=_frame(base_url, topic, "100%", HEIGHT, limit, theme), component=str(component))


def embed_url(base_url: str, slug: str, limit: int = SHOWN, theme: str = "auto") -> str:
    """The address of a topic's page for frames; options that change nothing are left out."""
    given = {"limit": limit if limit != SHOWN else None, "theme": theme if theme != "auto" else None}
    options = urlencode({name: value for name, value in given.items() if value is not None})
    return f"{base_url}/embed/{slug}" + (f"?{options}" if options else "")


def page_url(base_url: str, slug: str) -> str:
    """The address of a topic's page."""
    return f"{base_url}/topics/{slug}"


def oembed_url(base_url: str, slug: str) -> str:
    """Where consumers of oEmbed ask for a topic: for the discovery link of its page (oembed.com, section 4)."""
    return f"{base_url}/oembed?{urlencode({'url': page_url(base_url, slug), 'format': 'json'})}"


def find_slug(base_url: str, url: str) -> str | None:
    """The topic whose page or feed an address is; None for any other. Nothing is fetched.

    :param url: anyone's text
    """
    try:
        given, own = urlsplit(url), urlsplit(base_url)
    except ValueError:
        return None
    if (given.scheme, given.netloc.lower()) != (own.scheme, own.netloc.lower()):
        return None
    if not given.path.startswith(f"{own.path}/"):
        return None
    room, _, name = given.path[len(own.path) + 1 :].partition("/")
    if room == _FEEDS:
        name, _, ending = name.rpartition(".")
        return name if ending in _ENDINGS and quote(name, safe="") == name else None
    return name if room in _PAGES and name and quote(name, safe="") == name else None


def describe(base_url: str, topic: Topic, max_width: int | None, max_height: int | None) -> dict[str, Any]:
    """oEmbed's answer of a topic (oembed.com, section 2.3).

    :param max_width: pixels that there are; None: as many as we like
    :param max_height: likewise
    """
    width, height = min(WIDTH, max_width or WIDTH), min(HEIGHT, max_height or HEIGHT)
    return {
        "version": "1.0",
        "type": "rich",
        "title": topic.title,
        "provider_name": "Preprint Wire",
        "provider_url": base_url,
        "cache_age": _CACHE_SECONDS,
        "html": _frame(base_url, topic, str(width), height, SHOWN, "auto"),
        "width": width,
        "height": height,
    }


def _frame(base_url: str, topic: Topic, width: str, height: int, limit: int, theme: str) -> str:
    frame = Markup(
        '<iframe src="{}" title="{}" width="{}" height="{}" loading="lazy" frameborder="0" sandbox="{}"></iframe>'
    )  # the border not by a style: pages with a strict policy would not apply it, and complain
    return str(frame.format(embed_url(base_url, topic.slug, limit, theme), topic.title, width, height, _SANDBOX))
