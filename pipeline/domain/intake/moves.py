"""Whether a feed has moved: another address is believed only when it is named for long, and gives the same show.

A server that answers «moved for good» once may be a hotel's sign-in page or a typing error; an address given up may
belong to somebody else tomorrow.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import SplitResult, urlsplit

from pipeline.domain.feed import Feed, FeedUpdate, FoundEpisode, Move, Validators

STABLE_READINGS: Final = 3
STABLE_FOR: Final = timedelta(hours=48)
SAME_SHOW: Final = 0.5
"""The share of an address's episodes that we must know for it to be the same show."""


def note_move(feed: Feed, *, redirected_to: str | None, update: FeedUpdate | None, now: datetime) -> Move | None:
    """The move that is on its way after a good reading, None when no other address is named.

    `redirected_to` is where permanent redirects led, None when a temporary one was among them; `update` is None when
    the feed had not changed, so that it still names what it named.
    """
    url, by_feed = _named(feed, redirected_to, update)
    if url is None or not _may_follow(feed, url, by_feed=by_feed):
        return None
    before = feed.move
    if before is None or before.url != url:
        return Move(url, since=now, readings=1, by_feed=by_feed)
    return replace(before, readings=before.readings + 1, by_feed=by_feed)


def is_stable(move: Move | None, *, now: datetime) -> bool:
    """Whether the address was named often and long enough to be looked at."""
    return move is not None and move.readings >= STABLE_READINGS and now - move.since >= STABLE_FOR


def comparable(feed: Feed, update: FeedUpdate, *, url: str) -> tuple[FoundEpisode, ...]:
    """The episodes at `url` by which one tells the show: those that came out since we last knew better do not count."""
    since = feed.move.since if feed.move is not None and feed.move.url == url else feed.last_read
    episodes = (episode for episode in update.episodes if episode.is_an_episode)
    return tuple(e for e in episodes if since is None or e.published is None or e.published <= since)


def is_same_show(feed: Feed, update: FeedUpdate, *, compared: Sequence[FoundEpisode], known: int) -> bool:
    """Whether an address gives the feed's own show; `known` of the `compared` episodes are the feed's.

    Episodes that the reading left out because they had not changed are the feed's. With nothing to compare, the title
    decides.
    """
    unchanged = len(update.unchanged)
    in_all = len(compared) + unchanged
    if not in_all:
        return not feed.title or _folded(update.title) == _folded(feed.title)
    return (known + unchanged) / in_all >= SAME_SHOW


def moved(feed: Feed, *, now: datetime) -> Feed:
    """The feed at its new address. It is the same feed, read there in full as soon as possible."""
    if feed.move is None:
        return feed
    return replace(feed, url=feed.move.url, move=None, validators=Validators(), next_read=now)


def doubted(feed: Feed, *, now: datetime) -> Feed:
    """The feed at its old address, because the new one gave no feed or another show; the waiting begins anew."""
    return feed if feed.move is None else replace(feed, move=replace(feed.move, since=now, readings=0))


def _named(feed: Feed, redirected_to: str | None, update: FeedUpdate | None) -> tuple[str | None, bool]:
    if redirected_to is not None and redirected_to != feed.url:
        return redirected_to, False
    if update is None:
        return (feed.move.url, True) if feed.move is not None and feed.move.by_feed else (None, True)
    return (update.new_url if update.new_url != feed.url else None), True


def _may_follow(feed: Feed, url: str, *, by_feed: bool) -> bool:
    """Whether the address may be followed at all: never from https to http.

    A private feed stays with its host, which has the subscriber's key; and its text often is a copy of the public
    feed's, so that it is not asked.
    """
    old, new = _split(feed.url), _split(url)
    if old is None or new is None or new.scheme not in {"http", "https"} or not new.hostname:
        return False
    if old.scheme == "https" and new.scheme == "http":
        return False
    is_private = not feed.audience.is_public or old.username is not None
    return not is_private or (not by_feed and old.hostname == new.hostname)


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        is_readable = parts.port is None or parts.port > 0
    except ValueError:
        return None
    return parts if is_readable else None


def _folded(title: str) -> str:
    return " ".join(title.casefold().split())
