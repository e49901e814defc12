"""The wire that browsers look at: topics and papers that make it hard for pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from tests.service import processes
from tests.support.hosts import running_host
from tests.support.listings import Item
from tests.support.wires import FRIDAY, MORNING, TOKEN, Line, running_engine

HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script> & \"quoted\" 'lone'"
UNBROKEN = "antidisestablishmentarianism" * 5
MATHS, BAD, LONG, CURATED, EDITED = (f"2604.{number:05}" for number in (101, 102, 103, 104, 201))
TOPICS: list[dict[str, object]] = [
    {"slug": "vision", "title": "Computer vision", "section": "Seeing", "categories": ["cs.CV"],
     "description": f"Images, video, {UNBROKEN} and splats", "summaries": {"kinds": ["tldr", "contributions"]}},
    {"slug": "hostile", "title": HOSTILE, "description": HOSTILE, "section": HOSTILE, "categories": ["cs.CV"],
     "query": "ti:script"},
    {"slug": "sehen", "title": "视觉与语言", "description": "图像、视频与文本的联合理解", "section": "中文",
     "categories": ["cs.CV"], "query": "prove OR curate OR long", "summaries": {"language": "zh"}},
    {"slug": "quiet", "title": "Logic", "categories": ["math.LO"], "query": "logic"},
    {"slug": "desk", "title": "To be edited", "categories": ["cs.HC"]},
    {"slug": "ended", "title": "Ended", "categories": ["cs.CV"], "retired": True},
]  # fmt: skip
LISTINGS = ("cs.CV", "cs.HC", "math.LO")
PAPERS = (
    Item(
        MATHS,
        title=r"Bounds on $\mathcal{O}(n^{3/2})$ for $\sum_{i<j} x_i^2 \leq \frac{1}{2}$",
        abstract=r"We prove that $\frac{\partial f}{\partial x} = \sqrt{2\pi}$ holds. Thus $a < b$ and $c > d$."
        r" Then $$\int_0^\infty e^{-x^2} dx = \frac{\sqrt{\pi}}{2}.$$ We show that $\alpha \to \beta$.",
    ),
    Item(BAD, title=HOSTILE, abstract=f"We present {HOSTILE}.", authors='<b>Ada</b> & "Co", Bob'),
    Item(
        LONG,
        title=f"On {UNBROKEN} and " + "the very long titles that some people give to their papers " * 3,
        abstract=f"We present {UNBROKEN} at https://github.com/one/{'path/' * 30}. " + "It is long. " * 120,
        authors=", ".join(f"Author Number{number}" for number in range(300)),
    ),
    Item(CURATED, title="Curated splats", abstract="We curate splats. Our first point is new. We show more."),
    *(
        Item(f"2604.{number:05}", title=f"Paper of splats, {number}", abstract="We present splats. They are fast.")
        for number in range(1, 61)
    ),
)
CURATION = {
    "pinned": True,
    "rating": 2,
    "tags": ["must read", UNBROKEN[:40], "图像"],
    "institution": "Institute of Splats",
    "note": f"Read *this* first, see [there](https://example.org/{UNBROKEN}):\n\n- `{UNBROKEN}`\n- 值得一读",
}
DAY = "/topics/vision/days/2026-04-17"
#: Every kind of page in every state that looks different: (path, status).
PAGES = (
    ("/", 200), ("/?lang=zh", 200), ("/topics/vision", 200), ("/topics/vision?before=20", 200),
    ("/topics/hostile", 200), ("/topics/sehen?lang=zh", 200), ("/topics/quiet", 200), (DAY, 200),
    ("/topics/quiet/days/2026-04-17", 200), ("/search", 200), ("/search?q=curated&cat=cs.CV", 200),
    ("/search?q=nothing", 200), ("/search?q=a+AND", 400), (f"/papers/{MATHS}", 200),
    (f"/papers/{MATHS}?lang=zh", 200), (f"/papers/{BAD}", 200), (f"/papers/{LONG}", 200),
    (f"/papers/{CURATED}", 200), ("/status", 200), ("/status?lang=zh", 200), ("/api/docs", 200), ("/login", 200),
    ("/embed/vision", 200), ("/embed/quiet?theme=dark", 200), ("/nothing", 404), ("/topics/ended", 410),
)  # fmt: skip
#: One page of each kind, for what takes its time.
KINDS = (
    "/", "/topics/sehen", "/topics/quiet?lang=zh", DAY, "/search?q=curated", f"/papers/{MATHS}", "/status",
    "/login", "/embed/quiet",
)  # fmt: skip


@contextmanager
def running_site(folder: Path) -> Iterator[str]:
    """The web face in a process of its own; gives its address."""
    with running_host() as arxiv, running_engine() as engine:
        line = Line(folder, engine, arxiv, TOPICS)
        try:
            _fill(line)
            (folder / "clock").write_text(MORNING.isoformat(), encoding="ascii")
            port = processes.find_port()
            address = f"http://127.0.0.1:{port}"
            environ = {
                "WIRE_DATA_DIR": str(line.settings.data_dir),
                "WIRE_BIND": f"127.0.0.1:{port}",
                "WIRE_BASE_URL": address,
                "WIRE_REDIS_URL": engine,
                "WIRE_TOPICS": str(line.settings.topics),
                "WIRE_EDITORS": f"ada:{TOKEN}",
                "WIRE_API_RATE": "0",
                "WIRE_CLOCK_FILE": str(folder / "clock"),
            }
            with processes.running(folder, environ, "serve") as process:
                processes.await_answer(process, "127.0.0.1", port)
                yield address
        finally:
            line.close()


def _fill(line: Line) -> None:
    thursday = FRIDAY - timedelta(days=1)
    line.set_time(MORNING - timedelta(days=1))
    line.announce([Item("2604.00100", title="Splats of yesterday")], day=thursday)
    line.announce([Item("2604.00301", categories=("math.LO",))], "math.LO", thursday)
    line.announce([_to_be_edited(0)], "cs.HC", thursday)
    line.poll(*LISTINGS)
    line.set_time(MORNING)
    line.announce(PAPERS)
    line.announce([Item("2604.00302", categories=("math.LO",))], "math.LO")
    line.announce([_to_be_edited(1), _to_be_edited(2)], "cs.HC")
    line.poll(*LISTINGS)
    answer = line.app.test_client().put(
        f"/api/v1/topics/vision/curation/{CURATED}",
        json=CURATION,
        headers={"Authorization": f"Bearer {TOKEN}"},
        base_url=line.settings.base_url,
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)


def _to_be_edited(number: int) -> Item:
    arxiv_id = f"2604.{201 + number:05}"
    return Item(arxiv_id, title=f"Edited {arxiv_id}", abstract="We present desks.", categories=("cs.HC",))


def names(pages: Sequence[tuple[str, int]]) -> list[str]:
    """What the cases of a test are called."""
    return [path for path, _ in pages]
