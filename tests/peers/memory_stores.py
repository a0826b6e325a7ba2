"""Stores of the pipeline in memory, with what was asked of them, and an embedder of word counts."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from pipeline.domain.episode import Episode, EpisodeState
from pipeline.domain.errors import UnknownEpisode
from pipeline.domain.insight import Insight, Proposal
from pipeline.domain.rejected import RejectedProposal
from pipeline.domain.transcript import Transcript
from pipeline.ports import Vectors


@dataclass
class MemoryEpisodes:
    """An EpisodeLedger."""

    episodes: dict[str, Episode] = field(default_factory=dict)
    settled: dict[str, tuple[EpisodeState, str]] = field(default_factory=dict)

    async def get(self, episode_id: str) -> Episode:
        """The episode of that id. Raises UnknownEpisode."""
        if episode_id not in self.episodes:
            raise UnknownEpisode(episode_id)
        return self.episodes[episode_id]

    async def waiting(self, feed_id: str | None = None) -> tuple[Episode, ...]:
        """Those that are not settled."""
        return tuple(e for e in self.episodes.values() if e.id not in self.settled and feed_id in (None, e.feed_id))

    async def settle(
        self, episode_id: str, state: EpisodeState, *, reason: str = "", retry_at: datetime | None = None
    ) -> None:
        """Remember it."""
        await self.get(episode_id)
        self.settled[episode_id] = (state, reason)


@dataclass
class MemoryTranscripts:
    """A TranscriptStore."""

    stored: dict[str, Transcript] = field(default_factory=dict)

    async def load(self, episode_id: str) -> Transcript | None:
        """What is stored."""
        return self.stored.get(episode_id)

    async def save(self, episode_id: str, transcript: Transcript) -> None:
        """Replace it."""
        self.stored[episode_id] = transcript


@dataclass
class MemoryInsights:
    """An InsightStore; `rejected` holds the counts of the last save by episode."""

    stored: dict[tuple[str, str, str], tuple[Insight, ...]] = field(default_factory=dict)
    rejected: dict[str, dict[str, int]] = field(default_factory=dict)

    async def load(self, episode_id: str, *, source: str, version: str) -> tuple[Insight, ...] | None:
        """What this version made of this transcript."""
        return self.stored.get((episode_id, source, version))

    async def save(
        self, episode_id: str, insights: Sequence[Insight], *, source: str, version: str, rejected: Mapping[str, int]
    ) -> None:
        """Keep it in place of older ones."""
        self.stored = {key: kept for key, kept in self.stored.items() if key[0] != episode_id}
        self.stored[(episode_id, source, version)] = tuple(insights)
        self.rejected[episode_id] = dict(rejected)

    async def current(self, episode_id: str) -> tuple[Insight, ...]:
        """Those in force."""
        return next((kept for key, kept in self.stored.items() if key[0] == episode_id), ())


@dataclass
class MemoryRejections:
    """A RejectionBook."""

    kept: dict[str, tuple[RejectedProposal, ...]] = field(default_factory=dict)

    async def record(self, episode_id: str, proposals: Sequence[RejectedProposal]) -> None:
        """Keep them in place of older ones."""
        self.kept[episode_id] = tuple(proposals)

    async def of(self, episode_id: str) -> tuple[RejectedProposal, ...]:
        """Those of the last reading."""
        return self.kept.get(episode_id, ())


@dataclass
class SetProposer:
    """An InsightProposer that proposes what it was given; `calls` counts how often it was asked."""

    proposals: tuple[Proposal, ...] = ()
    version: str = "set-1"
    calls: int = 0

    async def propose(self, episode: Episode, transcript: Transcript) -> tuple[Proposal, ...]:
        """The proposals."""
        self.calls += 1
        return self.proposals


class CountingEmbedder:
    """An Embedder for which texts are near when they share words."""

    version = "counting-1"
    dimensions = 256

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit row a text."""
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split():
                row[zlib.crc32(word.strip(".,?!").encode()) % self.dimensions] += 1
            row[0] += 1e-3
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return rows
