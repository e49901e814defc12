"""What the buttons of a topic's page do, each in one transaction, on a paper that is still as its editor saw it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from feeds import arranging, curating
from feeds.curating import Curated
from feeds.model.curation import Act
from feeds.store.engine import Connection
from service.web import web

_Do = Callable[[Connection, str, str, str, datetime], Curated]


class ChangedError(Exception):
    """Somebody did something about the paper since the form was made."""


def do_act(slug: str, arxiv_id: str, editor: str, act: str, seen: str) -> Curated:
    """Do what a button says.

    :param act: one of :data:`ACTS`
    :param seen: the number of the last act about the paper when the form was made
    :raises ChangedError: where there was another since
    """
    return _do(slug, arxiv_id, editor, seen, ACTS[act][1])


def save_fields(slug: str, arxiv_id: str, editor: str, values: Mapping[str, object], seen: str) -> Curated:
    """Say several things of a paper at once; for the others see :func:`do_act`.

    :param values: which see :func:`feeds.curating.curate`
    """
    return _do(slug, arxiv_id, editor, seen, _say(Act.EDIT, **values))


def add_paper(slug: str, arxiv_id: str, editor: str) -> tuple[Curated, Curated]:
    """Add a paper to a topic.

    :returns: how it stood before, and how it stands now
    """
    tools = web()
    with tools.store.write() as connection:
        before = curating.find_curated(connection, slug, arxiv_id)
        now = tools.clock.now()
        return before, curating.add(connection, slug, arxiv_id, editor=editor, now=now, anew=True)


def _do(slug: str, arxiv_id: str, editor: str, seen: str, do: _Do) -> Curated:
    tools = web()
    with tools.store.write() as connection:
        events = curating.find_curated(connection, slug, arxiv_id).events
        if seen != str(events[-1].id if events else 0):
            raise ChangedError
        return do(connection, slug, arxiv_id, editor, tools.clock.now())


def _say(act: Act, **given: object) -> _Do:
    def do(connection: Connection, slug: str, arxiv_id: str, editor: str, now: datetime) -> Curated:
        return curating.curate(connection, slug, arxiv_id, given, editor=editor, now=now, act=act)

    return do


def _move(steps: int) -> _Do:
    def do(connection: Connection, slug: str, arxiv_id: str, editor: str, now: datetime) -> Curated:
        return arranging.move(connection, slug, arxiv_id, steps, editor=editor, now=now)

    return do


def _undo(connection: Connection, slug: str, arxiv_id: str, editor: str, now: datetime) -> Curated:
    return curating.undo(connection, slug, arxiv_id, editor=editor, now=now)


#: By the button's name: what is said of it when it was done, and what it does.
ACTS: Mapping[str, tuple[str, _Do]] = {
    "pin": ("pin", _say(Act.PIN, pinned=True)),
    "unpin": ("unpin", _say(Act.PIN, pinned=False)),
    "hide": ("hide", _say(Act.HIDE, hidden=True)),
    "show": ("show", _say(Act.HIDE, hidden=False)),
    "up": ("move", _move(-1)),
    "down": ("move", _move(1)),
    "undo": ("undo", _undo),
}
