"""Read one feed and store what it says."""

import logging
from dataclasses import dataclass, replace

from pipeline.domain.errors import FeedUnreadable, FetchError, PodsiftError
from pipeline.domain.feed import Feed, FeedUpdate, Listing
from pipeline.domain.intake.moves import note_move
from pipeline.domain.intake.polling import after_failure, after_reading
from pipeline.ports import Clock, FeedHistory, FeedKeys, FeedLedger, FeedParser, Fetched, Fetcher
from pipeline.steps.move import check_show, follow_move

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Scan:
    """What one reading brought. `new` counts new episodes; `error` is why it failed, None when it went well.

    `warnings` are sentences about what was left out.
    """

    feed_id: str
    new: int = 0
    error: PodsiftError | None = None
    warnings: tuple[str, ...] = ()


async def scan_feed(
    feed_id: str,
    *,
    feeds: FeedLedger,
    history: FeedHistory,
    keys: FeedKeys,
    fetcher: Fetcher,
    parser: FeedParser,
    clock: Clock,
    hold_after: int,
    jitter: float,
) -> Scan:
    """Read the feed; a failure is stored with the feed and told in the result, it never stops other feeds.

    Of a feed's first episodes the newest `hold_after` wait and the others are held. `jitter` from 0 to 1 spreads the
    next reading. A feed that moved for good is the same feed at its new address. Raises UnknownFeed and SettingsError.
    """
    feed = await feeds.get(feed_id)
    credentials = None if feed.audience.is_public else await keys.get(feed_id)  # a feed with a sign-in is private
    try:
        fetched = await fetcher.fetch(feed.url, validators=feed.validators, credentials=credentials)
        update = await _parsed(feed, fetched, parser=parser, history=history)
        fetched = replace(fetched, body=b"")  # megabytes that need not wait until the reading is stored
        await check_show(feed, fetched, update, history=history)
    except (FetchError, FeedUnreadable) as error:
        await feeds.record(after_failure(feed, error, now=clock.now(), jitter=jitter), ())
        _log.info("Could not read a feed.", extra={"feed": feed_id, "kind": type(error).__name__})
        return Scan(feed_id, error=error)
    read = _read(feed, fetched, update, clock=clock, jitter=jitter)
    read = await follow_move(
        read, fetched, update, credentials=credentials, fetcher=fetcher, parser=parser, history=history, clock=clock
    )
    return await _store(read, update, feeds=feeds, hold_after=hold_after)


async def _parsed(feed: Feed, fetched: Fetched, *, parser: FeedParser, history: FeedHistory) -> FeedUpdate | None:
    if fetched.not_modified:
        return None
    return await parser.parse(fetched.body, url=fetched.url, known=await history.seen(feed.id))


def _read(feed: Feed, fetched: Fetched, update: FeedUpdate | None, *, clock: Clock, jitter: float) -> Feed:
    now = clock.now()
    read = after_reading(
        feed, now=now, jitter=jitter, validators=fetched.validators, update=update, max_age=fetched.max_age
    )
    return replace(read, move=note_move(feed, redirected_to=fetched.moved_to, update=update, now=now))


async def _store(feed: Feed, update: FeedUpdate | None, *, feeds: FeedLedger, hold_after: int) -> Scan:
    if update is None:
        await feeds.record(feed, ())
        _log.info("A feed had not changed.", extra={"feed": feed.id})
        return Scan(feed.id)
    found = tuple(episode for episode in update.episodes if episode.is_an_episode)
    listing = Listing(update.unchanged, update.items, is_whole=update.is_whole)
    new = await feeds.record(feed, found, hold_after=hold_after, listing=listing)
    warnings = update.warnings
    if others := len(update.episodes) - len(found):
        warnings = (*warnings, f"Left out what has neither audio, video nor a transcript: {others}.")
    facts = {"feed": feed.id, "episodes": len(found), "new": new, "warnings": warnings}
    _log.info("Read a feed.", extra=facts)
    return Scan(feed.id, new=new, warnings=warnings)
