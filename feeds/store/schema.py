"""The schema's versions: which one a database has, and how it comes to ours."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

_MIGRATIONS = Path(__file__).with_name("migrations")


def upgrade(connection: Connection) -> None:
    """Bring the schema to this version's, within the connection's transaction."""
    config = _alembic()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def find_revision(connection: Connection) -> str | None:
    """The revision of a database; None where it has no schema of ours."""
    return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """This version's revision."""
    return ScriptDirectory.from_config(_alembic()).get_current_head()


def known() -> set[str]:
    """The revisions that this version knows how to bring forward."""
    return {script.revision for script in ScriptDirectory.from_config(_alembic()).walk_revisions()}


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config
