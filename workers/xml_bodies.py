"""Reads a foreign XML body as text or as a tree, strictly, or says in a line why not.

What is dropped as forbidden by XML could hide what is refused, so everything is checked after that.
"""

from __future__ import annotations

import re

from lxml import etree

from feeds.text import clean, squeeze

_DOCTYPE = re.compile("<!DOCTYPE", re.IGNORECASE)
_HTML = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<html", re.IGNORECASE)
_ENCODING = re.compile(r"""\s*<\?xml[^>]*\bencoding\s*=\s*["']([^"']+)""")
#: Character references to what XML 1.0 forbids make a document ill-formed just as the characters do.
_REFERENCE = re.compile(r"&#(?:[xX]0*([0-9a-fA-F]{1,8})|0*([0-9]{1,8}));")


class UnsoundBodyError(ValueError):
    """A body that is refused as a whole; its text is one line."""


def decode_xml(body: bytes, expected: str) -> str:
    """The body as text, without what XML forbids.

    :param expected: what it should be ("a listing"); for the reason
    :raises UnsoundBodyError: where it is empty, not UTF-8, HTML, or has a DOCTYPE
    """
    if b"<" in body[:4] and b"\0\0" in (body[0:4:2], body[1:4:2]):  # XML 1.0, appendix F
        raise UnsoundBodyError("encoded in wide characters, not UTF-8")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnsoundBodyError(f"not UTF-8 at byte {error.start}") from error
    text = _REFERENCE.sub(_keep_allowed, clean(text))
    if not text.strip():
        raise UnsoundBodyError("empty body")
    if _DOCTYPE.search(text):
        raise UnsoundBodyError("it has a DOCTYPE")
    if _HTML.match(text):
        raise UnsoundBodyError(f"HTML, not {expected}")
    if (found := _ENCODING.match(text)) and found[1].lower() not in ("utf-8", "us-ascii"):
        raise UnsoundBodyError(f"encoded as {one_line(found[1])}, not UTF-8")
    return text


def parse_xml(body: bytes, expected: str) -> etree._Element:
    """The body's root element, without comments and processing instructions.

    :raises UnsoundBodyError: where :func:`decode_xml` refuses it, or it is not well-formed
    """
    text = decode_xml(body, expected).lstrip()
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(text.encode(), parser)
    except etree.LxmlError as error:
        raise UnsoundBodyError(f"not well-formed: {one_line(error)}") from error


def one_line(error: object) -> str:
    """What a foreign side said, fit for a line of ours."""
    return squeeze(clean(str(error)))[:200]


def _keep_allowed(found: re.Match[str]) -> str:
    code = int(found[1], 16) if found[1] else int(found[2])
    return found[0] if code <= 0x10FFFF and clean(chr(code)) else ""
