"""What makes a feed valid, format by format; each check can fail."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import jsonschema
from lxml import etree

from tests.support.recordings import ROOT, SCHEMAS

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
_ATOM = SCHEMAS / "atom.rng"
_JSON_FEED = ROOT / "tests" / "feeds" / "render" / "jsonfeed.schema.json"
_RFC_822 = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} "
    r"\d\d:\d\d:\d\d GMT"
)
_CHANNEL = {
    "title", "link", "description", "language", "copyright", "lastBuildDate", "generator", "docs", "image", "item",
}  # fmt: skip
_ITEM = {"title", "link", "description", "category", "guid", "pubDate", "source"}


def check_atom(body: bytes) -> None:
    """No id twice, one alternate of a kind (RFC 4287, section 4.1.2); and its own grammar, where that is."""
    root = etree.fromstring(body)
    ids = [entry.findtext(f"{ATOM}id") for entry in root.findall(f"{ATOM}entry")]
    assert len(ids) == len(set(ids))
    for parent in [root, *root.findall(f"{ATOM}entry")]:
        alternates = [
            (link.get("type"), link.get("hreflang"))
            for link in parent.findall(f"{ATOM}link")
            if link.get("rel", "alternate") == "alternate"
        ]
        assert len(alternates) == len(set(alternates))
    assert all(entry.find(f"{ATOM}author") is not None for entry in root.findall(f"{ATOM}entry"))
    if _ATOM.exists():  # tests/feeds/render/test_atom.py says where it is not
        grammar = etree.RelaxNG(etree.parse(str(_ATOM)))
        assert grammar.validate(root), grammar.error_log


def check_rss(body: bytes) -> None:
    """RSS 2.0 as its specification and the Advisory Board's profile want it."""
    root = etree.fromstring(body)
    assert (root.tag, root.get("version"), len(root)) == ("rss", "2.0", 1)
    channel = root[0]
    assert channel.tag == "channel"
    _check_children(channel, _CHANNEL, {"item"})
    for name in ("title", "link", "description"):
        assert channel.findtext(name)
    _check_date(channel.findtext("lastBuildDate"))
    links = [link for link in channel.findall(f"{ATOM}link") if link.get("rel") == "self"]
    assert [link.get("type") for link in links] == ["application/rss+xml"]
    for image in channel.findall("image"):
        assert (image.findtext("title"), image.findtext("link")) == (
            channel.findtext("title"),
            channel.findtext("link"),
        )
        assert int(image.findtext("width", "0")) <= 144
    guids = [guid.text for guid in channel.findall("item/guid")]
    assert len(guids) == len(set(guids)) == len(channel.findall("item"))
    for item in channel.findall("item"):
        _check_item(item)


def _check_item(item: etree._Element) -> None:
    _check_children(item, _ITEM, {"category"})
    assert item.findtext("title")
    guid = item.find("guid")
    assert guid is not None
    assert guid.get("isPermaLink") == "false"
    _check_date(item.findtext("pubDate"))
    tags = [child.tag for child in item]
    assert tags.count(f"{CONTENT}encoded") == 1
    if "description" in tags:
        assert tags.index("description") < tags.index(f"{CONTENT}encoded")
    for link in item.findall("link"):
        assert (link.text or "").startswith(("http://", "https://"))


def _check_children(element: etree._Element, known: set[str], many: set[str]) -> None:
    """Of RSS itself an element holds only what is known, and that once."""
    tags = [str(child.tag) for child in element if not str(child.tag).startswith("{")]
    assert set(tags) <= known
    assert not [tag for tag in set(tags) - many if tags.count(tag) > 1]


def _check_date(text: str | None) -> None:
    assert text
    assert _RFC_822.fullmatch(text), text
    assert parsedate_to_datetime(text).utcoffset() == timedelta()
    assert f"{parsedate_to_datetime(text):%a}" == text[:3]


def check_json(body: bytes) -> None:
    """JSON Feed 1.1 by a schema of ours, and no id twice."""
    feed = json.loads(body)
    validator = jsonschema.Draft202012Validator(json.loads(Path(_JSON_FEED).read_text(encoding="utf-8")))
    errors = [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(feed)]
    assert errors == []
    ids = [item["id"] for item in feed["items"]]
    assert len(ids) == len(set(ids))


CHECKS: dict[str, Callable[[bytes], None]] = {"atom": check_atom, "rss": check_rss, "json": check_json}
