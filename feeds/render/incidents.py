"""Incidents as a feed, for operators who read feeds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from feeds.model.channels import Channel, Item
from feeds.model.entries import Link, Site
from feeds.model.incidents import Incident
from feeds.text import clean


def make_incidents_channel(incidents: Sequence[Incident], site: Site, feed_id: str, born_at: datetime) -> Channel:
    """The feed; the same incidents give the same channel.

    :param incidents: newest first
    :param born_at: the feed's date while there was no incident
    """
    return Channel(
        id=feed_id,
        title="Preprint Wire: incidents",
        subtitle="What an operator should know of: no news on a weekday, failing listings, backlog",
        updated_at=max((incident.changed_at for incident in incidents), default=born_at),
        home_url=f"{site.base_url}/status",
        address=f"{site.base_url}/feeds/status",
        items=tuple(_make_item(incident, site, feed_id) for incident in incidents),
        extensions=("atom",),
        icon_url=site.icon_url,
        logo_url=site.logo_url,
    )


def _make_item(incident: Incident, site: Site, feed_id: str) -> Item:
    over = f"Over since {incident.closed_at:%Y-%m-%d %H:%M} UTC." if incident.closed_at else "It stands."
    return Item(
        id=f"{feed_id}/{incident.id}",
        title=clean(incident.title),
        published_at=incident.opened_at,
        updated_at=incident.changed_at,
        authors=("Preprint Wire",),
        content=str(Markup("<p>{}</p><p>{}</p>").format(clean(incident.text), over)),
        links=(Link(f"{site.base_url}/status", "alternate", "text/html"),),
    )
