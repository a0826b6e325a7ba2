"""Stand-ins for what a digest needs: books in memory, an embedder with directions of its own, a clock to set."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np

from pipeline.domain.audience import WorkspaceId
from pipeline.domain.channel import Channel
from pipeline.domain.choice.likeness import Vectors
from pipeline.domain.digest import Candidate, Delivery, DeliveryState, Digest, Shown
from pipeline.domain.errors import UnknownChannel


@dataclass
class SetClock:
    """Says the time it was set to."""

    time: datetime

    def now(self) -> datetime:
        return self.time


@dataclass
class OneChannelBook:
    """One channel that follows whatever the candidates come from; remembers from when candidates were asked."""

    channel: Channel
    available: list[Candidate] = field(default_factory=list)
    asked_since: list[datetime] = field(default_factory=list)

    async def get(self, channel_id: str, *, workspace: WorkspaceId) -> Channel:
        if (channel_id, workspace) != (self.channel.id, self.channel.workspace):
            raise UnknownChannel(channel_id)
        return self.channel

    async def candidates(self, channel_id: str, *, workspace: WorkspaceId, since: datetime) -> tuple[Candidate, ...]:
        self.asked_since.append(since)
        return tuple(c for c in self.available if c.episode.when >= since and not c.episode.backfill)


@dataclass
class MemoryDigestBook:
    """Keeps digests; a saved one counts as sent unless `is_sent` is switched off."""

    is_sent: bool = True
    stored: dict[tuple[str, date], Digest] = field(default_factory=dict)

    async def load(
        self, channel_id: str, day: date, *, workspace: WorkspaceId
    ) -> tuple[Digest, Delivery | None] | None:
        digest = self.stored.get((channel_id, day))
        if digest is None:
            return None
        return digest, Delivery(channel_id, day, DeliveryState.SENT) if self.is_sent else None

    async def save(self, digest: Digest, *, workspace: WorkspaceId) -> Digest:
        return self.stored.setdefault((digest.channel_id, digest.day), digest)

    async def shown(self, channel_id: str, *, workspace: WorkspaceId, since: datetime) -> tuple[Shown, ...]:
        if not self.is_sent:
            return ()
        return tuple(
            Shown(pick.candidate.insight.id, pick.candidate.insight.text, day, pick.number)
            for (channel, day), digest in sorted(self.stored.items(), key=lambda item: item[0][1])
            for pick in digest.picks
            if channel == channel_id and day >= since.date()
        )


@dataclass
class WordDirections:
    """An embedder for which texts are alike that share words; counts how often it was asked."""

    asked: int = 0
    words: dict[str, int] = field(default_factory=dict)

    @property
    def version(self) -> str:
        return "words"

    async def embed(self, texts: Sequence[str]) -> Vectors:
        self.asked += 1
        matrix = np.zeros((len(texts), 512), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                matrix[row, self.words.setdefault(word.strip(".,"), len(self.words) % 512)] += 1
        unit: Vectors = matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-9)
        return unit
