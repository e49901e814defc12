"""Editors at work in a browser: forms without scripts, nothing for anybody else, and no form but our own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from feeds import curating
from service.app import create_app
from service.limits import MAX_ATTEMPTS
from service.phrases import en_desk, zh_desk
from service.sessions import LIFETIME
from service.views.signing_in import read_next
from tests.service.conftest import HOSTILE
from tests.support.listings import Item
from tests.support.wires import TOKEN, Line

MakeLine = Callable[[Sequence[dict[str, object]]], Line]
BASE = "https://wire.example.org"
ONE, TWO, OLD, UNKNOWN = "2604.00001", "2604.00002", "hep-th/9901001", "2604.09999"
PAGE, EDIT = "/topics/vision", "/topics/vision/edit"
ELSEWHERE = [
    {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "https://wire.example.org.evil.example"},
    {"Origin": "https://wire.example.org:8443"}, {"Origin": "http://[evil"}, {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": BASE},
]  # fmt: skip


_ADDRESSES = (f"192.0.2.{number}" for number in range(1, 255))


class Desk:
    """An editor's browser: it keeps cookies, and sends the forms that it finds. Each has an address of its own."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.client: FlaskClient = line.app.test_client()
        self.client.environ_base["REMOTE_ADDR"] = next(_ADDRESSES)

    def get(self, path: str = PAGE, **options: Any) -> TestResponse:
        return self.client.get(path, base_url=BASE, **options)

    def post(self, path: str, fields: dict[str, str], **options: Any) -> TestResponse:
        return self.client.post(path, data=fields, base_url=BASE, **options)

    def sign_in(self, token: str = TOKEN, **fields: str) -> TestResponse:
        return self.post("/login", {"token": token, "next": PAGE, **fields})

    def read(self, path: str = PAGE) -> Any:
        answer = self.get(path)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return parse(answer)

    def fields_for(self, arxiv_id: str, act: str, path: str = PAGE) -> dict[str, str]:
        """The fields of the form that has a button, filled as it stands."""
        for form in self.read(path).forms:
            names = dict(form.form_values())
            buttons = [button.get("value") for button in form.findall(".//button")]
            if act in buttons and names.get("paper", arxiv_id) in (arxiv_id, ""):
                return {**names, "paper": arxiv_id, "act": act}
        raise AssertionError(f"no {act} for {arxiv_id}")

    def act(self, arxiv_id: str, act: str, path: str = PAGE, **said: str) -> Any:
        """Press a button, and read the page that it leads to."""
        answer = self.post(EDIT, {**self.fields_for(arxiv_id, act, path), **said})
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return self.read(answer.location)

    def cookie(self) -> tuple[str, str]:
        """The session's, as the browser holds it."""
        held = self.client.get_cookie("__Host-wire", domain="wire.example.org")
        assert held
        return held.key, held.value

    def shown(self) -> list[str]:
        feed = self.line.app.test_client().get("/feeds/vision.json", base_url=BASE).get_json()
        return [item["id"].rpartition(":")[2] for item in feed["items"]]


@pytest.fixture
def line(make_line: MakeLine) -> Line:
    line = make_line(
        [
            {"slug": "vision", "title": "Vision", "categories": ["cs.CV"], "query": "we OR splat*"},
            {"slug": "logic", "title": "Logic", "categories": ["math.LO"]},
        ]
    )  # fmt: skip
    line.announce(
        [
            Item(ONE, title="Splatting one", abstract="We present one. It splats."),
            Item(TWO, title=HOSTILE, abstract=f"We present {HOSTILE}."),
            Item(OLD, title="Old", abstract="We are old."),
        ]
    )
    line.poll()
    return line


@pytest.fixture
def desk(line: Line) -> Desk:
    """Signed in to a wire that may be changed."""
    made = Desk(line)
    assert made.sign_in().status_code == 303
    return made


@pytest.fixture
def stranger(face: Line) -> Desk:
    """Not signed in, to a wire that all tests look at."""
    return Desk(face)


