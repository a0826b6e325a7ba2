"""An episode: one item of a feed, and how far we are with it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.domain.audience import Audience
from pipeline.domain.feed import FoundEpisode
from pipeline.domain.identity import stable_id
from pipeline.domain.intake.keyed_address import page_to_show


class EpisodeState(StrEnum):
    """Where an episode stands on its way into the index."""

    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"
    HELD = "held"
    """Known but not wanted yet: an old episode of a feed that was just added."""
    FORGOTTEN = "forgotten"
    """Read once; what was said in it is no longer kept, and it is never read again by itself."""


@dataclass(frozen=True, slots=True)
class Episode:
    """An episode in the catalogue.

    `attempt` counts from 1 and is raised by a retry, so that the engine's ids are new. `backfill` marks what
    was already old when the feed was added: it can be searched and is never posted. `reason` is a sentence
    for people when the state is failed. `retries` counts the tries it got by itself since somebody last let it go,
    `retry_at` is when the next is due. `left_at` is when it was first missing from its feed.
    `feed_language` is the language tag that the feed states, right or wrong.
    """

    id: str
    feed_id: str
    feed_url: str
    feed_title: str
    audience: Audience
    found: FoundEpisode
    first_seen: datetime
    state: EpisodeState = EpisodeState.WAITING
    attempt: int = 1
    backfill: bool = False
    reason: str = ""
    retries: int = 0
    retry_at: datetime | None = None
    left_at: datetime | None = None
    feed_language: str | None = None

    @property
    def title(self) -> str:
        """The episode's own title."""
        return self.found.title

    @property
    def guid(self) -> str:
        """The feed's identity of the episode."""
        return self.found.guid

    @property
    def when(self) -> datetime:
        """The published time, or when we first saw it where the feed gives none or one in the future."""
        published = self.found.published
        return self.first_seen if published is None or published > self.first_seen else published

    @property
    def audio_url(self) -> str | None:
        """The first enclosure that is not video, else the first video, else another version's first web address."""
        media = [e for e in self.found.enclosures if e.is_media]
        audio = [e.url for e in media if not e.type.startswith("video/")]
        others = [u for a in self.found.alternates for u in a.sources if u.startswith(("http://", "https://"))]
        return next(iter((*audio, *(e.url for e in media), *others)), None)

    def moment_url(self, seconds: float | None) -> str | None:
        """A link to that second of the episode.

        A private feed's audio address often is the subscriber's key, so private episodes link to their page, or to
        nothing where that looks like a key too.
        """
        if not self.audience.is_public:
            return page_to_show(self.found.link)
        target = self.audio_url
        if target is None:
            return self.found.link
        return target if seconds is None else f"{target.split('#')[0]}#t={int(seconds)}"


def episode_id(feed: str, guid: str) -> str:
    """The id of the episode with this guid in the feed with this id."""
    return stable_id("episode", feed, guid)
