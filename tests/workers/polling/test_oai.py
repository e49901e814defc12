"""Reading OAI-PMH: records, versions, tokens, errors."""

from __future__ import annotations

from datetime import UTC, date, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.model.papers import Author
from workers.polling.oai import (
    BadTokenError,
    OaiError,
    OaiPage,
    OaiRecord,
    OaiVersion,
    parse_records,
    records_url,
    set_spec,
)

BASE = "https://oaipmh.arxiv.org/oai"
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b"'
VERSION = '<version version="v1"><date>Wed, 15 Apr 2026 10:00:00 GMT</date><size>9kb</size></version>'


def answer(inner: str) -> bytes:
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/" {XSI}>\n'
        "<responseDate>2026-04-18T02:30:00Z</responseDate>\n"
        f'<request verb="ListRecords">{BASE}</request>\n{inner}\n</OAI-PMH>\n'
    ).encode()


def listed(*records: str, token: str = "") -> bytes:
    return answer(f"<ListRecords>{''.join(records)}{token}</ListRecords>")


def record(
    arxiv_id: str = "2604.00001",
    versions: str = VERSION,
    more: str = "",
    title: str = "A title",
    format: str = "arXivRaw",
) -> str:
    return (
        f"<record><header><identifier>oai:arXiv.org:{arxiv_id}</identifier><datestamp>2026-04-17</datestamp>"
        f"<setSpec>cs:cs:CV</setSpec></header><metadata>\n"
        f'<{format} xmlns="http://arxiv.org/OAI/{format}/" {XSI}><id>{arxiv_id}</id>'
        f"<submitter>S. Ubmitter</submitter>{versions}<title>{title}</title>{more}</{format}></metadata></record>"
    )


def parse_one(*args: str, **fields: str) -> OaiRecord:
    page = parse_records(listed(record(*args, **fields)))
    assert page.skipped == ()
    return page.records[0]


# Addresses


def test_a_harvest_starts_with_a_set_and_a_day_and_goes_on_with_its_token_alone() -> None:
    url = records_url(BASE, "cs:cs:CV", date(2026, 4, 17))
    assert url == f"{BASE}?verb=ListRecords&metadataPrefix=arXivRaw&set=cs%3Acs%3ACV&from=2026-04-17"
    token = "verb%3DListRecords%26skip%3D2000 a+b&c|d"
    asked = parse_qs(urlsplit(records_url(BASE, token=token)).query)
    assert asked == {"verb": ["ListRecords"], "resumptionToken": [token]}
    assert records_url(BASE) == f"{BASE}?verb=ListRecords&metadataPrefix=arXivRaw"


@pytest.mark.parametrize(
    ("listing", "spec"),
    [
        ("cs.AI", "cs:cs:AI"),
        ("cs", "cs:cs"),
        ("hep-th", "physics:hep-th"),
        ("math.NA", "math:math:NA"),
        ("cs.NA", "math:math:NA"),
        ("math.MP", "physics:math-ph"),
        ("physics.plasm-ph", "physics:physics:plasm-ph"),
        ("plasm-ph", "physics:physics:plasm-ph"),
        ("physics", "physics:physics"),
        ("quant-ph", "physics:quant-ph"),
        ("astro-ph", "physics:astro-ph"),
        ("astro-ph.GA", "physics:astro-ph:GA"),
        ("cond-mat.str-el", "physics:cond-mat:str-el"),
        ("nlin.CD", "physics:nlin:CD"),
        ("q-bio.NC", "q-bio:q-bio:NC"),
        ("stat.ML", "stat:stat:ML"),
        ("eess.SY", "eess:eess:SY"),
        ("econ", "econ:econ"),
    ],
)
def test_a_listing_has_a_set(listing: str, spec: str) -> None:
    assert set_spec(listing) == spec


# Records


