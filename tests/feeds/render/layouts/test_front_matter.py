from __future__ import annotations

import yaml
from hypothesis import given
from hypothesis import strategies as st

from feeds.render.layouts.front_matter import name, quote, write_front_matter
from feeds.text import clean, squeeze

TEXTS = st.text(max_size=40).map(clean)


@given(TEXTS, st.lists(TEXTS, max_size=4))
def test_whatever_is_in_them_values_are_what_they_were(title: str, tags: list[str]) -> None:
    block = write_front_matter({"layout": "post", "title": quote(title), "tags": tags})
    first, *lines, last = block.split("\n")
    assert (first, last, len(lines)) == ("---", "---", 3)
    read = yaml.safe_load("\n".join(lines))
    assert [_shown(text) for text in [title, *tags]] == [read["title"], *read["tags"]]


def _shown(text: str) -> str:
    return squeeze(text).replace("<", "‹").replace(">", "›").replace("{{", "{ {").replace("{%", "{ %")


def test_names_are_bare_where_that_is_safe() -> None:
    given = ["cs.SD", "MM Fusion", "语音", "yes", "a: b", "[x]", "# no", "1.5", "2026-01-01", "a,b", "C++", "x -"]
    bare = [text for text in given if name(text) == text]
    assert bare == ["cs.SD", "MM Fusion", "语音", "C++"]
    assert yaml.safe_load(f"[{', '.join(map(name, given))}]") == given


def test_a_title_is_no_markup_in_a_theme_and_nothing_for_liquid() -> None:
    made = quote('<script>alert("{{ x }}{% y %}")</script>')
    assert not {"<", ">", "{{", "{%"} & {made[at : at + size] for at in range(len(made)) for size in (1, 2)}
