"""A copy of the catalogue in one file, taken while others read and write it. SQLite only."""

import errno
import sqlite3
from contextlib import closing
from pathlib import Path

from pipeline.adapters.catalog.engines import BUSY_SECONDS, file_of, parse_url
from pipeline.adapters.catalog.faults import is_locked, told
from pipeline.domain.errors import BadInput, CatalogDamaged


def copy_catalog(url: str, target: Path) -> str:
    """Write the state of one moment into the new file `target`, look it over, and give its schema.

    Blocks: call it in a thread. Raises BadInput when there is no catalogue, or none in a file; CatalogUnavailable and
    CatalogDamaged when it cannot be read; OSError when the copy cannot be written.
    """
    path = file_of(parse_url(url))
    if path is None:
        raise BadInput("The catalogue is in PostgreSQL: back it up with pg_dump, and keep the secret key beside it.")
    if not path.is_file():
        raise BadInput(f"There is no catalogue at {path} to back up.")
    try:
        with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as source:
            source.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()  # what fails later is the copy's
            _copy(source, target)
        return check_copy(target)
    except sqlite3.Error as error:
        raise told(str(error), str(path)) from error


def _copy(source: sqlite3.Connection, target: Path) -> None:
    """In one step: the copy is of one moment, and in WAL mode nobody who writes has to wait for it."""
    try:
        with closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        if is_locked(error):
            raise
        raise OSError(errno.EIO, str(error)) from error


def check_copy(path: Path) -> str:
    """The schema of the catalogue in this file, when it is whole. Raises CatalogDamaged."""
    try:
        with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as copy:
            problem = str(copy.execute("PRAGMA integrity_check(1)").fetchone()[0])
            found = copy.execute("SELECT version_num FROM alembic_version").fetchone() if problem == "ok" else None
    except sqlite3.DatabaseError as error:
        raise CatalogDamaged(f"{path.name} is no catalogue, or it is damaged: {error}.") from error
    if found is None:
        raise CatalogDamaged(f"{path.name} is damaged: {problem}.")
    return str(found[0])
