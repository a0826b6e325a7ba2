"""Words beside vectors: WordIndex in an SQLite file of the index folder, one connection in a thread of its own."""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from pipeline.domain.passage import Neighbour, Passage
from vectorstore import fts
from vectorstore.entry import Entry, Fence
from vectorstore.vectors import IndexDamaged
from vectorstore.words import MOST_SCORED, Holding, Term, WordHits

_T = TypeVar("_T")


class SqliteWords:
    """WordIndex on FTS5, in the file of an owned folder. About `most_scored` chunks count for a question."""

    def __init__(self, path: Path, *, most_scored: int = MOST_SCORED) -> None:
        self._most_scored = most_scored
        self._path = path
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="words")
        self._connection: sqlite3.Connection | None = None

    async def create(self) -> None:
        """See WordIndex."""
        await self._run(fts.check)

    async def check(self) -> None:
        """See WordIndex. It reads through the whole file."""
        await self._run(fts.check)

    async def put(self, entry: Entry) -> None:
        """See WordIndex."""
        await self._run(lambda db: fts.put(db, entry))

    async def mark(self, episode_ids: Sequence[str], *, whole: bool) -> None:
        """See WordIndex."""
        await self._run(lambda db: fts.mark(db, episode_ids, whole=whole))

    async def forget(self, episode_ids: Sequence[str]) -> None:
        """See WordIndex."""
        await self._run(lambda db: fts.remove(db, episode_ids))

    async def find(self, text: str, *, fence: Fence, limit: int) -> WordHits:
        """See WordIndex."""
        return await self._run(lambda db: fts.find(db, text, fence=fence, limit=limit, most=self._most_scored))

    async def covers(self, terms: Sequence[Term], *, chunk_ids: Sequence[str]) -> Mapping[str, float]:
        """See WordIndex."""
        return await self._run(lambda db: fts.covers(db, terms, chunk_ids=chunk_ids))

    async def passages(self, chunk_ids: Sequence[str], *, fence: Fence) -> Mapping[str, Passage]:
        """See WordIndex."""
        return await self._run(lambda db: fts.passages(db, chunk_ids, fence=fence))

    async def neighbours(self, chunk_ids: Sequence[str]) -> Mapping[str, Neighbour]:
        """See WordIndex."""
        return await self._run(lambda db: fts.neighbours(db, chunk_ids))

    async def holdings(self) -> tuple[Holding, ...]:
        """See WordIndex."""
        return await self._run(fts.holdings)

    async def has(self, episode_id: str) -> bool:
        """See WordIndex."""
        return await self._run(lambda db: fts.has(db, episode_id))

    async def discard(self) -> None:
        """See WordIndex."""
        await self.close()
        await asyncio.to_thread(self._remove)

    async def close(self) -> None:
        """See WordIndex."""
        await asyncio.get_running_loop().run_in_executor(self._pool, self._disconnect)
        self._pool.shutdown(wait=False)

    async def _run(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, self._transact, work)
        except (sqlite3.Error, OSError) as error:
            raise IndexDamaged(f"The word index cannot be used: {error}.") from error

    def _transact(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        if self._connection is None:
            self._connection = fts.connect(self._path)
        with self._connection:
            return work(self._connection)

    def _remove(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
