"""SQLite from the event loop with one visit to its thread for each statement.

aiosqlite makes four: for the cursor, the statement, the rows and the end. Each wakes a thread and the loop again, and
together they cost more than nearly every statement of ours.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from queue import SimpleQueue
from threading import Thread
from typing import Any, Final, Self

import aiosqlite
from aiosqlite import core

_ROWS_AT_ONCE: Final = 64


def connect(*arguments: Any, **options: Any) -> "_Connection":
    """A connection to be awaited, with the arguments of `sqlite3.connect`."""
    return _Connection(lambda: sqlite3.connect(*arguments, **options))


class _Connection(aiosqlite.Connection):
    def __init__(self, connector: Any) -> None:
        super().__init__(connector, _ROWS_AT_ONCE)
        self._thread = Thread(target=_work, args=(self._tx,), daemon=True)

    def stop(self) -> None:
        """End the thread after all that it was asked before. Who closed has had the answer that it is closed."""

        def end() -> object:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
            return core._STOP_RUNNING_SENTINEL  # noqa: SLF001  its thread ends at this alone

        self._running = False
        self._tx.put_nowait((None, end))

    def cursor(self) -> "_Cursor":  # type: ignore[override]  # SQLAlchemy, its one user, asks for no more
        return _Cursor(self)

    async def run(self, sql: str, parameters: Iterable[Any], *, is_many: bool) -> tuple[sqlite3.Cursor, Sequence[Any]]:
        """A cursor after the statement, and all rows of it."""
        done: tuple[sqlite3.Cursor, Sequence[Any]] = await self._execute(  # type: ignore[no-untyped-call]  # aiosqlite's
            self._run, sql, parameters, is_many
        )
        return done

    def _run(self, sql: str, parameters: Any, is_many: bool) -> tuple[sqlite3.Cursor, Sequence[Any]]:
        cursor = self._conn.cursor()
        (cursor.executemany if is_many else cursor.execute)(sql, parameters)
        return cursor, cursor.fetchall() if cursor.description else ()


def _work(asked: SimpleQueue[Any]) -> None:
    """Do what is asked, in turn, until the end, which nobody waits for."""
    while True:
        try:
            core._connection_worker_thread(asked)  # noqa: SLF001  the same, but that it goes on
        except RuntimeError:
            # The loop that asked was cancelled and has ended before the answer: nobody misses it. What else was asked,
            # the closing of the file among it, is still done.
            continue
        return


class _Cursor:
    """The part of a cursor that SQLAlchemy's adapter uses. All rows are there after the statement."""

    arraysize = 1

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._done: sqlite3.Cursor | None = None
        self._rows: Sequence[Any] = ()

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Iterable[Any] = ()) -> Self:
        self._done, self._rows = await self._connection.run(sql, parameters, is_many=False)
        return self

    async def executemany(self, sql: str, parameters: Iterable[Any]) -> Self:
        self._done, self._rows = await self._connection.run(sql, parameters, is_many=True)
        return self

    async def fetchall(self) -> Sequence[Any]:
        rows, self._rows = self._rows, ()
        return rows

    async def close(self) -> None:
        """Nothing is open: a statement whose rows were all read is over."""

    @property
    def description(self) -> Any:
        return None if self._done is None else self._done.description

    @property
    def rowcount(self) -> int:
        return -1 if self._done is None else self._done.rowcount

    @property
    def lastrowid(self) -> int | None:
        return None if self._done is None else self._done.lastrowid
