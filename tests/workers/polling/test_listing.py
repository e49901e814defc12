"""A listing's body: read whole, or refused whole with a reason; nothing else comes out."""

from __future__ import annotations

from datetime import date
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.errors import ListingRefusedError
from feeds.model.announcements import AnnounceType
from feeds.model.papers import Author
from tests.support.listings import Item, make_listing
from tests.support.wires import FRIDAY
from workers.polling.bylines import parse_authors
from workers.polling.listing import ParsedListing, parse_listing

GOOD = make_listing([Item("2604.00001"), Item("2604.00002")])
ATOM = b'<feed xmlns="http://www.w3.org/2005/Atom">'
DTD = b'<!DOCTYPE feed [\n<!ENTITY name "EXPANDED">\n]>\n'


def parse(body: bytes, name: str = "cs.CV") -> ParsedListing:
    return parse_listing(body, name)


def one(**fields: object) -> ParsedListing:
    return parse(make_listing([Item(**fields)]))  # type: ignore[arg-type]


def refuse(body: bytes, name: str = "cs.CV") -> str:
    with pytest.raises(ListingRefusedError) as caught:
        parse_listing(body, name)
    reason = str(caught.value)
    assert reason
    assert len(reason.splitlines()) == 1
    assert len(reason) < 300
    return reason


def with_dtd(dtd: bytes, title: bytes = b"A &name; title") -> bytes:
    return GOOD.replace(b"<feed", dtd + b"<feed", 1).replace(b"A title", title)


# What a listing says


def test_a_listing_is_read_with_everything_it_says() -> None:
    item = Item(
        "2604.00007",
        3,
        "replace-cross",
        "A title",
        "We present a paper.",
        "Ada One (Here, There), Bob Two",
        ("cs.CV", "stat.ML"),
        "http://creativecommons.org/licenses/by/4.0/",
    )
    parsed = parse(make_listing([item]))
    assert (parsed.listing_on, parsed.skipped) == (FRIDAY, ())
    (paper,) = parsed.papers
    assert (paper.arxiv_id, paper.version, paper.type) == ("2604.00007", 3, AnnounceType.REPLACE_CROSS)
    assert (paper.title, paper.abstract) == ("A title", "We present a paper.")
    assert paper.authors == (Author("Ada One", "Here, There"), Author("Bob Two"))
    assert (paper.categories, paper.licence) == (
        ("cs.CV", "stat.ML"),
        "http://creativecommons.org/licenses/by/4.0/",
    )


def test_an_empty_listing_is_of_the_eastern_day_of_its_making() -> None:
    """04:00 UTC in summer is midnight Eastern: a minute earlier is the day before."""
    empty = make_listing([], day=date(2026, 4, 18))
    assert parse(empty).listing_on == date(2026, 4, 18)
    assert parse(empty).papers == ()
    assert parse(empty.replace(b"T04:00:02+00:00", b"T03:59:59+00:00")).listing_on == date(2026, 4, 17)


@pytest.mark.parametrize("day", [date(2026, 4, 17), date(2026, 11, 20), date(2026, 3, 9), date(2026, 11, 2)])
def test_the_day_is_the_listings_own_in_summer_and_winter(day: date) -> None:
    assert parse(make_listing([Item()], day=day)).listing_on == day
    assert parse(make_listing([], day=day)).listing_on == day


def test_the_digest_of_the_guids_does_not_depend_on_order_or_on_anything_else() -> None:
    items = [Item("2604.00001"), Item("2604.00002", 2), Item("2604.00003")]
    digest = parse(make_listing(items)).guids
    assert parse(make_listing(items[::-1])).guids == digest
    assert (
        parse(make_listing([Item(i.arxiv_id, i.version, title="Other") for i in items], day=date(2026, 5, 1))).guids
        == digest
    )
    assert parse(make_listing(items[:2])).guids != digest
    assert parse(make_listing([*items[:2], Item("2604.00003", 2)])).guids != digest


@pytest.mark.parametrize("name", ["math.NA", "cs.NA"])
def test_a_listing_may_bear_the_other_name_of_its_category(name: str) -> None:
    assert parse(make_listing([Item()], "math.NA"), name).papers
    assert parse(make_listing([Item()], "cs.NA"), name).papers


# Text


