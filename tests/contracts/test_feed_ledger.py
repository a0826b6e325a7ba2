"""FeedLedger: what a reading of a feed leaves behind."""

import asyncio
import itertools
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from pipeline.adapters.catalog import SqlFeedLedger
from pipeline.domain.audience import Audience
from pipeline.domain.episode import Episode, EpisodeState
from pipeline.domain.errors import UnknownFeed
from pipeline.domain.feed import (
    DueFeed,
    Enclosure,
    Feed,
    FeedState,
    FoundEpisode,
    Listing,
    Move,
    SeenItem,
    TranscriptOffer,
    Validators,
    bucket_of,
)
from pipeline.ports import FeedHistory, FeedLedger, FeedLine
from tests.peers.catalog import NOW, OURS, Stores, channel, found, transcript


async def episodes_of(stores: Stores, feed: Feed) -> dict[str, Episode]:
    listed = await stores.library.episodes(feed.id, workspace=OURS, limit=5000)
    return {e.title: e for e in listed}


async def test_new_episodes_wait_and_are_counted(stores: Stores) -> None:
    ledger: FeedLedger = stores.feeds
    feed = await stores.followed_feed()
    assert await ledger.record(feed, (found(1), found(2))) == 2
    first = (await episodes_of(stores, feed))["Part 1"]
    assert first.found == found(1)
    assert (first.state, first.attempt, first.backfill, first.first_seen) == (EpisodeState.WAITING, 1, False, NOW)
    assert (first.feed_url, first.feed_title, first.audience) == (feed.url, feed.title, feed.audience)


async def test_a_second_reading_of_the_same_changes_nothing(stores: Stores) -> None:
    feed = await stores.followed_feed()
    await stores.feeds.record(feed, (found(1), found(2)))
    before = await episodes_of(stores, feed)
    stores.clock.time += timedelta(hours=1)
    assert await stores.feeds.record(feed, (found(2), found(1))) == 0
    assert await episodes_of(stores, feed) == before


async def test_an_edited_episode_is_updated_in_place(stores: Stores) -> None:
    feed = await stores.followed_feed()
    await stores.feeds.record(feed, (found(1),))
    await stores.episodes.settle((await episodes_of(stores, feed))["Part 1"].id, EpisodeState.READY)
    edited = replace(found(1), title="Part 1, corrected", published=NOW - timedelta(days=2))
    assert await stores.feeds.record(feed, (edited,)) == 0
    now = await episodes_of(stores, feed)
    assert list(now) == ["Part 1, corrected"]
    assert now["Part 1, corrected"].found == edited
    assert now["Part 1, corrected"].state is EpisodeState.READY


async def test_an_episode_that_left_the_feed_is_kept(stores: Stores) -> None:
    feed = await stores.followed_feed()
    await stores.feeds.record(feed, (found(1), found(2)))
    await stores.feeds.record(feed, (found(2),))
    await stores.feeds.record(feed, ())
    assert set(await episodes_of(stores, feed)) == {"Part 1", "Part 2"}


async def test_when_a_feed_changes_all_its_guids_nothing_is_new_and_ids_stay(stores: Stores) -> None:
    feed = await stores.followed_feed()
    old = tuple(found(n, days_old=n) for n in range(1, 6))
    await stores.feeds.record(feed, old)
    ids = {e.id for e in (await episodes_of(stores, feed)).values()}
    moved = tuple(
        replace(f, guid=f"new-{f.guid}", enclosures=(Enclosure(f"{f.enclosures[0].url}?token=x"),)) for f in old
    )
    assert await stores.feeds.record(feed, moved) == 0
    assert await stores.feeds.record(feed, (found(9), *moved)) == 1
    now = await episodes_of(stores, feed)
    assert ids < {e.id for e in now.values()}
    assert now["Part 1"].guid == "new-guid-1"


async def test_a_guid_that_is_used_again_for_another_episode_loses_neither(stores: Stores) -> None:
    feed = await stores.followed_feed()
    await stores.feeds.record(feed, (found(1, days_old=7),))
    again = replace(found(2), guid="guid-1")
    assert await stores.feeds.record(feed, (again,)) == 1
    assert await stores.feeds.record(feed, (again, found(1, days_old=7))) == 0
    assert set(await episodes_of(stores, feed)) == {"Part 1", "Part 2"}


