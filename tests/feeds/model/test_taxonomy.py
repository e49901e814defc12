"""arXiv's categories and their names."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.model import taxonomy

STEADY = settings(deadline=None, derandomize=True)

#: Every name there is: what arXiv's listings can be asked for.
NAMES = sorted({*taxonomy._data()["archives"], *taxonomy._data()["categories"]})
ALIASES: dict[str, str] = taxonomy._data()["aliases"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("cs.CV", "cs.CV"),
        ("CS.cv", "cs.CV"),
        ("QUANT-PH", "quant-ph"),
        ("cond-mat.MTRL-SCI", "cond-mat.mtrl-sci"),
        ("cs", "cs"),
        ("cmp-lg", "cmp-lg"),
    ],
)
def test_a_category_is_found_whatever_its_case(text: str, name: str) -> None:
    assert taxonomy.find_name(text) == name


@pytest.mark.parametrize("text", ["", "cs.", "cs.ZZ", ".CV", "cs.CV ", "cs.*", "test", "cs CV", "çs.CV"])
def test_what_is_no_category_is_not_found(text: str) -> None:
    assert taxonomy.find_name(text) is None


@given(st.text())
@STEADY
def test_any_text_can_be_asked_for(text: str) -> None:
    assert taxonomy.find_name(text) in {None, *NAMES}


@pytest.mark.parametrize(
    ("alias", "preferred"),
    [
        ("math.MP", "math-ph"),
        ("stat.TH", "math.ST"),
        ("math.IT", "cs.IT"),
        ("q-fin.EC", "econ.GN"),
        ("cs.SY", "eess.SY"),
        ("cs.NA", "math.NA"),
        ("cmp-lg", "cs.CL"),
        ("supr-con", "cond-mat.supr-con"),
        ("cs.CV", "cs.CV"),
        ("unknown.XX", "unknown.XX"),
    ],
)
def test_the_name_arxiv_prefers_is_known(alias: str, preferred: str) -> None:
    assert taxonomy.canonical(alias) == preferred
    assert taxonomy.canonical(preferred) == preferred


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_one_of_its_own_names(name: str) -> None:
    names = taxonomy.names_of(name)
    assert {name, taxonomy.canonical(name)} <= names
    assert all(taxonomy.names_of(other) == names for other in names)


@pytest.mark.parametrize("alias", sorted(ALIASES))
def test_an_alias_and_its_category_belong_to_each_other(alias: str) -> None:
    assert taxonomy.belongs(alias, ALIASES[alias])
    assert taxonomy.belongs(ALIASES[alias], alias)


@pytest.mark.parametrize(
    ("category", "wanted", "belongs"),
    [
        ("cs.CV", "cs.CV", True),
        ("cs.CV", "cs", True),
        ("cs.CV", "cs.CL", False),
        ("cs.CV", "math", False),
        ("math.NA", "cs", True),
        ("cs.NA", "math", True),
        ("eess.SY", "cs", True),
        ("cs", "cs.CV", False),
        ("astro-ph", "astro-ph", True),
        ("astro-ph.CO", "astro-ph", True),
        ("math-ph", "math", True),
        ("math.MP", "math-ph", True),
        ("quant-ph", "quant-ph", True),
        ("q-bio.NC", "q-fin", False),
        ("csx.AI", "cs", False),
        ("physics.chem-ph", "chem-ph", True),
        ("unknown.XX", "unknown", True),
    ],
)
def test_a_category_belongs_to_itself_its_aliases_and_its_archive(
    category: str, wanted: str, belongs: bool
) -> None:
    assert taxonomy.belongs(category, wanted) is belongs
    assert taxonomy.any_belongs(["gr-qc", category], ["hep-ex", wanted]) is belongs


def test_nothing_belongs_to_nothing() -> None:
    assert not taxonomy.any_belongs([], ["cs"])
    assert not taxonomy.any_belongs(["cs.CV"], [])
    assert taxonomy.any_belongs(iter(["cs.CV", "cs.CL"]), iter(["math", "cs.CL"]))


@pytest.mark.parametrize("name", NAMES)
def test_every_name_has_a_label(name: str) -> None:
    assert taxonomy.label(name)


def test_labels_are_arxivs_own() -> None:
    assert taxonomy.label("cs.LG") == "Machine Learning"
    assert taxonomy.label("cs") == "Computer Science"
    assert taxonomy.label("cs.ZZ") is None