@pytest.fixture
def visitor(face: Line) -> Desk:
    """Signed in there; changes nothing."""
    made = Desk(face)
    assert made.sign_in().status_code == 303
    return made


def parse(answer: TestResponse) -> Any:
    return html.document_fromstring(answer.data)


def entry(page: Any, arxiv_id: str) -> Any:
    return page.get_element_by_id(f"p{arxiv_id.replace('/', '.')}")


def text(element: Any) -> str:
    return " ".join(str(element.text_content()).split())


def test_who_signs_in_comes_back_to_the_page(stranger: Desk) -> None:
    page = stranger.read(f"/login?next={PAGE}")
    assert [form.get("method") for form in page.forms] == ["post"]
    answer = stranger.sign_in()
    assert (answer.status_code, answer.location) == (303, PAGE)
    name, *attributes = answer.headers["Set-Cookie"].split("; ")
    assert name.startswith("__Host-wire=")
    assert set(attributes) == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=604800"} | {
        part for part in attributes if part.startswith("Expires=")
    }
    assert "Signed in as ada" in text(stranger.read())
    assert stranger.get("/login").location == "/"


def test_the_cookie_tells_nothing_of_the_token_or_its_editor(stranger: Desk) -> None:
    told = stranger.sign_in().headers["Set-Cookie"]
    assert TOKEN not in told
    assert "ada" not in told
    assert TOKEN not in stranger.get().get_data(as_text=True)


@pytest.mark.parametrize(
    "token", ["", "guessed", "ada", f"{TOKEN}x", TOKEN[:-1], "ada:" + TOKEN, "tökén", "\udcff"]
)
def test_another_token_opens_nothing_and_is_not_repeated(stranger: Desk, token: str) -> None:
    answer = stranger.post("/login", {"token": token.encode("utf-8", "replace").decode()})
    assert (answer.status_code, answer.mimetype) == (401, "text/html")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Set-Cookie" not in answer.headers
    shown = answer.get_data(as_text=True)
    assert "no editor’s token" in shown
    assert not token or f'"{token}"' not in shown


@pytest.mark.parametrize("token", ["guessed", TOKEN])
def test_who_tries_too_often_is_stopped_whatever_is_sent(stranger: Desk, token: str) -> None:
    answers = [stranger.sign_in("guessed") for _ in range(MAX_ATTEMPTS - 1)]
    assert [answer.status_code for answer in answers] == [401] * (MAX_ATTEMPTS - 1)
    for _ in range(20 * MAX_ATTEMPTS):  # some come back with time
        last = stranger.sign_in(token)
        if last.status_code == 429:
            break
    assert (last.status_code, last.mimetype) == (429, "text/html")
    assert 0 < int(last.headers["Retry-After"]) <= 60 / MAX_ATTEMPTS
    assert "Set-Cookie" not in last.headers


@pytest.mark.parametrize("headers", ELSEWHERE)
def test_nobody_is_signed_in_by_another_site(stranger: Desk, headers: dict[str, str]) -> None:
    answer = stranger.post("/login", {"token": TOKEN}, headers=headers)
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("/topics/vision", "/topics/vision"), ("/papers/hep-th/9901001", "/papers/hep-th/9901001"), ("/", "/"),
        ("", "/"), ("//evil.example", "/"), ("/\\evil.example", "/"), ("https://evil.example/", "/"),
        ("/topics/vision?x=1", "/"), ("/a//evil.example", "/"), ("/a\nSet-Cookie: x", "/"), ("evil", "/"),
    ],
)  # fmt: skip
def test_signing_in_leads_to_our_own_pages_only(given: str, expected: str) -> None:
    assert read_next(given) == expected


def test_anonymous_pages_have_no_forms_to_write_with_and_set_no_cookie(stranger: Desk) -> None:
    for path in (PAGE, "/", f"/papers/{ONE}", f"{PAGE}/days/2026-04-17", "/search?q=one"):
        answer = stranger.get(path)
        page = parse(answer)
        assert all(form.get("method") == "get" for form in page.forms), path
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" in answer.headers["Vary"]
        assert "no-store" not in answer.headers["Cache-Control"]
        assert page.xpath("//a[starts-with(@href, '/login')]")


