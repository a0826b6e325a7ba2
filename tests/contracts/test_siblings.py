"""Siblings: the episodes around one in its feed."""

from pipeline.ports import Siblings
from tests.peers.catalog import Stores, found, transcript


async def test_the_closest_episodes_of_the_feed_are_given_with_what_is_stored_of_their_words(stores: Stores) -> None:
    siblings: Siblings = stores.siblings
    feed = await stores.followed_feed()
    await stores.feeds.record(feed, tuple(found(n, days_old=n) for n in range(1, 10)))
    other = await stores.followed_feed("https://pods.example/other.xml")
    await stores.feeds.record(other, (found(20, days_old=5),))
    by_guid = {one.guid: one for one in await stores.episodes.waiting(feed.id)}
    said = transcript("The moon pulls the sea.")
    await stores.transcripts.save(by_guid["guid-4"].id, said)
    around = await siblings.around(by_guid["guid-5"], limit=2)
    assert {one.found.guid: one.transcript for one in around} == {
        "guid-3": None,
        "guid-4": said.hash,
        "guid-6": None,
        "guid-7": None,
    }


async def test_an_only_episode_has_none(stores: Stores) -> None:
    feed = await stores.followed_feed()
    await stores.feeds.record(feed, (found(1),))
    (episode,) = await stores.episodes.waiting(feed.id)
    assert await stores.siblings.around(episode) == ()
