"""Bring the tables of a store to today's form; a store of a newer version is left alone."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from geodata.errors import both
from planning.store.faults import StoreNewerError

SCRIPTS: Final = Path(__file__).parent / "migrations"


def upgrade(connection: Connection, scripts: Path = SCRIPTS) -> None:
    """Run the migrations that a store has not seen, within the transaction of the connection.

    A SQLite file is copied first, to `<file>.before-<revision>` with the revision that it has.

    Args:
        connection: a writer's, see `Store.writing`.
        scripts: folder of migrations.

    Raises:
        StoreNewerError: when the store has a revision that this version does not know; it is left as it is.
    """
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.attributes["connection"] = connection
    found, steps = MigrationContext.configure(connection).get_current_revision(), ScriptDirectory.from_config(config)
    if found == steps.get_current_head():
        return
    if found is not None and found not in {step.revision for step in steps.walk_revisions()}:
        raise StoreNewerError(
            both(
                "the store belongs to a newer version of the program; update the program; nothing was changed",
                "该存储由较新的版本建立，未作任何改动；请更新程序",
            )
        )
    if found is not None:
        _copy(connection, found)
    command.upgrade(config, "head")


def _copy(connection: Connection, revision: str) -> None:
    """A copy of a SQLite file beside it; PostgreSQL undoes a failed migration by itself, and has its own copies."""
    database = connection.engine.url.database
    if connection.dialect.name == "sqlite" and database:
        with (
            closing(sqlite3.connect(f"{Path(database).resolve().as_uri()}?mode=ro", uri=True)) as there,
            closing(sqlite3.connect(f"{database}.before-{revision}")) as copy,
        ):
            there.backup(copy)