def set_editors(line: Line, monkeypatch: pytest.MonkeyPatch, editors: dict[str, str]) -> None:
    tools = line.app.extensions["preprint-wire"]
    settings = replace(tools.settings, editors=editors)
    monkeypatch.setitem(line.app.extensions, "preprint-wire", replace(tools, settings=settings))


def test_where_nobody_may_write_nobody_is_asked_to(face: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    set_editors(face, monkeypatch, {})
    client = face.app.test_client()
    answer = client.get(PAGE, base_url=BASE)
    assert b"/login" not in answer.data
    assert "Cookie" not in answer.headers["Vary"]
    for answer in (client.get("/login", base_url=BASE), client.post("/login", data={"token": ""}, base_url=BASE)):
        assert (answer.status_code, answer.mimetype) == (403, "text/html")
        assert b"WIRE_EDITORS" in answer.data


@pytest.mark.parametrize("path", [PAGE, "/", f"{PAGE}/preview", "/status", f"/papers/{ONE}"])
def test_nothing_keeps_what_is_shown_to_who_is_signed_in(visitor: Desk, path: str) -> None:
    answer = visitor.get(path, headers={"If-None-Match": "*"})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-store")
    assert answer.headers["Vary"] == "Cookie"
    assert "ETag" not in answer.headers


def test_what_is_said_is_in_the_next_feed_and_on_the_page(desk: Desk) -> None:
    assert desk.shown() == [TWO, ONE, OLD]
    page = desk.act(ONE, "pin")
    assert "Pinned: it stands before the others now." in text(entry(page, ONE))
    assert desk.shown() == [ONE, TWO, OLD]
    page = desk.act(
        ONE, "save", rating="2", tags="a b, c，d", institution="ETH", note="**Read** it\r\nnow", order="3"
    )
    told = text(entry(page, ONE))
    assert "Saved; this is how readers see it." in told
    assert "Read it now" in told
    feed = desk.get("/feeds/vision.json").get_json()["items"][0]
    assert "<strong>Read</strong> it" in feed["content_html"]
    assert {"a b", "c", "d"} <= set(feed["tags"])
    fields = desk.fields_for(ONE, "save")
    assert {name: fields[name] for name in ("rating", "tags", "institution", "note", "order")} == {
        "rating": "2", "tags": "a b, c, d", "institution": "ETH", "note": "**Read** it\nnow", "order": "3"
    }  # fmt: skip


def test_what_was_hidden_is_at_the_end_and_comes_back(desk: Desk) -> None:
    page = desk.act(TWO, "hide")
    assert "Hidden: readers no longer see it." in text(entry(page, TWO))
    assert HOSTILE in text(entry(page, TWO))
    assert desk.shown() == [ONE, OLD]
    assert HOSTILE not in Desk(desk.line).get().get_data(as_text=True)
    assert "Readers see it again." in text(entry(desk.act(TWO, "show"), TWO))
    assert desk.shown() == [TWO, ONE, OLD]


def test_the_last_act_is_named_and_undone(desk: Desk) -> None:
    desk.act(OLD, "pin")
    page = desk.act(OLD, "save", note="n")
    assert "Undo: last edit" in text(entry(page, OLD))
    page = desk.act(OLD, "undo")
    assert "Undone." in text(entry(page, OLD))
    assert "Undo: pin" in text(entry(page, OLD))
    page = desk.act(OLD, "undo")
    assert "Undo: " not in text(entry(page, OLD))
    assert desk.post(EDIT, {**desk.fields_for(OLD, "pin"), "act": "undo"}).status_code == 400


def test_pinned_ones_are_moved(desk: Desk) -> None:
    for arxiv_id in (ONE, TWO):
        desk.act(arxiv_id, "pin")
    assert desk.shown() == [TWO, ONE, OLD]
    assert "Moved." in text(entry(desk.act(ONE, "up"), ONE))
    assert desk.shown() == [ONE, TWO, OLD]
    assert "Nothing changed." in text(entry(desk.act(ONE, "up"), ONE))
    desk.act(ONE, "down")
    assert desk.shown() == [TWO, ONE, OLD]


@pytest.mark.parametrize("pasted", [UNKNOWN, f" https://arxiv.org/abs/{UNKNOWN}v2 "])
def test_a_paper_that_is_not_known_is_fetched(desk: Desk, pasted: str) -> None:
    page = desk.act(pasted, "add")
    assert f"{UNKNOWN}: This wire does not know it yet." in text(page)
    assert "Being fetched from arXiv" in text(page)
    with desk.line.runtime.store.read() as connection:
        curated = curating.find_curated(connection, "vision", UNKNOWN)
    assert (curated.is_wanted, curated.curation.added_by) == (True, "ada")


def test_what_cannot_be_added_is_said_and_not_repeated(desk: Desk) -> None:
    assert "It is in this topic already." in text(entry(desk.act(ONE, "add"), ONE))
    page = desk.act("<b>evil</b>", "add")
    assert "That is no arXiv id." in text(page)
    assert "evil" not in text(page)


def test_a_paper_that_was_known_joins(desk: Desk, line: Line) -> None:
    line.announce([Item(UNKNOWN, title="Cooking")], listing="math.LO")
    line.poll("math.LO")
    assert "Added. It is shown as soon as it has a summary." in text(desk.act(UNKNOWN, "add"))
    line.work()
    assert desk.shown() == [UNKNOWN, TWO, ONE, OLD]
    assert "Undo: addition" in text(entry(desk.read(), UNKNOWN))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"rating": "4"}, "rating is a whole number from 0 to 3."),
        ({"order": "first"}, "order is a whole number"),
        ({"order": "٣"}, "order is a whole number"),
        ({"tags": "x" * 41}, "A tag is a text of 1 to 40 characters"),
        ({"note": "n" * 10_001}, "note is a text of at most 10000 characters."),
    ],
)
def test_what_makes_no_sense_is_told_and_nothing_typed_is_lost(desk: Desk, said: dict[str, str], told: str) -> None:
    answer = desk.post(EDIT, {**desk.fields_for(ONE, "save"), "institution": "ETH & <b>", **said})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (400, "private, no-store")
    page = parse(answer)
    assert told in text(page)
    (form,) = [form for form in page.forms if form.fields.get("act", None) is None and "note" in form.fields]
    assert form.fields["institution"] == "ETH & <b>"
    kept = {**dict(form.form_values()), "act": "save", **dict.fromkeys(said, "")}
    assert desk.post(EDIT, kept).status_code == 303
    assert desk.fields_for(ONE, "save")["institution"] == "ETH & <b>"


