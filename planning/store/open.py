"""Open the store: SQLite or PostgreSQL, brought to today's tables; one writer at a time, readers undisturbed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from geodata.errors import both
from planning.store.faults import StoreAwayError, told
from planning.store.migrate import upgrade

VARIABLE: Final = "JIUJIN_STORE"
"""Environment variable with the address of the store; it may hold a password and is never printed."""
FILE: Final = "jiujin.db"
WAIT_S: Final = 10
"""Seconds that one writer waits for another."""
_WRITES: Final = "jiujin_writes"
_ONE_WRITER: Final = 0x6A69756A  # the key of the lock that writers of a PostgreSQL store take in turn


@dataclass(frozen=True, eq=False)
class Store:
    """An open store. Transactions are short: no connection is held between two calls."""

    engine: Engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one moment of the store.

        Raises:
            StoreError: instead of the faults of the database.
        """
        with told(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that nobody else writes beside; written whole, or not at all when anything is raised.

        Raises:
            StoreError: instead of the faults of the database.
        """
        with told(), _writer(self.engine).begin() as connection:
            _take_turn(connection)
            yield connection

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


def usual_url(home: Path) -> str:
    """The address in `JIUJIN_STORE`, or that of a SQLite file in a folder."""
    given = os.environ.get(VARIABLE)
    return given or URL.create("sqlite", database=str(home / FILE)).render_as_string(hide_password=False)


def open_store(url: str) -> Store:
    """Open a store, make its tables where there are none, and bring earlier ones to today's form.

    Args:
        url: `sqlite:///<file>` or `postgresql+psycopg://...`.

    Raises:
        StoreError: when it cannot be reached, is no store, or belongs to a newer version.
    """
    try:
        address = make_url(url)
        engine = _sqlite(address) if address.get_backend_name() == "sqlite" else _postgresql(address)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise StoreAwayError(
            both(
                f"{VARIABLE}: not the address of a store; sqlite:///FILE or postgresql+psycopg://... is needed, "
                "and for the latter the extra 'server' installed",
                f"{VARIABLE}：不是有效的存储地址；请填 sqlite:///文件 或 postgresql+psycopg://...，"
                "后者需安装附加组件 server",
            )
        ) from error
    store = Store(engine)
    try:
        with store.writing() as connection:
            upgrade(connection)
    except BaseException:
        store.close()
        raise
    return store


def _writer(engine: Engine) -> Engine:
    """The engine whose transactions write; on PostgreSQL each statement sees what the writer before committed."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(**{_WRITES: True})
    return engine.execution_options(isolation_level="READ COMMITTED")


def _take_turn(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ONE_WRITER})")


def _sqlite(address: URL) -> Engine:
    if not address.database or address.database == ":memory:":
        raise ArgumentError("a store in memory would be forgotten")
    engine = create_engine(address, connect_args={"timeout": WAIT_S})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _: object) -> None:
    """Every write reaches the disk before it counts; on a network drive, where WAL cannot be, SQLite stays without."""
    connection.isolation_level = None  # the driver would begin by itself, and too late
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={WAIT_S * 1000}"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes the lock at once: two that read first and write then would refuse each other."""
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgresql(address: URL) -> Engine:
    options = f"-c statement_timeout={WAIT_S * 1000} -c client_encoding=utf8"
    return create_engine(
        address,
        isolation_level="REPEATABLE READ",
        pool_pre_ping=True,
        connect_args={"options": options, "connect_timeout": WAIT_S},
    )
