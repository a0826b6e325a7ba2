"""Vectors in Chroma: VectorIndex on two collections for each build, in a folder or on a server alike."""

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pipeline.domain.passage import Related
from pipeline.ports import Vectors
from vectorstore.chroma_places import Place, Store
from vectorstore.entry import Entry, Fence, episode_of
from vectorstore.vectors import IndexDamaged

if TYPE_CHECKING:
    from chromadb import Collection

_BATCH: Final = 100
_PAGE: Final = 5_000
_SAMPLE: Final = 20
_MARGIN: Final = 1.5
_MOST_UNFILTERED: Final = 4_000
_ENOUGH: Final = 40
"""So many of the nearest are enough for a question, and more would be asked for in vain."""
_SAME: Final = 0.01
_NOBODYS: Final = "nobody:0"
"""No chunk has this id."""


class ChromaVectors:
    """VectorIndex of the build with this name."""

    def __init__(self, place: Place, *, build: str) -> None:
        self._place = place
        self._chunks = f"podsift-chunks-{build}"
        self._insights = f"podsift-insights-{build}"

    async def create(self) -> None:
        """See VectorIndex."""
        await self._place.run(lambda store: store.create(self._chunks))
        await self._place.run(lambda store: store.create(self._insights))

    async def put(self, entry: Entry, *, chunks: Vectors, insights: Vectors) -> None:
        """See VectorIndex."""
        await self.forget([entry.episode_id])
        names = [insight.id for insight in entry.insights]
        for collection, ids, rows in ((self._chunks, entry.chunk_ids(), chunks), (self._insights, names, insights)):
            for at in range(0, len(ids), _BATCH):
                await self._place.run(
                    partial(_upsert, collection, entry, ids[at : at + _BATCH], rows[at : at + _BATCH])
                )

    async def forget(self, episode_ids: Sequence[str]) -> None:
        """See VectorIndex."""
        if episode_ids:
            await self._place.run(partial(_delete, self._chunks, episode_ids))
            await self._place.run(partial(_delete, self._insights, episode_ids))

    async def nearest(
        self, vector: Vectors, *, fence: Fence, inside: frozenset[str], share: float, limit: int
    ) -> Mapping[str, float]:
        """See VectorIndex.

        Chroma's filter and its metadata take far longer than the search. So it is first asked for more ids without
        either: those of `inside` are the nearest there are, if enough are among them.
        """
        if fence.episodes is not None:
            return await self._place.run(partial(_within, self._chunks, vector, sorted(inside), limit))
        more = min(_MOST_UNFILTERED, int(limit / max(share, 0.01) * _MARGIN))
        found = await self._place.run(partial(_query, self._chunks, vector, None, more))
        near = [(name, cosine) for name, cosine in found if episode_of(name) in inside][:limit]
        if len(near) < min(limit, _ENOUGH):
            near = await self._place.run(partial(_query, self._chunks, vector, _where(fence), limit))
        return dict(near)

    async def cosines(self, vector: Vectors, *, chunk_ids: Sequence[str]) -> Mapping[str, float]:
        """See VectorIndex."""
        if not chunk_ids:
            return {}
        ids, rows = await self._place.run(partial(_vectors_of, self._chunks, list(chunk_ids)))
        return dict(zip(ids, (rows @ vector[0]).tolist(), strict=True)) if ids else {}

    async def related(self, vector: Vectors, *, fence: Fence, beside: str, limit: int) -> tuple[Related, ...]:
        """See VectorIndex."""
        where = _where(fence, {"episode_id": {"$ne": beside}})
        found = await self._place.run(partial(_kin, self._insights, vector, where, limit))
        return tuple(Related(name, data["episode_id"], data["feed_id"], cosine) for name, cosine, data in found)

    async def check(self, held: Mapping[str, tuple[int, int]]) -> frozenset[str]:
        """See VectorIndex."""
        chunks = {episode_id: number for episode_id, (number, _) in held.items()}
        insights = {episode_id: number for episode_id, (_, number) in held.items() if number}
        uneven = await self._place.run(partial(_examine, self._chunks, chunks))
        return uneven | await self._place.run(partial(_examine, self._insights, insights))

    async def reach(self) -> None:
        """See VectorIndex. A count would read them all."""
        await self._place.run(partial(_vectors_of, self._chunks, [_NOBODYS]))

    async def discard(self) -> None:
        """See VectorIndex."""
        try:
            await self._place.run(lambda store: store.delete(self._chunks))
            await self._place.run(lambda store: store.delete(self._insights))
        except IndexDamaged:
            pass  # what cannot be opened goes with its folder
        await self._place.close(discard=True)

    async def close(self) -> None:
        """See VectorIndex."""
        await self._place.close()


