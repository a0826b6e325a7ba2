"""The open catalogue: reading and writing transactions on SQLite or PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import TYPE_CHECKING

from sqlalchemy import Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from pipeline.adapters.catalog.engines import WRITES, make_async_engine, parse_url, place_of
from pipeline.adapters.catalog.faults import explained
from pipeline.adapters.catalog.feed_addresses import seal_addresses
from pipeline.adapters.catalog.found_episodes import seal_episodes
from pipeline.adapters.catalog.migrating import migrate
from pipeline.adapters.sealing import Seal
from pipeline.adapters.turnstile import Turnstile

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql


class CatalogDb:
    """The database behind every class of this package, and the seal of what is secret in it, None without its key.

    Open it with `open_catalog`.
    """

    def __init__(self, engine: AsyncEngine, *, place: str) -> None:
        self.seal: Seal | None = None
        self._readers = engine
        self._writers = engine.execution_options(**{WRITES: True})
        self._place = place
        self._is_sqlite = engine.dialect.name == "sqlite"
        # SQLite has one writer. Waiting here is fair and wakes up at once; waiting in SQLite is neither.
        self._turn = Turnstile() if self._is_sqlite else None

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees one state of the catalogue. Raises CatalogUnavailable."""
        with explained(self._place):
            async with self._readers.connect() as connection:
                yield connection

    @asynccontextmanager
    async def writing(self, *, is_urgent: bool = False) -> AsyncIterator[AsyncConnection]:
        """A transaction that is kept as a whole, or not at all when the body raises. Raises CatalogUnavailable.

        Urgent is what was paid for, or took long, and is nowhere else: it goes before others that wait.
        """
        turn = nullcontext() if self._turn is None else self._turn.taken(is_urgent=is_urgent)
        with explained(self._place):
            async with turn, self._writers.begin() as connection:
                yield connection

    async def seal_with(self, seal: Seal) -> None:
        """Take the key, and seal what was written before such things were sealed. Raises CatalogUnavailable."""
        async with self.writing() as connection:
            await seal_addresses(connection, seal=seal)
            await seal_episodes(connection, seal=seal)
        self.seal = seal

    def insert(self, table: Table) -> "sqlite.Insert | postgresql.Insert":
        """An INSERT that knows ON CONFLICT, which both databases spell alike."""
        if self._is_sqlite:
            return sqlite.insert(table)
        from sqlalchemy.dialects import postgresql  # not where SQLite is enough

        return postgresql.insert(table)


@asynccontextmanager
async def open_catalog(url: str, *, seal: Seal | None = None) -> AsyncIterator[CatalogDb]:
    """Bring the schema up to date and open the catalogue at `sqlite:///…` or `postgresql://…`.

    Without its `seal`, which `CatalogDb.seal_with` may give later, no private feed can be added or read.

    Raises CatalogUnavailable when the database does not answer or was written by a newer Podsift, CatalogDamaged, and
    BadInput for an address that is none of ours.
    """
    await asyncio.to_thread(migrate, url)
    parsed = parse_url(url)
    engine = make_async_engine(parsed)
    try:
        db = CatalogDb(engine, place=place_of(parsed))
        if seal is not None:
            await db.seal_with(seal)
        yield db
    finally:
        await engine.dispose()
