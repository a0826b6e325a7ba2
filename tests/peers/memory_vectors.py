"""Vectors in memory: exact search, for tests that need no Chroma. It can be told to fail."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from pipeline.domain.errors import IndexUnavailable
from pipeline.domain.passage import Related
from pipeline.ports import Vectors
from vectorstore.entry import Entry, Fence
from vectorstore.vectors import IndexDamaged


class MemoryVectors:
    """VectorIndex. While `down`, every call raises IndexUnavailable."""

    def __init__(self) -> None:
        self.down = False
        self._chunks: dict[str, tuple[Entry, Vectors]] = {}
        self._insights: dict[str, tuple[Entry, Vectors]] = {}

    async def create(self) -> None:
        self._answer()

    async def put(self, entry: Entry, *, chunks: Vectors, insights: Vectors) -> None:
        await self.forget([entry.episode_id])
        self._chunks |= {name: (entry, row) for name, row in zip(entry.chunk_ids(), chunks, strict=True)}
        self._insights |= {item.id: (entry, row) for item, row in zip(entry.insights, insights, strict=True)}

    async def forget(self, episode_ids: Sequence[str]) -> None:
        self._answer()
        for rows in (self._chunks, self._insights):
            for name in [name for name, (entry, _) in rows.items() if entry.episode_id in episode_ids]:
                del rows[name]

    async def nearest(
        self, vector: Vectors, *, fence: Fence, inside: frozenset[str], share: float, limit: int
    ) -> Mapping[str, float]:
        self._answer()
        seen = {name: row for name, row in self._chunks.items() if _admits(fence, row[0])}
        return dict(_cosines(vector, seen)[:limit])

    async def cosines(self, vector: Vectors, *, chunk_ids: Sequence[str]) -> Mapping[str, float]:
        self._answer()
        return dict(_cosines(vector, {name: self._chunks[name] for name in chunk_ids if name in self._chunks}))

    async def related(self, vector: Vectors, *, fence: Fence, beside: str, limit: int) -> tuple[Related, ...]:
        self._answer()
        seen = {
            name: row for name, row in self._insights.items() if _admits(fence, row[0]) and row[0].episode_id != beside
        }
        return tuple(
            Related(name, seen[name][0].episode_id, seen[name][0].feed_id, cosine)
            for name, cosine in _cosines(vector, seen)[:limit]
        )

    async def check(self, held: Mapping[str, tuple[int, int]]) -> frozenset[str]:
        self._answer()
        chunks, insights = (
            Counter(entry.episode_id for entry, _ in rows.values()) for rows in (self._chunks, self._insights)
        )
        there = {name: (chunks[name], insights[name]) for name in chunks.keys() | insights.keys()}
        uneven = frozenset(name for name in held.keys() | there.keys() if held.get(name) != there.get(name))
        if 2 * len(uneven & held.keys()) > len(held):
            raise IndexDamaged("Most vectors are gone.")
        return uneven

    async def reach(self) -> None:
        self._answer()

    async def discard(self) -> None:
        self._answer()
        self._chunks.clear()
        self._insights.clear()

    async def close(self) -> None:
        """There is nothing to let go of."""

    def _answer(self) -> None:
        if self.down:
            raise IndexUnavailable("The vectors are down.")


def _admits(fence: Fence, entry: Entry) -> bool:
    return fence.admits(
        entry.audience.key, feed_id=entry.feed_id, episode_id=entry.episode_id, published=entry.published
    )


def _cosines(vector: Vectors, rows: Mapping[str, tuple[Entry, Vectors]]) -> list[tuple[str, float]]:
    if not rows:
        return []
    near = np.stack([row for _, row in rows.values()]) @ vector[0]
    return sorted(zip(rows, near.tolist(), strict=True), key=lambda pair: (-pair[1], pair[0]))
