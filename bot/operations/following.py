"""Following shows: add, remove, list, scan."""

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from bot.app import App
from bot.handover import Progress, Report
from bot.operations.finding import Choice, find_address, find_on_page
from bot.operations.outcome import Member, Outcome
from bot.operations.pauses import pauses
from bot.operations.shaping import episode_failure, feed_failure, feed_shape, feed_warning
from bot.shapes.commands import (
    AddedShape,
    FeedFailureShape,
    FeedsShape,
    FeedWarningShape,
    RemovedShape,
    ScanShape,
)
from bot.shapes.lists import SeveralAddedShape
from bot.texts.list_replies import several_added_reply
from bot.texts.replies import added_reply, feeds_reply, nothing_followed_reply, removed_reply, scan_reply
from bot.texts.wording import FAILED, NOT_FOUND
from pipeline.domain.audience import WorkspaceId
from pipeline.domain.errors import (
    BadInput,
    DirectoryUnavailable,
    FeedUnreadable,
    FetchError,
    PodsiftError,
    SettingsError,
)
from pipeline.domain.feed import Feed, FeedState
from pipeline.domain.intake.finding import addresses_in
from pipeline.domain.intake.keyed_address import holds_a_key, take_credentials, without_keys
from pipeline.domain.overview import FollowedFeed
from pipeline.steps.scan import Scan

if TYPE_CHECKING:  # as in slot.py
    from bot.engine.durable import Engine

_LOOK_EVERY: Final = 0.2
"""Seconds between two looks at how many episodes are still on their way."""
_LOOKS_A_TAKE_UP: Final = 50
"""So many looks between two attempts to free what is stuck."""


async def add(app: App, member: Member, arguments: dict[str, Any], _report: Report) -> Outcome:
    """Follow a show; its feed must be readable now, or nothing is added. Where several are meant, they are listed.

    Arguments: address (of the feed, of a page that names it, an Apple link, or a name; several addresses are so many
    shows), private (bool), credentials (`user:password` or a token).
    """
    credentials = str(arguments["credentials"]) if arguments.get("credentials") else None
    private, address = bool(arguments.get("private")), str(arguments["address"])
    if several := addresses_in(address):
        if credentials is not None:
            raise BadInput("A sign-in belongs to one show; add these one by one.")
        return await _add_several(app, member, several, private=private)
    data = await _add_one(app, member, address, private=private, credentials=credentials)
    if isinstance(data, Choice):
        return data.outcome()
    return Outcome(data, added_reply(data, is_read_now=await start_reading(app)))


async def start_reading(app: App) -> bool:
    """Start what waits to be read, and whether there is a service that reads it."""
    if app.engine.is_running:
        await app.worker.start_waiting(await app.engine.get())
        return True
    return bool(await app.engine.processes())


async def _add_several(app: App, member: Member, addresses: Sequence[str], *, private: bool) -> Outcome:
    """One that cannot be added is told and stops no other."""
    added: list[AddedShape] = []
    failed: list[FeedFailureShape] = []
    for address in addresses:
        try:
            one = await _add_one(app, member, address, private=private)
        except (BadInput, FetchError, FeedUnreadable, DirectoryUnavailable) as error:
            failed.append(FeedFailureShape(title="", url=_shown(address), reason=reason_of(error)))
            continue
        if isinstance(one, Choice):
            failed.append(
                FeedFailureShape(title="", url=_shown(address), reason="It names several shows; add it alone.")
            )
        else:
            added.append(one)
    data = SeveralAddedShape(added=tuple(added), failed=tuple(failed))
    message = several_added_reply(data, is_read_now=await start_reading(app))
    return Outcome(data, message, FAILED if failed else 0)


async def _add_one(
    app: App, member: Member, address: str, *, private: bool, credentials: str | None = None
) -> AddedShape | Choice:
    has_sign_in = credentials is not None
    found = await find_address(app, address, has_sign_in=has_sign_in)
    if isinstance(found, Choice):
        return found
    try:
        followed, is_new = await follow_show(app, member, found, private=private, credentials=credentials)
    except FeedUnreadable as error:
        on_page = await find_on_page(app, found, error, has_sign_in=has_sign_in)
        if isinstance(on_page, Choice):
            return on_page
        followed, is_new = await follow_show(app, member, on_page, private=private)
    return AddedShape(feed=feed_shape(followed), is_new=is_new)


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
    data = RemovedShape(title=shape.title or shape.url, url=shape.url, audience=shape.audience, id=followed.feed.id)
    return Outcome(data, removed_reply(data))


async def list_feeds(app: App, member: Member, _arguments: dict[str, Any], _report: Report) -> Outcome:
    """What the member's channel follows."""
    followed = await app.library.feeds(workspace=member.workspace, channel_id=member.channel_id)
    data = FeedsShape(feeds=tuple(map(feed_shape, followed)))
    return Outcome(data, feeds_reply(data), 0 if followed else NOT_FOUND)


async def scan(app: App, member: Member, _arguments: dict[str, Any], report: Report) -> Outcome:
    """Read every feed of the workspace now, whenever it is due, and wait until its episodes are ready or failed."""
    before = await app.library.feeds(workspace=member.workspace)
    if not before:
        nothing = ScanShape(feeds=0, new=0, ready=0, waiting=0, failed=(), unread_feeds=(), paused=(), warnings=())
        return Outcome(nothing, nothing_followed_reply(), NOT_FOUND)
    ids = tuple(followed.feed.id for followed in before)
    scans = await app.worker.scan_all(ids)
    await _until_done(app, member.workspace, report)
    after = await app.library.feeds(workspace=member.workspace)
    unread = _unread(scans, after)
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


def reason_of(error: PodsiftError) -> str:
    """Why a feed is not followed, without its address: that is told beside it, and may be a key."""
    if isinstance(error, FeedUnreadable):
        return f"It is {error.reason}."
    return f"{error.problem}." if isinstance(error, FetchError) else str(error)


def _shown(address: str) -> str:
    url, _ = take_credentials(address)
    return without_keys(url) if holds_a_key(address) else url


def _unread(scans: tuple[Scan, ...], feeds: tuple[FollowedFeed, ...]) -> tuple[FeedFailureShape, ...]:
    """Feeds that fail, and those that our key does not open: that is nothing the feed does, so it is not kept there."""
    closed = {scan.feed_id: str(scan.error) for scan in scans if isinstance(scan.error, SettingsError)}
    told = (replace(each.feed, reason=closed.get(each.feed.id, each.feed.reason)) for each in feeds)
    return tuple(feed_failure(feed) for feed in told if feed.id in closed or feed.state is not FeedState.ACTIVE)


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


async def _all_pause(engine: "Engine", waiting: int) -> bool:
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
