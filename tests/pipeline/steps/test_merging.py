"""Feeds that move to an address which is followed already (faults 13 and 14): one show, one feed."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from pipeline.adapters.catalog.tables import feed as feeds
from pipeline.domain.audience import WorkspaceId
from pipeline.domain.episode import Episode, EpisodeState
from pipeline.domain.feed import Feed, FeedState
from tests.peers.catalog import OURS, STRANGER, Stores, channel, insight, transcript
from tests.peers.feed_world import URL, FeedWorld, feed_xml, item

NEW = "https://new.example/feed.xml"
SHOW = tuple(item(n, days_old=n) for n in range(1, 7))


@pytest.fixture
async def world(stores: Stores) -> FeedWorld:
    """Our feed, which has episode 7 too, and the strangers' feed at the address that ours moves to."""
    made = FeedWorld(stores, feeds={URL: feed_xml(*SHOW, item(7, days_old=7)), NEW: feed_xml(*SHOW)})
    await made.scan((await stores.followed_feed(URL)).id)
    await made.scan((await stores.followed_feed(NEW, workspace=STRANGER)).id)
    return made


async def move(world: FeedWorld, feed: Feed) -> None:
    """Let our feed say three times where it is now."""
    world.redirects[URL] = (NEW, True)
    for _ in range(3):
        world.later(hours=24)
        assert (await world.scan(feed.id)).error is None


async def feed_of(stores: Stores, workspace: WorkspaceId) -> Feed:
    (followed,) = await stores.library.feeds(workspace=workspace)
    return followed.feed


async def make_ready(stores: Stores, *episodes: Episode) -> None:
    for one in episodes:
        said = transcript(f"What {one.id} says.")
        await stores.transcripts.save(one.id, said)
        await stores.insights.save(one.id, (insight(one.id),), source=said.hash, version="1", rejected={})
        await stores.episodes.settle(one.id, EpisodeState.READY)


async def test_both_workspaces_end_on_one_feed_with_every_episode_once(world: FeedWorld) -> None:
    stores = world.stores
    ours, theirs = await feed_of(stores, OURS), await feed_of(stores, STRANGER)
    assert ours.id != theirs.id
    await move(world, ours)
    assert (await feed_of(stores, OURS)).id == (await feed_of(stores, STRANGER)).id == theirs.id
    episodes = await stores.library.episodes(theirs.id, workspace=OURS)
    assert sorted(one.title for one in episodes) == [f"Part {n}" for n in range(1, 8)]
    assert [one.id for one in await stores.due(stores.clock.now())] == [theirs.id]


async def test_later_readings_find_nothing_new_and_lose_nothing(world: FeedWorld) -> None:
    stores = world.stores
    await move(world, await feed_of(stores, OURS))
    feed = await feed_of(stores, OURS)
    world.feeds[NEW] = feed_xml(*SHOW, item(7, days_old=7))
    for _ in range(2):
        world.later(hours=1)
        assert (await world.scan(feed.id)).new == 0
    world.feeds[NEW] = feed_xml(item(8, days_old=-4), *SHOW)
    world.later(days=2)
    assert (await world.scan(feed.id)).new == 1


async def test_the_old_address_leads_to_the_feed_that_is_left(world: FeedWorld) -> None:
    stores = world.stores
    await move(world, await feed_of(stores, OURS))
    left = await feed_of(stores, STRANGER)
    assert (await stores.subscriptions.add(URL, workspace=OURS)).id == left.id
    assert (await stores.subscriptions.add(NEW, workspace=OURS)).id == left.id


async def test_what_is_ready_stays_ready_material_and_nothing_waits_twice(world: FeedWorld) -> None:
    stores = world.stores
    ours, theirs = await feed_of(stores, OURS), await feed_of(stores, STRANGER)
    mine = await stores.episodes.waiting(ours.id)
    await make_ready(stores, *mine)
    await move(world, ours)
    here = await stores.episodes.waiting(theirs.id)
    # They wait once more, for the index alone: their words and insights are kept under their ids.
    assert {one.id for one in here} == {one.id for one in mine}
    assert all([await stores.transcripts.load(one.id) for one in here])
    assert await stores.episodes.waiting() == here


async def test_nothing_is_posted_again_after_the_merger(world: FeedWorld) -> None:
    stores = world.stores
    ours = await feed_of(stores, OURS)
    await make_ready(stores, *await stores.episodes.waiting(ours.id))
    since = stores.clock.now() - timedelta(days=9)
    before = await stores.channels.candidates(channel().id, workspace=OURS, since=since)
    assert before
    await move(world, ours)
    for one in await stores.episodes.waiting():
        await stores.episodes.settle(one.id, EpisodeState.READY)
    after = await stores.channels.candidates(channel().id, workspace=OURS, since=since)
    assert {each.insight.id for each in after} == {each.insight.id for each in before}


async def test_a_private_feed_is_never_merged_into_a_public_one(stores: Stores) -> None:
    old, new = "https://members.example/a.xml", "https://members.example/b.xml"
    world = FeedWorld(stores, feeds={old: feed_xml(*SHOW), new: feed_xml(*SHOW)}, redirects={})
    private = await stores.followed_feed(old, private=True)
    public = await stores.followed_feed(new, workspace=STRANGER)
    for feed in (private, public):
        await world.scan(feed.id)
    world.redirects[old] = (new, True)
    for _ in range(3):
        world.later(hours=24)
        await world.scan(private.id)
    now = await feed_of(stores, OURS)
    assert (now.id, now.url, now.audience) == (private.id, new, private.audience)
    assert (await feed_of(stores, STRANGER)).id == public.id


async def test_a_feed_that_was_paused_is_read_again_when_another_brings_its_followers(world: FeedWorld) -> None:
    stores = world.stores
    ours, theirs = await feed_of(stores, OURS), await feed_of(stores, STRANGER)
    async with stores.db.writing() as connection:
        await connection.execute(update(feeds).where(feeds.c.id == theirs.id).values(state="paused", reason="x"))
    await move(world, ours)
    left = await feed_of(stores, OURS)
    assert (left.id, left.state, left.reason) == (theirs.id, FeedState.ACTIVE, "")


async def test_two_feeds_that_name_each_other_do_not_swallow_each_other(world: FeedWorld) -> None:
    stores = world.stores
    await move(world, await feed_of(stores, OURS))
    left = await feed_of(stores, OURS)
    world.redirects = {NEW: (URL, True)}
    for _ in range(4):
        world.later(hours=24)
        assert (await world.scan(left.id)).error is None
    assert (await feed_of(stores, OURS)).id == left.id


async def test_a_new_feed_whose_redirect_leads_to_a_known_one_is_that_feed_at_once(world: FeedWorld) -> None:
    stores = world.stores
    left = await feed_of(stores, STRANGER)
    third = "https://short.example/show"
    world.redirects[third] = (NEW, True)
    new = await stores.subscriptions.add(third, workspace=OURS)
    await world.scan(new.id)
    assert await stores.subscriptions.unite(new.id, workspace=OURS) == left.id
    assert (await stores.subscriptions.add(third, workspace=OURS)).id == left.id
    assert not [one for one in await stores.episodes.waiting() if one.feed_id == new.id]


async def test_a_new_feed_that_is_redirected_for_now_stays_itself(world: FeedWorld) -> None:
    stores = world.stores
    third = "https://short.example/show"
    world.redirects[third] = (NEW, False)
    new = await stores.subscriptions.add(third, workspace=OURS)
    await world.scan(new.id)
    assert await stores.subscriptions.unite(new.id, workspace=OURS) == new.id
