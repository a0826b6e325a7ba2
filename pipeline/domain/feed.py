"""A feed: the address we poll, what it says, and how it is doing."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from typing import Final
from urllib.parse import urlsplit

from pipeline.domain.audience import Audience
from pipeline.domain.identity import stable_id

BUCKETS: Final = 4
"""So many parts all hosts are in. The catalogue keeps the part of each feed, so another number needs a migration."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the publisher names (`podcast:person`)."""

    name: str
    role: str = "host"
    group: str = "cast"
    href: str | None = None
    img: str | None = None


@dataclass(frozen=True, slots=True)
class TranscriptOffer:
    """A transcript the publisher offers (`podcast:transcript`); `type` is the MIME type as given."""

    url: str
    type: str
    language: str | None = None
    rel: str | None = None


_NO_MEDIA: Final = ("image/", "text/", "application/pdf", "application/epub")


@dataclass(frozen=True, slots=True)
class Enclosure:
    """The attached audio; `length` in bytes as the feed says."""

    url: str
    type: str = ""
    length: int | None = None

    @property
    def is_media(self) -> bool:
        """Whether it may be audio or video: blogs attach pictures and papers the same way."""
        return not self.type.lower().startswith(_NO_MEDIA)


@dataclass(frozen=True, slots=True)
class AlternateEnclosure:
    """Another version of the audio or video (`podcast:alternateEnclosure`); `bitrate` in bit/s."""

    sources: tuple[str, ...]
    type: str = ""
    length: int | None = None
    bitrate: float | None = None
    title: str | None = None
    language: str | None = None
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class Soundbite:
    """A stretch the publisher picked (`podcast:soundbite`), in seconds."""

    start: float
    duration: float
    title: str = ""


@dataclass(frozen=True, slots=True)
class FoundEpisode:
    """An episode as its feed tells it.

    `guid` is the feed's own identity or, without one, the enclosure's URL. `published` is an aware UTC
    time or None when the feed gives none that can be read. `duration` in seconds. `persons` is the item's
    own list or, where it has none, the feed's.
    """

    guid: str
    title: str
    published: datetime | None = None
    link: str | None = None
    summary: str = ""
    enclosures: tuple[Enclosure, ...] = ()
    alternates: tuple[AlternateEnclosure, ...] = ()
    transcripts: tuple[TranscriptOffer, ...] = ()
    persons: tuple[Person, ...] = ()
    soundbites: tuple[Soundbite, ...] = ()
    chapters_url: str | None = None
    chapters_type: str | None = None
    duration: float | None = None
    season: int | None = None
    number: float | None = None
    episode_type: str | None = None
    explicit: bool | None = None
    image: str | None = None
    author: str | None = None

    @property
    def is_an_episode(self) -> bool:
        """Whether there is anything to hear or to read: an item without is news of the show."""
        return any(e.is_media for e in self.enclosures) or bool(self.alternates or self.transcripts)


@dataclass(frozen=True, slots=True)
class SeenItem:
    """An item as a reading saw it. Equal hashes are equal episodes, so what was seen need not be read again."""

    hash: str
    guid: str
    published: datetime | None = None


@dataclass(frozen=True, slots=True)
class FeedUpdate:
    """All that one reading of a feed said; `warnings` are sentences about what could not be read.

    `items` are all items of the feed, to be shown to the next reading; empty where it has to read everything anew.
    With items, `episodes` may be those alone that are new or changed; without, it is always all of them. `is_whole` is
    False when the feed was cut, damaged or too long: an episode that is missing may still be in it.
    """

    title: str
    link: str | None = None
    description: str = ""
    language: str | None = None
    author: str | None = None
    image: str | None = None
    explicit: bool | None = None
    new_url: str | None = None
    podcast_guid: str | None = None
    locked: bool | None = None
    persons: tuple[Person, ...] = ()
    episodes: tuple[FoundEpisode, ...] = ()
    warnings: tuple[str, ...] = ()
    items: tuple[SeenItem, ...] = ()
    is_whole: bool = True

    @property
    def unchanged(self) -> frozenset[str]:
        """The guids of the episodes that are still in the feed, as they were, and therefore not in `episodes`."""
        return frozenset(item.guid for item in self.items) - {episode.guid for episode in self.episodes}

    @property
    def release_times(self) -> tuple[datetime | None, ...]:
        """When the episodes in the feed came out, unchanged ones included."""
        return tuple(one.published for one in (self.items or self.episodes))


@dataclass(frozen=True, slots=True)
class Listing:
    """What a feed has now: its items, and the guids of the episodes that are in it as they were.

    `items` is empty where the next reading has to read everything anew, `is_whole` as in FeedUpdate.
    """

    unchanged: frozenset[str] = frozenset()
    items: tuple[SeenItem, ...] = ()
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Validators:
    """What the server gave us to ask «anything new?» with, and the hash of the body we last read."""

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None


class FeedState(StrEnum):
    """How a feed is doing."""

    ACTIVE = "active"
    FAILING = "failing"
    """The last reading failed; it is tried again with growing pauses."""
    PAUSED = "paused"
    """It needs a person (410, sign-in page, not a feed any more)."""


@dataclass(frozen=True, slots=True)
class Move:
    """Another address that the feed has named since then, in so many good readings in a row.

    `by_feed` says that the feed's own text names it (`itunes:new-feed-url`), otherwise permanent redirects lead there.
    """

    url: str
    since: datetime
    readings: int
    by_feed: bool


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed we poll. `reason` is a sentence for people when the state is not active.

    `move` is the address it seems to move to, None most of the time. `unfinished` counts the readings that were begun
    since the last one that came to an end.
    """

    id: str
    url: str
    audience: Audience
    title: str = ""
    link: str | None = None
    language: str | None = None
    image: str | None = None
    state: FeedState = FeedState.ACTIVE
    reason: str = ""
    failures: int = 0
    validators: Validators = field(default_factory=Validators)
    last_read: datetime | None = None
    next_read: datetime | None = None
    move: Move | None = None
    unfinished: int = 0


@dataclass(frozen=True, slots=True)
class DueFeed:
    """A feed whose next reading is due. `url` is what may be shown of its address: the host is in it, no key is.

    `unfinished` as in Feed.
    """

    id: str
    url: str
    unfinished: int = 0


def feed_id(url: str, audience: Audience) -> str:
    """The id of a feed: the same address is one feed for everybody, and another for each workspace in private."""
    return stable_id("feed", audience.key, url)


def host_of(url: str) -> str:
    """The host of an address; addresses that have none share a name."""
    return urlsplit(url).hostname or "nowhere"


def bucket_of(url: str) -> int:
    """The part of all hosts that the host of this address is in, from 0: the same in every process and for ever."""
    return int.from_bytes(blake2b(host_of(url).encode(), digest_size=4).digest()) % BUCKETS
