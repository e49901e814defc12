"""The words of a PDF: pages' text, lines and parted words joined, up to the references."""

from __future__ import annotations

import re

import pypdfium2

from feeds.text import clean, squeeze

_JOINED = re.compile(r"(?:[\u0002\ufffe\u00ad]|(?<=[a-z])-)\r?\n(?=[a-z])|[\u0002\ufffe\u00ad]")
_ENDING = re.compile(
    r"^[ \t]*(?:\d{1,2}\.?[ \t]+|[A-Z]\.?[ \t]+|[IVX]{1,5}\.[ \t]+)?(?:references|bibliography|acknowledge?ments?|"
    r"appendix|appendices|supplementary material)\b[ \t.:A-Z]*\r?$",
    re.IGNORECASE | re.MULTILINE,
)
#: A heading before this share of the text is a mention in a table of contents.
_EARLIEST_ENDING = 0.3
_PAGE = "\f"


def pdf_text(pdf: bytes, pages: int, characters: int) -> str | None:
    """A PDF's text, a page a line; None where it is none.

    To be called in a process that may die: PDFium is written in C++ and reads what strangers wrote
    (:mod:`workers.enrichment.fulltext.guarded`).

    :param pages: that are read, at most
    :param characters: of the text, at most
    """
    if not pdf.startswith(b"%PDF-"):
        return None
    found: list[str] = []
    with pypdfium2.PdfDocument(pdf) as document:
        for number in range(min(len(document), pages)):
            text = document[number].get_textpage().get_text_bounded()
            found.append(text[:characters].replace(_PAGE, " "))
            characters -= len(text)
            if characters <= 0:
                break
    return _tidy(f"\n{_PAGE}\n".join(found))


def _tidy(raw: str) -> str:
    text = _JOINED.sub("", raw)
    for ending in _ENDING.finditer(text):
        if ending.start() > len(text) * _EARLIEST_ENDING:
            text = text[: ending.start()]
            break
    pages = (squeeze(clean(page)) for page in text.split(_PAGE))
    return "\n".join(page for page in pages if page)
