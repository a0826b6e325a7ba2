"""Bringing a database to the schema this program needs, or refusing it."""

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from threading import Lock
from typing import Final

from sqlalchemy import URL, Connection, Engine, inspect, text

from pipeline.adapters.catalog.engines import BUSY_SECONDS, WRITES, file_of, make_engine, parse_url, place_of
from pipeline.adapters.catalog.faults import explained, is_locked, told
from pipeline.adapters.catalog.tables import SCHEMA
from pipeline.domain.errors import CatalogUnavailable

_LOCK_KEY: Final = 7_226_101_735
"""Names our migration lock among PostgreSQL's advisory locks."""

_ALEMBIC_IS_ONE: Final = Lock()
"""Alembic keeps what it is working on in module globals, so only one thread may use it."""


def migrate(url: str, *, patience: float = BUSY_SECONDS) -> tuple[str | None, str]:
    """Bring the database to the newest schema; returns the schema before (None: it was empty) and after.

    Runs once even when several processes start together, and waits `patience` seconds for a program that has the file
    for itself. Blocks: call it in a thread. Raises CatalogUnavailable when the database does not answer or was written
    by a newer Podsift, CatalogDamaged, BadInput for an address that is none of ours.
    """
    parsed = parse_url(url)
    place = place_of(parsed)
    with explained(place):
        _prepare_file(parsed, place, patience=patience)
        engine = make_engine(parsed)
        try:
            before = _version(engine)
            if before == SCHEMA:
                return before, SCHEMA
            return _upgrade(engine, place), SCHEMA
        finally:
            engine.dispose()


def _prepare_file(url: URL, place: str, *, patience: float) -> None:
    """Make the SQLite file readable by its owner alone, and let readers and a writer work side by side."""
    path = file_of(url)
    if path is None:
        return
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        said = f"The catalogue {place} cannot be opened: {error.strerror}. Check its folder and who owns it."
        raise CatalogUnavailable(said) from error
    try:
        _turn_wal_on(path, patience=patience)
    except sqlite3.Error as error:
        raise told(str(error), place) from error


def _turn_wal_on(path: Path, *, patience: float) -> None:
    deadline = time.monotonic() + patience
    with closing(sqlite3.connect(path, timeout=patience)) as connection:
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                # Changing the mode does not wait for the lock as other statements do. A full disk waits for nobody.
                if not is_locked(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
            else:
                return


def _version(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return _version_in(connection)


def _version_in(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _upgrade(engine: Engine, place: str) -> str | None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    with _ALEMBIC_IS_ONE, engine.execution_options(**{WRITES: True}).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
        before = _version_in(connection)
        ours = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        if before is not None and before not in ours:
            raise CatalogUnavailable(
                f"The catalogue {place} was written by a newer Podsift (schema {before}, this one knows {SCHEMA}). "
                "Update Podsift, or restore a backup from before the update."
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        return before