def test_what_looks_like_markup_survives() -> None:
    title = 'R&D for List<int>: <script>alert(1)</script> and $a<b$ &amp; "quoted"'
    abstract = "If $i<j$ and $k>l$ then <think> x </think> & more; <!-- no comment --> ]]> &lt;b&gt;."
    (paper,) = one(title=title, abstract=abstract).papers
    assert (paper.title, paper.abstract) == (title, abstract)


@pytest.mark.parametrize(
    "text", ['<b onclick="x">A</b> title', 'See <a href="x?a=b&c">y</a>', "<p>A</p><!-- B --> &amp; C"]
)
def test_what_reads_like_html_is_not_mended(text: str) -> None:
    """A parser of feeds would clean such a text and complete its links, at the latest where it is called HTML."""
    plain = make_listing([Item(title=text, abstract=text)])
    for body in (
        plain,
        plain.replace(b"<title>", b'<title type="html">').replace(b"<summary>", b'<summary type="html">'),
    ):
        (paper,) = parse(body).papers
        assert (paper.title, paper.abstract) == (text, text)


def test_wrapped_text_is_joined_and_accents_are_decoded() -> None:
    (paper,) = one(
        title='A very\n  long   title by G\\"unther',
        abstract="First\nline.\n  Second paragraph with $\\alpha$.",
        authors="Micha{\\l} One, Jos\\'e Two",
    ).papers
    assert paper.title == "A very long title by Günther"
    assert paper.abstract == "First line. Second paragraph with $\\alpha$."
    assert [author.name for author in paper.authors] == ["Michał One", "José Two"]


def test_the_prefix_of_a_summary_goes_and_what_only_looks_like_it_stays() -> None:
    (paper,) = one(abstract="We read arXiv:2604.00009v1 Announce Type: new Abstract: it says.").papers
    assert paper.abstract == "We read arXiv:2604.00009v1 Announce Type: new Abstract: it says."


def test_only_arxivs_categories_are_kept_each_once_and_in_order() -> None:
    """MSC and ACM classes are none; the first is the primary."""
    (paper,) = one(
        categories=("math.AG", "hep-th", "14J32, 32Q25", "I.2.7; F.1.1", "math.AG", "cond-mat.mes-hall")
    ).papers
    assert paper.categories == ("math.AG", "hep-th", "cond-mat.mes-hall")


@pytest.mark.parametrize(
    ("creator", "authors"),
    [
        ("", []),
        ("Ada One", [Author("Ada One")]),
        ("Ada One, Bob Two", [Author("Ada One"), Author("Bob Two")]),
        (" Plato, Ada One Jr", [Author("Plato"), Author("Ada One Jr")]),
        ("Ada One (A, B (C), D), Bob Two (E)", [Author("Ada One", "A, B (C), D"), Author("Bob Two", "E")]),
        ("Ada One (A, Bob Two, Carl Three", [Author("Ada One", "A"), Author("Bob Two"), Author("Carl Three")]),
        ("Ada One), Bob Two", [Author("Ada One)"), Author("Bob Two")]),
        ("Ada One, and Bob Two, Andy Three", [Author("Ada One"), Author("Bob Two"), Author("Andy Three")]),
        ("XY Collaboration: Ada One, Bob Two", [Author("XY Collaboration"), Author("Ada One"), Author("Bob Two")]),
        ("The XY Collaboration", [Author("The XY Collaboration")]),
        (", ,Ada One,,", [Author("Ada One")]),
        ("Jakob G\\\"unther (Universit\\\"at)", [Author("Jakob Günther", "Universität")]),
        ("Ada\x08 One, Bob\nTwo", [Author("Ada One"), Author("Bob Two")]),
    ],
)  # fmt: skip
def test_authors_are_told_apart_from_one_another_and_from_their_affiliations(
    creator: str, authors: list[Author]
) -> None:
    assert parse_authors(creator) == authors


CONTROLS = [*range(9), 11, 12, *range(14, 32), 127, *range(128, 133), *range(134, 160), 0xFFFE, 0xFFFF]


def test_control_characters_are_removed_and_the_paper_is_kept() -> None:
    for code in CONTROLS:
        listing = make_listing([Item(title="One XX two", abstract="We XX.", authors="AdaXX One")])
        (paper,) = parse(listing.replace(b"XX", chr(code).encode())).papers
        assert (paper.title, paper.abstract, paper.authors[0].name) == ("One two", "We .", "Ada One")


