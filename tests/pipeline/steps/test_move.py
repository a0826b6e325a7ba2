"""Following a feed that moved (faults 13 and 14): real parser, real catalogue, a host in memory."""

import pytest

from pipeline.domain.errors import HttpStatus
from pipeline.domain.feed import Feed, FeedState
from tests.peers.catalog import OURS, Stores
from tests.peers.feed_world import URL, FeedWorld, feed_xml, item

NEW = "https://new.example/feed.xml"
SHOW = tuple(item(n, days_old=n) for n in range(1, 7))
OTHERS = tuple(item(n, days_old=n) for n in range(50, 60))


@pytest.fixture
async def world(stores: Stores) -> FeedWorld:
    """A feed that was read once at its old address."""
    made = FeedWorld(stores, feeds={URL: feed_xml(*SHOW)})
    assert (await made.scan((await stores.followed_feed(URL)).id)).new == len(SHOW)
    return made


async def readings(world: FeedWorld, *hours: float) -> list[str]:
    """The feed's address after each reading."""
    feed = await feed_of(world)
    addresses = []
    for pause in hours:
        world.later(hours=pause)
        assert (await world.scan(feed.id)).error is None
        addresses.append((await feed_of(world)).url)
    return addresses


async def feed_of(world: FeedWorld) -> Feed:
    (followed,) = await world.stores.library.feeds(workspace=OURS)
    return followed.feed


async def test_fault_13_a_permanent_redirect_is_followed_after_three_readings_and_two_days(world: FeedWorld) -> None:
    world.redirects[URL] = (NEW, True)
    world.feeds[NEW] = feed_xml(item(9), *SHOW)
    before = (await feed_of(world)).id
    assert await readings(world, 24, 24, 24) == [URL, URL, NEW]
    moved = await feed_of(world)
    assert (moved.id, moved.move, moved.state) == (before, None, FeedState.ACTIVE)
    assert len(await world.stores.library.episodes(before, workspace=OURS)) == len(SHOW) + 1
    assert (await world.stores.subscriptions.add(URL, workspace=OURS)).id == before
    await readings(world, 1)
    assert world.asked[-1] == NEW


async def test_fault_13_what_a_redirect_gave_is_not_asked_for_again(world: FeedWorld) -> None:
    world.redirects[URL] = (NEW, True)
    feed = await feed_of(world)
    for n in range(3):
        world.feeds[NEW] = feed_xml(item(20 + n, days_old=-n), *SHOW)
        world.later(hours=24)
        await world.scan(feed.id)
    assert (await feed_of(world)).url == NEW
    assert NEW not in world.asked


async def test_fault_13_a_temporary_redirect_is_never_followed_for_good(world: FeedWorld) -> None:
    world.redirects[URL] = (NEW, False)
    world.feeds[NEW] = feed_xml(*SHOW)
    assert await readings(world, *[24] * 9) == [URL] * 9
    assert (await feed_of(world)).move is None


async def test_fault_13_a_redirect_that_is_taken_back_counts_anew(world: FeedWorld) -> None:
    world.feeds[NEW] = feed_xml(*SHOW)
    world.redirects[URL] = (NEW, True)
    await readings(world, 24, 24)
    del world.redirects[URL]
    world.feeds[URL] = feed_xml(*SHOW, title="Ocean Hour!")
    await readings(world, 24)
    world.redirects[URL] = (NEW, True)
    assert await readings(world, 24, 24) == [URL, URL]


async def test_fault_13_a_permanent_redirect_to_another_show_is_not_mixed_in(world: FeedWorld) -> None:
    world.redirects[URL] = (NEW, True)
    world.feeds[NEW] = feed_xml(*OTHERS, title="Parked")
    feed = await feed_of(world)
    for _ in range(9):
        world.later(hours=12)
        scan = await world.scan(feed.id)
        assert scan.error is not None
    now = await feed_of(world)
    assert (now.url, now.state) == (URL, FeedState.PAUSED)
    assert "another show than before" in now.reason
    assert len(await world.stores.library.episodes(feed.id, workspace=OURS)) == len(SHOW)


async def test_fault_14_a_new_address_in_the_feed_is_looked_at_before_it_is_followed(world: FeedWorld) -> None:
    world.feeds[URL] = feed_xml(*SHOW, new_url=NEW)
    world.feeds[NEW] = feed_xml(item(9), *SHOW)
    assert await readings(world, 24, 24, 24) == [URL, URL, NEW]
    assert world.asked.count(NEW) == 1
    await readings(world, 0)
    assert len(await world.stores.library.episodes((await feed_of(world)).id, workspace=OURS)) == len(SHOW) + 1


async def test_fault_14_a_new_address_that_changes_all_guids_is_the_same_show(world: FeedWorld) -> None:
    moved = [type(i)(f"new-{i.guid}", i.title, f"{i.audio}?host=2", i.published, i.seconds) for i in SHOW]
    world.feeds[URL] = feed_xml(*SHOW, new_url=NEW)
    world.feeds[NEW] = feed_xml(*moved)
    assert await readings(world, 24, 24, 24, 1) == [URL, URL, NEW, NEW]
    assert len(await world.stores.library.episodes((await feed_of(world)).id, workspace=OURS)) == len(SHOW)


@pytest.mark.parametrize("there", [feed_xml(*OTHERS, *SHOW[:3], title="Other"), b"<html>", HttpStatus(NEW, 404)])
async def test_fault_14_an_address_with_another_show_or_no_feed_is_not_followed(
    world: FeedWorld, there: bytes | HttpStatus
) -> None:
    world.feeds[URL] = feed_xml(*SHOW, new_url=NEW)
    world.feeds[NEW] = there
    assert await readings(world, *[24] * 7) == [URL] * 7
    assert world.asked.count(NEW) == 2
    world.feeds[NEW] = feed_xml(*SHOW)
    assert (await readings(world, *[24] * 3))[-1] == NEW


async def test_fault_14_a_private_feed_does_not_follow_its_text(stores: Stores) -> None:
    world = FeedWorld(stores, feeds={URL: feed_xml(*SHOW, new_url=NEW), NEW: feed_xml(*SHOW)})
    await stores.followed_feed(URL, private=True)
    assert await readings(world, *[24] * 5) == [URL] * 5
    assert NEW not in world.asked