async def test_the_first_reading_holds_all_but_the_newest(stores: Stores) -> None:
    feed = await stores.followed_feed()
    reading = tuple(found(n, days_old=4 * n) for n in range(1, 6))
    assert await stores.feeds.record(feed, reading, hold_after=2) == 5
    now = await episodes_of(stores, feed)
    assert [(e.state.value, e.backfill) for e in now.values()] == [
        ("waiting", False),
        ("waiting", True),
        ("held", True),
        ("held", True),
        ("held", True),
    ]


async def test_an_archive_that_appears_later_is_held(stores: Stores) -> None:
    feed = await stores.followed_feed()
    await stores.feeds.record(feed, (found(1),))
    await stores.feeds.record(feed, tuple(found(n, days_old=100) for n in range(2, 30)))
    waiting = await stores.episodes.waiting(feed.id)
    assert [e.title for e in waiting] == ["Part 1"]


async def test_an_episode_that_failed_without_a_transcript_goes_again_when_one_is_offered(stores: Stores) -> None:
    feed = await stores.followed_feed()
    await stores.feeds.record(feed, (found(1), found(2)))
    before = await episodes_of(stores, feed)
    for one in before.values():
        await stores.episodes.settle(one.id, EpisodeState.FAILED, reason="No words.")
    await stores.transcripts.save(before["Part 2"].id, transcript("It has words."))
    offers = ("https://pods.example/t.vtt",)
    assert await stores.feeds.record(feed, (found(1, offers=offers), found(2, offers=offers))) == 0
    now = await episodes_of(stores, feed)
    assert (now["Part 1"].state, now["Part 1"].attempt, now["Part 1"].reason) == (EpisodeState.WAITING, 2, "")
    assert (now["Part 2"].state, now["Part 2"].attempt) == (EpisodeState.FAILED, 1)


async def test_a_failed_episode_goes_again_with_other_audio_but_not_for_another_token(stores: Stores) -> None:
    feed = await stores.followed_feed()
    await stores.feeds.record(feed, (found(1), found(2)))
    for one in (await episodes_of(stores, feed)).values():
        await stores.episodes.settle(one.id, EpisodeState.FAILED, reason="The audio is broken.")
    token = replace(found(1), enclosures=(Enclosure("https://cdn.example/1.mp3?token=2"),))
    other = replace(found(2), enclosures=(Enclosure("https://cdn.example/2-fixed.mp3"),))
    await stores.feeds.record(feed, (token, other))
    now = await episodes_of(stores, feed)
    assert [now["Part 1"].state, now["Part 2"].state] == [EpisodeState.FAILED, EpisodeState.WAITING]


async def test_a_failed_episode_stays_failed_when_the_same_is_offered_again(stores: Stores) -> None:
    feed = await stores.followed_feed()
    before = replace(found(1), transcripts=(TranscriptOffer("https://pods.example/t.vtt", "text/vtt"),))
    await stores.feeds.record(feed, (before,))
    episode = (await episodes_of(stores, feed))["Part 1"]
    await stores.episodes.settle(episode.id, EpisodeState.FAILED, reason="No words.")
    await stores.feeds.record(feed, (replace(before, summary="Other notes."),))
    assert (await stores.episodes.get(episode.id)).state is EpisodeState.FAILED


async def test_a_feeds_state_is_stored_with_its_reading(stores: Stores) -> None:
    feed = await stores.followed_feed()
    read = replace(
        feed,
        title="Ocean Hour 2",
        link="https://pods.example",
        language="de",
        image="https://pods.example/i.png",
        state=FeedState.FAILING,
        reason="The server answered 503.",
        failures=3,
        validators=Validators("etag", "Mon", "hash"),
        last_read=NOW,
        next_read=NOW + timedelta(hours=1),
        move=Move("https://new.example/feed", since=NOW, readings=2, by_feed=True),
    )
    await stores.feeds.record(read, ())
    assert await stores.feeds.get(feed.id) == read
    await stores.feeds.record(replace(read, move=None), ())
    assert (await stores.feeds.get(feed.id)).move is None


async def test_what_a_reading_saw_is_there_for_the_next_one(stores: Stores) -> None:
    history: FeedHistory = stores.feeds
    feed = await stores.followed_feed()
    items = (SeenItem("h1", "guid-1", NOW), SeenItem("h2", "gu\0id ✓"))
    assert await history.seen(feed.id) == ()
    await stores.feeds.record(feed, (found(1),), listing=Listing(items=items))
    assert await history.seen(feed.id) == items
    await stores.feeds.record(feed, ())
    assert await history.seen(feed.id) == items
    await stores.feeds.record(feed, (), listing=Listing())
    assert await history.seen(feed.id) == ()


