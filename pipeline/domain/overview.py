"""What people are told about the stock: feeds with their numbers, failures with their reasons."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.domain.errors import BadInput, UnknownFeed
from pipeline.domain.feed import Feed


@dataclass(frozen=True, slots=True)
class Tally:
    """How many episodes are in which state."""

    waiting: int = 0
    ready: int = 0
    failed: int = 0
    held: int = 0
    forgotten: int = 0

    @property
    def total(self) -> int:
        """All episodes we know of."""
        return self.waiting + self.ready + self.failed + self.held + self.forgotten


@dataclass(frozen=True, slots=True)
class FollowedFeed:
    """A feed that a channel follows. `newest` is when its newest episode came out, None without episodes."""

    feed: Feed
    episodes: Tally
    newest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stock:
    """What there is for a workspace to read: followed feeds, their episodes, and the insights in force."""

    feeds: int
    episodes: Tally
    insights: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The operator's view of everything. `feeds` are those that a channel follows, `unwell` cannot be read."""

    episodes: Tally
    channels: int
    feeds: int
    unwell: int


class Opening(StrEnum):
    """How much of what is kept sealed the key at hand opens; all of it where nothing is sealed."""

    ALL = "all"
    SOME = "some"
    NONE = "none"


def choose_feed(name: str, feeds: Sequence[FollowedFeed]) -> FollowedFeed:
    """The one feed meant by a number in the list (from 1), an id, an address, a title or a part of a title.

    Raises UnknownFeed when none is meant, and BadInput when several are.
    """
    wanted = " ".join(name.casefold().split())
    if wanted.isdecimal() and 1 <= int(wanted) <= len(feeds):
        return feeds[int(wanted) - 1]
    by_title = [(" ".join(f.feed.title.casefold().split()), f) for f in feeds]
    for meant in (
        [f for f in feeds if wanted == f.feed.id or _address(name) == _address(f.feed.url)],
        [f for title, f in by_title if wanted == title],
        [f for title, f in by_title if wanted and wanted in title],
    ):
        if len(meant) == 1:
            return meant[0]
        if meant:
            titles = ", ".join(f"{feeds.index(f) + 1}. “{f.feed.title}”" for f in meant[:5])
            raise BadInput(f"“{name}” may mean several feeds: {titles}. Name one of them, or its number in the list.")
    raise UnknownFeed(name)


def _address(url: str) -> str:
    return url.strip().casefold().removeprefix("https://").removeprefix("http://").rstrip("/")
