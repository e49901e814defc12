"""Summarizing what comes on standard input."""

from __future__ import annotations

import json

import pytest

from tests.service.cli.conftest import Command

KINDS = {"tldr", "contributions", "reading"}


def line(title: object, abstract: object) -> bytes:
    return json.dumps({"title": title, "abstract": abstract}, ensure_ascii=False).encode() + b"\n"


def test_a_title_and_an_abstract_are_summarized(wire: Command) -> None:
    ran = wire("summarize", stdin=b"Splats\n\nTrees are hard. We present\nsplats for trees.\n")
    assert (ran.code, ran.err) == (0, "")
    made = json.loads(ran.out)
    assert set(made) == KINDS
    assert made["tldr"] == "We present splats for trees."


@pytest.mark.parametrize("stdin", [b"", b"\n\n", b"Only a title", b"Only a title\r\n\r\n"])
def test_what_cannot_be_grounded_is_null(wire: Command, stdin: bytes) -> None:
    ran = wire("summarize", stdin=stdin)
    assert (ran.code, json.loads(ran.out)) == (0, dict.fromkeys(KINDS))


def test_lines_are_summarized_in_order(wire: Command) -> None:
    stdin = b"".join(line(f"Splats {number}", f"We present splats {number}.") for number in range(50))
    ran = wire("summarize", "--jsonl", stdin=stdin)
    assert (ran.code, ran.err) == (0, "")
    made = [json.loads(text) for text in ran.out.splitlines()]
    assert [one["tldr"] for one in made] == [f"We present splats {number}." for number in range(50)]
    assert all(set(one) == KINDS for one in made)


@pytest.mark.parametrize(
    "stdin",
    [
        line("T", "We present T.") + b"\n  \n\r\n" + line("U", "We present U."),
        line("T", "We present T.").replace(b"\n", b"\r\n") + line("U", "We present U.").strip(),
        b"\xef\xbb\xbf" + line("T", "We present T.") + line("U", "We present U."),
        b'{"more": [1], "abstract": "We present T.", "title": "T"}\n' + line("U", "We\npresent\n\nU."),
    ],
    ids=["blank lines", "line ends", "byte order mark", "other fields"],
)
def test_blank_lines_and_foreign_habits_do_no_harm(wire: Command, stdin: bytes) -> None:
    ran = wire("summarize", "--jsonl", stdin=stdin)
    assert ran.code == 0
    assert [json.loads(text)["tldr"] for text in ran.out.splitlines()] == ["We present T.", "We present U."]


@pytest.mark.parametrize(
    "words",
    ["Zwölf Boxkämpfer", "我们提出", "\U0001f600 \u200f \u2028 \u0085", 'a \\ b " c', "x\u00a0y", "<b> & $a<b$"],
)
def test_text_of_any_script_survives(wire: Command, words: str) -> None:
    ran = wire("summarize", "--jsonl", stdin=line(words, f"We present {words}!"))
    assert len(ran.out.strip("\n").split("\n")) == 1
    tldr = json.loads(ran.out)["tldr"]
    assert tldr == " ".join(f"We present {words}!".split())


def test_what_no_reader_can_show_is_dropped(wire: Command) -> None:
    ran = wire(
        "summarize", "--jsonl", stdin=b'{"title": "T", "abstract": "We present\\u0000 \\ud800 T.\\u0007\\u202e"}'
    )
    assert json.loads(ran.out)["tldr"] == "We present T."


@pytest.mark.parametrize(
    "wrong",
    [
        b"nothing", b"{", b"[]", b"null", b"1", b'"title abstract"', b"{}", b'{"title": "T"}', b'{"abstract": "A"}',
        b'{"title": 1, "abstract": "A"}', b'{"title": "T", "abstract": null}', b'{"title": ["T"], "abstract": "A"}',
        b'{"title": "\xff", "abstract": "A"}', b"[" * 100_000, b'{"title": "T", "abstract": "A"} more', b"9" * 5000,
    ],
    ids=lambda wrong: wrong[:30].decode("latin-1"),
)  # fmt: skip
def test_a_wrong_line_is_named_and_ends_it(wire: Command, wrong: bytes) -> None:
    good = line("T", "We present T.")
    ran = wire("summarize", "--jsonl", stdin=good + b"\n" + wrong + b"\n" + good)
    assert ran.code == 2
    assert [json.loads(text)["tldr"] for text in ran.out.splitlines()] == ["We present T."]
    assert ran.err.splitlines() == [ran.err.strip()]
    assert ran.err.startswith("Error: line 3: ")


def test_text_that_is_no_utf_8_is_refused(wire: Command) -> None:
    assert wire("summarize", stdin=b"caf\xe9\n").failed_with(2, "Error: byte 4 is no UTF-8")


@pytest.mark.parametrize(
    "environ",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "latin-1"},
        {"PYTHONIOENCODING": "ascii"},
    ],
    ids=["C", "latin-1", "ascii"],
)
def test_the_terminals_language_does_not_matter(process: Command, environ: dict[str, str]) -> None:
    ran = process("summarize", "--jsonl", stdin=line("é", "We present café 我."), **environ)
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out)["tldr"] == "We present café 我."
