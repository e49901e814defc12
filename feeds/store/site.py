"""Who this wire is: the authority of its ``tag:`` URIs, fixed at the first start."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from feeds.store.tables import site


def fix_authority(connection: Connection, authority: str, now: datetime) -> None:
    """Write the authority down; one that is there already stays for ever (RFC 4151, section 2.1)."""
    rows = [
        {"name": "authority", "value": authority},
        {"name": "authority_on", "value": now.date().isoformat()},
    ]
    connection.execute(insert(site).on_conflict_do_nothing(), rows)


def find_authority(connection: Connection) -> tuple[str, str] | None:
    """The authority and the day since when it is ours; None before the first start."""
    values = {row.name: row.value for row in connection.execute(select(site))}
    return (values["authority"], values["authority_on"]) if "authority" in values else None
