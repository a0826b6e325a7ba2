"""Which key opens what the catalogue holds sealed, on both databases."""

import pytest
from cryptography.fernet import Fernet

from pipeline.adapters.catalog import Installations, what_opens
from pipeline.adapters.sealing import Seal
from pipeline.domain.conversation import Installed
from pipeline.domain.overview import Opening
from tests.peers.catalog import OURS, SECRET, Stores, channel

TOKEN = Installed("slack", "", "T1", "xoxb-1", bot="B1")


@pytest.fixture
def other() -> Seal:
    return Seal(Fernet.generate_key().decode())


async def test_where_nothing_is_sealed_every_key_opens_all_and_so_does_none(stores: Stores, other: Seal) -> None:
    await stores.followed_feed()

    assert await what_opens(stores.db, seal=other) is Opening.ALL
    assert await what_opens(stores.db, seal=None) is Opening.ALL


async def test_only_the_key_that_sealed_a_private_show_opens_it(stores: Stores, other: Seal) -> None:
    await stores.followed_feed(private=True)

    assert await what_opens(stores.db, seal=Seal(SECRET)) is Opening.ALL
    assert await what_opens(stores.db, seal=other) is Opening.NONE
    assert await what_opens(stores.db, seal=None) is Opening.NONE


async def test_a_private_show_that_nobody_follows_any_more_needs_no_key(stores: Stores, other: Seal) -> None:
    feed = await stores.followed_feed(private=True)
    await stores.subscriptions.unfollow(channel().id, feed.id, workspace=OURS)

    assert await what_opens(stores.db, seal=other) is Opening.ALL


async def test_tokens_of_installations_count_as_well(stores: Stores, other: Seal) -> None:
    await Installations(stores.db, seal=other, clock=stores.clock).put(TOKEN)

    assert await what_opens(stores.db, seal=Seal(SECRET)) is Opening.NONE

    await stores.followed_feed(private=True)

    assert await what_opens(stores.db, seal=Seal(SECRET)) is Opening.SOME
    assert await what_opens(stores.db, seal=other) is Opening.SOME