async def test_episodes_that_are_known_under_any_guid_are_counted(stores: Stores) -> None:
    feed = await stores.followed_feed()
    assert await stores.feeds.count_known(feed.id, (found(1), found(2))) == 2
    await stores.feeds.record(feed, (found(1), found(2)))
    elsewhere = replace(found(2), guid="new")
    assert await stores.feeds.count_known(feed.id, (found(1), elsewhere, found(3))) == 2
    assert set(await episodes_of(stores, feed)) == {"Part 1", "Part 2"}


async def test_only_a_listing_of_the_whole_feed_marks_what_is_missing(stores: Stores) -> None:
    feed = await stores.followed_feed()
    await stores.feeds.record(feed, (found(1), found(2), found(3)))
    await stores.feeds.record(feed, (found(3),))
    await stores.feeds.record(feed, (found(3),), listing=Listing(is_whole=False))
    assert len(await stores.episodes.waiting()) == 3
    await stores.feeds.record(feed, (found(3),), listing=Listing(unchanged=frozenset({"guid-2"})))
    left = {title: e.left_at for title, e in (await episodes_of(stores, feed)).items()}
    assert left == {"Part 1": NOW, "Part 2": None, "Part 3": None}
    await stores.feeds.record(feed, (), listing=Listing(unchanged=frozenset({"guid-1", "guid-2", "guid-3"})))
    assert len(await stores.episodes.waiting()) == 3


async def test_an_unchanged_episode_is_not_taken_for_a_new_one_that_resembles_it(stores: Stores) -> None:
    feed = await stores.followed_feed()
    await stores.feeds.record(feed, (found(1),))
    twin = replace(found(1), guid="other", enclosures=(Enclosure("https://cdn.example/other.mp3"),))
    assert await stores.feeds.record(feed, (twin,), listing=Listing(unchanged=frozenset({"guid-1"}))) == 1


async def test_a_feed_that_moved_is_one_feed_under_both_addresses(stores: Stores) -> None:
    feed = await stores.followed_feed()
    await stores.feeds.record(replace(feed, url="https://new.example/feed"), ())
    for url in ("https://new.example/feed", feed.url):
        assert (await stores.subscriptions.add(url, workspace=OURS)).id == feed.id
    assert (await stores.feeds.get(feed.id)).url == "https://new.example/feed"


async def test_a_feed_that_moves_to_anothers_address_becomes_part_of_it(stores: Stores) -> None:
    feed = await stores.followed_feed()
    other = await stores.followed_feed("https://pods.example/other.xml")
    await stores.feeds.record(feed, (found(1), found(2)))
    await stores.feeds.record(other, (found(2), found(3)))
    assert await stores.feeds.record(replace(feed, url=other.url, title="Moved"), (found(4),)) == 0
    (followed,) = await stores.library.feeds(workspace=OURS)
    episodes = await stores.library.episodes(other.id, workspace=OURS)
    assert (followed.feed.id, [one.guid for one in episodes]) == (other.id, ["guid-1", "guid-2", "guid-3"])
    assert await stores.feeds.record(other, (found(1), found(2), found(3))) == 0


async def test_what_comes_of_a_private_feed_is_private(stores: Stores) -> None:
    feed = await stores.followed_feed(private=True)
    await stores.feeds.record(replace(feed, audience=Audience()), (found(1),))
    assert (await episodes_of(stores, feed))["Part 1"].audience == Audience(OURS)


async def test_an_unknown_feed_is_named(stores: Stores) -> None:
    feed = await stores.followed_feed()
    with pytest.raises(UnknownFeed):
        await stores.feeds.get("0000000000000000")
    with pytest.raises(UnknownFeed):
        await stores.feeds.record(replace(feed, id="0000000000000000"), (found(1),))


async def test_a_reading_is_kept_as_a_whole_or_not_at_all(stores: Stores) -> None:
    feed = await stores.followed_feed()
    naive = replace(found(2), published=datetime(2020, 1, 1))  # noqa: DTZ001  this is what must be refused
    with pytest.raises(TypeError, match="offset-naive"):
        await stores.feeds.record(replace(feed, title="Other"), (found(1), naive))
    assert await stores.feeds.get(feed.id) == feed
    assert await episodes_of(stores, feed) == {}


