"""Reading catch-up pages, built as arXiv's templates describe them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.errors import ListingRefusedError
from feeds.model.announcements import AnnounceType
from feeds.model.papers import Author
from workers.polling.catchup import CatchupPage, CaughtUp, catchup_url, parse_catchup

DAY = date(2026, 4, 27)
CV = "Computer Vision and Pattern Recognition"
SUBJECTS = f'<span class="primary-subject">{CV} (cs.CV)</span>; Machine Learning (cs.LG)'
CROSSED = f'<span class="primary-subject">Machine Learning (cs.LG)</span>; {CV} (cs.CV)'


def item(
    arxiv_id: str = "2604.00001",
    mark: str = "",
    title: str = "A title",
    authors: str = '<a href="/search?x">Ada One</a>, <a href="/search?y">Bob Two</a>',
    subjects: str = SUBJECTS,
    more: str = "",
    abstract: str = "We present a paper.",
) -> str:
    return (
        f"<dt>\n  <a name='item1'>[1]</a>\n  <a href =\"/abs/{arxiv_id}\" title=\"Abstract\" id=\"{arxiv_id}\">\n"
        f"    arXiv:{arxiv_id}\n  </a>\n  {mark}\n  [<a href=\"/pdf/{arxiv_id}\" title=\"Download PDF\">pdf</a>, "
        f"<a href=\"https://arxiv.org/html/{arxiv_id}v1\">html</a>]\n</dt>\n<dd>\n<div class='meta'>\n"
        f"<div class='list-title mathjax'><span class='descriptor'>Title:</span>\n  {title}\n</div>\n"
        f"<div class='list-authors'>{authors}</div>\n{more}\n"
        f"<div class='list-subjects'><span class='descriptor'>Subjects:</span>\n{subjects}</div>\n"
        f"<p class='mathjax'>\n  {abstract}\n</p>\n</div>\n</dd>\n"
    )  # fmt: skip


def section(heading: str, *items: str) -> str:
    return f"<dl id='articles'>\n<h3>{heading}</h3>\n{''.join(items)}</dl>\n"


def document(
    *sections: str, total: int | None = None, heading: str = f"Catchup results for {CV} on Mon, 27 Apr 2026"
) -> bytes:
    count = sum(text.count("<dt>") for text in sections) if total is None else total
    told = f"<div>\n  Total of {count} entries\n  <br>\n</div>\n"
    return (
        "<!DOCTYPE html>\n<html lang=\"en\"><head><title>Catchup | arXiv e-print repository</title></head><body>\n"
        f"<div id='content-inner'><div id='dlpage'>\n<h1>{heading}</h1>\n<ul><li><a href=\"#item1\">New submissions"
        f"</a></li></ul>\n{told}{''.join(sections)}{told}</div></div>\n<footer>About</footer></body></html>\n"
    ).encode()  # fmt: skip


NEW = section("New submissions (showing 1 of 1 entries)", item())
GOOD = document(
    NEW,
    section(
        "Cross submissions (showing 1 of 1 entries)",
        item("2604.00002", "(cross-list from cs.LG)", subjects=CROSSED),
    ),
    section(
        "Replacement submissions (showing 2 of 2 entries)",
        item("hep-th/9901001", "(replaced)"),
        item("2604.00003", "(replaced)", subjects=CROSSED),
    ),
)


def parse(body: bytes, listing: str = "cs.CV", day: date = DAY) -> CatchupPage:
    return parse_catchup(body, listing, day)


def parse_one(*args: str, **fields: str) -> CaughtUp:
    return parse(document(section("New submissions", item(*args, **fields)))).items[0]


def refuse(body: bytes, listing: str = "cs.CV", day: date = DAY) -> str:
    with pytest.raises(ListingRefusedError) as caught:
        parse(body, listing, day)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def test_the_addresses_of_pages() -> None:
    assert catchup_url("https://arxiv.org", "cs.CV", DAY) == "https://arxiv.org/catchup/cs.CV/2026-04-27?abs=True"
    assert catchup_url("https://arxiv.org", "cs.NA", DAY, 2).endswith("/catchup/math.NA/2026-04-27?abs=True&page=2")


def test_headings_decide_the_types_and_the_primary_subject_which_replacements_are_crossed() -> None:
    page = parse(GOOD)
    assert [(one.arxiv_id, one.type) for one in page.items] == [
        ("2604.00001", AnnounceType.NEW),
        ("2604.00002", AnnounceType.CROSS),
        ("hep-th/9901001", AnnounceType.REPLACE),
        ("2604.00003", AnnounceType.REPLACE_CROSS),
    ]
    assert (page.pages, page.total, page.skipped) == (1, 4, ())


def test_an_archives_page_counts_all_its_categories_as_its_own() -> None:
    body = GOOD.replace(f"results for {CV}".encode(), b"results for Computer Science")
    assert [one.type for one in parse(body, "cs").items][2:] == [AnnounceType.REPLACE, AnnounceType.REPLACE]


def test_an_item_is_read_whole() -> None:
    more = (
        "<div class='list-comments mathjax'><span class='descriptor'>Comments:</span> 12 pages. Code: "
        '<a href="https://github.com/example/x" rel="external">this https URL</a>, and '
        '<a href="https://arxiv.org/abs/2604.00009">arXiv:2604.00009</a></div>'
        "<div class='list-journal-ref'><span class='descriptor'>Journal-ref:</span> Journal 7 (2026)</div>"
    )
    read = parse_one(
        title="Comments: a title with $i&lt;j$,\n wrapped &amp; more",
        authors='<a href="/x">G\\"unther One</a>, <a href="/y">Bob Two</a>, et al. (5 not shown)',
        more=more,
        abstract='One.<br>Two: <a href="http://x.example/y">this http URL</a>.',
    )
    assert read == CaughtUp(
        arxiv_id="2604.00001",
        type=AnnounceType.NEW,
        title="Comments: a title with $i<j$, wrapped & more",
        abstract="One. Two: http://x.example/y.",
        authors=(Author("Günther One"), Author("Bob Two")),
        categories=("cs.CV", "cs.LG"),
        comment="12 pages. Code: https://github.com/example/x, and arXiv:2604.00009",
        journal_ref="Journal 7 (2026)",
    )


@pytest.mark.parametrize(
    ("authors", "names"),
    [
        (
            "<span class='descriptor'>Authors:</span> Ada One, Bob Two (A, B) and Cy Three",
            ["Ada One", "Bob Two", "Cy Three"],
        ),
        ("(author list is unavailable)", []),
        ("", []),
    ],
)
def test_a_byline_without_links_is_split(authors: str, names: list[str]) -> None:
    assert [author.name for author in parse_one(authors=authors).authors] == names


@pytest.mark.parametrize(
    ("subjects", "categories"),
    [
        (f"{CV} (cs.CV); Machine Learning (cs.LG)", ("cs.CV", "cs.LG")),
        ('Machine Learning (cs.LG); <b class="primary-subject x">Vision (cs.CV)</b>', ("cs.CV", "cs.LG")),
        (
            "Disordered Systems and Neural Networks (cond-mat.dis-nn); High Energy (hep-th)",
            ("cond-mat.dis-nn", "hep-th"),
        ),
    ],
)
def test_the_primary_subject_comes_first(subjects: str, categories: tuple[str, ...]) -> None:
    assert parse_one(subjects=subjects).categories == categories


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.replace(b"<h3>", b"<h2 class='x'>").replace(b"</h3>", b"</h2>"),
        lambda body: body.replace(b"</dt>", b"").replace(b"</dd>", b"").replace(b"</p>", b""),
        lambda body: body.replace(b"(showing", b"(continued, showing last"),
        lambda body: body.replace(b"<h3>New submissions", b"<h3> new: submissions"),
        lambda body: body.replace(b"Catchup", b"Catch-up").replace(b"Mon, 27 Apr", b"Monday, 27 April"),
        lambda body: body.replace(b"on Mon, 27 Apr 2026", b"on 2026-04-27"),
        lambda body: body.replace(b"Recognition on", b"Recognition (cs.CV) on"),
        lambda body: body.replace(b"'list-title mathjax'", b"'mathjax list-title'"),
        lambda body: body.replace(b"/abs/", b"https://arxiv.org/abs/"),
        lambda body: body.replace(b'/abs/2604.00001"', b'/abs/2604.00001v2"'),
        lambda body: body.replace(b"\n", b"\r\n"),
        lambda body: b"\xef\xbb\xbf" + body,
        lambda body: body.replace(b"<dt>", b"<dt><!-- x -->").replace(b"A title", b"A <i>title</i>"),
    ],
    ids=range(13),
)  # fmt: skip
def test_wording_and_markup_may_change_a_little(change: object) -> None:
    assert callable(change)
    assert parse(change(GOOD)) == parse(GOOD)


def test_sections_may_come_in_any_order() -> None:
    body = document(section("Replacements", item("2604.00003", "(replaced)")), NEW)
    assert [one.type for one in parse(body).items] == [AnnounceType.REPLACE, AnnounceType.NEW]


def test_without_headings_the_marks_tell_the_types() -> None:
    body = document(
        f"<dl>{item('2604.00002', '(cross-list from cs.LG)')}{item('2604.00003', '(replaced)')}{item()}</dl>"
    )
    page = parse(body)
    assert [one.type for one in page.items] == [AnnounceType.CROSS, AnnounceType.REPLACE]
    assert page.skipped == ("2604.00001 stands under no heading",)


@pytest.mark.parametrize(
    ("body", "page"),
    [
        (document(total=0), CatchupPage((), 1, 0, ())),
        (document("<div><p>No updates for Mon, 27 Apr 2026</p></div>", total=0), CatchupPage((), 1, 0, ())),
        (
            document("<p>No updates for this time period.</p>").replace(b"Total of 0 entries", b""),
            CatchupPage((), 1, 0, ()),
        ),
    ],
)
def test_a_day_without_announcements_says_so(body: bytes, page: CatchupPage) -> None:
    assert parse(body) == page


def test_what_an_abstract_says_of_totals_does_not_count() -> None:
    body = document(section("New submissions", item(abstract="Total of 99 entries. No updates.")))
    assert parse(body).total == 1
    assert refuse(body.replace(b"Total of 1 entries", b"")) == "it does not say how many items it has"


@pytest.mark.parametrize(
    "broken",
    [
        item("abc"),
        item(title=" "),
        item(subjects=""),
        item().replace("/abs/", "/x/"),
        item().partition("<dd>")[0],
        item().replace("list-subjects", "subjects"),
    ],
)
def test_an_item_that_cannot_be_read_is_skipped_with_a_reason(broken: str) -> None:
    page = parse(document(section("New submissions", item("2604.00001"), broken, item("2604.00002"))))
    assert [one.arxiv_id for one in page.items] == ["2604.00001", "2604.00002"]
    assert len(page.skipped) == 1
    assert refuse(document(section("New submissions", broken))).startswith("none of its 1 items can be read: ")


# Several pages


def pages() -> list[bytes]:
    items = [item(f"2604.{number:05d}") for number in range(1, 6)]
    return [document(section("New submissions", *items[at : at + 2]), total=5) for at in (0, 2, 4)]


def test_a_day_of_several_pages_says_how_many() -> None:
    read = [parse_catchup(body, "cs.CV", DAY, page, 2) for page, body in enumerate(pages(), 1)]
    assert [(page.pages, page.total, len(page.items)) for page in read] == [(3, 5, 2), (3, 5, 2), (3, 5, 1)]


def test_a_page_with_fewer_items_than_announced_is_refused() -> None:
    first, _, last = pages()
    with pytest.raises(ListingRefusedError, match="it has 1 items, of 2 that it announces"):
        parse_catchup(last, "cs.CV", DAY, 2, 2)
    assert refuse(first) == "it has 2 items, of 5 that it announces"
    assert refuse(document(NEW, total=2)) == "it has 1 items, of 2 that it announces"
    assert refuse(document("No updates", total=2)) == "it has 0 items, of 2 that it announces"


# What is refused


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty body"),
        (b" \x00 ", "empty body"),
        (b"Rate exceeded.", "not a whole page"),
        (b"\x89PNG\xff", "not UTF-8"),
        (b"</html>", "not HTML"),
        (b"<html><head><title>400 Bad Request</title></head><body><h1>Sorry</h1></body></html>",
         "not a catch-up page: 400 Bad Request"),
        (GOOD.replace(b"Catchup results", b"Search results"), "not a catch-up page: Catchup | arXiv"),
        (GOOD.replace(b"<h1>", b"<h6>").replace(b"</h1>", b"</h6>"), "not a catch-up page"),
        (GOOD.replace(b"27 Apr", b"28 Apr"), "it is not of 2026-04-27: Catchup results"),
        (GOOD.replace(b"27 Apr", b"99 Foo"), "it is not of 2026-04-27"),
        (GOOD.replace(b"on Mon, 27 Apr 2026", b""), "it is not of 2026-04-27"),
        (GOOD.replace(b"results for Computer Vision and Pattern Recognition", b"results for Computer Science"),
         "it is not of cs.CV"),
        (GOOD.replace(b"Total of", b"About"), "it does not say how many items it has"),
        (GOOD.replace(b"</html>", b""), "not a whole page"),
    ],
)  # fmt: skip
def test_what_is_not_the_page_of_this_listing_and_day_is_refused(body: bytes, reason: str) -> None:
    assert refuse(body).startswith(reason)


def test_another_listing_or_day_is_refused() -> None:
    assert refuse(GOOD, "cs.LG").startswith("it is not of cs.LG")
    assert refuse(GOOD, "cs.CV", date(2026, 4, 24)).startswith("it is not of 2026-04-24")


def test_wherever_a_page_is_cut_off_it_is_refused() -> None:
    for end in range(0, GOOD.index(b"</html"), 7):
        refuse(GOOD[:end])


def test_a_page_of_ten_thousand_levels_is_read_or_refused() -> None:
    refuse(b"<html>" + b"<div>" * 10_000 + GOOD)


PIECES = [
    b"<", b">", b"&", b"<dt>", b"</dt>", b"<dd>", b"<dl>", b"</html>", b"\x00", b"\xff", b"&#0;", b"&#xD800;",
    b"<script>", b"<!--", b"-->", b"<![CDATA[", b"/abs/", b"<h3>New</h3>", b"<p>", b"Total of 999999999 entries",
    b"<br>", b"<a href='x'>this https URL</a>", b"<svg>", b"<table>", b"<title>", b"<plaintext>", b"(cs.CV);",
]  # fmt: skip


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, len(GOOD)), st.integers(0, 60), st.sampled_from(PIECES)), max_size=4))
def test_whatever_happens_to_a_page_it_is_read_or_refused(wounds: list[tuple[int, int, bytes]]) -> None:
    body = GOOD
    for at, lost, put in wounds:
        body = body[:at] + put + body[at + lost :]
    try:
        page = parse(body)
    except ListingRefusedError:
        return
    assert len(page.items) + len(page.skipped) >= page.total or page.pages > 1
    for one in page.items:
        assert one.title
        assert one.categories


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.binary(max_size=200))
def test_whatever_comes_instead_of_a_page_is_refused(body: bytes) -> None:
    refuse(body)
    refuse(body + b"</html>")
