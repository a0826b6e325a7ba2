"""The vector half of the index as a role: chunks and insights are found by nearness in meaning."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from pipeline.domain.errors import IndexUnavailable
from pipeline.domain.passage import Related
from pipeline.ports import Vectors
from vectorstore.entry import Entry, Fence


class IndexDamaged(IndexUnavailable):
    """A part of the index is missing or damaged: waiting does not help, a rebuild does."""


class VectorIndex(Protocol):
    """Unit vectors of one build's chunks and insights. All methods raise IndexUnavailable, or IndexDamaged."""

    async def create(self) -> None:
        """Make the place for the vectors of a new build."""
        ...

    async def put(self, entry: Entry, *, chunks: Vectors, insights: Vectors) -> None:
        """Store the vectors of an episode in place of older ones; one row for each chunk and each insight."""
        ...

    async def forget(self, episode_ids: Sequence[str]) -> None:
        """Remove the vectors of these episodes."""
        ...

    async def nearest(
        self, vector: Vectors, *, fence: Fence, inside: frozenset[str], share: float, limit: int
    ) -> Mapping[str, float]:
        """Chunk ids with their cosine to the one row of `vector`, nearest first, of those the fence admits.

        `inside` are the episodes that it admits, `share` is about how much of everything that is, from 0 to 1: hints
        for speed. At most `limit`; fewer where the rest is far away.
        """
        ...

    async def cosines(self, vector: Vectors, *, chunk_ids: Sequence[str]) -> Mapping[str, float]:
        """The cosine of these chunks to the one row of `vector`; an unknown id is left out."""
        ...

    async def related(self, vector: Vectors, *, fence: Fence, beside: str, limit: int) -> tuple[Related, ...]:
        """The nearest insights that the fence admits, of other episodes than `beside`."""
        ...

    async def check(self, held: Mapping[str, tuple[int, int]]) -> frozenset[str]:
        """The episodes that have other numbers of vectors than these of chunks and insights, or should have none.

        Raises IndexDamaged when most are not there, or when a sample of them does not find itself.
        """
        ...

    async def reach(self) -> None:
        """Raise unless they are there and answer; that costs next to nothing, however many they are."""
        ...

    async def discard(self) -> None:
        """Remove the build's vectors and their place, also what is damaged."""
        ...

    async def close(self) -> None:
        """Let go of the storage."""
        ...
