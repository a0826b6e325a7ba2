"""The catalogue in the roles it plays for the steps."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from pipeline.domain.audience import WorkspaceId
from pipeline.domain.channel import Channel
from pipeline.domain.digest import Candidate, Claim, Delivery, Digest, Shown
from pipeline.domain.episode import Episode, EpisodeState
from pipeline.domain.feed import DueFeed, Feed, FoundEpisode, Listing, SeenItem
from pipeline.domain.insight import Insight
from pipeline.domain.intake.whose_words import Sibling
from pipeline.domain.rejected import RejectedProposal
from pipeline.domain.spending import Purpose, Spending, SpendingTotal
from pipeline.domain.transcript import Transcript


class FeedLedger(Protocol):
    """The pipeline's own view of the feeds: by id, whoever they belong to."""

    async def get(self, feed_id: str) -> Feed:
        """Raises UnknownFeed."""
        ...

    async def record(
        self,
        feed: Feed,
        found: Sequence[FoundEpisode],
        *,
        hold_after: int | None = None,
        listing: Listing | None = None,
    ) -> int:
        """Store a reading, all or nothing: the feed's new state, its episodes; returns how many are new.

        With `hold_after`, and as long as no episode of the feed is known, the newest that many wait and the others are
        held; those older than a week are marked as backfill. `listing` says what else is in the feed: what is in
        neither is marked as taken out. Without it nothing is missed.
        """
        ...


class FeedLine(Protocol):
    """Which feeds are to be read, in which order, and which readings never come to an end."""

    async def due_buckets(self, now: datetime) -> tuple[int, ...]:
        """The buckets of hosts in which a feed is due."""
        ...

    async def due(self, now: datetime, *, bucket: int, limit: int = 100) -> tuple[DueFeed, ...]:
        """The feeds of a bucket whose next reading is due: some of each host in turn, the longest overdue first."""
        ...

    async def begin(self, feed_id: str) -> int:
        """Note that a reading begins; returns how many before it were begun since the last that came to an end.

        `record` and `put_off` end a reading. Raises UnknownFeed.
        """
        ...

    async def put_off(self, feed_id: str, *, until: datetime) -> None:
        """Read the feed next at that time and change nothing else; where there is no such feed nothing happens."""
        ...


class FeedHistory(Protocol):
    """What earlier readings of a feed saw."""

    async def seen(self, feed_id: str) -> tuple[SeenItem, ...]:
        """The feed's items as the last reading saw them; empty where everything has to be read."""
        ...

    async def count_known(self, feed_id: str, found: Sequence[FoundEpisode]) -> int:
        """How many of these are episodes that we have of the feed; all, when we have none at all."""
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

    async def settle(
        self, episode_id: str, state: EpisodeState, *, reason: str = "", retry_at: datetime | None = None
    ) -> None:
        """Set how the episode ended up, and when it goes again by itself. Raises UnknownEpisode."""
        ...


class EpisodeLine(Protocol):
    """Which waiting episodes go next."""

    async def next_up(
        self, limit: int, *, is_old: bool, is_unheard: bool, but: Collection[tuple[str, int]] = ()
    ) -> tuple[Episode, ...]:
        """The newest waiting episodes, without those attempts (episode id, attempt), at most so many.

        `is_old`: of the back-fill, or of all others. `is_unheard`: of those whose words must be heard, or of all
        others. Of private ones what may be shown.
        """
        ...

    async def must_be_heard(self, episode_id: str) -> None:
        """Note that nobody published its words; another attempt asks for them anew."""
        ...


class Siblings(Protocol):
    """The episodes around one in its feed."""

    async def around(self, of: Episode, *, limit: int = 30) -> tuple[Sibling, ...]:
        """The `limit` episodes of the feed before this one, and as many after it."""
        ...


class RetryBook(Protocol):
    """Failed episodes that go again by themselves."""

    async def due_retries(self, now: datetime) -> tuple[str, ...]:
        """Let failed episodes wait again whose pause is over, under a new attempt; returns their ids.

        Some hundreds at a time, those that have been due longest.
        """
        ...


class ReadyEpisodes(Protocol):
    """Which episodes must be in the index."""

    async def ready_ids(self) -> tuple[str, ...]:
        """The ids of all ready episodes, newest first."""
        ...


class KeptWords(Protocol):
    """What was said in episodes and what was made of it: transcripts, insights, replies of models."""

    async def outlived(self, before: datetime) -> tuple[str, ...]:
        """The ids of episodes that came out and were read before then, and of which nobody keeps anything.

        What was in a digest is kept, and what a member voted on or saved.
        """
        ...

    async def forget(self, episode_ids: Sequence[str]) -> None:
        """Delete the words of these episodes; that they were there stays known. Raises CatalogUnavailable."""
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


class RejectionBook(Protocol):
    """Proposals that did not pass the gate, for whoever wants to know why."""

    async def record(self, episode_id: str, proposals: Sequence[RejectedProposal]) -> None:
        """Keep those of the last reading, in place of older ones. Raises UnknownEpisode."""
        ...

    async def of(self, episode_id: str) -> tuple[RejectedProposal, ...]:
        """Those of the last reading, in the order in which they were judged."""
        ...


class ReplyStore(Protocol):
    """What the language model replied about an episode, kept at once: a restart must not pay for it again."""

    async def load(self, key: str) -> str | None:
        """The reply under this key, None when there is none. Raises CatalogUnavailable."""
        ...

    async def save(self, key: str, reply: str, *, episode_id: str) -> None:
        """Keep it. Raises UnknownEpisode or CatalogUnavailable."""
        ...


class ChannelBook(Protocol):
    """Channels and the feeds they follow."""

    async def get(self, channel_id: str, *, workspace: WorkspaceId) -> Channel:
        """Raises UnknownChannel, also when the channel is another workspace's."""
        ...

    async def candidates(self, channel_id: str, *, workspace: WorkspaceId, since: datetime) -> tuple[Candidate, ...]:
        """Insights of ready episodes of the followed feeds, published since then, none of them backfill."""
        ...


class VoteBook(Protocol):
    """What a channel's members think of what they were shown."""

    async def votes(self, channel_id: str, *, workspace: WorkspaceId) -> Mapping[str, int]:
        """Thumbs up less thumbs down by insight id; empty when the channel is another workspace's."""
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
        """Say that we are about to send it, unless somebody said so before. Raises UnknownChannel.

        A day that was skipped later than `at` was skipped by a clock that went wrong, and may be claimed.
        """
        ...

    async def settle(self, delivery: Delivery) -> None:
        """Store how it ended. What was sent stays sent. Raises UnknownChannel."""
        ...

    async def settled_days(self, *, since: date) -> Mapping[str, frozenset[date]]:
        """For each channel id the local dates from `since` on whose digest was sent, skipped or given up.

        What was skipped in the future, by a clock that went wrong, is still to be sent.
        """
        ...


class SpendingLedger(Protocol):
    """What the language model cost."""

    async def record(self, spending: Spending) -> None:
        """Keep one call, the moment it was made. Raises CatalogUnavailable."""
        ...

    async def total(
        self, *, since: datetime, subject: str | None = None, purpose: Purpose | None = None
    ) -> SpendingTotal:
        """All calls since then (of one episode or question, of one purpose, or all). Raises CatalogUnavailable."""
        ...
