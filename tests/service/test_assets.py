"""Static files: under their names, and under addresses that name their bytes."""

from __future__ import annotations

import base64
import gzip
import hashlib
from pathlib import Path

import pytest

from service import assets
from service.assets import FOLDER, asset_path, find_asset, load_asset
from tests.service.conftest import Ask

NAMES = sorted(path.name for path in FOLDER.iterdir())
#: Given out by a release, so other sites load it by its digest: such a file stays as it is. Whoever changes
#: embed.js after one first keeps its bytes as service/static/embed-DIGEST.js, and adds the new digest here.
RELEASED = ("4c7566e69b3b",)


@pytest.mark.parametrize("name", NAMES)
def test_the_address_that_names_the_bytes_sends_them_to_be_kept_for_good(ask: Ask, name: str) -> None:
    answer = ask(asset_path(name))
    assert (answer.status_code, answer.data) == (200, (FOLDER / name).read_bytes())
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert ask(asset_path(name), headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize("name", NAMES)
def test_the_name_sends_them_to_be_asked_for_again(ask: Ask, name: str) -> None:
    answer = ask(f"/static/{name}")
    assert (answer.status_code, answer.data) == (200, (FOLDER / name).read_bytes())
    assert answer.headers["Cache-Control"] == "no-cache"
    assert ask(f"/static/{name}", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_an_address_is_made_of_the_name_and_the_digest() -> None:
    body = (FOLDER / "style.css").read_bytes()
    assert asset_path("style.css") == f"/static/style-{hashlib.sha256(body).hexdigest()[:12]}.css"


def test_the_digest_for_browsers_is_that_of_the_bytes_however_they_were_sent(ask: Ask) -> None:
    script = load_asset("embed.js")
    packed = ask(script.path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    digest = hashlib.sha384(gzip.decompress(packed.data)).digest()
    assert script.integrity == f"sha384-{base64.b64encode(digest).decode()}"


def test_bytes_of_another_version_lead_to_those_of_this_one(ask: Ask) -> None:
    answer = ask("/static/style-0123456789ab.css")
    assert (answer.status_code, answer.location) == (302, "/static/style.css")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        "/static/nothing-0123456789ab.css", "/static/style-0123456789ab.js", "/static/app-0123456789ab.py",
        "/static/../app-0123456789ab.py", "/static/x/style-0123456789ab.css", "/static/-0123456789ab.css",
        "/static/style-0123456789ab.", "/static/style-%2e%2e%2f%2e%2e%2fab.css",
    ],
)  # fmt: skip
def test_what_there_never_was_is_not_found(ask: Ask, path: str) -> None:
    assert ask(path).status_code == 404


@pytest.mark.parametrize("digest", RELEASED)
def test_a_released_component_can_still_be_had_by_its_digest(ask: Ask, digest: str) -> None:
    answer = ask(f"/static/embed-{digest}.js")
    assert answer.status_code == 200
    assert hashlib.sha256(answer.data).hexdigest()[:12] == digest


def test_the_component_of_today_is_among_the_released() -> None:
    assert load_asset("embed.js").digest in RELEASED


def test_an_earlier_component_is_found_under_its_whole_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = b"// of long ago\n"
    name = f"embed-{hashlib.sha256(old).hexdigest()[:12]}.js"
    (tmp_path / "embed.js").write_bytes(b"// of today\n")
    (tmp_path / name).write_bytes(old)
    (tmp_path / "notes.txt").write_bytes(b"no asset")
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    assets._load_assets.cache_clear()
    try:
        found = find_asset(f"/static/{name}")
        assert found
        assert found.document.body == old
        assert find_asset("/static/embed.js-0123456789ab") is find_asset("/static/notes.txt") is None
    finally:
        assets._load_assets.cache_clear()
