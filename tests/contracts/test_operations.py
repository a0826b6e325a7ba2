"""Operations: the operator sees what is stuck and lets it go again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.domain.episode import EpisodeState
from pipeline.domain.errors import UnknownEpisode, UnknownFeed
from pipeline.domain.feed import FeedState
from pipeline.domain.overview import Overview, Tally
from tests.peers.catalog import OURS, STRANGER, Stores, found


async def test_an_empty_catalogue_has_an_empty_overview(stores: Stores) -> None:
    assert await stores.operations.overview() == Overview(Tally(), 0, 0, 0)
    assert await stores.operations.waiting_since() is None


async def test_the_overview_counts_everything_and_what_has_waited_longest_is_known(stores: Stores) -> None:
    feed = await stores.followed_feed(private=True)
    sick = await stores.followed_feed("https://pods.example/sick", workspace=STRANGER, title="Sick")
    gone = replace(sick, state=FeedState.PAUSED, reason="The feed is gone (410).")
    await stores.feeds.record(gone, ())
    await stores.feeds.record(feed, (found(1), found(2, days_old=1)), hold_after=9)
    begun = stores.clock.time
    stores.clock.time += timedelta(hours=1)
    await stores.feeds.record(feed, (found(3, days_old=2),))
    assert await stores.operations.overview() == Overview(Tally(waiting=3), 2, 2, 1)
    assert await stores.operations.waiting_since() == begun


async def test_failed_episodes_come_with_their_reason_and_feed(stores: Stores) -> None:
    feed = await stores.followed_feed()
    await stores.feeds.record(feed, (found(1), found(2), found(3)))
    for episode in (await stores.episodes.waiting())[:2]:
        await stores.episodes.settle(episode.id, EpisodeState.FAILED, reason=f"{episode.title} is broken.")
    failed = await stores.operations.failed()
    assert [(e.feed_title, e.reason) for e in failed] == [
        ("Ocean Hour", "Part 1 is broken."),
        ("Ocean Hour", "Part 2 is broken."),
    ]
    assert await stores.operations.failed(limit=1) == failed[:1]


async def test_all_failed_episodes_go_again_under_a_new_attempt(stores: Stores) -> None:
    feed = await stores.followed_feed()
    await stores.feeds.record(feed, (found(1), found(2), found(3)))
    one, two, three = await stores.episodes.waiting()
    for episode in (one, two):
        await stores.episodes.settle(episode.id, EpisodeState.FAILED, reason="Broken.")
    assert await stores.operations.retry() == (one.id, two.id)
    assert [(e.attempt, e.reason) for e in await stores.episodes.waiting()] == [(2, ""), (2, ""), (1, "")]
    assert await stores.operations.retry() == ()
    assert await stores.operations.retry(three.id) == (three.id,)
    assert (await stores.episodes.get(three.id)).attempt == 2
    with pytest.raises(UnknownEpisode):
        await stores.operations.retry("nope")


async def test_held_episodes_are_released_newest_first_and_stay_backfill(stores: Stores) -> None:
    feed = await stores.followed_feed()
    await stores.feeds.record(feed, tuple(found(n, days_old=20 * n) for n in range(1, 6)), hold_after=0)
    released = await stores.operations.release(feed.id, newest=2)
    waiting = await stores.episodes.waiting()
    assert [e.id for e in waiting] == list(released)
    assert [(e.title, e.backfill) for e in waiting] == [("Part 1", True), ("Part 2", True)]
    assert len(await stores.operations.release(feed.id, newest=99)) == 3
    assert await stores.operations.release(feed.id, newest=99) == ()
    with pytest.raises(UnknownFeed):
        await stores.operations.release("nope", newest=1)


async def test_more_failures_than_one_statement_takes_go_again(stores: Stores) -> None:
    feed = await stores.followed_feed()
    await stores.feeds.record(feed, tuple(found(n, days_old=n) for n in range(1, 1201)), hold_after=0)
    assert len(await stores.operations.release(feed.id, newest=1200)) == 1200
    assert len(await stores.library.feeds(workspace=OURS)) == 1
    assert (await stores.operations.overview()).episodes == Tally(waiting=1200)