def test_a_record_is_read_whole() -> None:
    versions = (
        '<version version="v2"><date>Thu, 16 Apr 2026 11:00:00 GMT</date><size>9kb</size>'
        f"<source_type>D</source_type></version>{VERSION}"
    )
    more = (
        '<authors>Ada One (A, B) and G\\"unther Two</authors><categories>cs.CV eess.IV cs.CV</categories>'
        "<comments>12 pages,\n  code at https://example.org/x</comments><proxy>x</proxy><report-no>R-1</report-no>"
        "<msc-class>14J32, 32Q25</msc-class><acm-class>None</acm-class><journal-ref>Journal 7</journal-ref>"
        "<doi>10.5555/x.1</doi><license>http://arxiv.org/licenses/nonexclusive-distrib/1.0/</license>"
        "<abstract>  We present $i&lt;j$.\n  It is invented.\n</abstract>"
    )
    assert parse_one(versions=versions, more=more, title="A title,\n  wrapped") == OaiRecord(
        arxiv_id="2604.00001",
        datestamp=date(2026, 4, 17),
        versions=(
            OaiVersion(1, datetime(2026, 4, 15, 10, tzinfo=UTC)),
            OaiVersion(2, datetime(2026, 4, 16, 11, tzinfo=UTC)),
        ),
        title="A title, wrapped",
        abstract="We present $i<j$. It is invented.",
        authors=(Author("Ada One", "A, B"), Author("Günther Two")),
        categories=("cs.CV", "eess.IV"),
        classes=("14J32", "32Q25"),
        comment="12 pages, code at https://example.org/x",
        doi="10.5555/x.1",
        journal_ref="Journal 7",
        licence="http://arxiv.org/licenses/nonexclusive-distrib/1.0/",
    )


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("hep-th/9901001", "hep-th/9901001"),
        ("math/0611800", "math/0611800"),
        ("math.CA/0611800", "math/0611800"),
        ("physics.optics/0001001", "physics/0001001"),
        ("0704.0001", "0704.0001"),
        ("1412.9999", "1412.9999"),
        ("1501.00001", "1501.00001"),
    ],
)
def test_old_and_new_identifiers_are_canonical(given: str, kept: str) -> None:
    assert parse_one(given).arxiv_id == kept


def test_the_format_arxiv_is_read_as_well() -> None:
    more = (
        "<created>2026-04-15</created><updated>2026-04-16</updated><authors><author><keyname>One</keyname>"
        "<forenames>Ada</forenames><suffix>Jr</suffix><affiliation>A</affiliation><affiliation>B, C</affiliation>"
        "</author><author><keyname>Plato</keyname></author><author/></authors><categories>hep-th</categories>"
    )
    read = parse_one(format="arXiv", versions="", more=more)
    assert read.authors == (Author("Ada One Jr", "A, B, C"), Author("Plato"))
    assert (read.versions, read.categories) == ((), ("hep-th",))


@pytest.mark.parametrize(
    ("versions", "more", "withdrawn"),
    [
        (VERSION, "<comments>This paper has been withdrawn</comments>", True),
        (VERSION, "<abstract>This paper has been withdrawn by the author.</abstract>", True),
        (VERSION, "<abstract>Withdrawn samples.</abstract>", False),
        (VERSION.replace("</size>", "</size><source_type>I</source_type>"), "", True),
        (VERSION.replace("</size>", "</size><source_type>D</source_type>"), "", False),
        (
            VERSION.replace("</size>", "</size><source_type>I</source_type>") + VERSION.replace("v1", "v2"),
            "",
            False,
        ),
    ],
)
def test_a_withdrawn_paper_is_marked(versions: str, more: str, withdrawn: bool) -> None:
    assert parse_one(versions=versions, more=more).withdrawn is withdrawn


def test_a_deleted_record_is_told_as_such() -> None:
    gone = (
        '<record><header status="deleted"><identifier>oai:arXiv.org:2604.00001</identifier>'
        "<datestamp>2026-04-17</datestamp></header></record>"
    )
    assert parse_records(listed(gone)).records == (OaiRecord("2604.00001", date(2026, 4, 17), deleted=True),)


def test_control_characters_and_comments_do_no_harm() -> None:
    page = listed(record(title="A\x08 &#8;ti<!-- x -->tle", more="<abstract>x<?y z?>y</abstract>"))
    assert [(one.title, one.abstract) for one in parse_records(page).records] == [("A title", "xy")]


