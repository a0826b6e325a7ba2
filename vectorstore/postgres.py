"""PostgreSQL for an index that many processes share: the connection, and the register of builds."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

from psycopg.errors import InternalError_, UndefinedTable
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from pipeline.domain.errors import IndexBusy, IndexUnavailable
from vectorstore.builds import Standing, from_json, to_json
from vectorstore.folder_register import BUSY
from vectorstore.vectors import IndexDamaged

MOST_CONNECTIONS: Final = 6
"""Of one process: a rebuild takes three, a search or an addition one or two."""
_TURN: Final = 722_610_174
_ALONE: Final = 722_610_175
"""Our two locks among PostgreSQL's advisory locks; the schema's name is the second half of each."""


@asynccontextmanager
async def open_postgres(url: str) -> AsyncIterator["PostgresDb"]:
    """The database at `postgresql://…`; nothing is asked of it before the first use."""
    address = make_url(url).set(drivername="postgresql+psycopg")
    engine = create_async_engine(address, pool_pre_ping=True, pool_size=MOST_CONNECTIONS, max_overflow=0)
    try:
        yield PostgresDb(engine)
    finally:
        await engine.dispose()


class PostgresDb:
    """Connections whose errors are ours."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """Kept as a whole, or not at all when the body raises. Raises IndexUnavailable or IndexDamaged."""
        with _explained():
            async with self._engine.begin() as connection:
                yield connection

    @asynccontextmanager
    async def lock(self, number: int, *, wait: bool) -> AsyncIterator[bool]:
        """Hold a lock that ends with the connection; gives whether it was got. Raises IndexUnavailable."""
        values = {"number": number}
        how = "pg_advisory_lock" if wait else "pg_try_advisory_lock"
        with _explained():
            async with self._engine.connect() as connection:
                try:
                    await connection.execution_options(isolation_level="AUTOCOMMIT")
                    got = await connection.scalar(text(f"select {how}(:number, hashtext(current_schema()))"), values)
                    yield got is not False
                finally:
                    # Closed for good rather than kept for others: a lock lives as long as its connection.
                    await connection.invalidate()


class PostgresRegister:
    """Register in one row; turn and rebuild are advisory locks."""

    def __init__(self, database: PostgresDb) -> None:
        self._database = database
        self._is_there = False
        self._turn = asyncio.Lock()

    async def read(self) -> Standing | None:
        """See Register."""
        async with self._database.transaction() as connection:
            await self._make_table(connection)
            found = await connection.scalar(text("select standing from index_register"))
        return None if found is None else from_json(found)

    async def write(self, standing: Standing) -> None:
        """See Register."""
        async with self._database.transaction() as connection:
            await self._make_table(connection)
            await connection.execute(
                text(
                    "insert into index_register (id, standing) values (true, :standing)"
                    " on conflict (id) do update set standing = excluded.standing"
                ),
                {"standing": to_json(standing)},
            )

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """See Register. Of one process only the next in turn waits in the database, and takes a connection for it."""
        async with self._turn, self._database.lock(_TURN, wait=True):
            yield

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """See Register."""
        async with self._database.lock(_ALONE, wait=False) as got:
            if not got:
                raise IndexBusy(BUSY)
            yield

    async def _make_table(self, connection: AsyncConnection) -> None:
        if self._is_there:
            return
        # Two that make it at the same moment would collide, in spite of `if not exists`.
        await connection.execute(text("select pg_advisory_xact_lock(:number, 0)"), {"number": _TURN})
        await connection.execute(
            text(
                "create table if not exists index_register"
                " (id boolean primary key default true check (id), standing text not null)"
            )
        )
        self._is_there = True


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        said = str(error.orig).strip().partition("\n")[0]
        if isinstance(error.orig, UndefinedTable | InternalError_):
            raise IndexDamaged(f"The word index cannot be used: {said}.") from error
        raise IndexUnavailable(f"The word index in PostgreSQL does not answer: {said}.") from error
    except SQLAlchemyError as error:
        raise IndexUnavailable(f"The word index in PostgreSQL does not answer: {error}.") from error