def _upsert(name: str, entry: Entry, ids: Sequence[str], rows: Vectors, store: Store) -> None:
    data: dict[str, str | float] = {
        "episode_id": entry.episode_id,
        "feed_id": entry.feed_id,
        "audience": entry.audience.key,
        "published": entry.published.timestamp(),
    }
    store.collection(name).upsert(ids=list(ids), embeddings=rows, metadatas=[data] * len(ids))


def _delete(name: str, episode_ids: Sequence[str], store: Store) -> None:
    store.collection(name).delete(where=_one_of("episode_id", episode_ids))


def _where(fence: Fence, *more: dict[str, Any]) -> dict[str, Any]:
    clauses: list[dict[str, Any]] = [_one_of("audience", fence.audiences), *more]
    if fence.feeds is not None:
        clauses.append(_one_of("feed_id", fence.feeds))
    if fence.episodes is not None:
        clauses.append(_one_of("episode_id", fence.episodes))
    if fence.since is not None:
        clauses.append({"published": {"$gte": fence.since.timestamp()}})
    return {"$and": clauses} if len(clauses) > 1 else clauses[0]


def _one_of(field: str, values: Sequence[str]) -> dict[str, Any]:
    return {field: {"$in": list(values)}}


def _query(
    name: str, vector: Vectors, where: dict[str, Any] | None, limit: int, store: Store
) -> list[tuple[str, float]]:
    """Ids and cosines, nearest first."""
    found = store.collection(name).query(query_embeddings=vector, n_results=limit, where=where, include=["distances"])
    (distances,) = found["distances"] or [[]]
    return [(place, 1.0 - float(distance)) for place, distance in zip(found["ids"][0], distances, strict=True)]


def _within(name: str, vector: Vectors, episodes: Sequence[str], limit: int, store: Store) -> dict[str, float]:
    """All chunks of a few episodes, compared exactly."""
    near: list[tuple[str, float]] = []
    for episode in episodes:
        found = store.collection(name).get(where={"episode_id": episode}, include=["embeddings"])
        if found["ids"]:
            rows = np.asarray(found["embeddings"], dtype=np.float32)
            near += zip(found["ids"], (rows @ vector[0]).tolist(), strict=True)
    return dict(sorted(near, key=lambda pair: -pair[1])[:limit])


def _kin(
    name: str, vector: Vectors, where: dict[str, Any], limit: int, store: Store
) -> list[tuple[str, float, Mapping[str, Any]]]:
    """Ids, cosines and metadata, nearest first."""
    found = store.collection(name).query(
        query_embeddings=vector, n_results=limit, where=where, include=["distances", "metadatas"]
    )
    distances, metadatas = found["distances"] or [[]], found["metadatas"] or [[]]
    return [
        (place, 1.0 - float(distance), data)
        for place, distance, data in zip(found["ids"][0], distances[0], metadatas[0], strict=True)
    ]


def _vectors_of(name: str, ids: list[str], store: Store) -> tuple[list[str], Vectors]:
    found = store.collection(name).get(ids=ids, include=["embeddings"])
    return found["ids"], np.asarray(found["embeddings"], dtype=np.float32)


def _examine(name: str, expected: Mapping[str, int], store: Store) -> frozenset[str]:
    """Spoiled files show only when a vector does not find itself."""
    collection = store.collection(name)
    count, wanted = collection.count(), sum(expected.values())
    uneven = frozenset() if count == wanted else _uneven(collection, expected)
    if 2 * len(uneven & expected.keys()) > len(expected):
        raise IndexDamaged(f"The index has {count} of {wanted} vectors.")
    sample = collection.get(limit=_SAMPLE, include=["embeddings"])
    for place, row in zip(sample["ids"], np.asarray(sample["embeddings"], dtype=np.float32), strict=True):
        if row.any() and not _finds_itself(collection, row):
            raise IndexDamaged(f"The index does not find the vector {place} again.")
    return uneven


def _uneven(collection: "Collection", expected: Mapping[str, int]) -> frozenset[str]:
    """The episodes with more or fewer vectors than expected."""
    there: Counter[str] = Counter()
    for at in itertools.count(0, _PAGE):
        found = collection.get(limit=_PAGE, offset=at, include=["metadatas"])["metadatas"] or []
        there.update(str(data["episode_id"]) for data in found)
        if len(found) < _PAGE:
            break
    return frozenset(name for name in expected.keys() | there.keys() if expected.get(name, 0) != there[name])


def _finds_itself(collection: "Collection", row: Vectors) -> bool:
    found = collection.query(query_embeddings=row[np.newaxis], n_results=1, include=["distances"])
    nearest = (found["distances"] or [[]])[0]
    return bool(nearest) and nearest[0] <= _SAME
