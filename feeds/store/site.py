"""Who this wire is: the authority of its ``tag:`` URIs, fixed at the first start. And notes on all of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select

from feeds.store.dialects import insert
from feeds.store.tables import site

#: The note that says why the topics file is refused, while it is.
REFUSED = "topics_refused"
#: The note that says why a language model's endpoint refuses whatever it is asked, while it does.
MODEL_REFUSED = "model_refused"
#: The note that holds the key by which all web processes know a session; never shown, never logged.
SESSION_KEY = "session_key"


def fix_authority(connection: Connection, authority: str, now: datetime) -> None:
    """Write the authority down; one that is there already stays for ever (RFC 4151, section 2.1)."""
    rows = [
        {"name": "authority", "value": authority},
        {"name": "authority_on", "value": now.date().isoformat()},
    ]
    connection.execute(insert(connection, site).on_conflict_do_nothing(), rows)


def find_authority(connection: Connection) -> tuple[str, str] | None:
    """The authority and the day since when it is ours; None before the first start."""
    values = {row.name: row.value for row in connection.execute(select(site))}
    return (values["authority"], values["authority_on"]) if "authority" in values else None


def find_note(connection: Connection, name: str) -> str | None:
    """What is noted under a name."""
    found: str | None = connection.scalar(select(site.c.value).where(site.c.name == name))
    return found


def save_note(connection: Connection, name: str, value: str | None) -> None:
    """Note something under a name, in place of what was there; None: nothing any more."""
    if value is None:
        connection.execute(delete(site).where(site.c.name == name))
        return
    statement = insert(connection, site).values(name=name, value=value)
    connection.execute(statement.on_conflict_do_update(index_elements=[site.c.name], set_={"value": value}))


def fix_note(connection: Connection, name: str, value: str) -> None:
    """Note something under a name; what is there already stays."""
    connection.execute(insert(connection, site).values(name=name, value=value).on_conflict_do_nothing())
