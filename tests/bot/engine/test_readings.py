"""A poison feed: whose crashes they were shows apart, and the others are read."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.app import LOCAL_CHANNEL, App, open_app
from bot.engine.apart import Apart
from bot.handover import Request
from bot.operations import perform
from bot.running import OWNER
from pipeline.domain.audience import LOCAL
from pipeline.domain.errors import FeedDeadly
from pipeline.domain.feed import DueFeed, Feed, FeedState, bucket_of
from tests.peers.made_feeds import made_feed
from tests.peers.podcast_host import PodcastHost
from tests.peers.poisoned_feed import settings_for

ROOT = Path(__file__).parents[3]
NAMES = ("one", "two", "beside", "poison", "three", "four")


async def followed(app: App, url: str) -> Feed:
    """A feed that is followed and was never read."""
    feed = await app.subscriptions.add(url, workspace=LOCAL)
    await app.subscriptions.follow(LOCAL_CHANNEL, feed.id, workspace=LOCAL, added_by="ann")
    return feed


async def due(data: Path, now: datetime) -> tuple[DueFeed, ...]:
    async with open_app(settings_for(data)) as app:
        return await app.pipeline.feed_line.due(now, bucket=bucket_of("http://127.0.0.1/"))


@asynccontextmanager
async def lives(data: Path, *, poison: str) -> AsyncIterator[Callable[[], Awaitable[int]]]:
    """Has a process read what is due, as often as it is called, and says how that process ended."""
    mother = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.peers.poisoned_feed", str(data)),
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("PODSIFT_")} | {"POISON": poison},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    told, ended = mother.stdin, mother.stdout
    assert told is not None
    assert ended is not None

    async def life() -> int:
        told.write(b"\n")
        return int(await ended.readline())

    try:
        yield life
    finally:
        told.close()
        await mother.wait()


async def test_a_poison_feed_is_set_aside_after_three_crashes_and_whoever_was_beside_it_is_read(tmp_path: Path) -> None:
    async with PodcastHost() as host:
        urls = {name: host.serve(f"/{name}.xml", made_feed(items=1, notes=10, title=name)) for name in NAMES}
        async with open_app(settings_for(tmp_path)) as app:
            feeds = {name: await followed(app, url) for name, url in urls.items()}

        async with lives(tmp_path, poison=feeds["poison"].id) as life:
            ends = [await life() for _ in range(3)]
            while await due(tmp_path, datetime.now(UTC)):  # once, where starting a process takes less than a minute
                ends.append(await life())

    async with open_app(settings_for(tmp_path)) as app:
        after = {name: await app.pipeline.feeds.get(feed.id) for name, feed in feeds.items()}
        status = (await perform(app, OWNER, Request("status"), lambda _: None)).data.model_dump()
    again = await due(tmp_path, datetime.now(UTC) + timedelta(minutes=30))

    assert ends[:3] == [-signal.SIGKILL] * 3
    assert set(ends[3:]) == {0}
    assert {name for name, feed in after.items() if feed.state is FeedState.ACTIVE} == set(NAMES) - {"poison"}
    assert {name: feed.unfinished for name, feed in after.items() if feed.unfinished} == {"poison": 4}
    [named] = status["unread_feeds"]
    assert named["url"] == urls["poison"]
    assert named["reason"] == (
        "Reading it stopped Podsift three times, and then a process of its own. It is tried again by itself."
    )
    # The next try is apart again: it stops nobody.
    assert [feed.unfinished for feed in again if feed.id == feeds["poison"].id] == [4]


async def test_a_feed_read_apart_tells_what_was_wrong_with_it(tmp_path: Path) -> None:
    async with PodcastHost() as host, open_app(settings_for(tmp_path)) as app:
        gone = await followed(app, host.url("/gone.xml"))

        problem = await Apart(settings_for(tmp_path)).read(gone.id)
        after = await app.pipeline.feeds.get(gone.id)

    assert problem is not None
    assert "404" in problem
    assert (after.state, after.failures) == (FeedState.FAILING, 1)


async def test_a_process_that_dies_while_it_reads_a_feed_apart_is_the_feeds_doing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POISON", "bad")
    with pytest.raises(FeedDeadly, match="three times"):
        await Apart(settings_for(tmp_path), module="tests.peers.poisoned_apart").read("bad")