BROKEN = {
    "no header": "<record><metadata/></record>",
    "no id": record("abc"),
    "wrong month": record("2613.00001"),
    "no title": record(title=" "),
    "no versions": record(versions=""),
    "version 0": record(versions=VERSION.replace("v1", "v0")),
    "no date": record(versions='<version version="v1"/>'),
    "wrong date": record(versions=VERSION.replace("15 Apr", "99 Foo")),
    "no datestamp": record().replace("<datestamp>2026-04-17</datestamp>", ""),
    "wrong datestamp": record().replace("2026-04-17", "2026-13-45"),
    "other format": record(format="oai_dc"),
    "no metadata": "<record><header><identifier>oai:arXiv.org:2604.00001</identifier>"
    "<datestamp>2026-04-17</datestamp></header></record>",
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_record_is_skipped_with_a_reason_and_stops_no_other(broken: str) -> None:
    page = parse_records(listed(record("2604.00001"), broken, record("2604.00002"), token="<resumptionToken/>"))
    assert [one.arxiv_id for one in page.records] == ["2604.00001", "2604.00002"]
    assert len(page.skipped) == 1
    assert len(page.skipped[0].splitlines()) == 1


# Tokens and errors


@pytest.mark.parametrize(
    ("element", "token"),
    [
        ("", None),
        ("<resumptionToken/>", None),
        ("<resumptionToken> </resumptionToken>", None),
        ("<resumptionToken completeListSize='9' cursor='4'>496549|47001</resumptionToken>", "496549|47001"),
        ("<resumptionToken expires='2026-04-18T00:00:00Z'>verb%3DListRecords%26skip%3D9</resumptionToken>",
         "verb%3DListRecords%26skip%3D9"),
    ],
)  # fmt: skip
def test_a_page_names_the_next_one(element: str, token: str | None) -> None:
    page = parse_records(listed(record(), token=element))
    assert (page.token, page.responded_at) == (token, datetime(2026, 4, 18, 2, 30, tzinfo=UTC))


def test_that_nothing_matches_is_an_empty_page() -> None:
    page = parse_records(answer("<error code='noRecordsMatch'>No records</error>"))
    assert page == OaiPage((), None, datetime(2026, 4, 18, 2, 30, tzinfo=UTC))


def test_a_dead_token_starts_the_harvest_again() -> None:
    with pytest.raises(BadTokenError, match="badResumptionToken: expired") as caught:
        parse_records(answer("<error code='badResumptionToken'>expired</error>"))
    assert not caught.value.permanent


@pytest.mark.parametrize(
    ("code", "permanent"),
    [
        ("badArgument", True),
        ("badVerb", True),
        ("cannotDisseminateFormat", True),
        ("noSetHierarchy", True),
        ("x", False),
    ],
)
def test_another_error_is_raised_with_its_code_and_text(code: str, permanent: bool) -> None:
    inner = f"<error code='noRecordsMatch'/><error code='{code}'>why\n it is</error>"
    with pytest.raises(OaiError, match=f"{code}: why it is") as caught:
        parse_records(answer(inner))
    assert (caught.value.code, caught.value.permanent) == (code, permanent)


GOOD = listed(record("2604.00001"), record("hep-th/9901001"), token="<resumptionToken>next</resumptionToken>")
REFUSED = {
    b"": "empty body",
    b"Rate exceeded.": "not well-formed",
    b"<html><body>Please wait</body></html>": "HTML, not a page of records",
    b"<!DOCTYPE html><title>x</title>": "it has a DOCTYPE",
    GOOD.replace(
        b"<OAI-PMH", b"<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/hostname'>]><OAI-PMH"
    ): "it has a DOCTYPE",
    GOOD.replace(b"A title", b"&e;"): "not well-formed",
    GOOD.replace(b"A title", b"\xff"): "not UTF-8",
    GOOD + GOOD: "not well-formed",
    b"<feed xmlns='http://www.w3.org/2005/Atom'/>": "not OAI-PMH but {http://www.w3.org/2005/Atom}feed",
    b"<OAI-PMH/>": "not OAI-PMH but OAI-PMH",
    answer(""): "it has neither records nor an error",
    answer("<Identify/>"): "it has neither records nor an error",
}


@pytest.mark.parametrize(("body", "reason"), REFUSED.items(), ids=range(len(REFUSED)))
def test_a_body_that_is_no_page_is_refused_with_the_reason(body: bytes, reason: str) -> None:
    with pytest.raises(OaiError) as caught:
        parse_records(body)
    assert str(caught.value).startswith(reason)
    assert (caught.value.code, caught.value.permanent) == ("", False)


def test_wherever_a_page_is_cut_off_it_is_refused() -> None:
    for end in range(len(GOOD.rstrip())):
        with pytest.raises(OaiError):
            parse_records(GOOD[:end])


PIECES = [
    b"<", b">", b"&", b"<record>", b"</record>", b"<header/>", b"</OAI-PMH>", b"\x00", b"\xff", b"&#0;", b"v0",
    b"v99999999", b"9999-99-99", b"<!--", b"-->", b"<?x ?>", b"<![CDATA[", b"]]>", b'xmlns:a="b"', b"<!DOCTYPE a>",
    b"<error code='x'/>", b"status='deleted'", b"31 Dec 9999 23:59:59 -2359", b"1 Jan 0001 00:00:00 +2359", b"(",
]  # fmt: skip


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, len(GOOD)), st.integers(0, 40), st.sampled_from(PIECES)), max_size=4))
def test_whatever_happens_to_a_page_it_is_read_or_refused(wounds: list[tuple[int, int, bytes]]) -> None:
    body = GOOD
    for at, lost, put in wounds:
        body = body[:at] + put + body[at + lost :]
    try:
        records = parse_records(body).records
    except OaiError:
        records = ()
    for one in records:
        assert one.deleted or (one.title and one.versions)
