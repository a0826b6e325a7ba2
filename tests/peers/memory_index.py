"""An index in memory: Index and InsightSearch by shared words, for tests that need no model and no files."""

import math
import re
from collections.abc import Sequence

import numpy as np

from pipeline.domain.audience import WorkspaceId
from pipeline.domain.episode import Episode
from pipeline.domain.errors import IndexUnavailable
from pipeline.domain.insight import Insight
from pipeline.domain.passage import Passage, Query, Related, SearchResult
from pipeline.domain.transcript import Segment, Transcript
from pipeline.ports import Vectors

_LONG = 4


class MemoryIndex:
    """Every segment is a passage; score and match are the share of the question's longer words that it has.

    While `down`, every call raises IndexUnavailable. `degraded` is handed on in every result.
    """

    def __init__(self) -> None:
        self.down = False
        self.degraded = ""
        self._episodes: dict[str, tuple[Episode, Transcript, tuple[Insight, ...]]] = {}

    async def add(self, episode: Episode, transcript: Transcript, insights: Sequence[Insight]) -> None:
        self._answer()
        self._episodes[episode.id] = (episode, transcript, tuple(insights))

    async def forget(self, episode_ids: Sequence[str]) -> None:
        self._answer()
        for name in episode_ids:
            self._episodes.pop(name, None)

    async def indexed_episode_ids(self) -> frozenset[str]:
        self._answer()
        return frozenset(self._episodes)

    async def search(self, query: Query) -> SearchResult:
        self._answer()
        asked = _words(query.text)
        seen = [
            (episode, segment)
            for episode, transcript, _ in self._episodes.values()
            if episode.audience.admits(query.workspace)
            and (query.feeds is None or episode.feed_id in query.feeds)
            and (query.episodes is None or episode.id in query.episodes)
            and (query.since is None or episode.when >= query.since)
            for segment in transcript.segments
        ]
        found = [
            (len(asked & _words(segment.text)) / len(asked), episode, segment) for episode, segment in seen if asked
        ]
        best = sorted((hit for hit in found if hit[0] > 0), key=lambda hit: -hit[0])[: query.limit]
        return SearchResult(tuple(_passage(*hit) for hit in best), len(seen), self.degraded)

    async def related(self, insight: Insight, *, workspace: WorkspaceId, limit: int = 5) -> tuple[Related, ...]:
        self._answer()
        near = [
            Related(other.id, other.episode_id, episode.feed_id, _likeness(insight.text, other.text))
            for episode, _, insights in self._episodes.values()
            if episode.audience.admits(workspace) and episode.id != insight.episode_id
            for other in insights
        ]
        return tuple(sorted(near, key=lambda item: -item.similarity)[:limit])

    def _answer(self) -> None:
        if self.down:
            raise IndexUnavailable("The index is down.")


class LetterEmbedder:
    """Embedder that counts words in 64 bins: the same words are near, and nothing is loaded."""

    version = "letters"

    async def embed(self, texts: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), 64), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in re.findall(r"\w+", text.lower()):
                row[sum(ord(letter) * place for place, letter in enumerate(word, start=1)) % 64] += 1
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        units: Vectors = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
        return units


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text.lower()) if len(word) >= _LONG}


def _likeness(one: str, other: str) -> float:
    a, b = _words(one), _words(other)
    return len(a & b) / max(1.0, math.sqrt(len(a) * len(b)))


def _passage(share: float, episode: Episode, segment: Segment) -> Passage:
    return Passage(
        feed_id=episode.feed_id,
        feed_url=episode.feed_url,
        feed_title=episode.feed_title,
        episode_id=episode.id,
        episode_title=episode.title,
        guid=episode.guid,
        text=segment.text,
        start=segment.start,
        end=segment.end,
        speaker=segment.speaker,
        score=share,
        match=share,
        published=episode.when,
        url=episode.moment_url(segment.start),
    )
