"""Incidents as a feed: valid, dated by what happened, linked to the page that shows how the wire is."""

from __future__ import annotations

from datetime import UTC, datetime

from lxml import etree

from feeds.model.incidents import Incident, IncidentKind
from feeds.render.atom import render_atom
from feeds.render.incidents import make_incidents_channel
from tests.feeds.render.samples import CREATED, SITE
from tests.support.formats import check_atom

ATOM = "{http://www.w3.org/2005/Atom}"
OPENED = datetime(2026, 4, 20, 5, tzinfo=UTC)
CLOSED = datetime(2026, 4, 20, 9, tzinfo=UTC)
OVER = Incident(1, IncidentKind.BACKLOG, "enrich", "<b>7</b> papers wait.", OPENED, CLOSED)
OPEN = Incident(2, IncidentKind.STALE, "cs.CV", "Others moved.", OPENED)
FEED_ID = "tag:wire.example.org,2026-04-01:incidents"


def test_incidents_are_a_feed_of_one_format() -> None:
    channel = make_incidents_channel([OPEN, OVER], SITE, FEED_ID, CREATED)
    body = render_atom(channel)
    check_atom(body)
    entries = etree.fromstring(body).findall(f"{ATOM}entry")
    assert [(entry.findtext(f"{ATOM}id"), entry.findtext(f"{ATOM}updated")) for entry in entries] == [
        (f"{FEED_ID}/2", "2026-04-20T05:00:00+00:00"),
        (f"{FEED_ID}/1", "2026-04-20T09:00:00+00:00"),
    ]
    assert [entry.findtext(f"{ATOM}content") for entry in entries] == [
        "<p>Others moved.</p><p>It stands.</p>",
        "<p>&lt;b&gt;7&lt;/b&gt; papers wait.</p><p>Over since 2026-04-20 09:00 UTC.</p>",
    ]
    assert (channel.extensions, channel.updated_at) == (("atom",), CLOSED)


def test_what_xml_forbids_in_a_reason_does_not_take_the_feed_down() -> None:
    """A reason may quote what some other host said."""
    told = Incident(3, IncidentKind.DEAD, "add 2604.00001\x1b", "It said \x00\x0b\ud800\ufffe & went.", OPENED)
    body = render_atom(make_incidents_channel([told], SITE, FEED_ID, CREATED))
    check_atom(body)
    assert "It said  &amp; went." in (etree.fromstring(body).findtext(f"{ATOM}entry/{ATOM}content") or "")


def test_without_incidents_the_feed_is_as_old_as_the_wire() -> None:
    channel = make_incidents_channel([], SITE, FEED_ID, CREATED)
    check_atom(render_atom(channel))
    assert (channel.updated_at, channel.items) == (CREATED, ())
