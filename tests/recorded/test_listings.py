"""Real listings, where they are at hand: read whole, or refused whole."""

from __future__ import annotations

import json
import re
from datetime import date
from xml.sax.saxutils import escape

import pytest
from lxml import etree

from feeds.errors import ListingRefusedError
from feeds.model.announcements import AnnounceType
from feeds.text import decode_tex_accents, squeeze
from tests.support.recordings import recording
from workers.polling.listing import parse_listing

DAYS = [date(2026, 4, day) for day in range(17, 27)]
CLOSED = [day for day in DAYS if day.isoweekday() > 5]


def test_the_truncated_listing_is_refused_as_a_whole() -> None:
    body = recording("rss_new", "atom_cs.AI_2025-08-20_87entries.xml").read_bytes()
    with pytest.raises(ListingRefusedError, match="not well-formed"):
        parse_listing(body, "cs.AI")


def test_the_empty_sunday_is_a_listing_of_its_day() -> None:
    body = recording("rss_new", "atom_cs_2025-11-23_empty_sunday.xml").read_bytes()
    parsed = parse_listing(body, "cs")
    assert (parsed.listing_on, parsed.papers) == (date(2025, 11, 23), ())


@pytest.mark.parametrize("name", ["rss_quant-ph_2025-04-28_81items.xml"])
def test_rss_is_refused_however_complete(name: str) -> None:
    with pytest.raises(ListingRefusedError, match="not Atom"):
        parse_listing(recording("rss_new", name).read_bytes(), "quant-ph")


def as_atom(rss: bytes) -> tuple[bytes, list[dict[str, str]]]:
    """The same listing as arXiv's Atom would carry it, and its items' raw fields."""
    names = {
        "arxiv": "http://arxiv.org/schemas/atom",
        "dc": "http://purl.org/dc/elements/1.1/",
    }
    items = []
    entries = []
    for item in etree.fromstring(rss).iter("item"):
        field = {
            "guid": item.findtext("guid") or "",
            "title": item.findtext("title") or "",
            "summary": item.findtext("description") or "",
            "type": item.findtext("arxiv:announce_type", namespaces=names) or "",
            "creator": item.findtext("dc:creator", namespaces=names) or "",
            "rights": item.findtext("dc:rights", namespaces=names) or "",
        }
        terms = "".join(f'<category term="{category.text}"/>' for category in item.iter("category"))
        items.append(field)
        entries.append(
            f"<entry><id>{field['guid']}</id><title>{escape(field['title'])}</title>"
            f"<updated>2025-04-28T04:00:00+00:00</updated><summary>{escape(field['summary'])}</summary>{terms}"
            f"<published>2025-04-28T00:00:00-04:00</published>"
            f"<arxiv:announce_type>{field['type']}</arxiv:announce_type><dc:rights>{field['rights']}</dc:rights>"
            f"<dc:creator>{escape(field['creator'])}</dc:creator></entry>"
        )
    head = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in names.items())
    feed = (
        f'<feed xmlns="http://www.w3.org/2005/Atom"{head}><id>http://rss.arxiv.org/atom/quant-ph</id>'
        f"<title>quant-ph updates on arXiv.org</title><updated>2025-04-28T04:00:00+00:00</updated>"
        f"{''.join(entries)}</feed>"
    )
    return feed.encode(), items


def test_every_author_title_and_abstract_of_a_complete_listing_arrives() -> None:
    body, items = as_atom(recording("rss_new", "rss_quant-ph_2025-04-28_81items.xml").read_bytes())
    parsed = parse_listing(body, "quant-ph")
    assert (len(parsed.papers), parsed.skipped, parsed.listing_on) == (81, (), date(2025, 4, 28))
    kinds = [paper.type for paper in parsed.papers]
    assert [kinds.count(kind) for kind in AnnounceType] == [40, 10, 22, 9]
    for item, paper in zip(items, parsed.papers, strict=True):
        named = re.sub(r"\([^()]*(?:\([^()]*\)[^()]*)*\)", "", item["creator"])
        assert [author.name for author in paper.authors] == [
            squeeze(decode_tex_accents(name)) for name in named.split(",")
        ]
        assert paper.title == squeeze(decode_tex_accents(item["title"]))
        assert paper.abstract == squeeze(decode_tex_accents(item["summary"].partition("Abstract:")[2]))
    everyone = "".join(author.name for paper in parsed.papers for author in paper.authors)
    assert not set(everyone) & set("\\{}$()")
    assert any(author.affiliation for paper in parsed.papers for author in paper.authors)


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_ten_days_of_cs_cv_are_read_as_they_were_announced(day: date) -> None:
    parsed = parse_listing(recording("listings", f"atom_cs.CV_{day}.xml").read_bytes(), "cs.CV")
    known = json.loads(recording("corpus", f"cs.CV_{day}.json").read_text(encoding="utf-8"))["papers"]
    assert parsed.listing_on == day
    assert (not parsed.papers) == (day in CLOSED)
    assert {(paper.arxiv_id, str(paper.type)) for paper in parsed.papers} == {
        (paper["arxiv_id"], paper["announce_type"]) for paper in known
    }
    texts = {paper["arxiv_id"]: paper for paper in known}
    for paper in parsed.papers:
        source = texts[paper.arxiv_id]
        assert paper.title == squeeze(decode_tex_accents(source["title"]))
        assert paper.abstract == squeeze(decode_tex_accents(source["abstract"]))
        assert len(paper.authors) == len(source["authors"])
