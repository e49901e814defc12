"""Where the code is, as authors write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model.code_links import MOST, find_code_links


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Code: https://github.com/a/b.", ["https://github.com/a/b"]),
        ("Code at github.com/a/b, data at https://zenodo.org/records/123",
         ["https://github.com/a/b", "https://zenodo.org/records/123"]),
        ("(see http://www.github.com/a-b/c_d.git)", ["https://github.com/a-b/c_d.git"]),
        (r"\url{https://gitlab.com/group/sub/project}", ["https://gitlab.com/group/sub/project"]),
        ("Project page: https://someone.github.io/thing/", ["https://someone.github.io/thing/"]),
        ("Project page: someone.github.io", ["https://someone.github.io/"]),
        ("Models: https://huggingface.co/org", ["https://huggingface.co/org"]),
        ("https://doi.org/10.5281/zenodo.1234567", ["https://doi.org/10.5281/zenodo.1234567"]),
        ("https://doi.org/10.1000/182", []),
        ("https://github.com/onlyuser and https://github.com/", []),
        ("https://example.org/a/b", []),
        ("https://evil.org/github.com/a/b", []),
        ("https://github.com.evil.org/a/b", []),
        ("https://user:pw@github.com/a/b", []),
        ("https://github.com:99999/a/b", []),
        ("mail me@github.com/a/b", []),
        ("https://github.com/a/b https://GitHub.com/a/b", ["https://github.com/a/b"]),
    ],
)  # fmt: skip
def test_addresses_of_code_are_found(text: str, found: list[str]) -> None:
    assert list(find_code_links(text)) == found


def test_several_texts_and_none_are_read_in_order_and_not_too_many_are_kept() -> None:
    many = " ".join(f"https://github.com/a/r{number}" for number in range(20))
    assert find_code_links(None, "github.com/x/y", many)[:2] == (
        "https://github.com/x/y",
        "https://github.com/a/r0",
    )
    assert len(find_code_links(many)) == MOST


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    for address in find_code_links(text, f"https://github.com/{text}"):
        assert address.startswith("https://")
