"""What the steps need from the outside, named by role. Every port is small; fakes and real things share one suite.

All methods may raise the errors of `pipeline.domain.errors` that their docstring names, and no others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

import numpy as np
import numpy.typing as npt

from pipeline.domain.answer import Answer, Question
from pipeline.domain.audience import WorkspaceId
from pipeline.domain.audio import HeardChunk
from pipeline.domain.channel import Channel
from pipeline.domain.digest import Candidate, Claim, Delivery, Digest, Shown
from pipeline.domain.episode import Episode, EpisodeState
from pipeline.domain.feed import Feed, FeedUpdate, FoundEpisode, Validators
from pipeline.domain.insight import Insight, Proposal
from pipeline.domain.passage import Query, Related, SearchResult
from pipeline.domain.transcript import Transcript

Vectors = npt.NDArray[np.float32]
"""Shape (n, d), each row of unit length."""


class Clock(Protocol):
    """The time, so that tests may choose it."""

    def now(self) -> datetime:
        """The aware UTC time."""
        ...


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave. With `not_modified` the body is empty and the validators are the old ones.

    `url` is where the body came from after redirects; `moved_to` is set when every hop was permanent (301, 308).
    `max_age` in seconds is how long the server asks us to wait, None when it does not say.
    """

    url: str
    body: bytes
    content_type: str = ""
    validators: Validators = field(default_factory=Validators)
    not_modified: bool = False
    moved_to: str | None = None
    max_age: float | None = None


class Fetcher(Protocol):
    """Bytes from a public address, within caps on size, time and redirects."""

    async def fetch(
        self,
        url: str,
        *,
        validators: Validators | None = None,
        max_bytes: int = 25_000_000,
        credentials: str | None = None,
    ) -> Fetched:
        """The body at `url`. `credentials` is `user:password` or a bearer token, sent to that origin only.

        Raises FetchError.
        """
        ...


class FeedParser(Protocol):
    """Feed bytes become a FeedUpdate, off the event loop and in bounded time."""

    async def parse(self, body: bytes, *, url: str) -> FeedUpdate:
        """All that the feed says; relative addresses are resolved against `url`. Raises FeedUnreadable."""
        ...


class TranscriptReader(Protocol):
    """The publisher's own transcript."""

    async def read(self, episode: Episode) -> Transcript:
        """The best of the offered formats that can be used. Raises NoTranscript with the reason of each try."""
        ...


class Transcriber(Protocol):
    """Our own transcript, from the audio."""

    async def transcribe(self, episode: Episode) -> Transcript:
        """What is said in the episode's audio. Raises FetchError, AudioUnreadable or NoTranscript."""
        ...


class ChunkStore(Protocol):
    """Finished chunks of a transcript on its way, under (hash of the audio, model, number of the chunk)."""

    async def load(self, audio: str, *, model: str, number: int) -> HeardChunk | None:
        """The chunk, None when it is not there or cannot be read."""
        ...

    async def save(self, audio: str, chunk: HeardChunk, *, model: str, number: int) -> None:
        """Keep the chunk; it outlives this process."""
        ...

    async def forget(self, audio: str) -> None:
        """Drop all chunks of this audio: its transcript is stored."""
        ...


class InsightProposer(Protocol):
    """Finds what may be worth knowing in an episode."""

    @property
    def version(self) -> str:
        """Names model and prompt: results are stored under it, and a new version reads the episodes anew."""
        ...

    async def propose(self, episode: Episode, transcript: Transcript) -> tuple[Proposal, ...]:
        """Proposals, the most promising first. Raises ModelError."""
        ...


class AnswerWriter(Protocol):
    """Words an answer from passages."""

    async def write(self, question: Question, found: SearchResult) -> Answer:
        """An answer whose every statement is carried by the passages. Raises ModelError."""
        ...


class Embedder(Protocol):
    """Texts become vectors whose cosine is their nearness in meaning."""

    @property
    def version(self) -> str:
        """Names the model: vectors of different versions are never compared."""
        ...

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit row for each text, shape (len(texts), d). Raises IndexUnavailable."""
        ...


class Index(Protocol):
    """Makes episodes searchable. It is a cache: the catalogue can rebuild it."""

    async def add(self, episode: Episode, transcript: Transcript, insights: Sequence[Insight]) -> None:
        """Put an episode in, in place of what was there of it. Raises IndexUnavailable."""
        ...

    async def forget(self, episode_ids: Sequence[str]) -> None:
        """Take episodes out. Raises IndexUnavailable."""
        ...

    async def search(self, query: Query) -> SearchResult:
        """The best passages that the query's workspace may see. Raises IndexUnavailable."""
        ...


class FillableIndex(Protocol):
    """The index as the catalogue fills it."""

    async def indexed_episode_ids(self) -> frozenset[str]:
        """The episodes that are wholly in. Raises IndexUnavailable."""
        ...

    async def add(self, episode: Episode, transcript: Transcript, insights: Sequence[Insight]) -> None:
        """See Index."""
        ...


