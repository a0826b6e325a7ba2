"""EpisodeLedger: how far each episode is."""

import pytest

from pipeline.domain.episode import EpisodeState
from pipeline.domain.errors import UnknownEpisode
from pipeline.ports import EpisodeLedger, ReadyEpisodes
from tests.peers.catalog import Stores, found


async def test_waiting_episodes_come_newest_first_of_one_feed_or_all(stores: Stores) -> None:
    ledger: EpisodeLedger = stores.episodes
    one = await stores.followed_feed()
    two = await stores.followed_feed("https://pods.example/two.xml")
    await stores.feeds.record(one, (found(1, days_old=3), found(2, days_old=1)))
    await stores.feeds.record(two, (found(3, days_old=2),))
    assert [e.title for e in await ledger.waiting()] == ["Part 2", "Part 3", "Part 1"]
    assert [e.title for e in await ledger.waiting(two.id)] == ["Part 3"]


async def test_a_settled_episode_waits_no_longer_and_says_why(stores: Stores) -> None:
    feed = await stores.followed_feed()
    await stores.feeds.record(feed, (found(1),))
    (episode,) = await stores.episodes.waiting()
    await stores.episodes.settle(episode.id, EpisodeState.FAILED, reason="The audio is broken.")
    settled = await stores.episodes.get(episode.id)
    assert (settled.state, settled.reason) == (EpisodeState.FAILED, "The audio is broken.")
    assert await stores.episodes.waiting() == ()
    await stores.episodes.settle(episode.id, EpisodeState.READY)
    assert (await stores.episodes.get(episode.id)).reason == ""


async def test_an_unknown_episode_is_named(stores: Stores) -> None:
    with pytest.raises(UnknownEpisode):
        await stores.episodes.get("nope")
    with pytest.raises(UnknownEpisode):
        await stores.episodes.settle("nope", EpisodeState.READY)


async def test_ready_episodes_are_listed_newest_first(stores: Stores) -> None:
    ready: ReadyEpisodes = stores.episodes
    feed = await stores.followed_feed()
    await stores.feeds.record(feed, (found(1), found(2, days_old=-1), found(3)))
    one, two, three = await stores.episodes.waiting()
    for episode in (three, one):
        await stores.episodes.settle(episode.id, EpisodeState.READY)
    assert await ready.ready_ids() == (one.id, three.id)
    assert two.id not in await ready.ready_ids()
