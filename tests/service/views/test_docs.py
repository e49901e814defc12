"""The API's description as a page."""

from __future__ import annotations

import re

from service.views.api import api
from tests.service.conftest import Ask


def test_every_operation_and_type_is_on_the_page(ask: Ask) -> None:
    answer = ask("/api/docs")
    assert answer.status_code == 200
    page = answer.get_data(as_text=True)
    for operation in api.operations:
        heading = (
            f'<h2 id="{operation.view.__name__}"><code>{operation.method.upper()} {operation.path}</code></h2>'
        )
        assert heading in page
    for name in ask("/api/v1/openapi.json").get_json()["components"]["schemas"]:
        assert f'id="schema-{name}"' in page


def test_every_link_on_the_page_leads_somewhere_and_no_name_comes_twice(ask: Ask) -> None:
    page = ask("/api/docs").get_data(as_text=True)
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)
    assert "<script" not in page


def test_the_page_is_known_by_its_entity_tag(ask: Ask) -> None:
    first = ask("/api/docs")
    assert ask("/api/docs", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert ask("/api/docs?x=1").status_code == 400
