"""What programs say that judge pages: axe-core, the validator of the W3C's HTML checker, Lighthouse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.browser.conftest import Visit
from tests.browser.site import CURATED, PAGES, names
from tests.support import npm
from tests.support.browsers import find_chromium, find_violations, load_axe
from tests.support.readers import need

HERE = Path(__file__).parent
SIZES = ({"width": 1280, "height": 800}, {"width": 390, "height": 844})
SCHEMES = ("light", "dark")
#: Of one page of each kind: Lighthouse takes its time.
WEIGHED = ("/", "/topics/sehen?lang=zh", f"/papers/{CURATED}", "/status")
_WEIGHING_SECONDS = 180
_VALIDATING_SECONDS = 120


@pytest.mark.parametrize(("path", "status"), PAGES, ids=names(PAGES))
def test_axe_finds_no_violation_at_any_size_in_any_scheme(visit: Visit, path: str, status: int) -> None:
    page = visit(bypass_csp=True).open(path, status)
    for fold in page.locator("details").all()[:12]:
        fold.evaluate("fold => { fold.open = true }")
    load_axe(page)
    found = {}
    for size in SIZES:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            found[size["width"], scheme] = find_violations(page)
    assert {at: violations for at, violations in found.items() if violations} == {}


def test_axe_would_find_something(visit: Visit) -> None:
    page = visit(bypass_csp=True).open("/login")
    page.evaluate("document.querySelector('label[for=token]').remove()")
    load_axe(page)
    assert [told.partition(":")[0] for told in find_violations(page)] == ["label"]


def test_every_page_is_valid_html(visit: Visit, tmp_path: Path) -> None:
    need("java", "default-jre-headless")
    folder, client = npm.install(HERE), visit().context.request
    for number, (path, _) in enumerate(PAGES):
        (tmp_path / f"{number}.html").write_bytes(client.get(path, headers={"Accept": "text/html"}).body())
    judge = ["java", "-jar", str(folder / "node_modules/vnu-jar/build/dist/vnu.jar")]
    done = npm.run([*judge, "--format", "json", "--stdout", str(tmp_path)], folder, _VALIDATING_SECONDS)
    told = [_tell(message) for message in json.loads(done.stdout)["messages"]]
    assert told == [], "\n".join(told[:20])


def _tell(message: dict[str, str]) -> str:
    path, _ = PAGES[int(Path(message["url"]).stem)]
    return f"{path}: {message['message']} {message.get('extract', '')}"


def test_lighthouse_gives_full_marks_for_accessibility(site: str) -> None:
    folder, chromium = npm.install(HERE), find_chromium()
    driver = pytest.importorskip("playwright._impl._driver")  # brings a Node of this year's
    node, _ = driver.compute_driver_executable()
    asked = [f"{site}{path}" for path in WEIGHED]
    done = npm.run([node, "accessibility.mjs", chromium, *asked], folder, _WEIGHING_SECONDS)
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert told == [{"address": address, "score": 1, "lost": []} for address in asked]