@pytest.mark.parametrize(
    "reference",
    ["&#0;", "&#x0;", "&#8;", "&#x1F;", "&#x1f;", "&#xFFFE;", "&#xD800;", "&#xdfff;", "&#000000000000000008;",
     "&#x000000000000000008;", "&#1114112;", "&#x110000;", "&#xFFFFFFFF;"],
)  # fmt: skip
def test_references_to_control_characters_are_removed_and_the_paper_is_kept(reference: str) -> None:
    listing = make_listing([Item(title="One XX two")]).replace(b"XX", reference.encode())
    assert [paper.title for paper in parse(listing).papers] == ["One two"]


@pytest.mark.parametrize(
    ("reference", "text"), [("&#65;", "A"), ("&#x1F642;", "\N{SLIGHTLY SMILING FACE}"), ("&#xe9;", "é")]
)
def test_references_to_characters_are_those_characters(reference: str, text: str) -> None:
    listing = make_listing([Item(title="One XX two")]).replace(b"XX", reference.encode())
    assert [paper.title for paper in parse(listing).papers] == [f"One {text} two"]


def test_control_characters_anywhere_else_do_no_harm_either() -> None:
    assert parse(b"\x00" + GOOD) == parse(GOOD)
    assert parse(GOOD.replace(b"<entry>", b"<en\x01try>")) == parse(GOOD)
    assert parse(b"\xef\xbb\xbf" + GOOD) == parse(GOOD)


# One bad item


@pytest.mark.parametrize(
    "bad",
    [
        make_listing([Item("2604.0001")]),
        make_listing([Item("abc")]),
        make_listing([Item("2604.00009", 0)]),
        make_listing([Item("2604.00009", 10**30)]),
        make_listing([Item("2604.00009", type="novel")]),
        make_listing([Item("2604.00009", title="")]),
        make_listing([Item("2604.00009", title=" \x08 ")]),
        make_listing([Item("2604.00009")]).replace(b"oai:arXiv.org:", b"http://arxiv.org/abs/"),
        make_listing([Item("2604.00009")]).replace(b"v1</id>", b"</id>"),
    ],
    ids=[
        "id",
        "no id",
        "version 0",
        "endless version",
        "type",
        "no title",
        "blank title",
        "other guid",
        "no version",
    ],
)
def test_an_item_that_cannot_be_read_is_skipped_with_a_reason(bad: bytes) -> None:
    entry = bad[bad.index(b"  <entry>") : bad.index(b"</feed>")]
    parsed = parse(GOOD.replace(b"  <entry>", entry + b"  <entry>", 1))
    assert [paper.arxiv_id for paper in parsed.papers] == ["2604.00001", "2604.00002"]
    assert len(parsed.skipped) == 1
    assert len(parsed.skipped[0].splitlines()) == 1
    assert refuse(bad).startswith("none of its 1 items can be read: ")


def test_an_item_without_a_day_of_its_own_is_news_all_the_same() -> None:
    undated = GOOD.replace(b"<published>2026-04-17T00:00:00-04:00</published>", b"<published>soon</published>", 1)
    parsed = parse(undated)
    assert [paper.arxiv_id for paper in parsed.papers] == ["2604.00001", "2604.00002"]
    assert (parsed.listing_on, parsed.skipped) == (FRIDAY, ())
    assert parse(undated.replace(b"<published>2026-04-17T00:00:00-04:00</published>", b"")).listing_on == FRIDAY