async def test_due_feeds_are_followed_not_paused_and_the_longest_overdue_comes_first(stores: Stores) -> None:
    feeds = {
        name: await stores.followed_feed(f"https://pods.example/{name}")
        for name in ("new", "late", "later", "soon", "paused", "dropped")
    }
    due = {"late": -1, "later": -9, "soon": 1, "paused": -5, "dropped": -5}
    for name, minutes in due.items():
        state = FeedState.PAUSED if name == "paused" else FeedState.FAILING
        await stores.feeds.record(replace(feeds[name], state=state, next_read=NOW + timedelta(minutes=minutes)), ())
    await stores.subscriptions.unfollow(channel().id, feeds["dropped"].id, workspace=OURS)
    expected = tuple(DueFeed(feeds[name].id, feeds[name].url) for name in ("new", "later", "late"))
    assert await stores.due(NOW) == expected
    assert await stores.due(NOW, limit=2) == expected[:2]


async def test_a_host_with_many_due_feeds_delays_no_other(stores: Stores) -> None:
    many = [await stores.followed_feed(f"https://pods.example/{number}") for number in range(30)]
    names = (f"https://small{number}.example/feed.xml" for number in itertools.count())
    small = await stores.followed_feed(next(url for url in names if bucket_of(url) == bucket_of(many[0].url)))
    for minutes, feed in enumerate((*many, small)):
        await stores.feeds.put_off(feed.id, until=NOW - timedelta(hours=1) + timedelta(minutes=minutes))

    order = [feed.id for feed in await stores.due(NOW)]

    assert order == [feed.id for feed in (*many[:20], small, *many[20:])]


async def test_a_reading_that_never_ends_is_counted_until_one_does(stores: Stores) -> None:
    line: FeedLine = stores.feeds
    feed, other = await stores.followed_feed(), await stores.followed_feed("https://other.example/feed.xml")

    begun = [await line.begin(feed.id) for _ in range(3)]
    due = {one.id: one.unfinished for one in await stores.due(NOW)}
    await stores.feeds.record(feed, ())
    read = await line.begin(feed.id)
    await line.put_off(feed.id, until=NOW)

    assert (begun, due) == ([0, 1, 2], {feed.id: 3, other.id: 0})
    assert (read, await line.begin(feed.id)) == (0, 0)
    with pytest.raises(UnknownFeed):
        await line.begin("gone")


async def test_a_feed_that_is_put_off_is_due_later_and_otherwise_the_same(stores: Stores) -> None:
    feed, then = await stores.followed_feed(), NOW + timedelta(hours=1)
    await stores.feeds.put_off(feed.id, until=then)
    await stores.feeds.put_off("gone", until=then)
    assert await stores.due(NOW) == ()
    assert await stores.due(then) == (DueFeed(feed.id, feed.url),)
    assert await stores.feeds.get(feed.id) == replace(feed, next_read=then)


async def test_a_feed_that_was_read_while_the_clock_was_ahead_is_not_forgotten(stores: Stores) -> None:
    far, near = [await stores.followed_feed(f"https://pods.example/{name}") for name in ("far", "near")]
    await stores.feeds.put_off(far.id, until=NOW + timedelta(days=30, hours=24))
    await stores.feeds.put_off(near.id, until=NOW + timedelta(hours=24, minutes=1))
    assert await stores.due(NOW) == (DueFeed(far.id, far.url),)
    assert await stores.due(NOW + timedelta(hours=25)) == (DueFeed(near.id, near.url), DueFeed(far.id, far.url))
    assert await stores.due(NOW + timedelta(days=30)) == (DueFeed(near.id, near.url),)


async def test_of_a_private_feed_that_is_due_only_what_may_be_shown_is_told(stores: Stores) -> None:
    url = "https://pods.example/private.xml?token=geheim"
    feed = await stores.followed_feed(url, private=True)
    [due] = await stores.due(NOW)
    assert due.id == feed.id
    assert due.url.startswith("https://pods.example/")
    assert "geheim" not in due.url


async def test_two_who_record_the_same_feed_at_once_get_each_episode_once(stores: Stores) -> None:
    feed = await stores.followed_feed()
    reading = tuple(found(n, days_old=n) for n in range(1, 40))
    counts = await asyncio.gather(*(stores.feeds.record(feed, reading[start:], hold_after=5) for start in (0, 3, 0, 6)))
    assert sum(counts) == len(reading)
    assert len(await episodes_of(stores, feed)) == len(reading)


async def test_a_long_feed_does_not_hold_the_loop(stores: Stores) -> None:
    feed = await stores.followed_feed()
    summary = "Notes about tides and the moon. " * 60
    reading = tuple(replace(found(n, days_old=n), summary=summary) for n in range(1, 2001))
    turns = 0

    async def take_turns() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0.001)
            turns += 1

    other = asyncio.create_task(take_turns())
    assert await stores.feeds.record(feed, reading, hold_after=10) == 2000
    assert await stores.feeds.record(feed, _all_edited(reading)) == 0
    other.cancel()
    assert turns > 40
    assert len(await stores.library.episodes(feed.id, workspace=OURS, limit=3000)) == 2000


