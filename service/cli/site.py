"""Writing the whole service as static files: ``./wire export --site DIR``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from feeds.config import load_settings
from feeds.publishing.publisher import Publisher
from feeds.publishing.sites import load_site
from feeds.render.formats import FORMATS
from feeds.store.engine import Store
from service.app import create_app
from service.assets import asset_path
from service.cli.files import write_file
from service.static_site import Page, walk_site

#: What the last run wrote: so that it can be cleared away once it is no longer served.
_MANIFEST = ".wire-site"
#: Documents of a topic that its page need not link to.
_OF_A_TOPIC = ("archive/1.atom", *(f"{period}.{name}" for period in ("daily", "weekly") for name in FORMATS))


def export_site(folder: Path, base_url: str | None, *, relative: bool) -> None:
    """Write the site; files that hold the same already are left alone, what is no longer served is deleted.

    :param base_url: the address that the site will have; None: the wire's own
    :param relative: pages link to one another by relative addresses
    """
    settings = load_settings(joining=True)
    settings = replace(settings, base_url=(base_url or settings.base_url).rstrip("/"), api_rate=0)
    settings = replace(settings, editors={}, admin_token=None)  # files take no forms
    store = Store(settings.database_url)
    store.check()
    starts = list(_list_starts(Publisher(store, load_site(store, settings.base_url))))
    pages = walk_site(create_app(settings), settings.base_url, starts, relative=relative)
    with _progress_bar(pages) as each:
        done = {page.file: write_file(folder / page.file, page.body) for page in each}
    gone = _clear(folder, done)
    write_file(folder / _MANIFEST, "".join(f"{name}\n" for name in sorted(done)).encode())
    written = sum(done.values())
    click.echo(f"{written} files written, {len(done) - written} left as they were, {gone} deleted, in {folder}")


def _list_starts(publisher: Publisher) -> Iterator[str]:
    """What is served, linked or not."""
    yield from ("/feeds.opml", "/feeds/status.atom", "/status", "/favicon.ico", "/embed.js", asset_path("embed.js"))
    for line in publisher.list_topics():
        slug = line.topic.slug
        yield from (f"/topics/{slug}", f"/embed/{slug}")
        yield from (f"/feeds/{slug}.{name}" for name in (*FORMATS, "md", "bib", "ris", "csv"))
        yield from (f"/feeds/{slug}/{name}" for name in _OF_A_TOPIC)


def _clear(folder: Path, done: Iterable[str]) -> int:
    """Delete what an earlier run wrote and this one did not.

    :returns: how many files
    """
    try:
        before = (folder / _MANIFEST).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return 0
    root, gone = folder.resolve(), 0
    for name in set(before) - set(done):
        path = (root / name).resolve()
        if root in path.parents and path.is_file():
            path.unlink()
            gone += 1
    return gone


@contextmanager
def _progress_bar(pages: Iterator[Page]) -> Iterator[Iterable[Page]]:
    """For people at a terminal only; how many there are is known at the end."""
    if not sys.stderr.isatty():
        yield pages
        return
    with click.progressbar(pages, label="writing", show_pos=True, file=sys.stderr) as bar:
        yield bar