# What is refused


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty body"),
        (b" \r\n\t ", "empty body"),
        (b"\xef\xbb\xbf", "empty body"),
        (b"\x00\x01\x02", "empty body"),
        (b"Rate exceeded.", "not well-formed"),
        (b"\x89PNG\r\n\x1a\n", "not UTF-8"),
        (GOOD + b"<more/>", "not well-formed"),
        (GOOD + b"more", "not well-formed"),
        (GOOD + GOOD, "not well-formed"),
        (GOOD.replace(b"A title", b"A & title"), "not well-formed"),
        (GOOD.replace(b"A title", b"A &nbsp; title"), "not well-formed"),
        (GOOD.replace(b"A title", b"A < title"), "not well-formed"),
        (GOOD.replace(b"A title", b"A &#x11000000000; title"), "not well-formed"),
        (GOOD.replace(b"</entry>", b"</entri>"), "not well-formed"),
        (GOOD.replace(b"<entry>", b"<x:entry>"), "not well-formed"),
        (GOOD.replace(b"<entry>", b'<entry a="1" a="2">'), "not well-formed"),
        (GOOD.replace(b"<entry>", b'<entry xmlns:a="b" xmlns:c="b c"><a:b:c/>'), "not well-formed"),
        (b'<?xml version="1.0"?><feed/>', "not Atom 1.0"),
        (b'<?xml version="1.0"?><a><b/></a>', "not Atom 1.0"),
        (GOOD.replace(b"http://www.w3.org/2005/Atom", b"http://purl.org/atom/ns#"), "not Atom 1.0 but atom"),
        (GOOD.replace(b'xmlns="http://www.w3.org/2005/Atom" ', b""), "not Atom 1.0"),
        (b'<rss version="2.0"><channel><title>cs.CV</title></channel></rss>', "not Atom 1.0 but rss20"),
        (
            b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
            b"<channel><title>cs.CV updates on arXiv.org</title></channel></rdf:RDF>",
            "not Atom 1.0 but rss10",
        ),
        (b'{"version": "https://jsonfeed.org/version/1.1", "title": "cs.CV", "items": []}', "not well-formed"),
        (b"<html><body>Please wait</body></html>", "HTML, not a listing"),
        (b'<?xml version="1.0"?>\n <HTML xmlns="x"/>', "HTML, not a listing"),
        (b"<!DOCTYPE html><title>arXiv feeds</title>", "it has a DOCTYPE"),
        (b"<p>Unclosed", "not well-formed"),
        (GOOD.replace(b"<title>cs.CV updates on arXiv.org</title>", b""), "it has no title"),
        (GOOD.replace(b"<title>cs.CV updates on arXiv.org</title>", b"<title> </title>"), "it has no title"),
        (make_listing([Item()], "cs.LG"), "it is the listing of cs.LG"),
        (make_listing([], "cs.LG"), "it is the listing of cs.LG"),
    ],
)  # fmt: skip
def test_a_body_that_is_no_listing_is_refused_with_the_reason(body: bytes, reason: str) -> None:
    assert refuse(body).startswith(reason)


@pytest.mark.parametrize(
    "title", ["Feed error for query: http://rss.arxiv.org/atom/cs.XX", "FEED ERROR", " feed error "]
)
def test_an_error_feed_is_no_empty_day(title: str) -> None:
    """arXiv answers a wrong name with a sound feed without items."""
    body = make_listing().replace(b"cs.CV updates on arXiv.org</title>", escape(title).encode() + b"</title>")
    assert refuse(body).startswith("an error feed: ")


def test_the_error_feed_of_the_query_interface_is_no_paper() -> None:
    body = (
        ATOM + b"<title>Error</title><updated>2026-04-17T00:00:00Z</updated><entry><title>Error</title>"
        b"<id>https://arxiv.org/api/errors#incorrect_id_format</id><summary>incorrect id</summary></entry></feed>"
    )
    assert refuse(body).startswith("none of its 1 items can be read")


def test_wherever_a_listing_is_cut_off_it_is_refused() -> None:
    whole = make_listing([Item()])
    for end in range(len(whole)):
        refuse(whole[:end])


@pytest.mark.parametrize(
    "dtd",
    [
        DTD,
        b"<!DOCTYPE feed>",
        b"<!doctype feed>",
        b'<!DOCTYPE feed SYSTEM "http://attacker.invalid/x.dtd">',
        b'<!DOCTYPE feed [<!ENTITY name SYSTEM "file:///etc/hostname">]>',
        b'<!DOCTYPE feed [<!ENTITY % p "x"><!ENTITY name "y">]>',
        # what is removed as forbidden must not have hidden it
        DTD.replace(b"DOC", b"D\x00OC"),
        DTD.replace(b"<!D", b"<\x01!\x02D"),
        DTD.replace(b"TYPE", b"T&#0;YPE"),
        DTD.replace(b"TYPE", b"T&#x00000008;YPE"),
        DTD.replace(b"TYPE", "T\ufffeYPE".encode()),
        DTD.replace(b"TYPE", "T\x80YPE".encode()),
    ],
)
def test_a_doctype_is_refused_however_it_is_written(dtd: bytes) -> None:
    assert refuse(with_dtd(dtd)) == "it has a DOCTYPE"
    assert refuse(with_dtd(dtd, b"A title")) == "it has a DOCTYPE"


