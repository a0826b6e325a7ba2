"""Connections to SQLite or PostgreSQL, set up the same way everywhere."""

from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from pipeline.adapters.catalog.one_hop import connect
from pipeline.domain.errors import BadInput

BUSY_SECONDS: Final = 10
WRITES: Final = "catalog_writes"
"""The execution option of connections that write: their transaction takes SQLite's write lock at once, because one
that reads first and writes later cannot wait for the lock."""

_DRIVERS: Final = {
    "sqlite": ("sqlite+pysqlite", "sqlite+aiosqlite"),
    "postgresql": ("postgresql+psycopg", "postgresql+psycopg"),
    "postgres": ("postgresql+psycopg", "postgresql+psycopg"),
}


def parse_url(url: str) -> URL:
    """The address of a database we can use. Raises BadInput."""
    wanted = "Use sqlite:///folder/catalog.db or postgresql://user:password@host/database."
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise BadInput(f"The catalogue's address cannot be read. {wanted}") from error
    family = parsed.drivername.partition("+")[0]
    if family not in _DRIVERS:
        raise BadInput(f"The catalogue cannot be kept in {family}. {wanted}")
    if family == "sqlite" and file_of(parsed) is None:
        raise BadInput(f"The catalogue needs a file. {wanted}")
    return parsed


def file_of(url: URL) -> Path | None:
    """The SQLite file, None for PostgreSQL (and for SQLite in memory)."""
    is_file = url.drivername.startswith("sqlite") and url.database not in {None, "", ":memory:"}
    return Path(url.database) if is_file and url.database else None


def place_of(url: URL) -> str:
    """The database's name for people, without user and password."""
    path = file_of(url)
    return str(path) if path is not None else f"{url.host or 'local'}/{url.database or ''}"


def make_engine(url: URL) -> Engine:
    """For migrations, which run in a thread of their own."""
    engine = create_engine(_with_driver(url, 0), hide_parameters=True)
    _set_up(engine)
    return engine


def make_async_engine(url: URL) -> AsyncEngine:
    """For everything else."""
    is_file = file_of(url) is not None
    special: dict[str, Any] = {"connect_args": {"async_creator_fn": connect}} if is_file else {"pool_pre_ping": True}
    engine = create_async_engine(_with_driver(url, 1), hide_parameters=True, **special)
    _set_up(engine.sync_engine)
    return engine


def _with_driver(url: URL, which: int) -> URL:
    return url.set(drivername=_DRIVERS[url.drivername.partition("+")[0]][which])


def _set_up(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_connection)
        event.listen(engine, "begin", _begin)


def _set_up_connection(connection: Any, record: object) -> None:
    del record
    # The driver must not begin transactions by itself: it would do so too late, and never for reading.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (f"busy_timeout = {BUSY_SECONDS * 1000}", "foreign_keys = ON", "synchronous = NORMAL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    is_writing = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")
