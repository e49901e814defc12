"""The border for foreign text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from feeds.text import clean, decode_tex_accents, squeeze

STEADY = settings(deadline=None, derandomize=True)
#: Every code point there is, lone surrogates and what XML forbids included.
ANYTHING = st.text(st.integers(0, 0x10FFFF).map(chr))
#: Texts that look like TeX, right or wrong.
TEXISH = st.text(st.sampled_from(list("\\\\\\{}$()'`^\"~=.uvHcdbkrijosleth aEw/&%é\n")), max_size=60)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("One\x00 two\x08\x1f", "One two"),
        ("a\r\nb\rc\n", "a\nb\nc\n"),
        ("tab\tstays", "tab\tstays"),
        ("half \ud83d of a pair", "half  of a pair"),
        ("not\ufffea\uffffcharacter", "notacharacter"),
        ("\x7f\x80\x9f C1", " C1"),
        ("\u202afrom \u202egpj.exe\u202c to \u2066this\u2069", "from gpj.exe to this"),
        ("\u200f\u05e9\u05dc\u05d5\u05dd\u200e", "\u200f\u05e9\u05dc\u05d5\u05dd\u200e"),
        ("$i<j$ & <b>R&D</b>", "$i<j$ & <b>R&D</b>"),
        ("Größe 漢字 🙂 \U0010ffff", "Größe 漢字 🙂 \U0010ffff"),
    ],
)
def test_what_xml_forbids_goes_and_the_rest_stays(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(ANYTHING)
@STEADY
def test_clean_text_is_always_taken_by_lxml(text: str) -> None:
    element = etree.Element("title")
    element.text = clean(text)
    element.set("title", clean(text))
    assert etree.fromstring(etree.tostring(element)).text == (clean(text) or None)


@given(ANYTHING)
@STEADY
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("text", "squeezed"),
    [
        ("A wrapped\n  title", "A wrapped title"),
        (" \t one \u00a0 two\u2003three \n", "one two three"),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_white_space_is_squeezed(text: str, squeezed: str) -> None:
    assert squeeze(text) == squeezed


@given(ANYTHING)
@STEADY
def test_squeezed_text_has_single_spaces_only(text: str) -> None:
    squeezed = squeeze(text)
    assert squeezed == squeezed.strip()
    assert squeezed.split() == squeezed.split(" ") or not squeezed
    assert squeezed.split() == text.split()


@pytest.mark.parametrize(
    ("tex", "letters"),
    [
        (r"G\"unther", "Günther"),
        (r"G\"{u}nther", "Günther"),
        (r"G{\"u}nther", "Günther"),
        (r"G{\"{u}}nther", "Günther"),
        (r"G{{\"u}}nther", "Günther"),
        (r"{\'E}cole", "École"),
        (r"Poincar\'e, Cort\^es, In\`es, Mu\~noz", "Poincaré, Cortês, Inès, Muñoz"),
        (r"Hajdu\v{s}ek, {\v S}pakov\'a, \v Zili\'c", "Hajdušek, Špaková, Žilić"),
        (r"Erd\H{o}s, Erd\H os, Erd{\H{o}}s", "Erdős, Erdős, Erdős"),
        (r"Fran\c{c}ois, Fran\c cois", "François, François"),
        (r"Jakub\r{u}v, \k{e}, \u{g}, \={a}, \.{z}, \d{s}, \b{d}", "Jakubův, ę, ğ, ā, ż, ṣ, ḏ"),
        (r"\=a, \.Z, \.I", "ā, Ż, İ"),
        (r"Mart\'{\i}nez, Mart\'\i nez, Mart\'inez, \^{\j}", "Martínez, Martínez, Martínez, ĵ"),
        (r"Kra{\ss}, Stra\ss e, Stra\ss{}e", "Kraß, Straße, Straße"),
        (r"S{\o}ren, S\o ren, S\o{}ren, {\O}rsted", "Søren, Søren, Søren, Ørsted"),
        (r"{\L}ojasiewicz, \L{}ojasiewicz, Micha{\l}", "Łojasiewicz, Łojasiewicz, Michał"),
        (r"Kj{\ae}r, {\AE}r{\o}, \oe uvre, {\OE}uvre", "Kjær, Ærø, œuvre, Œuvre"),
        (r"{\aa}, {\AA}rhus, {\dh}, {\TH}or, {\dj}, {\eth}, {\ng}", "å, Århus, ð, Þor, đ, ð, ŋ"),
        (r"Nguy\~{\^e}n, Nguy\~{\^{e}}n, Tr\`{\^a}n", "Nguyễn, Nguyễn, Trần"),
        (r"\'{m}", "\u1e3f"),
        (r"\c{c}, {\c c}, \c{C}, \c{\'c}", "ç, ç, Ç, ḉ"),
        (r"\.{I}nce, {\.I}nce, Ak{\i}n", "İnce, İnce, Akın"),
        (r"\'\i, {\'\i}, {\'{\i}}, \'{\i}, \"{\i}, \v{\i}", "í, í, í, í, ï, ǐ"),
        (r"\'{\ae}, \'\ae, \'{\o}, \'{\aa}", "ǽ, ǽ, ǿ, ǻ"),
        (r"\~{g}", "g\u0303"),
        (r"R\&D, 81.8\%, FMC\_UIA, \#1", "R&D, 81.8%, FMC_UIA, #1"),
    ],
)
def test_accents_and_letters_of_tex_become_unicode(tex: str, letters: str) -> None:
    assert decode_tex_accents(tex) == letters


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain text",
        "a {braced} {x} word",
        r"$\'e$ and \(\'e\) and \(a \\ \'e\)",
        r"$x \$ \'e$",
        r"\underline{one}, \url{https://x.example/}, \textit{two}, \cite{three}, \item, \and, \lambda",
        r"\\ a line break and \{ braces \}",
        r"don\'t",
        r"A sentence\. The next",
        r"https://x.example/\~owner and https://x.example/\~smith",
        r"functions w\o intermediate values",
        r"\t{oo} \v \v{} \' \c",
    ],
)
def test_what_is_no_accent_stays_as_it_is(text: str) -> None:
    assert decode_tex_accents(text) == text


def test_accents_beside_maths_are_decoded() -> None:
    assert decode_tex_accents(r"K\"ahler $\bar{\'x}$ and R\'enyi \(\"y\) h\^o") == (
        r"Kähler $\bar{\'x}$ and Rényi \(\"y\) hô"
    )


def test_a_price_is_no_maths() -> None:
    assert decode_tex_accents(r"\$5 for G\"unther, \$6 for S{\o}ren") == r"\$5 for Günther, \$6 for Søren"
    assert decode_tex_accents(r"\$5 for G\"unther: $\'x$") == r"\$5 for Günther: $\'x$"


@given(TEXISH)
@STEADY
def test_decoding_keeps_text_fit_for_xml(text: str) -> None:
    decoded = decode_tex_accents(clean(text))
    assert clean(decoded) == decoded


@given(st.text(st.sampled_from(list("abc \\'\"{}^xyz")), max_size=20), TEXISH)
@STEADY
def test_maths_is_never_touched(formula: str, text: str) -> None:
    formula = "$" + formula.replace("\\", "\\\\") + "x$"
    rest = text.replace("$", "").replace("\\(", "").rstrip("\\")
    assert formula in decode_tex_accents(f"{rest} {formula} {rest}")


@pytest.mark.parametrize("part", ["\\(", "\\'{ ", "{\\", "$ ", "\\a$", "\\(x$", "\\$", "\\'\\", "{{"])
def test_a_hundred_thousand_signs_of_broken_tex_stay_as_they_are(part: str) -> None:
    text = part * (100_000 // len(part))
    assert decode_tex_accents(text) == text