def test_an_abstract_about_doctypes_is_no_doctype() -> None:
    (paper,) = one(abstract="We study <!DOCTYPE html> in the wild.").papers
    assert paper.abstract == "We study <!DOCTYPE html> in the wild."


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_a_listing_in_wide_characters_is_refused(coding: str) -> None:
    text = make_listing([Item(title="Wide")]).decode()
    for declared in (text, text.replace(" encoding='UTF-8'", ""), text.replace("UTF-8", coding)):
        assert refuse(declared.encode(coding))


@pytest.mark.parametrize("coding", ["iso-8859-1", "windows-1252", "shift_jis", "utf-7", "utf-16", "x" * 5000])
def test_a_listing_that_claims_another_encoding_is_refused(coding: str) -> None:
    claimed = GOOD.replace(b"UTF-8", coding.encode())
    assert refuse(claimed).startswith("encoded as ")
    assert refuse(b"\xef\xbb\xbf" + claimed).startswith("encoded as ")
    assert refuse(claimed.replace(b"<?xml", b"<?\x00xml")).startswith("encoded as ")


@pytest.mark.parametrize("declaration", [b"UTF-8", b"utf-8", b"us-ascii"])
def test_utf_8_is_called_by_its_names(declaration: bytes) -> None:
    assert parse(GOOD.replace(b"UTF-8", declaration)) == parse(GOOD)


@pytest.mark.parametrize(
    "noise", [b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", "é".encode("latin-1")]
)
def test_what_is_not_utf_8_is_refused_and_never_made_mojibake(noise: bytes) -> None:
    assert refuse(GOOD.replace(b"A title", b"A " + noise + b" title")).startswith("not UTF-8 at byte ")


@pytest.mark.parametrize(
    "updated",
    ["", "soon", "2026-04-17", "2026-04-17T04:00:02", "2026-99-17T04:00:02+00:00", "9999-12-31T23:59:59-23:59",
     "0001-01-01T00:00:00+23:59", "2026-04-17T04:00:02+99:00"],
)  # fmt: skip
def test_an_empty_listing_that_does_not_say_its_day_is_refused(updated: str) -> None:
    body = make_listing().replace(b"2026-04-17T04:00:02+00:00", updated.encode())
    assert refuse(body).startswith("it does not say its day")


# Whatever comes


PIECES = [
    b"<", b">", b"&", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<entry>", b"</entry>", b"</feed>", b"\x00", b"\xff",
    b"&#0;", b"&#xD800;", b"&#999999999;", b'xmlns:a="b"', b'type="xhtml"', b'mode="base64"', b"<title>",
    b"\xef\xbb\xbf", b"<!DOCTYPE a>", b"<?xml", b"<a:b:c/>", b"xml:base='http://['",
]  # fmt: skip


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, len(GOOD)), st.integers(0, 40), st.sampled_from(PIECES)), max_size=4))
def test_whatever_happens_to_a_listing_it_is_read_or_refused(wounds: list[tuple[int, int, bytes]]) -> None:
    body = GOOD
    for at, lost, put in wounds:
        body = body[:at] + put + body[at + lost :]
    try:
        papers = parse(body).papers
    except ListingRefusedError:
        papers = ()
    for paper in papers:
        assert paper.title
        assert not set(paper.title + paper.abstract) & set(map(chr, CONTROLS))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.binary(max_size=200))
def test_whatever_comes_instead_of_a_listing_is_refused(body: bytes) -> None:
    refuse(body)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    st.text(st.characters(codec="utf-8"), max_size=60),
    st.text(st.characters(codec="utf-8"), max_size=200),
)
def test_a_text_of_any_characters_takes_no_listing_down(title: str, abstract: str) -> None:
    parsed = parse(make_listing([Item("2604.00001", title=f"T {title}", abstract=abstract), Item("2604.00002")]))
    assert [paper.arxiv_id for paper in parsed.papers] == ["2604.00001", "2604.00002"]


def test_an_empty_feed_must_call_itself_a_listing() -> None:
    """A quiet day and a fault must never look alike."""
    quiet = make_listing([])
    assert parse_listing(quiet, "cs.CV").papers == ()
    with pytest.raises(ListingRefusedError, match="not titled as a listing"):
        parse_listing(quiet.replace(b"cs.CV updates on arXiv.org", b"Service temporarily limited"), "cs.CV")