def test_a_long_note_in_another_script_fits(desk: Desk) -> None:
    note = "论" * 10_000
    answer = desk.post(EDIT, {**desk.fields_for(ONE, "save"), "note": note}, content_type="multipart/form-data")
    assert answer.status_code == 303
    assert desk.fields_for(ONE, "save")["note"] == note


def test_what_somebody_else_said_meanwhile_is_not_overwritten(desk: Desk, line: Line) -> None:
    saving, undoing = desk.fields_for(ONE, "save"), desk.fields_for(ONE, "pin") | {"act": "undo"}
    with line.runtime.store.write() as connection:
        curating.curate(connection, "vision", ONE, {"note": "bob's"}, editor="bob", now=line.clock.now())
    answer = desk.post(EDIT, {**saving, "note": "ada's"})
    assert answer.status_code == 409
    page = parse(answer)
    assert "Somebody changed this paper while you wrote." in text(page)
    form = next(form for form in page.forms if "note" in form.fields)
    undone = desk.post(EDIT, undoing)
    assert "Somebody changed this paper meanwhile." in text(desk.read(undone.location))
    assert desk.fields_for(ONE, "save")["note"] == "bob's"
    assert desk.post(EDIT, {**dict(form.form_values()), "act": "save"}).status_code == 303
    assert desk.fields_for(ONE, "save")["note"] == "ada's"


