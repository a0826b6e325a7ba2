"""EpisodeLedger: how far each episode is."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.domain.episode import Episode, EpisodeState
from pipeline.domain.errors import UnknownEpisode
from pipeline.ports import EpisodeLedger, EpisodeLine, ReadyEpisodes, RetryBook
from tests.peers.catalog import NOW, Stores, found


async def test_waiting_episodes_come_newest_first_of_one_feed_or_all(stores: Stores) -> None:
    ledger: EpisodeLedger = stores.episodes
    one = await stores.followed_feed()
    two = await stores.followed_feed("https://pods.example/two.xml")
    await stores.feeds.record(one, (found(1, days_old=3), found(2, days_old=1)))
    await stores.feeds.record(two, (found(3, days_old=2),))
    assert [e.title for e in await ledger.waiting()] == ["Part 2", "Part 3", "Part 1"]
    assert [e.title for e in await ledger.waiting(two.id)] == ["Part 3"]


async def test_the_next_are_the_newest_without_the_back_fill_and_without_what_is_under_way(stores: Stores) -> None:
    line: EpisodeLine = stores.episodes
    feed = await stores.followed_feed()
    new, old = (found(n) for n in range(1, 5)), (found(n, days_old=90) for n in (5, 6))
    await stores.feeds.record(feed, (*new, *old), hold_after=9)
    first, second, third, fourth, *archive = await stores.episodes.waiting()

    async def next_up(limit: int, *, is_old: bool = False, but: Collection[tuple[str, int]] = ()) -> list[Episode]:
        return list(await line.next_up(limit, is_old=is_old, is_unheard=False, but=but))

    assert await next_up(2) == [first, second]
    assert await next_up(2, but={(first.id, 1), (third.id, 2)}) == [second, third]
    assert await next_up(9, but={(first.id, 1)}) == [second, third, fourth]
    assert await next_up(9, is_old=True) == archive
    assert (await next_up(0), await next_up(-3)) == ([], [])


async def test_what_must_be_heard_is_in_a_line_of_its_own_until_it_goes_again(stores: Stores) -> None:
    line: EpisodeLine = stores.episodes
    feed = await stores.followed_feed()
    await stores.feeds.record(feed, (found(1), found(2)))
    one, two = await stores.episodes.waiting()

    await line.must_be_heard(one.id)
    heard, others = [await line.next_up(9, is_old=False, is_unheard=unheard) for unheard in (True, False)]
    await stores.operations.retry(one.id)
    again = await line.next_up(9, is_old=False, is_unheard=False)

    assert (heard, others) == ((one,), (two,))
    assert [(episode.id, episode.attempt) for episode in again] == [(one.id, 2), (two.id, 1)]


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


async def test_a_failed_episode_goes_again_when_its_pause_is_over_and_is_counted(stores: Stores) -> None:
    book: RetryBook = stores.episodes
    feed = await stores.followed_feed()
    await stores.feeds.record(feed, (found(1), found(2), found(3)))
    one, two, three = await stores.episodes.waiting()
    await stores.episodes.settle(one.id, EpisodeState.FAILED, reason="Down.", retry_at=NOW + timedelta(hours=1))
    await stores.episodes.settle(two.id, EpisodeState.FAILED, reason="Down.", retry_at=NOW + timedelta(hours=2))
    await stores.episodes.settle(three.id, EpisodeState.FAILED, reason="No audio.")
    assert await book.due_retries(NOW) == ()
    assert await book.due_retries(NOW + timedelta(hours=1)) == (one.id,)
    assert await book.due_retries(NOW + timedelta(hours=1)) == ()
    again = await stores.episodes.get(one.id)
    assert (again.state, again.attempt, again.retries, again.reason) == (EpisodeState.WAITING, 2, 1, "")
    assert (await stores.episodes.get(two.id)).retry_at == NOW + timedelta(hours=2)
    assert await book.due_retries(NOW + timedelta(days=9)) == (two.id,)


async def test_a_success_and_a_retry_by_hand_count_the_tries_anew(stores: Stores) -> None:
    feed = await stores.followed_feed()
    await stores.feeds.record(feed, (found(1), found(2)))
    for episode in await stores.episodes.waiting():
        for _ in range(2):
            await stores.episodes.settle(episode.id, EpisodeState.FAILED, reason="Down.", retry_at=NOW)
            await stores.episodes.due_retries(NOW)
        assert (await stores.episodes.get(episode.id)).retries == 2
    ready, by_hand = await stores.episodes.waiting()
    await stores.episodes.settle(ready.id, EpisodeState.READY)
    await stores.episodes.settle(by_hand.id, EpisodeState.FAILED, reason="Down.", retry_at=NOW)
    await stores.operations.retry(by_hand.id)
    for episode_id in (ready.id, by_hand.id):
        episode = await stores.episodes.get(episode_id)
        assert (episode.retries, episode.retry_at) == (0, None)
    assert await stores.episodes.due_retries(NOW + timedelta(days=9)) == ()


async def test_when_many_may_go_again_some_hundred_do_at_a_time(stores: Stores) -> None:
    feed = await stores.followed_feed()
    await stores.feeds.record(feed, tuple(found(n) for n in range(600)))
    for episode in await stores.episodes.waiting():
        await stores.episodes.settle(episode.id, EpisodeState.FAILED, retry_at=NOW)
    assert [len(await stores.episodes.due_retries(NOW)) for _ in range(3)] == [500, 100, 0]
    assert len(await stores.episodes.waiting()) == 600


async def test_an_episode_knows_what_language_its_feed_states(stores: Stores) -> None:
    feed = await stores.followed_feed()
    await stores.feeds.record(replace(feed, language="de-AT"), (found(1),))
    (episode,) = await stores.episodes.waiting()
    assert episode.feed_language == "de-AT"
    assert (await stores.episodes.get(episode.id)).feed_language == "de-AT"
