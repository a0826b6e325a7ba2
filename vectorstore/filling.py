"""Filling the index: what is stored of an episode, and a build that is filled beside the one in use."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.domain.episode import Episode
from pipeline.domain.insight import Insight
from pipeline.domain.transcript import Transcript
from pipeline.ports import Embedder, Vectors
from vectorstore.chunking import Chunk
from vectorstore.entry import Entry, entry_of
from vectorstore.ranking import in_context
from vectorstore.shelf import Shelf, Volume


@dataclass(frozen=True, slots=True)
class Made:
    """An episode as it is stored: one row of `chunks` for each of its chunks, one of `insights` for each insight."""

    entry: Entry
    chunks: Vectors
    insights: Vectors


class Maker:
    """Chunks and embeds."""

    def __init__(self, embedder: Embedder, chunking: Callable[[Transcript], Sequence[Chunk]]) -> None:
        self._embedder = embedder
        self._chunking = chunking

    async def made(self, episode: Episode, transcript: Transcript, insights: Sequence[Insight]) -> Made:
        """The episode, ready to be stored. Raises IndexUnavailable."""
        chunks = await asyncio.to_thread(self._chunking, transcript)
        entry = entry_of(episode, chunks, insights)
        rows = in_context(await self._embedder.embed([chunk.text for chunk in chunks]))
        return Made(entry, rows, await self._embedder.embed([insight.text for insight in entry.insights]))


class IndexBeside:
    """A build that is filled beside the one in use: see pipeline.ports.FillableIndex."""

    def __init__(self, maker: Maker, shelf: Shelf, volume: Volume) -> None:
        self._maker = maker
        self._shelf = shelf
        self._volume = volume

    async def indexed_episode_ids(self) -> frozenset[str]:
        """See FillableIndex."""
        return await whole_ids(self._volume)

    def expect(self, episodes: int) -> None:
        """See FillableIndex. Nobody searches it yet."""

    async def add(self, episode: Episode, transcript: Transcript, insights: Sequence[Insight]) -> None:
        """See FillableIndex. What somebody added meanwhile is newer and stays."""
        made = await self._maker.made(episode, transcript, insights)
        async with self._shelf.turn():
            if not await self._volume.words.has(episode.id):
                await store(self._volume, made)


async def store(volume: Volume, made: Made) -> None:
    """Words first, vectors second, then whole: see vectorstore/README.md. Raises IndexUnavailable."""
    await volume.words.put(made.entry)
    await volume.vectors.put(made.entry, chunks=made.chunks, insights=made.insights)
    await volume.words.mark([made.entry.episode_id], whole=True)


async def whole_ids(volume: Volume) -> frozenset[str]:
    """The episodes that are wholly in. Raises IndexUnavailable."""
    return frozenset(holding.episode_id for holding in await volume.words.holdings() if holding.whole)