def forms(desk: Desk) -> Iterator[tuple[str, dict[str, str]]]:
    """Every form that writes, of every page, filled so that it would do something."""
    desk.act(TWO, "hide")
    desk.act(ONE, "pin")
    for act in ("unpin", "up", "down", "hide", "undo", "save", "add"):
        yield EDIT, {**desk.fields_for(ONE, act), "note": "n"}
    yield EDIT, desk.fields_for(TWO, "show")
    (leaving,) = [form for form in desk.read().forms if form.get("action") == "/logout"]
    yield "/logout", dict(leaving.form_values())


def test_every_form_is_refused_without_its_proof_and_from_elsewhere(desk: Desk, line: Line) -> None:
    with line.runtime.store.read() as connection:
        before = curating.find_curated(connection, "vision", ONE)
    sent = list(forms(desk))
    assert len(sent) == 9
    for path, fields in sent:
        for wrong in ({"proof": ""}, {"proof": "0" * 64}, {"proof": "é"}):
            answer = desk.post(path, {**fields, **wrong})
            assert (answer.status_code, answer.headers["Cache-Control"]) == (403, "no-store"), fields
        bare = {name: value for name, value in fields.items() if name != "proof"}
        assert desk.post(path, bare).status_code == 403
        for headers in ELSEWHERE:
            assert desk.post(path, fields, headers=headers).status_code == 403
    assert "Signed in as ada" in text(desk.read())
    with line.runtime.store.read() as connection:
        after = curating.find_curated(connection, "vision", ONE)
    assert len(after.events) == len(before.events) + 1, "but for the pin that made the forms"


def test_a_proof_is_of_one_session_alone(visitor: Desk, face: Line) -> None:
    other = Desk(face)
    other.sign_in()
    assert other.post(EDIT, visitor.fields_for(ONE, "pin")).status_code == 403


@pytest.mark.parametrize(
    "headers", [{"Origin": BASE, "Sec-Fetch-Site": "same-origin"}, {"Origin": BASE.upper()}, {}]
)
def test_our_own_forms_are_taken(desk: Desk, headers: dict[str, str]) -> None:
    assert desk.post(EDIT, desk.fields_for(ONE, "pin"), headers=headers).status_code == 303


def test_a_withdrawn_token_ends_its_sessions(desk: Desk, line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = list(forms(desk))
    set_editors(line, monkeypatch, {"another-token": "ada"})
    assert "Signed in" not in text(desk.read())
    for path, fields in sent:
        if path != "/logout":
            answer = desk.post(path, fields)
            assert (answer.status_code, answer.mimetype) == (401, "text/html")
            assert b"Sign in, go back" in answer.data


def test_a_session_ends_on_the_wires_clock(desk: Desk, line: Line) -> None:
    line.set_time(line.clock.now() + LIFETIME - timedelta(seconds=1))
    assert "Signed in as ada" in text(desk.read())
    fields = desk.fields_for(ONE, "pin")
    line.set_time(line.clock.now() + timedelta(seconds=1))
    assert "Signed in" not in text(desk.read())
    assert desk.post(EDIT, fields).status_code == 401


def test_who_signs_out_is_signed_out(visitor: Desk) -> None:
    (form,) = [form for form in visitor.read().forms if form.get("action") == "/logout"]
    answer = visitor.post("/logout", dict(form.form_values()))
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert "Signed in" not in text(visitor.read())
    assert visitor.post("/logout", {"next": "//evil.example"}).location == "/"


def test_the_api_takes_no_cookie(visitor: Desk) -> None:
    answer = visitor.client.put(f"/api/v1/topics/vision/curation/{ONE}", json={"pinned": True}, base_url=BASE)
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("changed", "status"),
    [({"paper": "evil"}, 400), ({"paper": UNKNOWN, "seen": "0"}, 404), ({"act": "evil"}, 400), ({"act": ""}, 400)],
)
def test_a_form_that_nobody_made_is_refused(visitor: Desk, changed: dict[str, str], status: int) -> None:
    answer = visitor.post(EDIT, {**visitor.fields_for(ONE, "pin"), **changed})
    assert (answer.status_code, answer.mimetype) == (status, "text/html")
    assert "evil" not in answer.get_data(as_text=True)


