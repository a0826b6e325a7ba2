"""Library and Evidence: what readers may list and look up."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.domain.episode import EpisodeState
from pipeline.domain.errors import UnknownEpisode, UnknownFeed
from pipeline.domain.feed import Feed
from pipeline.domain.overview import Stock, Tally
from pipeline.domain.transcript import Basis, Segment, Transcript
from tests.peers.catalog import NOW, OURS, STRANGER, Stores, channel, found, insight, transcript


@pytest.fixture
async def feed(stores: Stores) -> Feed:
    """Five episodes: part 1 is ready with words and insights, part 2 failed, part 3 waits, two are held."""
    feed = await stores.followed_feed()
    reading = tuple(found(n, days_old=n) for n in range(1, 6))
    await stores.feeds.record(feed, reading, hold_after=3)
    third, second, first = reversed(await stores.episodes.waiting())
    assert third.title == "Part 3"
    await stores.transcripts.save(first.id, transcript("One.", "Two.", "Three.", "Four."))
    insights = insight(first.id, "Zebra."), insight(first.id, "Apple.")
    await stores.insights.save(first.id, insights, source="h", version="1", rejected={})
    await stores.episodes.settle(first.id, EpisodeState.READY)
    await stores.episodes.settle(second.id, EpisodeState.FAILED, reason="No words.")
    return feed


async def test_followed_feeds_come_by_title_with_their_numbers(stores: Stores, feed: Feed) -> None:
    await stores.followed_feed("https://pods.example/trains", title="alpine trains")
    await stores.subscriptions.add("https://pods.example/unfollowed", workspace=OURS, title="Nobody's")
    trains, ocean = await stores.library.feeds(workspace=OURS)
    assert (trains.feed.title, trains.episodes, trains.newest) == ("alpine trains", Tally(), None)
    assert ocean.feed == feed
    assert ocean.episodes == Tally(waiting=1, ready=1, failed=1, held=2)
    assert ocean.newest == NOW - timedelta(days=1, minutes=1)


async def test_a_channel_lists_its_own_feeds(stores: Stores, feed: Feed) -> None:
    other = channel(OURS, "other")
    await stores.settings.save(other, workspace=OURS)
    assert await stores.library.feeds(workspace=OURS, channel_id=other.id) == ()
    assert [f.feed for f in await stores.library.feeds(workspace=OURS, channel_id=channel().id)] == [feed]


async def test_a_feed_is_found_by_a_part_of_its_title_among_the_followed(stores: Stores, feed: Feed) -> None:
    assert (await stores.library.find_feed("ocean", workspace=OURS)).feed == feed
    with pytest.raises(UnknownFeed):
        await stores.library.find_feed("ocean", workspace=OURS, channel_id="nope")
    with pytest.raises(UnknownFeed):
        await stores.library.find_feed(feed.url, workspace=STRANGER)


async def test_episodes_come_newest_first_up_to_the_limit(stores: Stores, feed: Feed) -> None:
    listed = await stores.library.episodes(feed.id, workspace=OURS, limit=2)
    assert [e.title for e in listed] == ["Part 1", "Part 2"]
    assert await stores.library.episode(listed[1].id, workspace=OURS) == listed[1]
    with pytest.raises(UnknownEpisode):
        await stores.library.episode("nope", workspace=OURS)


async def test_the_stock_counts_what_the_workspace_follows(stores: Stores, feed: Feed) -> None:
    assert await stores.library.stock(workspace=OURS) == Stock(1, Tally(1, 1, 1, 2), 2)
    assert await stores.library.stock(workspace=STRANGER) == Stock(0, Tally(), 0)
    await stores.subscriptions.unfollow(channel().id, feed.id, workspace=OURS)
    assert await stores.library.stock(workspace=OURS) == Stock(0, Tally(), 0)


async def test_insights_are_read_with_their_episode(stores: Stores, feed: Feed) -> None:
    first, second, *_ = await stores.library.episodes(feed.id, workspace=OURS)
    zebra, apple = await stores.evidence.insights(first.id, workspace=OURS)
    assert (zebra.quote, apple.quote) == ("Zebra.", "Apple.")
    assert await stores.evidence.insights(second.id, workspace=OURS) == ()
    one = await stores.evidence.insight(apple.id, workspace=OURS)
    assert one is not None
    assert (one.insight, one.episode) == (apple, first)
    both = await stores.evidence.candidates((apple.id, "nope", zebra.id), workspace=OURS)
    assert [c.insight for c in both] == [apple, zebra]
    assert await stores.evidence.candidates((), workspace=OURS) == ()


async def test_words_are_read_by_number_with_times_and_without(stores: Stores, feed: Feed) -> None:
    first, second, *_ = await stores.library.episodes(feed.id, workspace=OURS)
    said = await stores.evidence.segments(first.id, workspace=OURS, first=1, last=2)
    assert [s.text for s in said] == ["Two.", "Three."]
    assert await stores.evidence.segments(second.id, workspace=OURS) == ()
    untimed = Transcript(tuple(Segment(f"Line {n}.") for n in range(5)), Basis.PUBLISHED)
    await stores.transcripts.save(second.id, untimed)
    assert await stores.evidence.segments(second.id, workspace=OURS, first=-3, last=1) == untimed.segments[:2]
    assert await stores.evidence.segments(second.id, workspace=OURS, first=3) == untimed.segments[3:]
    assert await stores.evidence.segments(second.id, workspace=OURS, first=9, last=12) == ()


async def test_topics_are_those_of_the_channels_shows_the_most_frequent_first(stores: Stores, feed: Feed) -> None:
    first, second, *_ = await stores.library.episodes(feed.id, workspace=OURS)
    for episode, topics in ((first, ("sea", "moon")), (second, ("sea",))):
        made = replace(insight(episode.id, "The moon pulls the sea."), topics=topics)
        await stores.insights.save(episode.id, (made,), source="h", version="1", rejected={})
    here = channel().id
    assert await stores.library.topics(workspace=OURS, channel_id=here) == ("sea", "moon")
    assert await stores.library.topics(workspace=OURS, channel_id="elsewhere") == ()
    assert await stores.library.topics(workspace=STRANGER, channel_id=here) == ()
