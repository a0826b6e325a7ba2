"""Following shows: add, remove, list, scan."""

import asyncio
import itertools
from collections.abc import Sequence
from typing import Any, Final

from bot.app import App
from bot.engine.durable import Engine
from bot.handover import Progress, Report
from bot.operations.finding import Choice, find_address, find_on_page
from bot.operations.outcome import Member, Outcome
from bot.operations.pauses import pauses
from bot.operations.shaping import episode_failure, feed_failure, feed_shape, feed_warning
from bot.shapes.commands import AddedShape, FeedsShape, FeedWarningShape, RemovedShape, ScanShape
from bot.texts.replies import added_reply, feeds_reply, removed_reply, scan_reply
from bot.texts.wording import FAILED
from pipeline.domain.audience import WorkspaceId
from pipeline.domain.errors import BadInput, FeedUnreadable, FetchError
from pipeline.domain.feed import Feed, FeedState
from pipeline.domain.intake.keyed_address import holds_a_key, take_credentials
from pipeline.domain.overview import FollowedFeed
from pipeline.steps.scan import Scan

_LOOK_EVERY: Final = 0.2
"""Seconds between two looks at how many episodes are still on their way."""
_LOOKS_A_TAKE_UP: Final = 50
"""So many looks between two attempts to free what is stuck."""


async def add(app: App, member: Member, arguments: dict[str, Any], _report: Report) -> Outcome:
    """Follow a show; its feed must be readable now, or nothing is added. Where several are meant, they are listed.

    Arguments: address (of the feed, of a page that names it, an Apple link, or a name), private (bool), credentials
    (`user:password` or a token).
    """
    credentials = str(arguments["credentials"]) if arguments.get("credentials") else None
    private, has_sign_in = bool(arguments.get("private")), credentials is not None
    found = await find_address(app, str(arguments["address"]), has_sign_in=has_sign_in)
    if isinstance(found, Choice):
        return found.outcome()
    try:
        followed, is_new = await follow_show(app, member, found, private=private, credentials=credentials)
    except FeedUnreadable as error:
        on_page = await find_on_page(app, found, error, has_sign_in=has_sign_in)
        if isinstance(on_page, Choice):
            return on_page.outcome()
        followed, is_new = await follow_show(app, member, on_page, private=private)
    if app.engine.is_running:
        await app.worker.start_waiting(await app.engine.get())
    data = AddedShape(feed=feed_shape(followed), is_new=is_new)
    return Outcome(data, added_reply(data))


async def follow_show(
    app: App, member: Member, url: str, *, private: bool = False, credentials: str | None = None
) -> tuple[FollowedFeed, bool]:
    """Let the member's channel follow the feed at `url`, and whether it did not before.

    An address that is a key, or holds a sign-in, makes the feed a private one. Nothing is left of a feed that cannot
    be read: FetchError or FeedUnreadable.
    """
    private = private or credentials is not None or holds_a_key(url)
    address, own = take_credentials(url)
    feed = await app.subscriptions.add(address, workspace=member.workspace, private=private)
    if credentials or own:
        await app.pipeline.keys.put(feed.id, credentials or own or "")
    try:
        await _read_first(app, feed)
    except (FetchError, FeedUnreadable) as error:
        await app.subscriptions.forget_unread(feed.id, workspace=member.workspace)
        error.retryable = False  # nothing is kept that could be tried again: it is for the member to ask once more
        raise
    # The same show under two addresses is one feed from the start.
    feed_id = await app.subscriptions.unite(feed.id, workspace=member.workspace)
    is_new = await app.subscriptions.follow(
        member.channel_id, feed_id, workspace=member.workspace, added_by=member.name
    )
    followed = await app.library.find_feed(feed_id, workspace=member.workspace, channel_id=member.channel_id)
    return followed, is_new


async def remove(app: App, member: Member, arguments: dict[str, Any], _report: Report) -> Outcome:
    """Stop following the show meant by `name`: a number in the list, an address or a part of a title."""
    followed = await app.library.find_feed(
        str(arguments["name"]), workspace=member.workspace, channel_id=member.channel_id
    )
    await app.subscriptions.unfollow(member.channel_id, followed.feed.id, workspace=member.workspace)
    shape = feed_shape(followed)
    data = RemovedShape(title=shape.title or shape.url, url=shape.url, id=followed.feed.id)
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
    scans = await app.worker.scan_all(ids)
    await _until_done(app, member.workspace, report)
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
        paused=await pauses(app),
        warnings=_warnings(scans, after),
    )
    return Outcome(data, scan_reply(data), FAILED if failed or unread else 0)


def _warnings(scans: tuple[Scan, ...], feeds: tuple[FollowedFeed, ...]) -> tuple[FeedWarningShape, ...]:
    by_id = {followed.feed.id: followed.feed for followed in feeds}
    read = ((by_id[scan.feed_id], scan.warnings) for scan in scans if scan.feed_id in by_id)
    return tuple(feed_warning(feed, sentence) for feed, sentences in read for sentence in sentences)


def _ready(feeds: tuple[FollowedFeed, ...]) -> int:
    return sum(followed.episodes.ready for followed in feeds)


async def _read_first(app: App, feed: Feed) -> None:
    """Read a feed that is not known to be well; what cannot be read now is told, it does not fail later."""
    if feed.last_read is not None and feed.state is FeedState.ACTIVE:
        return
    scan = await app.worker.scan(feed.id)
    if scan.error is not None:
        raise scan.error


async def _all_pause(engine: Engine, waiting: int) -> bool:
    """Whether all that still waits does so for a part of ours: it goes on by itself, in an hour or a day."""
    return sum(each.episodes for each in await engine.paused()) >= waiting


async def _until_done(app: App, workspace: WorkspaceId, report: Report) -> None:
    """Start what waits and report until nothing of the workspace's feeds waits any more."""
    engine = await app.engine.get()
    total = 0
    for look in itertools.count():
        if look % _LOOKS_A_TAKE_UP == 0:
            await app.worker.take_up(engine)
        busy = [one for one in await app.library.feeds(workspace=workspace) if one.episodes.waiting]
        waiting = sum(one.episodes.waiting for one in busy)
        total = max(total, waiting)
        report(Progress(total - waiting, total, await _next_title(app, busy)))
        if not waiting or await _all_pause(engine, waiting):
            return
        await asyncio.sleep(_LOOK_EVERY)


async def _next_title(app: App, busy: Sequence[FollowedFeed]) -> str:
    """What is under way, or soon will be."""
    for one in busy:
        for episode in await app.pipeline.episodes.waiting(one.feed.id):
            return episode.title
    return ""
