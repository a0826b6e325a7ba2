"""Follow a feed to its new address, once it is certain that it moved and that it is the same show."""

import logging
from dataclasses import replace

from pipeline.domain.errors import FeedUnreadable, FetchError
from pipeline.domain.feed import Feed, FeedUpdate
from pipeline.domain.intake.moves import comparable, doubted, is_same_show, is_stable, moved
from pipeline.ports import Clock, FeedHistory, FeedParser, Fetched, Fetcher

_log = logging.getLogger(__name__)


async def check_show(feed: Feed, fetched: Fetched, update: FeedUpdate | None, *, history: FeedHistory) -> None:
    """Make sure that a permanent redirect led to the feed's own show: another one must not mix with its episodes.

    Raises FeedUnreadable.
    """
    if update is None or fetched.moved_to is None or feed.last_read is None:
        return
    if not await _gives_the_show(feed, update, url=fetched.moved_to, history=history):
        raise FeedUnreadable("another show than before")


async def follow_move(
    feed: Feed,
    fetched: Fetched,
    update: FeedUpdate | None,
    *,
    credentials: str | None,
    fetcher: Fetcher,
    parser: FeedParser,
    history: FeedHistory,
    clock: Clock,
) -> Feed:
    """The feed at its new address when its move is stable and the address gives the same show, else as it is."""
    move, now = feed.move, clock.now()
    if move is None or not is_stable(move, now=now):
        return feed
    if fetched.moved_to == move.url and update is not None:
        is_sure = True  # `check_show` saw it
    else:
        is_sure = await _is_there(feed, move.url, credentials, fetcher=fetcher, parser=parser, history=history)
    _log.info("Looked at a feed's new address.", extra={"feed": feed.id, "followed": is_sure})
    if not is_sure:
        return doubted(feed, now=now)
    # What a redirect gave belongs to the new address, so there is no need to read it again.
    there = moved(feed, now=now)
    return there if move.by_feed else replace(there, validators=feed.validators, next_read=feed.next_read)


async def _is_there(
    feed: Feed,
    url: str,
    credentials: str | None,
    *,
    fetcher: Fetcher,
    parser: FeedParser,
    history: FeedHistory,
) -> bool:
    """Whether the address itself, asked for in full, gives the show."""
    try:
        fetched = await fetcher.fetch(url, credentials=credentials)
        update = await parser.parse(fetched.body, url=fetched.url)
    except (FetchError, FeedUnreadable) as error:
        _log.info("A feed's new address gave no feed.", extra={"feed": feed.id, "kind": type(error).__name__})
        return False
    return await _gives_the_show(feed, update, url=url, history=history)


async def _gives_the_show(feed: Feed, update: FeedUpdate, *, url: str, history: FeedHistory) -> bool:
    compared = comparable(feed, update, url=url)
    known = await history.count_known(feed.id, compared)
    return is_same_show(feed, update, compared=compared, known=known)
