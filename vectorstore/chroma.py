"""Vectors in Chroma, embedded in this process: VectorIndex on two collections, in a thread of its own."""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import numpy as np

from pipeline.domain.errors import IndexUnavailable
from pipeline.domain.passage import Related
from pipeline.ports import Vectors
from vectorstore.entry import Entry, Fence

if TYPE_CHECKING:
    from chromadb import Collection
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration

_T = TypeVar("_T")
_BATCH: Final = 100
_SAMPLE: Final = 20
_MARGIN: Final = 1.5
_MOST_UNFILTERED: Final = 600
_SAME: Final = 0.01
_SPACE: Final["CreateHNSWConfiguration"] = {"space": "cosine", "ef_search": 200}


class ChromaVectors:
    """VectorIndex in a folder that this process owns. `version` names embedding and chunking: one collection each.

    A damaged folder stays unavailable until `clear`, which goes on in a new folder: Chroma keeps what it once
    opened under a path, also after it failed.
    """

    def __init__(self, folder: Path, *, version: str) -> None:
        self._folder = folder
        self._version = version
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="chroma")
        self._client: Client | None = None
        self._collections: dict[str, Collection] = {}
        self._broken = ""

    async def put(self, entry: Entry, *, chunks: Vectors, insights: Vectors) -> None:
        """See VectorIndex."""
        await self.forget([entry.episode_id])
        ids = entry.chunk_ids()
        for at in range(0, len(ids), _BATCH):
            await self._run(_upsert, "chunks", entry, ids[at : at + _BATCH], chunks[at : at + _BATCH])
        if entry.insights:
            await self._run(_upsert, "insights", entry, [insight.id for insight in entry.insights], insights)

    async def forget(self, episode_ids: Sequence[str]) -> None:
        """See VectorIndex."""
        if episode_ids:
            await self._run(_delete, "chunks", episode_ids)
            await self._run(_delete, "insights", episode_ids)

    async def nearest(self, vector: Vectors, *, fence: Fence, share: float, limit: int) -> Mapping[str, float]:
        """See VectorIndex.

        Chroma's filter takes time for every row it admits, most of all where it hardly excludes any. So it is
        first asked for more without a filter: if enough of them are within the fence, they are the nearest.
        """
        more = int(limit / max(share, 0.01) * _MARGIN)
        if more <= _MOST_UNFILTERED:
            found = await self._run(_query, "chunks", vector, None, more)
            inside = {name: cosine for name, cosine, data in found if _admits(fence, data)}
            if len(inside) >= limit:
                return dict(list(inside.items())[:limit])
        found = await self._run(_query, "chunks", vector, _where(fence), limit)
        return {name: cosine for name, cosine, _ in found}

    async def cosines(self, vector: Vectors, *, chunk_ids: Sequence[str]) -> Mapping[str, float]:
        """See VectorIndex."""
        if not chunk_ids:
            return {}
        ids, rows = await self._run(_vectors_of, "chunks", list(chunk_ids))
        return dict(zip(ids, (rows @ vector[0]).tolist(), strict=True)) if ids else {}

    async def related(self, vector: Vectors, *, fence: Fence, beside: str, limit: int) -> tuple[Related, ...]:
        """See VectorIndex."""
        where = _where(fence, {"episode_id": {"$ne": beside}})
        found = await self._run(_query, "insights", vector, where, limit)
        return tuple(Related(name, data["episode_id"], data["feed_id"], cosine) for name, cosine, data in found)

    async def check(self, *, chunks: int, insights: int) -> None:
        """See VectorIndex."""
        try:
            for kind, expected in (("chunks", chunks), ("insights", insights)):
                await self._run(_examine, kind, expected)
        except IndexUnavailable as error:
            self._broken = str(error)
            raise

    async def clear(self) -> None:
        """See VectorIndex."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._pool, self._start_anew)

    async def close(self) -> None:
        """See VectorIndex."""
        await asyncio.get_running_loop().run_in_executor(self._pool, self._disconnect)
        self._pool.shutdown(wait=False)

    async def _run(self, work: "Callable[..., _T]", kind: str, *values: Any) -> _T:
        if self._broken:
            raise IndexUnavailable(self._broken)
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._call, work, kind, values)

    def _call(self, work: "Callable[..., _T]", kind: str, values: tuple[Any, ...]) -> _T:
        from chromadb.errors import ChromaError

        try:
            return work(self._collection(kind), *values)
        except (ChromaError, sqlite3.Error, OSError) as error:
            raise IndexUnavailable(f"The vectors cannot be used: {error}.") from error

    def _collection(self, kind: str) -> "Collection":
        if self._client is None:
            self._client = self._connect()
        if kind not in self._collections:
            # Without `embedding_function=None` Chroma would fetch a model.
            self._collections[kind] = self._client.get_or_create_collection(
                f"{kind}-{self._version}", embedding_function=None, configuration={"hnsw": _SPACE}
            )
        return self._collections[kind]

    def _connect(self) -> "Client":
        import chromadb
        from chromadb.config import Settings
        from chromadb.errors import ChromaError

        path = self._generation()
        try:
            _check_file(path / "chroma.sqlite3")
            settings = Settings(anonymized_telemetry=False)
            return cast("Client", chromadb.PersistentClient(str(path), settings=settings))
        except (ChromaError, sqlite3.Error, OSError) as error:
            self._broken = f"The vectors cannot be opened: {error}."
            raise

    def _generation(self, *, following: bool = False) -> Path:
        """The folder in use: the one with the greatest number, or the one after it."""
        numbers = [int(path.name.removeprefix("vectors-")) for path in self._folder.glob("vectors-*")]
        return self._folder / f"vectors-{max(numbers, default=0) + following or 1}"

    def _start_anew(self) -> None:
        self._disconnect()
        path = self._generation(following=True)
        path.mkdir(parents=True)
        for old in self._folder.glob("vectors-*"):
            if old != path:
                shutil.rmtree(old, ignore_errors=True)
        self._broken = ""

    def _disconnect(self) -> None:
        if self._client is not None:
            self._collections.clear()
            self._client.close()
            self._client = None


def _check_file(path: Path) -> None:
    """Chroma reads a damaged database for a while without an error, so it is looked through before."""
    if path.exists():
        with closing(sqlite3.connect(path)) as db:
            verdict = db.execute("pragma quick_check(1)").fetchone()[0]
            if verdict != "ok":
                raise sqlite3.DatabaseError(verdict)


def _upsert(collection: "Collection", entry: Entry, ids: Sequence[str], rows: Vectors) -> None:
    data: dict[str, str | float] = {
        "episode_id": entry.episode_id,
        "feed_id": entry.feed_id,
        "audience": entry.audience.key,
        "published": entry.published.timestamp(),
    }
    collection.upsert(ids=list(ids), embeddings=rows, metadatas=[data] * len(ids))


def _delete(collection: "Collection", episode_ids: Sequence[str]) -> None:
    collection.delete(where=_one_of("episode_id", episode_ids))


def _admits(fence: Fence, data: Mapping[str, Any]) -> bool:
    published = datetime.fromtimestamp(data["published"], UTC)
    return fence.admits(data["audience"], feed_id=data["feed_id"], published=published)


def _where(fence: Fence, *more: dict[str, Any]) -> dict[str, Any]:
    clauses: list[dict[str, Any]] = [_one_of("audience", fence.audiences), *more]
    if fence.feeds is not None:
        clauses.append(_one_of("feed_id", fence.feeds))
    if fence.since is not None:
        clauses.append({"published": {"$gte": fence.since.timestamp()}})
    return {"$and": clauses} if len(clauses) > 1 else clauses[0]


def _one_of(field: str, values: Sequence[str]) -> dict[str, Any]:
    return {field: {"$in": list(values)}}


def _query(
    collection: "Collection", vector: Vectors, where: dict[str, Any] | None, limit: int
) -> list[tuple[str, float, Mapping[str, Any]]]:
    """Ids, cosines and metadata, nearest first."""
    found = collection.query(query_embeddings=vector, n_results=limit, where=where, include=["distances", "metadatas"])
    distances, metadatas = found["distances"] or [[]], found["metadatas"] or [[]]
    return [
        (name, 1.0 - float(distance), data)
        for name, distance, data in zip(found["ids"][0], distances[0], metadatas[0], strict=True)
    ]


def _vectors_of(collection: "Collection", ids: list[str]) -> tuple[list[str], Vectors]:
    found = collection.get(ids=ids, include=["embeddings"])
    return found["ids"], np.asarray(found["embeddings"], dtype=np.float32)


def _examine(collection: "Collection", expected: int) -> None:
    """Spoiled files show only when a vector does not find itself."""
    count = collection.count()
    if count != expected:
        raise IndexUnavailable(f"The index has {count} of {expected} vectors.")
    sample = collection.get(limit=_SAMPLE, include=["embeddings"])
    for name, row in zip(sample["ids"], np.asarray(sample["embeddings"], dtype=np.float32), strict=True):
        found = collection.query(query_embeddings=[row], n_results=1, include=["distances"])
        nearest = (found["distances"] or [[]])[0]
        if row.any() and (not nearest or nearest[0] > _SAME):
            raise IndexUnavailable(f"The index does not find the vector {name} again.")
