"""Recorded answers of the query API, where they are at hand: read completely, through a real socket."""

from __future__ import annotations

import re

import pytest
from lxml import etree

from feeds.errors import FetchError
from tests.support.hosts import Answer, Host
from tests.support.recordings import FOLDER, recording
from workers.enrichment.arxiv_api import ApiPaper, ArxivApi
from workers.http_client import HttpClient

ATOM = {"atom": "http://www.w3.org/2005/Atom", "arxiv": "http://arxiv.org/schemas/atom"}
RECORDED = sorted(path.name for path in (FOLDER / "api").glob("*.xml"))
ERROR = "id_abc_s0_m100_b79c8dcf6bc3_http400.xml"
MIXED = "id_0808.05394_1707.08567_s0_m100_42e5aa0ec3af_http200.xml"


def read(name: str) -> bytes:
    return recording("api", name).read_bytes()


def fetch(host: Host, name: str, *arxiv_ids: str) -> dict[str, ApiPaper]:
    host.otherwise = Answer(400 if name.endswith("http400.xml") else 200, read(name))
    return ArxivApi(f"{host.url}/api/query", HttpClient("test")).fetch(arxiv_ids)


def entries(name: str) -> dict[str, etree._Element]:
    found = {}
    for entry in etree.fromstring(read(name)).iterfind("atom:entry", ATOM):
        named = (entry.findtext("atom:id", namespaces=ATOM) or "").partition("/abs/")[2]
        found[re.sub(r"v\d+$", "", named)] = entry
    return found


@pytest.mark.parametrize("name", RECORDED or ["none"])
def test_every_recorded_paper_arrives_completely(host: Host, name: str) -> None:
    if name == ERROR:
        pytest.skip("it tells no paper")
    recorded = entries(name)
    found = fetch(host, name, *recorded)
    assert list(found) == list(recorded)
    for arxiv_id, entry in recorded.items():
        paper = found[arxiv_id]
        for field in ("comment", "doi", "journal_ref"):
            told = entry.findtext(f"arxiv:{field}", namespaces=ATOM)
            assert (getattr(paper, field) is None) == (told is None)
        primary = entry.find("arxiv:primary_category", ATOM)
        assert primary is not None
        assert paper.categories[0] == primary.get("term")
        assert set(paper.categories) == {category.get("term") for category in entry.iterfind("atom:category", ATOM)}
        assert len(paper.authors) == len(entry.findall("atom:author", ATOM))
        assert paper.title == " ".join((entry.findtext("atom:title", namespaces=ATOM) or "").split())
        assert paper.abstract
        assert paper.submitted_at <= paper.revised_at
        assert (paper.classes, paper.withdrawn) == ((), False)


def test_recordings_are_read_by_this_test() -> None:
    assert len(list(recording("api").glob("*.xml"))) == len(RECORDED)
    assert sum(len(entries(name)) for name in RECORDED) > 180


def test_of_a_mixed_list_what_is_known_arrives(host: Host) -> None:
    assert list(fetch(host, MIXED, "0808.0539", "1707.08567")) == ["1707.08567"]


def test_old_identifiers_and_affiliations_arrive(host: Host) -> None:
    found = fetch(host, "id_astro-ph_0601001_s0_m100_3150dca9dc76_http200.xml", "astro-ph/0601001")
    authors = found["astro-ph/0601001"].authors
    assert [author.affiliation for author in authors][:3] == ["Ohio State", "Ohio State", "CfA"]


def test_the_format_of_2013_arrives(host: Host) -> None:
    paper = fetch(host, "old_format_2013_single.xml", "1301.7746")["1301.7746"]
    assert paper.categories == ("cond-mat.dis-nn", "cond-mat.str-el")
    assert paper.comment is not None
    assert "\n" not in paper.comment + paper.abstract


def test_the_recorded_error_is_a_permanent_failure(host: Host) -> None:
    with pytest.raises(FetchError) as caught:
        fetch(host, ERROR, "2604.00001")
    assert caught.value.permanent
    host.otherwise = Answer(200, read(ERROR))
    with pytest.raises(FetchError, match="incorrect id format for abc") as caught:
        ArxivApi(f"{host.url}/api/query", HttpClient("test")).fetch(["2604.00001"])
    assert caught.value.permanent


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_recorded_page_that_breaks_off_is_a_failure(host: Host, share: float) -> None:
    body = read("q_testing_s0_m100_cfe7536492ca_http200.xml")
    host.otherwise = Answer(body=body[: int(len(body) * share)])
    with pytest.raises(FetchError, match="not well-formed"):
        ArxivApi(f"{host.url}/api/query", HttpClient("test")).fetch(["2604.00001"])
