"""FeedKeys: what opens a private feed, sealed."""

import pytest
from sqlalchemy import select

from pipeline.adapters.catalog.tables import feed_key
from pipeline.domain.errors import UnknownFeed
from pipeline.ports import FeedKeys
from tests.peers.catalog import OURS, Stores


async def test_a_key_comes_back_and_is_sealed_at_rest(stores: Stores) -> None:
    keys: FeedKeys = stores.keys
    feed = await stores.followed_feed(private=True)
    assert await keys.get(feed.id) is None
    await keys.put(feed.id, "ann:hunter2")
    assert await keys.get(feed.id) == "ann:hunter2"
    await keys.put(feed.id, "ann:hunter3")
    assert await keys.get(feed.id) == "ann:hunter3"
    async with stores.db.reading() as connection:
        row = (await connection.execute(select(feed_key))).one()
    assert "hunter" not in row.sealed
    assert row.audience == OURS


async def test_an_unknown_feed_has_no_key(stores: Stores) -> None:
    assert await stores.keys.get("nope") is None
    with pytest.raises(UnknownFeed):
        await stores.keys.put("nope", "ann:hunter2")
