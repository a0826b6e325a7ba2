"""Following shows: add, remove, list, scan."""

import asyncio
import itertools
from typing import Any, Final

from bot.app import App
from bot.handover import Progress, Report
from bot.operations.outcome import Member, Outcome
from bot.operations.shaping import episode_failure, feed_failure, feed_shape
from bot.replies import added_reply, feeds_reply, removed_reply, scan_reply
from bot.shapes import AddedShape, FeedsShape, RemovedShape, ScanShape
from bot.wording import FAILED
from pipeline.domain.errors import BadInput, FeedUnreadable, NotAFeed, PodsiftError
from pipeline.domain.feed import Feed, FeedState
from pipeline.domain.overview import FollowedFeed

_LOOK_EVERY: Final = 0.2
"""Seconds between two looks at how many episodes are still on their way."""
_LOOKS_A_TAKE_UP: Final = 50
"""So many looks between two attempts to free what is stuck."""


async def add(app: App, member: Member, arguments: dict[str, Any], _report: Report) -> Outcome:
    """Follow the feed at an address; it must be readable now, or nothing is added.

    Arguments: address, private (bool), credentials (`user:password` or a token, with private).
    """
    address, credentials = str(arguments["address"]).strip(), arguments.get("credentials")
    if "://" not in address:
        address = f"https://{address}"
    private = bool(arguments.get("private") or credentials)
    feed = await app.subscriptions.add(address, workspace=member.workspace, private=private)
    if credentials:
        await app.pipeline.keys.put(feed.id, str(credentials))
    await _read_first(app, feed)
    is_new = await app.subscriptions.follow(
        member.channel_id, feed.id, workspace=member.workspace, added_by=member.name
    )
    if app.engine.is_running:
        await app.worker.start_waiting(await app.engine.get(), feed.id)
    followed = await app.library.find_feed(feed.id, workspace=member.workspace, channel_id=member.channel_id)
    data = AddedShape(feed=feed_shape(followed), is_new=is_new)
    return Outcome(data, added_reply(data))


async def remove(app: App, member: Member, arguments: dict[str, Any], _report: Report) -> Outcome:
    """Stop following the show meant by `name`: a number in the list, an address or a part of a title."""
    followed = await app.library.find_feed(
        str(arguments["name"]), workspace=member.workspace, channel_id=member.channel_id
    )
    await app.subscriptions.unfollow(member.channel_id, followed.feed.id, workspace=member.workspace)
    shape = feed_shape(followed)
    data = RemovedShape(title=shape.title or shape.url, url=shape.url)
    return Outcome(data, removed_reply(data))


async def list_feeds(app: App, member: Member, _arguments: dict[str, Any], _report: Report) -> Outcome:
    """What the member's channel follows."""
    followed = await app.library.feeds(workspace=member.workspace, channel_id=member.channel_id)
    data = FeedsShape(feeds=tuple(map(feed_shape, followed)))
    return Outcome(data, feeds_reply(data))


async def scan(app: App, member: Member, _arguments: dict[str, Any], report: Report) -> Outcome:
    """Read every feed of the workspace now, whenever it is due, and wait until its episodes are ready or failed."""
    before = await app.library.feeds(workspace=member.workspace)
    if not before:
        raise BadInput("Nothing is followed yet. Add a show with “podsift add ADDRESS”.")
    ids = tuple(followed.feed.id for followed in before)
    await app.worker.scan_all(ids)
    await _until_done(app, ids, report)
    after = await app.library.feeds(workspace=member.workspace)
    unread = tuple(feed_failure(f.feed) for f in after if f.feed.state is not FeedState.ACTIVE)
    failed = [episode for episode in await app.desk.failed() if episode.feed_id in ids]
    data = ScanShape(
        feeds=len(after),
        new=_ready(after) - _ready(before),
        ready=_ready(after),
        waiting=sum(followed.episodes.waiting for followed in after),
        failed=tuple(map(episode_failure, failed)),
        unread_feeds=unread,
    )
    return Outcome(data, scan_reply(data), FAILED if failed or unread else 0)


def _ready(feeds: tuple[FollowedFeed, ...]) -> int:
    return sum(followed.episodes.ready for followed in feeds)


async def _read_first(app: App, feed: Feed) -> None:
    """Read a feed that is not known to be well; what cannot be read is a wrong input, not a feed that fails later."""
    if feed.last_read is not None and feed.state is FeedState.ACTIVE:
        return
    scan = await app.worker.scan(feed.id)
    if scan.error is not None:
        raise _as_wrong_input(scan.error, feed.url)


def _as_wrong_input(error: PodsiftError, url: str) -> PodsiftError:
    return NotAFeed(url, error.reason) if isinstance(error, FeedUnreadable) else error


async def _until_done(app: App, feed_ids: tuple[str, ...], report: Report) -> None:
    """Start what waits and report until nothing of these feeds waits any more."""
    engine = await app.engine.get()
    total = 0
    for look in itertools.count():
        if look % _LOOKS_A_TAKE_UP == 0:
            await app.worker.take_up(engine)
        waiting = [episode for episode in await app.pipeline.episodes.waiting() if episode.feed_id in feed_ids]
        total = max(total, len(waiting))
        report(Progress(total - len(waiting), total, waiting[0].title if waiting else ""))
        if not waiting:
            return
        await asyncio.sleep(_LOOK_EVERY)