def test_topics_that_are_gone_or_moved(visitor: Desk) -> None:
    fields = visitor.fields_for(ONE, "pin")
    assert visitor.post("/topics/ended/edit", fields).status_code == 410
    assert visitor.post("/topics/nothing/edit", fields).status_code == 404
    moved = visitor.post("/topics/sight/edit", fields)
    assert (moved.status_code, moved.location) == (308, EDIT)
    assert visitor.get("/topics/ended/preview").status_code == 410
    assert visitor.get("/topics/sight/preview?q=a+b").location == "/topics/vision/preview?q=a+b"


def test_an_editors_address_leads_others_to_the_page_as_all_see_it(visitor: Desk, stranger: Desk) -> None:
    answer = stranger.get(f"{PAGE}?said=pin&paper={ONE}&lang=zh")
    assert (answer.status_code, answer.location) == (303, f"{PAGE}?lang=zh")
    for query in ("said=evil", "said=", "said=pin&paper=evil"):
        assert visitor.get(f"{PAGE}?{query}").status_code == 400


def test_an_act_leads_back_to_its_place(desk: Desk) -> None:
    fields = {**desk.fields_for(OLD, "pin"), "before": "3"}
    answer = desk.post(f"{EDIT}?lang=zh", fields)
    assert answer.location == f"{PAGE}?before=3&said=pin&paper=hep-th%2F9901001&lang=zh#phep-th.9901001"
    assert "已置顶" in text(desk.read(answer.location.partition("#")[0]))


def test_a_preview_tells_what_a_query_would_let_in(desk: Desk) -> None:
    own = desk.read(f"{PAGE}/preview")
    assert "3 of 3 stored papers would come in." in text(own)
    assert own.get_element_by_id("q").value.strip() == "we OR splat*"
    page = desk.read(f"{PAGE}/preview?q=splat*")
    assert "1 of 3 stored papers would come in." in text(page)
    assert "0 more, 2 fewer, 1 stay." in text(page)
    assert [mark.text for mark in page.iter("mark")] == ["Splatting", "splats"]
    assert "change the query in topics.yaml" in text(page)
    assert "3 of 3" in text(desk.read(f"{PAGE}/preview?q="))


@pytest.mark.parametrize("query", ["(", "<script>evil</script>", '"', "ti:"])
def test_a_query_that_cannot_be_read_is_shown_with_its_fault(visitor: Desk, query: str) -> None:
    page = visitor.read(f"{PAGE}/preview?" + "q=" + query.replace(" ", "+"))
    assert "The query cannot be read: position" in text(page)
    assert page.get_element_by_id("q").value.strip() == query
    assert not page.findall(".//script")


def test_only_editors_try_queries(stranger: Desk) -> None:
    answer = stranger.get(f"{PAGE}/preview?q=one")
    assert (answer.status_code, answer.location) == (303, "/login?next=%2Ftopics%2Fvision%2Fpreview")


def test_hostile_titles_are_text_in_forms_too(desk: Desk) -> None:
    desk.act(TWO, "hide")
    shown = desk.get().get_data(as_text=True)
    assert "<script>alert" not in shown
    assert HOSTILE in unescape(shown)


def test_both_languages_say_the_same_things() -> None:
    assert list(en_desk.PHRASES) == list(zh_desk.PHRASES)
    for key, said in en_desk.PHRASES.items():
        assert set(re.findall(r"\{\w+\}", said)) == set(re.findall(r"\{\w+\}", zh_desk.PHRASES[key])), key


def test_a_session_is_known_to_all_web_processes(desk: Desk, line: Line) -> None:
    other = create_app(line.settings, line.clock).test_client()
    other.set_cookie(*desk.cookie(), domain="wire.example.org", secure=True)
    assert "Signed in as ada" in other.get(PAGE, base_url=BASE).get_data(as_text=True)
