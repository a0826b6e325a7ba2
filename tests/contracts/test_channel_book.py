"""ChannelBook, and the settings behind it."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from pipeline.domain.channel import Channel
from pipeline.domain.episode import EpisodeState
from pipeline.domain.errors import UnknownChannel
from pipeline.domain.feed import Feed
from pipeline.ports import ChannelBook
from tests.peers.catalog import NOW, OURS, STRANGER, Stores, channel, found, insight

WEEK_AGO = NOW - timedelta(days=7)


async def ready(stores: Stores, feed: Feed, *quotes: str) -> None:
    """Give every waiting episode of the feed these insights, and let it be ready."""
    for episode in await stores.episodes.waiting(feed.id):
        insights = tuple(insight(episode.id, quote) for quote in quotes)
        await stores.insights.save(episode.id, insights, source="h", version="1", rejected={})
        await stores.episodes.settle(episode.id, EpisodeState.READY)


async def test_a_channel_comes_back_as_it_was_saved(stores: Stores) -> None:
    book: ChannelBook = stores.channels
    full = Channel(
        "slack:T1/C2",
        OURS,
        "pods 🌊",
        zone="America/Santiago",
        at=time(7, 45),
        paused=True,
        more=("ocean", "møøn"),
        less=("adverts",),
        muted=("football",),
    )
    await stores.settings.save(full, workspace=OURS)
    assert await book.get(full.id, workspace=OURS) == full
    await stores.settings.save(replace(full, paused=False, more=()), workspace=OURS)
    assert await book.get(full.id, workspace=OURS) == replace(full, paused=False, more=())


async def test_a_channel_of_another_workspace_is_unknown(stores: Stores) -> None:
    await stores.settings.save(channel(), workspace=OURS)
    with pytest.raises(UnknownChannel):
        await stores.channels.get(channel().id, workspace=STRANGER)
    with pytest.raises(UnknownChannel):
        await stores.channels.get("nope", workspace=OURS)


async def test_nobody_saves_another_workspaces_channel(stores: Stores) -> None:
    await stores.settings.save(channel(), workspace=OURS)
    with pytest.raises(UnknownChannel):
        await stores.settings.save(channel(), workspace=STRANGER)
    with pytest.raises(UnknownChannel):
        await stores.settings.save(replace(channel(), workspace=STRANGER, name="mine"), workspace=STRANGER)
    assert await stores.channels.get(channel().id, workspace=OURS) == channel()


async def test_a_workspace_lists_its_own_channels_and_the_clock_sees_all(stores: Stores) -> None:
    for one in (channel(OURS, "b"), channel(OURS, "a"), channel(STRANGER, "c")):
        await stores.settings.save(one, workspace=one.workspace)
    assert [c.name for c in await stores.settings.of(workspace=OURS)] == ["a", "b"]
    assert [c.name for c in await stores.roster.all()] == ["c", "a", "b"]


async def test_candidates_are_insights_of_ready_recent_episodes_of_followed_feeds(stores: Stores) -> None:
    feed = await stores.followed_feed()
    unfollowed = await stores.subscriptions.add("https://pods.example/other", workspace=OURS)
    await stores.feeds.record(feed, (found(1), found(2, days_old=2), found(3, days_old=9)))
    await stores.feeds.record(unfollowed, (found(4),))
    await ready(stores, feed, "Zebra.", "Apple.")
    await ready(stores, unfollowed, "Elsewhere.")
    await stores.feeds.record(feed, (found(5),))
    found_now = await stores.channels.candidates(channel().id, workspace=OURS, since=WEEK_AGO)
    assert [(c.episode.title, c.insight.quote) for c in found_now] == [
        ("Part 1", "Zebra."),
        ("Part 1", "Apple."),
        ("Part 2", "Zebra."),
        ("Part 2", "Apple."),
    ]
    assert found_now[0].episode == await stores.episodes.get(found_now[0].episode.id)
    assert found_now[0].insight == (await stores.insights.current(found_now[0].episode.id))[0]


async def test_backfill_is_never_a_candidate(stores: Stores) -> None:
    feed = await stores.followed_feed()
    await stores.feeds.record(feed, (found(1), found(2, days_old=30)), hold_after=9)
    await ready(stores, feed, "Zebra.")
    long_ago = NOW - timedelta(days=90)
    candidates = await stores.channels.candidates(channel().id, workspace=OURS, since=long_ago)
    assert [c.episode.title for c in candidates] == ["Part 1"]


async def test_an_old_episode_that_gets_a_new_date_is_not_new_again(stores: Stores) -> None:
    feed = await stores.followed_feed()
    await stores.feeds.record(feed, (found(1),))
    await ready(stores, feed, "Zebra.")
    stores.clock.time = later = NOW + timedelta(days=60)
    await stores.feeds.record(feed, (replace(found(1), published=later),))
    candidates = await stores.channels.candidates(channel().id, workspace=OURS, since=later - timedelta(days=7))
    assert candidates == ()


async def test_a_public_feed_that_two_workspaces_follow_serves_both(stores: Stores) -> None:
    feed = await stores.followed_feed()
    assert await stores.followed_feed(workspace=STRANGER) == feed
    await stores.feeds.record(feed, (found(1),))
    await ready(stores, feed, "Zebra.")
    ours = await stores.channels.candidates(channel().id, workspace=OURS, since=WEEK_AGO)
    theirs = await stores.channels.candidates(channel(STRANGER).id, workspace=STRANGER, since=WEEK_AGO)
    assert ours == theirs
    assert len(ours) == 1
