"""Subscriptions: adding feeds, following and unfollowing them."""

import asyncio

import pytest

from pipeline.domain.audience import PUBLIC, Audience
from pipeline.domain.errors import UnknownChannel, UnknownFeed
from pipeline.domain.feed import DueFeed
from tests.peers.catalog import NOW, OURS, STRANGER, Stores, channel, found

URL = "https://pods.example/feed.xml"


async def test_adding_a_feed_twice_gives_the_same_feed(stores: Stores) -> None:
    added = await asyncio.gather(*(stores.subscriptions.add(URL, workspace=w) for w in (OURS, STRANGER, OURS)))
    assert len({f.id for f in added}) == 1
    assert added[0].audience == PUBLIC
    assert await stores.feeds.get(added[0].id) == added[0]


async def test_a_private_feed_is_another_feed_than_the_public_one(stores: Stores) -> None:
    public = await stores.subscriptions.add(URL, workspace=OURS)
    ours = await stores.subscriptions.add(URL, workspace=OURS, private=True)
    theirs = await stores.subscriptions.add(URL, workspace=STRANGER, private=True)
    assert len({public.id, ours.id, theirs.id}) == 3
    assert ours.audience == Audience(OURS)


async def test_following_twice_is_following_once(stores: Stores) -> None:
    feed = await stores.followed_feed()
    again = await stores.subscriptions.follow(channel().id, feed.id, workspace=OURS, added_by="bob")
    assert not again
    assert await stores.subscriptions.unfollow(channel().id, feed.id, workspace=OURS)
    assert not await stores.subscriptions.unfollow(channel().id, feed.id, workspace=OURS)
    assert await stores.subscriptions.follow(channel().id, feed.id, workspace=OURS, added_by="bob")


async def test_a_feed_is_polled_while_anybody_follows_it_and_kept_after(stores: Stores) -> None:
    feed = await stores.followed_feed()
    await stores.followed_feed(workspace=STRANGER)
    await stores.feeds.record(feed, (found(1),))
    await stores.subscriptions.unfollow(channel().id, feed.id, workspace=OURS)
    assert await stores.due(NOW) == (DueFeed(feed.id, feed.url),)
    await stores.subscriptions.unfollow(channel(STRANGER).id, feed.id, workspace=STRANGER)
    assert await stores.due(NOW) == ()
    assert await stores.feeds.get(feed.id) == feed
    assert len(await stores.library.episodes(feed.id, workspace=OURS)) == 1


async def test_only_what_the_workspace_may_see_can_be_followed(stores: Stores) -> None:
    secret = await stores.followed_feed(private=True)
    await stores.settings.save(channel(STRANGER), workspace=STRANGER)
    with pytest.raises(UnknownFeed):
        await stores.subscriptions.follow(channel(STRANGER).id, secret.id, workspace=STRANGER, added_by="eve")
    with pytest.raises(UnknownChannel):
        await stores.subscriptions.follow(channel().id, secret.id, workspace=STRANGER, added_by="eve")
    with pytest.raises(UnknownChannel):
        await stores.subscriptions.unfollow(channel().id, secret.id, workspace=STRANGER)
    with pytest.raises(UnknownFeed):
        await stores.subscriptions.follow(channel().id, "nope", workspace=OURS, added_by="ann")
