"""InsightStore: an episode is read once by each version, and the last reading is in force."""

import asyncio

import pytest

from pipeline.domain.errors import UnknownEpisode
from pipeline.ports import InsightStore
from tests.peers.catalog import Stores, found, insight


@pytest.fixture
async def episode_id(stores: Stores) -> str:
    feed = await stores.followed_feed()
    await stores.feeds.record(feed, (found(1),))
    (episode,) = await stores.episodes.waiting()
    return episode.id


async def test_insights_come_back_as_they_were_in_their_order(stores: Stores, episode_id: str) -> None:
    store: InsightStore = stores.insights
    insights = tuple(insight(episode_id, quote) for quote in ("Zebra.", "Apple.", "Moon \U0001f30a."))
    assert await store.load(episode_id, source="h", version="1") is None
    assert await store.current(episode_id) == ()
    await store.save(episode_id, insights, source="h", version="1", rejected={"no quote": 2})
    assert await store.load(episode_id, source="h", version="1") == insights
    assert await store.current(episode_id) == insights


async def test_an_episode_without_insights_was_read_all_the_same(stores: Stores, episode_id: str) -> None:
    await stores.insights.save(episode_id, (), source="h", version="1", rejected={})
    assert await stores.insights.load(episode_id, source="h", version="1") == ()


async def test_another_transcript_or_version_is_read_anew_and_replaces(stores: Stores, episode_id: str) -> None:
    old, new = (insight(episode_id, "Old."), insight(episode_id, "Both.")), (insight(episode_id, "Both."),)
    await stores.insights.save(episode_id, old, source="h", version="1", rejected={})
    assert await stores.insights.load(episode_id, source="h", version="2") is None
    assert await stores.insights.load(episode_id, source="h2", version="1") is None
    await stores.insights.save(episode_id, new, source="h", version="2", rejected={})
    assert await stores.insights.load(episode_id, source="h", version="1") is None
    assert await stores.insights.current(episode_id) == new


async def test_two_insights_on_one_quote_are_one(stores: Stores, episode_id: str) -> None:
    same = insight(episode_id, "Same."), insight(episode_id, "  same.")
    await stores.insights.save(episode_id, same, source="h", version="1", rejected={})
    assert await stores.insights.current(episode_id) == same[:1]


async def test_two_who_save_at_once_leave_one_whole_run(stores: Stores, episode_id: str) -> None:
    runs = {f"{v}": tuple(insight(episode_id, f"{v} {n}.") for n in range(5)) for v in range(5)}
    await asyncio.gather(
        *(stores.insights.save(episode_id, i, source="h", version=v, rejected={}) for v, i in runs.items())
    )
    assert await stores.insights.current(episode_id) in runs.values()
    loaded = [await stores.insights.load(episode_id, source="h", version=v) for v in runs]
    assert len([one for one in loaded if one is not None]) == 1


async def test_an_unknown_episode_is_named(stores: Stores) -> None:
    with pytest.raises(UnknownEpisode):
        await stores.insights.save("nope", (), source="h", version="1", rejected={})
