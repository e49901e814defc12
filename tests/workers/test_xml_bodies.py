"""Foreign XML, read strictly; what a listing's body may be is tested with the listings."""

from __future__ import annotations

import pytest

from workers.xml_bodies import UnsoundBodyError, one_line, parse_xml

XXE = b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]><a>&e;</a>'
BILLION = b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><a>&c;</a>'


@pytest.mark.parametrize(
    "body",
    [
        b"<a>text</a>",
        b"\xef\xbb\xbf<?xml version='1.0' encoding='UTF-8'?>\n<a>text</a>",
        b"\n <a>te<!-- x -->xt</a>",
        b"<a>te<?x y?>xt</a>",
        b"<a>te<![CDATA[xt]]></a>",
        b"<a>te\x00xt\x08&#8;</a>",
    ],
)
def test_a_sound_body_is_a_tree(body: bytes) -> None:
    assert parse_xml(body, "a document").text == "text"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty body"),
        (XXE, "it has a DOCTYPE"),
        (BILLION, "it has a DOCTYPE"),
        (XXE.replace(b"DOC", b"D\x00OC"), "it has a DOCTYPE"),
        (b"<a>&e;</a>", "not well-formed"),
        (b"<a>", "not well-formed"),
        (b"<a/><b/>", "not well-formed"),
        (b"text", "not well-formed"),
        (b"<html/>", "HTML, not a document"),
        ("<a>é</a>".encode("latin-1"), "not UTF-8 at byte 3"),
        ("<a>é</a>".encode("utf-16"), "not UTF-8"),
        ("<a>é</a>".encode("utf-16-le"), "encoded in wide characters, not UTF-8"),
        ("<a>é</a>".encode("utf-32-le"), "encoded in wide characters, not UTF-8"),
        (b"<?xml version='1.0' encoding='latin-1'?><a/>", "encoded as latin-1, not UTF-8"),
        (b"<a>" * 300 + b"</a>" * 300, "not well-formed"),
        (b"<a>" + b"x" * 10_100_000 + b"</a>", "not well-formed"),
    ],
    ids=range(16),
)
def test_any_other_body_is_refused_with_one_line(body: bytes, reason: str) -> None:
    with pytest.raises(UnsoundBodyError) as caught:
        parse_xml(body, "a document")
    assert str(caught.value).startswith(reason)
    assert len(str(caught.value).splitlines()) == 1


def test_what_a_foreign_side_said_fits_in_a_line() -> None:
    assert one_line("a\n  b\x00\x1b[31m") == "a b[31m"
    assert len(one_line("x" * 1000)) == 200
