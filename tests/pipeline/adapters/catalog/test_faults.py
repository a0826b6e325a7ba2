"""What people are told when the database complains."""

import sqlite3

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from pipeline.adapters.catalog.faults import explained
from pipeline.domain.errors import CatalogDamaged, CatalogUnavailable, UnknownFeed


@pytest.mark.parametrize(
    ("said", "told", "retryable"),
    [
        ("database is locked", "in use by another program", True),
        ("database or disk is full", "the disk is full", True),
        ("disk I/O error", "the disk is full or broken", True),
        ("attempt to write a readonly database", "cannot be opened for writing", False),
        ("database disk image is malformed", "is damaged", False),
        ("file is not a database", "is damaged", False),
        ('connection failed: FATAL:  database "x" does not exist', "is not there", False),
        ("connection failed: FATAL:  password authentication failed", "refused the user name", False),
        ("connection failed: FATAL:  sorry, too many clients already", "no more connections", True),
        ('connection failed: FATAL:  too many connections for role "podsift"', "no more connections", True),
        ("FATAL:  remaining connection slots are reserved for roles with SUPERUSER", "no more connections", True),
        ("server closed the connection unexpectedly", "does not answer", True),
        ("no such table: feed\nmore", r"refused: no such table: feed\.$", False),
    ],
)
def test_a_fault_is_told_in_a_sentence(said: str, told: str, retryable: bool) -> None:
    with pytest.raises(CatalogUnavailable, match=f"The catalogue here .*{told}") as caught, explained("here"):
        raise OperationalError("SELECT secret", {}, sqlite3.OperationalError(said))
    assert caught.value.retryable is retryable
    assert isinstance(caught.value, CatalogDamaged) is (told == "is damaged")
    assert "secret" not in str(caught.value)


def test_too_many_at_once_is_told_as_overload() -> None:
    with pytest.raises(CatalogUnavailable, match="overloaded"), explained("here"):
        raise PoolTimeout


def test_our_own_errors_pass() -> None:
    with pytest.raises(UnknownFeed), explained("here"):
        raise UnknownFeed("x")
