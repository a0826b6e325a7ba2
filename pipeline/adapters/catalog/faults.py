"""What the database complains of, said in a sentence that tells what to do."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from pipeline.domain.errors import CatalogDamaged, CatalogUnavailable

_DAMAGED: Final = ("malformed", "not a database", "disk image")
_SAYINGS: Final[tuple[tuple[tuple[str, ...], str, bool], ...]] = (
    (("locked", "busy"), "is in use by another program. End that program, or try again later.", True),
    (
        ("disk i/o error",),
        "cannot be written: the disk is full or broken. Free some space; nothing half-written was kept.",
        True,
    ),
    (("is full",), "cannot grow: the disk is full. Free some space; nothing half-written was kept.", True),
    (
        ("readonly", "read-only", "unable to open", "permission denied"),
        "cannot be opened for writing. Check that its folder exists and belongs to you.",
        False,
    ),
    (
        ("too many clients", "too many connections", "connection slots"),
        "takes no more connections. Raise its max_connections, or run fewer processes.",
        True,
    ),
    (
        ("password authentication", "role ", "no password supplied"),
        "refused the user name or the password. Correct them in its address.",
        False,
    ),
    (("does not exist",), "is not there. Create it, or correct its address.", False),
    (
        ("connection", "could not connect", "server closed", "starting up", "shutting down", "terminating"),
        "does not answer. Start it, or correct its address.",
        True,
    ),
)


@contextmanager
def explained(place: str) -> Iterator[None]:
    """Turn the driver's errors into CatalogUnavailable and CatalogDamaged.

    `place` names the database for people, without a password.
    """
    try:
        yield
    except PoolTimeout as error:
        raise CatalogUnavailable(f"The catalogue {place} is overloaded. Try again later.", retryable=True) from error
    except DBAPIError as error:
        raise told(str(error.orig), place) from error


def told(complaint: str, place: str) -> CatalogUnavailable:
    """The sentence for what the database complains of."""
    said = complaint.lower()
    if any(sign in said for sign in _DAMAGED):
        return CatalogDamaged(
            f"The catalogue {place} is damaged. Restore a backup of it, or move the file away to start anew."
        )
    for signs, sentence, retryable in _SAYINGS:
        if any(sign in said for sign in signs):
            return CatalogUnavailable(f"The catalogue {place} {sentence}", retryable=retryable)
    return CatalogUnavailable(f"The catalogue {place} refused: {complaint.splitlines()[0]}.")


def is_locked(error: sqlite3.OperationalError) -> bool:
    """Whether another program has the file for itself just now."""
    return error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
