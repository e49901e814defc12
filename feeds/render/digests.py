"""Makes the channel of a feed of digests: an item a window, with all its papers in one text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from feeds.composing import ACKNOWLEDGEMENT, DISCLAIMER, tag_uri
from feeds.model.channels import Channel, Item
from feeds.model.digests import Period
from feeds.model.entries import Link, Site
from feeds.model.topics import Topic
from feeds.model.variants import Variant
from feeds.render.digest_content import DigestView, Wording, make_wording, render_digest

#: Who says what is in a digest (RFC 4287, section 4.1.2); the papers' authors stand with their papers.
_AUTHOR = "Preprint Wire"


def make_digest_channel(
    topic: Topic,
    origin: str,
    created_at: datetime,
    period: Period,
    views: Sequence[DigestView],
    site: Site,
    variant: Variant,
) -> Channel:
    """A topic's digests as a channel.

    :param origin: the slug that the topic was made under: ids are made of it
    :param created_at: the feed's date while there is no digest
    :param views: newest first
    """
    language = variant.language or topic.language
    wording = make_wording(language, variant.maths)
    feed_id = tag_uri(site, f"topics/{origin}/{period}")
    home_url = f"{site.base_url}/topics/{topic.slug}"
    home = Link(home_url, "alternate", "text/html")
    rule = topic.digest
    return Channel(
        id=feed_id,
        title=wording.says.names[period].format(topic=topic.title),
        subtitle=wording.says.subtitle.format(at=rule.at.isoformat("minutes"), zone=rule.zone),
        updated_at=max((view.digest.window.ends_at for view in views), default=created_at),
        home_url=home_url,
        address=f"{site.base_url}/feeds/{topic.slug}/{period}",
        items=tuple(_make_item(topic, view, feed_id, home, wording) for view in views),
        options=variant.options,
        language=language,
        rights=f"{ACKNOWLEDGEMENT} {DISCLAIMER}",
        icon_url=site.icon_url,
        logo_url=site.logo_url,
        hub_url=site.hub_url,
    )


def _make_item(topic: Topic, view: DigestView, feed_id: str, home: Link, wording: Wording) -> Item:
    digest, says = view.digest, wording.says
    day = says.write_day(digest.window.day)
    return Item(
        id=f"{feed_id}/{digest.window.day}",
        title=says.titles[digest.period].format(topic=topic.title, day=day),
        published_at=digest.window.ends_at,
        updated_at=digest.window.ends_at,
        authors=(_AUTHOR,),
        content=render_digest(view, wording),
        links=(home,),
    )
