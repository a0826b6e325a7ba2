"""Read one feed and store what it says."""

import logging
from dataclasses import dataclass

from pipeline.domain.errors import FeedUnreadable, FetchError, PodsiftError
from pipeline.domain.feed import Feed, FeedUpdate
from pipeline.domain.polling import after_failure, after_reading
from pipeline.ports import Clock, FeedKeys, FeedLedger, FeedParser, Fetched, Fetcher

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Scan:
    """What one reading brought. `new` counts new episodes; `error` is why it failed, None when it went well."""

    feed_id: str
    new: int = 0
    error: PodsiftError | None = None


async def scan_feed(
    feed_id: str,
    *,
    feeds: FeedLedger,
    keys: FeedKeys,
    fetcher: Fetcher,
    parser: FeedParser,
    clock: Clock,
    hold_after: int,
    jitter: float,
) -> Scan:
    """Read the feed; a failure is stored with the feed and told in the result, it never stops other feeds.

    At the first reading the newest `hold_after` episodes wait and the others are held. `jitter` from 0 to 1 spreads
    the next reading. Raises UnknownFeed and SettingsError.
    """
    feed = await feeds.get(feed_id)
    credentials = await keys.get(feed_id)
    try:
        fetched = await fetcher.fetch(feed.url, validators=feed.validators, credentials=credentials)
        update = None if fetched.not_modified else await parser.parse(fetched.body, url=fetched.url)
    except (FetchError, FeedUnreadable) as error:
        await feeds.record(after_failure(feed, error, now=clock.now(), jitter=jitter), ())
        _log.info("Could not read a feed.", extra={"feed": feed_id, "kind": type(error).__name__})
        return Scan(feed_id, error=error)
    return await _store(feed, fetched, update, feeds=feeds, clock=clock, hold_after=hold_after, jitter=jitter)


async def _store(
    feed: Feed,
    fetched: Fetched,
    update: FeedUpdate | None,
    *,
    feeds: FeedLedger,
    clock: Clock,
    hold_after: int,
    jitter: float,
) -> Scan:
    read = after_reading(
        feed,
        now=clock.now(),
        jitter=jitter,
        validators=fetched.validators,
        update=update,
        max_age=fetched.max_age,
    )
    found = () if update is None else update.episodes
    new = await feeds.record(read, found, hold_after=hold_after if feed.last_read is None else None)
    _log.info("Read a feed.", extra={"feed": feed.id, "episodes": len(found), "new": new})
    return Scan(feed.id, new=new)
