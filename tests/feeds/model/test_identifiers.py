"""arXiv's identifiers."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.model.identifiers import (
    VersionedId,
    abstract_url,
    entry_id,
    html_url,
    parse_arxiv_id,
    parse_guid,
    parse_pasted_id,
    pdf_url,
    sort_key,
)

STEADY = settings(deadline=None, derandomize=True)


@pytest.mark.parametrize(
    ("text", "arxiv_id", "version"),
    [
        ("2604.14193", "2604.14193", None),
        ("2604.14193v2", "2604.14193", 2),
        ("2604.00001v12", "2604.00001", 12),
        ("0704.0001", "0704.0001", None),
        ("1412.9999v1", "1412.9999", 1),
        ("1501.00001", "1501.00001", None),
        ("9912.99999", "9912.99999", None),
        ("hep-th/9901001", "hep-th/9901001", None),
        ("hep-th/9901001v3", "hep-th/9901001", 3),
        ("math/0611800", "math/0611800", None),
        ("math.CA/0611800v2", "math/0611800", 2),
        ("physics.optics/0101001", "physics/0101001", None),
        ("cond-mat.dis-nn/0101001", "cond-mat/0101001", None),
        ("hep-th/9108001", "hep-th/9108001", None),
        ("hep-th/0703999", "hep-th/0703999", None),
    ],
)
def test_an_id_is_read_old_or_new_with_or_without_version(text: str, arxiv_id: str, version: int | None) -> None:
    assert parse_arxiv_id(text) == VersionedId(arxiv_id, version)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2604",
        "2604.",
        "2604.141",
        "2604.141933",
        "2604.00000",
        "2613.14193",
        "2600.14193",
        "0703.0001",
        "0808.05394",
        "1412.00001",
        "1501.0001",
        "2604.14193v",
        "2604.14193v0",
        "2604.14193v01",
        "2604.14193v1.1",
        "2604.14193V2",
        " 2604.14193",
        "2604.14193\n",
        "2604-14193",
        "２604.14193",
        "2604.1419３",
        "2604.14193v２",
        "2604.14193v" + "9" * 30,
        "2604.14193v" + "9" * 5000,
        "hep-th/9901000",
        "hep-th/9913001",
        "hep-th/9107001",
        "hep-th/0704001",
        "hep-th/990100",
        "hep-th/99010011",
        "hep-th/990100１",
        "hep-th\\9901001",
        "/9901001",
        "HEP-TH/9901001",
        "../9901001",
        "hep-th/9901001/..",
        "https://arxiv.org/abs/2604.14193",
    ],
)
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no arXiv id"):
        parse_arxiv_id(text)


NEW_IDS = st.builds(
    lambda year, month, number: f"{year:02d}{month:02d}.{number:05d}",
    st.integers(15, 99),
    st.integers(1, 12),
    st.integers(1, 99_999),
)
OLD_IDS = st.builds(
    lambda archive, year, month, number: f"{archive}/{year % 100:02d}{month:02d}{number:03d}",
    st.sampled_from(["hep-th", "math", "cs", "cond-mat", "acc-phys"]),
    st.integers(1992, 2006),
    st.integers(1, 12),
    st.integers(1, 999),
)
IDS = NEW_IDS | OLD_IDS


@given(IDS, st.none() | st.integers(1, 99_999))
@STEADY
def test_an_id_survives_being_written_with_a_version(arxiv_id: str, version: int | None) -> None:
    written = arxiv_id if version is None else f"{arxiv_id}v{version}"
    assert parse_arxiv_id(written) == VersionedId(arxiv_id, version)


@given(st.text() | st.text(st.sampled_from(list("0123456789.v/-abc٣")), max_size=16))
@STEADY
def test_an_id_that_is_read_is_plain_ascii(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert parse_arxiv_id(text).arxiv_id.isascii()


@given(IDS, st.integers(1, 99_999))
@STEADY
def test_a_listings_guid_is_the_entry_id_with_a_version(arxiv_id: str, version: int) -> None:
    assert parse_guid(f"{entry_id(arxiv_id)}v{version}") == (arxiv_id, version)


@pytest.mark.parametrize(
    ("guid", "problem"),
    [
        ("2604.14193v1", "does not start with"),
        ("oai:arxiv.org:2604.14193v1", "does not start with"),
        ("http://arxiv.org/abs/2604.14193v1", "does not start with"),
        ("", "does not start with"),
        ("oai:arXiv.org:2604.14193", "has no version"),
        ("oai:arXiv.org:", "is no arXiv id"),
        ("oai:arXiv.org:2604.14193v99999999999999999999", "is no arXiv id"),
    ],
)
def test_a_guid_of_another_form_is_refused(guid: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        parse_guid(guid)


def test_ids_sort_by_the_time_they_were_given_out() -> None:
    in_order = [
        "hep-th/9108001",
        "math/9912001",
        "cs/0001001",
        "hep-th/0001001",
        "math/0001002",
        "math/0703999",
        "0704.0001",
        "0704.0010",
        "1412.9999",
        "1501.00001",
        "2604.00002",
        "2604.00010",
        "2612.00001",
    ]
    keys = [sort_key(arxiv_id) for arxiv_id in in_order]
    assert keys == sorted(set(keys))


@given(st.lists(IDS, max_size=5, unique=True))
@STEADY
def test_no_two_ids_sort_alike(arxiv_ids: list[str]) -> None:
    assert len({sort_key(arxiv_id) for arxiv_id in arxiv_ids}) == len(arxiv_ids)


def test_addresses_and_ids_carry_no_version() -> None:
    assert entry_id("2604.14193") == "oai:arXiv.org:2604.14193"
    assert entry_id("hep-th/9901001") == "oai:arXiv.org:hep-th/9901001"
    assert abstract_url("hep-th/9901001") == "https://arxiv.org/abs/hep-th/9901001"
    assert pdf_url("2604.14193") == "https://arxiv.org/pdf/2604.14193"
    assert html_url("2604.14193") == "https://arxiv.org/html/2604.14193"


@pytest.mark.parametrize(
    "text",
    [
        "2604.14193",
        " 2604.14193v2\n",
        "arXiv:2604.14193",
        "ARXIV:2604.14193v1",
        "https://arxiv.org/abs/2604.14193v3",
        "http://www.arxiv.org/pdf/2604.14193v1.pdf",
        "https://export.arxiv.org/html/2604.14193?x=1#S2",
        "arxiv.org/abs/2604.14193/",
    ],
)
def test_ids_are_read_as_people_paste_them(text: str) -> None:
    assert parse_pasted_id(text).arxiv_id == "2604.14193"


def test_old_ids_are_read_as_people_paste_them() -> None:
    assert parse_pasted_id("https://arxiv.org/abs/hep-th/9901001v2") == VersionedId("hep-th/9901001", 2)


@pytest.mark.parametrize(
    "text",
    ["", "https://evil.example/abs/2604.14193", "https://arxiv.org.evil.example/abs/2604.14193",
     "abs/2604.14193", "https://arxiv.org/list/cs.CV", "2604.14193 2604.14194"],
)  # fmt: skip
def test_what_is_no_pasted_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no arXiv id"):
        parse_pasted_id(text)
