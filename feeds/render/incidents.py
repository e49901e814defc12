"""Incidents as an Atom feed (RFC 4287), for operators who read feeds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from feedgen.feed import FeedGenerator
from markupsafe import Markup

from feeds import __version__
from feeds.model import documents
from feeds.model.entries import Site
from feeds.model.incidents import Incident


def render_incidents(incidents: Sequence[Incident], site: Site, feed_id: str, born_at: datetime) -> bytes:
    """The feed; the same incidents give the same bytes.

    :param incidents: newest first
    :param born_at: the feed's date while there was no incident
    """
    generator = FeedGenerator()
    generator.id(feed_id)
    generator.title("Preprint Wire: incidents")
    generator.subtitle("What an operator should know of: no news on a weekday, failing listings, backlog")
    generator.updated(max((incident.changed_at for incident in incidents), default=born_at))
    generator.author({"name": "Preprint Wire"})
    generator.link(
        [
            {"href": f"{site.base_url}/feeds/status.atom", "rel": "self", "type": documents.ATOM_TYPE},
            {"href": f"{site.base_url}/status", "rel": "alternate", "type": "text/html"},
        ]
    )
    generator.generator("Preprint Wire", version=__version__)
    for incident in incidents:
        _add(generator, incident, feed_id)
    body: bytes = generator.atom_str(pretty=True)
    return body


def _add(generator: FeedGenerator, incident: Incident, feed_id: str) -> None:
    item = generator.add_entry(order="append")
    item.id(f"{feed_id}/{incident.id}")
    item.title(incident.title)
    item.published(incident.opened_at)
    item.updated(incident.changed_at)
    over = f"Over since {incident.closed_at:%Y-%m-%d %H:%M} UTC." if incident.closed_at else "It stands."
    item.content(str(Markup("<p>{}</p><p>{}</p>").format(incident.text, over)), type="html")