class InsightSearch(Protocol):
    """Finds insights that mean the same."""

    async def related(self, insight: Insight, *, workspace: WorkspaceId, limit: int = 5) -> tuple[Related, ...]:
        """Other episodes' insights the workspace may see, nearest first. Raises IndexUnavailable."""
        ...


class FeedLedger(Protocol):
    """The pipeline's own view of the feeds: by id, whoever they belong to."""

    async def get(self, feed_id: str) -> Feed:
        """Raises UnknownFeed."""
        ...

    async def due(self, now: datetime, *, limit: int = 100) -> tuple[str, ...]:
        """The ids of the feeds whose next reading is due, the longest overdue first."""
        ...

    async def record(self, feed: Feed, found: Sequence[FoundEpisode], *, hold_after: int | None = None) -> int:
        """Store a reading, all or nothing: the feed's new state, its episodes; returns how many are new.

        With `hold_after` (the first reading) the newest that many episodes wait and the others are held; those
        older than a week are marked as backfill.
        """
        ...


class FeedKeys(Protocol):
    """What opens private feeds. It is sealed at rest and appears in no log, error or message."""

    async def get(self, feed_id: str) -> str | None:
        """`user:password` or a bearer token for this feed; None when it needs none. Raises SettingsError."""
        ...

    async def put(self, feed_id: str, credentials: str) -> None:
        """Keep what opens this feed, in place of what was kept before."""
        ...


class EpisodeLedger(Protocol):
    """The pipeline's own view of the episodes."""

    async def get(self, episode_id: str) -> Episode:
        """Raises UnknownEpisode."""
        ...

    async def waiting(self, feed_id: str | None = None) -> tuple[Episode, ...]:
        """Episodes on their way (of one feed, or all), newest first."""
        ...

    async def settle(self, episode_id: str, state: EpisodeState, *, reason: str = "") -> None:
        """Set how the episode ended up. Raises UnknownEpisode."""
        ...


class ReadyEpisodes(Protocol):
    """Which episodes must be in the index."""

    async def ready_ids(self) -> tuple[str, ...]:
        """The ids of all ready episodes, newest first."""
        ...


class TranscriptStore(Protocol):
    """Transcripts, kept as soon as they exist: they are expensive."""

    async def load(self, episode_id: str) -> Transcript | None:
        """The stored transcript, None when there is none yet."""
        ...

    async def save(self, episode_id: str, transcript: Transcript) -> None:
        """Store it; a second save replaces it only when the content differs."""
        ...


class InsightStore(Protocol):
    """Insights under (transcript hash, proposer version): an episode is read once, whoever follows it."""

    async def load(self, episode_id: str, *, source: str, version: str) -> tuple[Insight, ...] | None:
        """The stored insights, None when this version has not read this transcript yet."""
        ...

    async def save(
        self,
        episode_id: str,
        insights: Sequence[Insight],
        *,
        source: str,
        version: str,
        rejected: Mapping[str, int],
    ) -> None:
        """Store them with the number of rejected proposals by reason, in place of older ones."""
        ...

    async def current(self, episode_id: str) -> tuple[Insight, ...]:
        """The insights in force, whatever made them; empty when there are none."""
        ...


class ChannelBook(Protocol):
    """Channels and the feeds they follow."""

    async def get(self, channel_id: str, *, workspace: WorkspaceId) -> Channel:
        """Raises UnknownChannel, also when the channel is another workspace's."""
        ...

    async def candidates(self, channel_id: str, *, workspace: WorkspaceId, since: datetime) -> tuple[Candidate, ...]:
        """Insights of ready episodes of the followed feeds, published since then, none of them backfill."""
        ...


class DigestBook(Protocol):
    """Digests as they were built, and whether they arrived. (channel, local date) is unique."""

    async def load(
        self, channel_id: str, day: date, *, workspace: WorkspaceId
    ) -> tuple[Digest, Delivery | None] | None:
        """The stored digest of that local date and its delivery, None when none was built."""
        ...

    async def save(self, digest: Digest, *, workspace: WorkspaceId) -> Digest:
        """Store it unless there is one already; returns the one that is stored."""
        ...

    async def shown(self, channel_id: str, *, workspace: WorkspaceId, since: datetime) -> tuple[Shown, ...]:
        """What this channel was sent since then, oldest first."""
        ...


class DeliveryBook(Protocol):
    """Who sends which digest, so that each is sent once. (channel, local date) is unique."""

    async def claim(self, channel_id: str, day: date, *, workspace: WorkspaceId, at: datetime) -> Claim:
        """Say that we are about to send it, unless somebody said so before. Raises UnknownChannel."""
        ...

    async def settle(self, delivery: Delivery) -> None:
        """Store how it ended. What was sent stays sent. Raises UnknownChannel."""
        ...

    async def settled_days(self, channel_id: str, *, since: date) -> frozenset[date]:
        """The local dates from `since` on whose digest was sent, skipped or given up."""
        ...
