"""What the index keeps of one episode, and the fence that every look into it carries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.domain.audience import Audience, keys_visible_to
from pipeline.domain.episode import Episode
from pipeline.domain.insight import Insight
from pipeline.domain.passage import Query
from vectorstore.chunking import Chunk


@dataclass(frozen=True, slots=True)
class Fence:
    """What a search may see: audience keys, feed and episode ids (None: all) and the earliest published time."""

    audiences: tuple[str, ...]
    feeds: tuple[str, ...] | None = None
    episodes: tuple[str, ...] | None = None
    since: datetime | None = None

    def admits(self, audience: str, *, feed_id: str, episode_id: str, published: datetime) -> bool:
        """Whether a row with this audience key, feed, episode and published time may be seen."""
        return (
            audience in self.audiences
            and (self.feeds is None or feed_id in self.feeds)
            and (self.episodes is None or episode_id in self.episodes)
            and (self.since is None or published >= self.since)
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """An episode with its chunks and insights as they are stored in both halves of the index.

    `urls` has the link of each chunk's first second.
    """

    episode_id: str
    episode_title: str
    guid: str
    feed_id: str
    feed_url: str
    feed_title: str
    audience: Audience
    published: datetime
    chunks: tuple[Chunk, ...]
    urls: tuple[str | None, ...]
    insights: tuple[Insight, ...] = ()

    @property
    def about(self) -> str:
        """The titles and the speakers: words that a question may use instead of what was said."""
        names = dict.fromkeys(voice for chunk in self.chunks for voice in chunk.voices)
        return " · ".join((self.feed_title, self.episode_title, *names))

    def chunk_ids(self) -> tuple[str, ...]:
        """One id for each chunk, the same whenever they are made anew."""
        return tuple(f"{self.episode_id}:{number}" for number in range(len(self.chunks)))


def episode_of(chunk_id: str) -> str:
    """The id of a chunk's episode."""
    return chunk_id.rpartition(":")[0]


def neighbours_of(chunk_id: str) -> tuple[str, str]:
    """The ids of the chunks before and after one; there need not be any."""
    episode, _, number = chunk_id.rpartition(":")
    return f"{episode}:{int(number) - 1}", f"{episode}:{int(number) + 1}"


def fence_of(query: Query) -> Fence:
    """The fence of a member's query."""
    return Fence(keys_visible_to(query.workspace), query.feeds, query.episodes, query.since)


def entry_of(episode: Episode, chunks: Sequence[Chunk], insights: Sequence[Insight]) -> Entry:
    """The entry of an episode that was cut into these chunks."""
    return Entry(
        episode_id=episode.id,
        episode_title=episode.title,
        guid=episode.guid,
        feed_id=episode.feed_id,
        feed_url=episode.feed_url,
        feed_title=episode.feed_title,
        audience=episode.audience,
        published=episode.when,
        chunks=tuple(chunks),
        urls=tuple(episode.moment_url(chunk.start) for chunk in chunks),
        insights=tuple({insight.id: insight for insight in insights}.values()),
    )
