"""A private feed's address is often its key: it is sealed at rest, and everything about the feed works all the same."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select, update

from pipeline.adapters.catalog import CatalogDb, Library, SqlFeedLedger, Subscriptions, open_catalog
from pipeline.adapters.catalog.codecs import found_to_json
from pipeline.adapters.catalog.tables import episode as episodes
from pipeline.adapters.catalog.tables import episode_identity
from pipeline.adapters.catalog.tables import feed as feeds
from pipeline.adapters.sealing import Seal
from pipeline.domain.audience import Audience
from pipeline.domain.digest import Candidate, Digest, Pick
from pipeline.domain.errors import SettingsError
from pipeline.domain.feed import Enclosure, Listing, SeenItem, TranscriptOffer, feed_id
from pipeline.domain.intake.identity_rules import identity_of
from tests.peers.catalog import NOW, OURS, SECRET, STRANGER, SetClock, Stores, channel, found, insight
from tests.peers.feed_world import FeedWorld, feed_xml, item

TOKEN = "zQ8kV2mTn5Rx7Lw3Yb9c"
KEYED = f"https://members.example/rss/{TOKEN}/feed.xml?auth={TOKEN}"
SHOWN = "https://members.example/rss/…/feed.xml"


async def at_rest(db: CatalogDb) -> str:
    async with db.reading() as connection:
        return repr((await connection.execute(select(feeds))).all())


async def test_the_address_of_a_private_feed_is_sealed_and_what_is_shown_of_it_is_not(stores: Stores) -> None:
    feed = await stores.followed_feed(KEYED, private=True)
    assert feed.url == KEYED
    assert (await stores.feeds.get(feed.id)).url == KEYED
    rest = await at_rest(stores.db)
    assert TOKEN not in rest
    assert SHOWN in rest


async def test_nobody_can_try_out_addresses_without_the_key(stores: Stores) -> None:
    url = "https://members.example/feed?member=1234"
    feed = await stores.followed_feed(url, private=True)
    assert feed_id(url, Audience(OURS)) not in await at_rest(stores.db)
    assert (await stores.subscriptions.add(url, workspace=OURS, private=True)).id == feed.id


async def test_two_keys_of_one_show_are_two_feeds_and_each_is_found_by_its_address(stores: Stores) -> None:
    one = await stores.followed_feed(KEYED, private=True, title="Ocean Hour")
    other = await stores.followed_feed(KEYED.replace("zQ8", "aB4"), private=True, title="Ocean Hour, too")
    assert one.id != other.id
    assert (await stores.library.find_feed(KEYED, workspace=OURS)).feed == one
    assert (await stores.subscriptions.add(KEYED, workspace=STRANGER, private=True)).id != one.id


async def test_the_episodes_of_a_private_feed_do_not_carry_its_address(stores: Stores) -> None:
    feed = await stores.followed_feed(KEYED, private=True)
    await stores.feeds.record(feed, (found(1),))
    (episode,) = await stores.library.episodes(feed.id, workspace=OURS)
    assert episode.feed_url == SHOWN


async def test_a_private_feed_that_moves_is_sealed_at_its_new_address_too(stores: Stores) -> None:
    new = KEYED.replace("/rss/", "/podcast/")
    feed = await stores.followed_feed(KEYED, private=True)
    world = FeedWorld(stores, feeds={KEYED: feed_xml(item(1)), new: feed_xml(item(1))})
    await world.scan(feed.id)
    world.redirects[KEYED] = (new, True)
    for _ in range(3):
        assert TOKEN not in await at_rest(stores.db)
        world.later(hours=24)
        assert (await world.scan(feed.id)).error is None
    assert (await stores.feeds.get(feed.id)).url == new
    assert TOKEN not in await at_rest(stores.db)
    assert (await stores.subscriptions.add(new, workspace=OURS, private=True)).id == feed.id


async def test_with_another_key_a_private_feed_is_not_read_but_listed_and_removed(
    stores: Stores,
) -> None:
    feed = await stores.followed_feed(KEYED, private=True, title="Ocean Hour")
    stores.db.seal = Seal(Fernet.generate_key().decode())
    with pytest.raises(SettingsError, match="another key"):
        await SqlFeedLedger(stores.db, clock=SetClock()).get(feed.id)
    (listed,) = await Library(stores.db).feeds(workspace=OURS)
    assert listed.feed.url == SHOWN


async def test_without_a_key_nothing_private_is_stored(tmp_path: Path) -> None:
    async with open_catalog(f"sqlite:///{tmp_path}/catalog.db") as db:
        with pytest.raises(SettingsError):
            await Subscriptions(db, clock=SetClock()).add(KEYED, workspace=OURS, private=True)
        public = await Subscriptions(db, clock=SetClock()).add("https://pods.example/feed.xml", workspace=OURS)
        assert (await SqlFeedLedger(db, clock=SetClock()).get(public.id)).url == "https://pods.example/feed.xml"


async def test_addresses_from_before_are_sealed_when_the_catalogue_is_opened(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/catalog.db"
    async with open_catalog(url, seal=Seal(SECRET)) as db:
        feed = await Stores(db).followed_feed(KEYED, private=True)
        old = feed_id(KEYED, Audience(OURS))
        async with db.writing() as connection:
            await connection.execute(
                update(feeds).values(url=KEYED, sealed_url=None, address=old, move_url=f"{KEYED}&new=1")
            )
    async with open_catalog(url, seal=Seal(SECRET)) as db:
        assert TOKEN not in await at_rest(db)
        stores = Stores(db)
        assert (await stores.feeds.get(feed.id)).url == KEYED
        assert (await stores.subscriptions.add(KEYED, workspace=OURS, private=True)).id == feed.id
    left = await asyncio.to_thread(lambda: b"".join(path.read_bytes() for path in tmp_path.iterdir()))
    assert TOKEN.encode() not in left


KEYED_EPISODE = replace(
    found(1),
    guid=f"https://cdn.example/{TOKEN}/1.mp3",
    link=f"https://members.example/1?auth={TOKEN}",
    enclosures=(Enclosure(f"https://cdn.example/{TOKEN}/1.mp3", "audio/mpeg", 7),),
    transcripts=(TranscriptOffer(f"https://cdn.example/1.vtt?key={TOKEN}", "text/vtt"),),
    chapters_url=f"https://cdn.example/1.json?key={TOKEN}",
)


async def episodes_at_rest(db: CatalogDb) -> str:
    async with db.reading() as connection:
        return repr((await connection.execute(select(episodes))).all())


async def test_what_an_episode_is_fetched_with_is_sealed_and_the_pipeline_has_all_of_it(stores: Stores) -> None:
    feed = await stores.followed_feed(KEYED, private=True)
    assert await stores.feeds.record(feed, (KEYED_EPISODE,)) == 1
    assert TOKEN not in await episodes_at_rest(stores.db)
    (shown,) = await stores.library.episodes(feed.id, workspace=OURS)
    assert TOKEN not in repr(shown)
    assert shown.audio_url == "https://cdn.example/…/1.mp3"
    whole = await stores.episodes.get(shown.id)
    assert replace(whole.found, guid=KEYED_EPISODE.guid) == KEYED_EPISODE
    assert whole.moment_url(7.0) is None


async def test_a_private_episode_is_known_again_when_its_guid_is_such_an_address(stores: Stores) -> None:
    feed = await stores.followed_feed(KEYED, private=True)
    await stores.feeds.record(feed, (KEYED_EPISODE,), listing=Listing(items=(SeenItem("h", KEYED_EPISODE.guid),)))
    assert [TOKEN in item.guid for item in await stores.feeds.seen(feed.id)] == [False]
    assert await stores.feeds.count_known(feed.id, (KEYED_EPISODE,)) == 1
    renamed = replace(KEYED_EPISODE, title="Part 1, again")
    assert await stores.feeds.record(feed, (renamed,), listing=Listing()) == 0
    kept = await stores.feeds.seen(feed.id)
    unchanged = Listing(frozenset(item.guid for item in kept) | {KEYED_EPISODE.guid}, kept)
    assert await stores.feeds.record(feed, (), listing=unchanged) == 0
    (shown,) = await stores.library.episodes(feed.id, workspace=OURS)
    assert (shown.title, shown.left_at) == ("Part 1, again", None)


async def test_with_another_key_a_private_episode_is_listed_and_not_fetched(stores: Stores) -> None:
    feed = await stores.followed_feed(KEYED, private=True)
    await stores.feeds.record(feed, (KEYED_EPISODE,))
    stores.db.seal = Seal(Fernet.generate_key().decode())
    (shown,) = await stores.library.episodes(feed.id, workspace=OURS)
    with pytest.raises(SettingsError, match="another key"):
        await stores.episodes.get(shown.id)


async def test_episodes_and_digests_from_before_are_sealed_when_the_catalogue_is_opened(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/catalog.db"
    async with open_catalog(url, seal=Seal(SECRET)) as db:
        stores = Stores(db)
        feed = await stores.followed_feed(KEYED, private=True)
        await stores.feeds.record(feed, (KEYED_EPISODE,))
        (shown,) = await stores.library.episodes(feed.id, workspace=OURS)
        public = {"url": KEYED_EPISODE.enclosures[0].url, "text": found_to_json(KEYED_EPISODE)}
        async with db.writing() as connection:
            await connection.execute(
                update(episodes).values(
                    found=public["text"], sealed_found=None, enclosure=public["url"], guid=KEYED_EPISODE.guid
                )
            )
            await connection.execute(update(episode_identity).values(id=identity_of(feed.id, KEYED_EPISODE.guid)))
        pick = Pick(1, Candidate(insight(shown.id), await stores.episodes.get(shown.id)), 1.0, ())
        await stores.digests.save(Digest(channel().id, NOW.date(), (pick,), (), 1, 1), workspace=OURS)
    async with open_catalog(url, seal=Seal(SECRET)) as db:
        stores = Stores(db)
        assert (await stores.episodes.get(shown.id)).found.enclosures == KEYED_EPISODE.enclosures
        assert await stores.feeds.record(feed, (KEYED_EPISODE,)) == 0
    left = await asyncio.to_thread(lambda: b"".join(path.read_bytes() for path in tmp_path.iterdir()))
    assert TOKEN.encode() not in left
