"""Recorded OAI-PMH pages, where they are at hand: a thousand records each, all of them read."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from lxml import etree

from tests.support.recordings import recording
from workers.polling.oai import OaiError, OaiPage, parse_records

RAW = "arXivRaw_ListRecords_2014-01-16_page47.xml"
PLAIN = "arXiv_ListRecords_2013-05-25_page406.xml"


def read(name: str) -> bytes:
    return recording("oai", name).read_bytes()


def texts(name: str, field: str) -> list[str]:
    """A field as it stands in the page."""
    return [element.text or "" for element in etree.fromstring(read(name)).iter(f"{{*}}{field}")]


@pytest.mark.parametrize("name", [RAW, PLAIN])
def test_a_thousand_records_are_read(name: str) -> None:
    page = parse_records(read(name))
    assert (len(page.records), page.skipped) == (1000, ())
    assert [record.arxiv_id for record in page.records] == texts(name, "id")
    assert sum(record.comment is not None for record in page.records) == len(texts(name, "comments"))
    assert sum(record.journal_ref is not None for record in page.records) == len(texts(name, "journal-ref"))
    assert sum(record.doi is not None for record in page.records) == len(texts(name, "doi"))
    assert sum(record.licence is not None for record in page.records) == len(texts(name, "license"))
    assert [" ".join(record.categories) for record in page.records] == texts(name, "categories")
    for record in page.records:
        assert record.title
        assert record.abstract
        assert record.authors
        assert not record.deleted


def test_tokens_and_times_are_read() -> None:
    assert pages_end(parse_records(read(RAW))) == ("496549|47001", datetime(2014, 1, 16, 10, 33, 29, tzinfo=UTC))
    assert pages_end(parse_records(read(PLAIN))) == ("436115|406001", datetime(2013, 5, 25, 2, 42, 12, tzinfo=UTC))


def pages_end(page: OaiPage) -> tuple[str | None, datetime | None]:
    return page.token, page.responded_at


def test_every_version_is_read_with_its_date() -> None:
    records = parse_records(read(RAW)).records
    assert sum(len(record.versions) for record in records) == len(texts(RAW, "version"))
    for record in records:
        assert [version.number for version in record.versions] == list(range(1, len(record.versions) + 1))
        times = [version.submitted_at for version in record.versions]
        assert times == sorted(times)


def test_authors_of_bylines_are_names_and_nothing_else() -> None:
    records = {record.arxiv_id: record for record in parse_records(read(RAW)).records}
    names = [author.name for record in records.values() for author in record.authors]
    assert len(names) > 3000
    assert [name for name in names if set(name) & set("\\{}()[];:0123456789") or " and " in name] == []
    notes = [author.affiliation for record in records.values() for author in record.authors if author.affiliation]
    assert not [note for note in notes if re.fullmatch(r"[\d, and]+", note)]
    three = records["0801.3674"].authors
    assert [(author.name, author.affiliation) for author in three] == [
        ("Robert H. Brandenberger", "McGill"),
        ("Keshav Dasgupta", "McGill"),
        ("Anne-Christine Davis", "DAMTP, Cambridge"),
    ]


def test_named_authors_are_all_there() -> None:
    records = parse_records(read(PLAIN)).records
    assert sum(len(record.authors) for record in records) == len(texts(PLAIN, "author"))


@pytest.mark.parametrize("name", [RAW, PLAIN])
def test_withdrawn_papers_are_those_that_say_so(name: str) -> None:
    body = unescape(read(name).decode())
    found = {record.arxiv_id for record in parse_records(read(name)).records if record.withdrawn}
    said = {
        texts_of[1]
        for texts_of in re.finditer(r"<id>(\S+)</id>(?:(?!</record>).)*?withdrawn", body, re.DOTALL | re.IGNORECASE)
        if re.search(r"(paper|article) ha[sd] been withdrawn", " ".join(texts_of[0].split()), re.IGNORECASE)
        or texts_of[0].endswith("withdrawn")
    }
    assert found
    assert found <= said


@pytest.mark.parametrize("share", [0.001, 0.3, 0.5, 0.999])
def test_a_page_that_breaks_off_is_refused(share: float) -> None:
    body = read(RAW)
    with pytest.raises(OaiError, match="not well-formed"):
        parse_records(body[: int(len(body) * share)])
