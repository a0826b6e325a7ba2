"""The engine's database as a file: of write-ahead kind, and put aside when it is damaged."""

import logging
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from pipeline.domain.errors import CatalogUnavailable

_log = logging.getLogger(__name__)


def prepare(path: Path) -> None:
    """Put a damaged file aside: the catalogue knows what waits, and all that is lost is what was started of it.

    Raises CatalogUnavailable where the file cannot be written.
    """
    try:
        try:
            _use_wal(path)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            aside = path.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S}")
            path.replace(aside)
            for rest in ("-wal", "-shm"):
                path.with_name(path.name + rest).unlink(missing_ok=True)
            _log.warning("The engine's database was damaged and is made anew.", extra={"aside": str(aside)})
            _use_wal(path)
    except (sqlite3.OperationalError, OSError) as error:
        problem = f"The engine's database {path} cannot be written ({error}). Check the disk and who owns the folder."
        raise CatalogUnavailable(problem, retryable=True) from error


def _use_wal(path: Path) -> None:
    """DBOS leaves SQLite's journal as it is; write-ahead logging is five times faster and kept in the file."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma journal_mode=wal")
        if connection.execute("pragma quick_check(1)").fetchone() != ("ok",):
            raise sqlite3.DatabaseError
