"""Moving a catalogue to another database: every table in batches, in one transaction, then compared row by row."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Table, func, select, text

from pipeline.adapters.catalog.engines import WRITES, file_of, make_engine, parse_url, place_of
from pipeline.adapters.catalog.faults import explained
from pipeline.adapters.catalog.migrating import migrate
from pipeline.adapters.catalog.tables import metadata
from pipeline.domain.errors import BadInput, CatalogUnavailable

_BATCH: Final = 500
_SUM_BYTES: Final = 16

OnTable = Callable[[str, int, int], None]
"""Called with a table's name, how many of its rows are copied, and how many there are."""


@dataclass(frozen=True, slots=True)
class MovedTable:
    """A table that was copied: its rows, and the same hash of all of them on both sides (32 hex digits)."""

    name: str
    rows: int
    hash: str


def move_catalog(source: str, target: str, *, report: OnTable = lambda *_: None) -> tuple[MovedTable, ...]:
    """Copy a whole catalogue into an empty one; both addresses are `sqlite:///…` or `postgresql://…`.

    It is one transaction: stopped at any moment, the target is as empty as before and the move can be started anew.
    The source is only read, and nobody may change it meanwhile; it is brought to this version's schema first, as the
    target is. Blocks: call it in a thread. Raises BadInput when the target holds anything or is the source,
    CatalogUnavailable when a database does not answer or a row did not arrive as it left.
    """
    if parse_url(source) == parse_url(target):
        raise BadInput("The catalogue is there already: source and target are the same database.")
    file = file_of(parse_url(source))
    if file is not None and not file.exists():
        raise BadInput(f"There is no catalogue {file}.")
    for url in (source, target):
        migrate(url)
    with ExitStack() as stack:
        old = stack.enter_context(_opened(source, writes=False))
        new = stack.enter_context(_opened(target, writes=True))
        _expect_empty(new, place_of(parse_url(target)))
        return tuple(_move(table, old, new, report) for table in _tables())


def _tables() -> list[Table]:
    """In an order in which no row comes before another that it refers to."""
    return metadata.sorted_tables


@contextmanager
def _opened(url: str, *, writes: bool) -> Iterator[Connection]:
    parsed = parse_url(url)
    engine = make_engine(parsed)
    try:
        with explained(place_of(parsed)), engine.execution_options(**{WRITES: writes}).begin() as connection:
            if connection.dialect.name == "postgresql" and not writes:
                connection.execute(text("set transaction isolation level repeatable read read only"))
            yield connection
    finally:
        engine.dispose()


def _expect_empty(connection: Connection, place: str) -> None:
    full = [table.name for table in _tables() if connection.scalar(select(func.count()).select_from(table))]
    if full:
        raise BadInput(
            f"The catalogue {place} is not empty ({', '.join(full)}), and nothing is ever overwritten. "
            "Name an empty database."
        )


def _move(table: Table, old: Connection, new: Connection, report: OnTable) -> MovedTable:
    total = old.scalar(select(func.count()).select_from(table)) or 0
    report(table.name, 0, total)
    copied, sums = 0, _Sum()
    for rows in _batches(table, old):
        new.execute(table.insert(), [dict(row._mapping) for row in rows])  # noqa: SLF001  SQLAlchemy's public name for it
        sums.add(rows)
        copied += len(rows)
        report(table.name, copied, total)
    _set_counter(table, new)
    arrived, there = 0, _Sum()
    for rows in _batches(table, new):
        there.add(rows)
        arrived += len(rows)
    if (arrived, there.hex) != (copied, sums.hex):
        raise CatalogUnavailable(
            f"The table “{table.name}” did not arrive as it left ({arrived} of {copied} rows). Nothing was kept."
        )
    return MovedTable(table.name, copied, sums.hex)


def _batches(table: Table, connection: Connection) -> Iterator[list[Row[Any]]]:
    found = connection.execute(select(table), execution_options={"yield_per": _BATCH})
    for rows in found.partitions():
        yield list(rows)


def _set_counter(table: Table, connection: Connection) -> None:
    """PostgreSQL counts on from where its own counter stands, not from the greatest number that was copied."""
    column = table.autoincrement_column
    if connection.dialect.name == "postgresql" and column is not None:
        largest = connection.scalar(select(func.max(column)))
        if largest is not None:
            counter = func.pg_get_serial_sequence(table.name, column.name)
            connection.execute(select(func.setval(counter, largest)))


class _Sum:
    """A hash of rows that does not depend on their order: databases sort text each in its own way."""

    def __init__(self) -> None:
        self._total = 0

    def add(self, rows: Iterable[Row[Any]]) -> None:
        for row in rows:
            content = repr([_plain(value) for value in row]).encode("utf-8", "surrogatepass")
            digest = hashlib.blake2b(content, digest_size=_SUM_BYTES).digest()
            self._total = (self._total + int.from_bytes(digest, "big")) % (1 << 8 * _SUM_BYTES)

    @property
    def hex(self) -> str:
        return f"{self._total:0{2 * _SUM_BYTES}x}"


def _plain(value: Any) -> Any:
    """The same for what means the same on both databases."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    return bytes(value) if isinstance(value, memoryview | bytearray) else value