def _all_edited(reading: tuple[FoundEpisode, ...]) -> tuple[FoundEpisode, ...]:
    return tuple(replace(f, summary=f.summary + "More.") for f in reading)


async def test_text_that_a_database_cannot_hold_is_cleaned(stores: Stores) -> None:
    feed = await stores.followed_feed()
    odd = replace(found(1), title="Tides \ud800 of\0 time 🌊", author="A\0nn")
    await stores.feeds.record(replace(feed, title="Ocean\0 Hour 🌊", reason="half \udfff"), (odd,))
    assert (await stores.feeds.get(feed.id)).title == "Ocean Hour 🌊"
    assert (await stores.feeds.get(feed.id)).reason == "half ?"
    assert await stores.feeds.record(feed, (odd,)) == 0
    (episode,) = (await episodes_of(stores, feed)).values()
    assert episode.title == "Tides ? of\0 time 🌊"


async def many_feeds(stores: Stores, count: int) -> list[Feed]:
    return [await stores.followed_feed(f"https://pods.example/{n}/feed.xml") for n in range(count)]


async def test_readings_that_are_stored_at_once_are_each_of_their_own_feed(stores: Stores) -> None:
    feeds = await many_feeds(stores, 12)
    readings = [tuple(found(n) for n in range(1, 1 + place)) for place in range(12)]
    stored = (stores.feeds.record(feed, reading) for feed, reading in zip(feeds, readings, strict=True))
    assert await asyncio.gather(*stored) == list(range(12))
    for feed, reading in zip(feeds, readings, strict=True):
        assert {e.found for e in (await episodes_of(stores, feed)).values()} == set(reading)


async def test_one_feed_that_is_stored_several_times_at_once_gets_each_episode_once(stores: Stores) -> None:
    feed = await stores.followed_feed()
    reading = tuple(found(n) for n in range(1, 6))
    assert sorted(await asyncio.gather(*(stores.feeds.record(feed, reading) for _ in range(5)))) == [0, 0, 0, 0, 5]


async def test_feeds_that_are_asked_for_at_once_are_the_right_ones(stores: Stores) -> None:
    feeds = await many_feeds(stores, 12)
    assert await asyncio.gather(*(stores.feeds.get(feed.id) for feed in feeds)) == feeds


async def test_a_feed_that_is_unknown_or_cannot_be_stored_stops_no_other(stores: Stores) -> None:
    feeds = await many_feeds(stores, 6)
    unknown = replace(feeds[1], id="0" * 16)
    impossible = replace(feeds[2], next_read=datetime(2026, 11, 22))  # noqa: DTZ001  no time zone: that is the point
    readings = [feeds[0], unknown, impossible, *feeds[3:]]
    results = await asyncio.gather(*(stores.feeds.record(f, (found(1),)) for f in readings), return_exceptions=True)
    assert isinstance(results[1], UnknownFeed)
    assert isinstance(results[2], Exception)
    assert [results[0], *results[3:]] == [1, 1, 1, 1]
    assert await episodes_of(stores, feeds[2]) == {}


async def test_several_pollers_that_store_the_same_feeds_in_any_order_store_each_episode_once(stores: Stores) -> None:
    feeds = await many_feeds(stores, 12)
    pollers = [SqlFeedLedger(stores.db, clock=stores.clock) for _ in range(3)]
    orders = [feeds, feeds[::-1], feeds[6:] + feeds[:6]]
    calls = [
        poller.record(feed, (found(1), found(2)))
        for poller, order in zip(pollers, orders, strict=True)
        for feed in order
    ]
    assert sum(await asyncio.gather(*calls)) == 24


async def test_a_quiet_reading_keeps_the_validators_and_what_was_seen(stores: Stores) -> None:
    feed = await stores.followed_feed()
    items = (SeenItem("a" * 16, "guid-1", NOW),)
    await stores.feeds.record(feed, (found(1),), listing=Listing(items=items))
    quiet = replace(feed, validators=Validators('"2"', None, "hash"), last_read=NOW, next_read=NOW + timedelta(hours=1))
    others = await many_feeds(stores, 3)
    await asyncio.gather(*(stores.feeds.record(one, ()) for one in (quiet, *others)))
    assert await stores.feeds.get(feed.id) == quiet
    assert await stores.feeds.seen(feed.id) == items
    assert set(await episodes_of(stores, feed)) == {"Part 1"}
