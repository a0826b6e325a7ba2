"""Scanning a feed: real parser, real catalogue, a host in memory. The numbers are those of the fault list."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from pipeline.domain.episode import Episode, EpisodeState
from pipeline.domain.errors import FeedUnreadable, HttpStatus, TooSlow
from pipeline.domain.feed import Feed, FeedState
from tests.peers.catalog import NOW, OURS, Stores, channel, insight, transcript
from tests.peers.feed_world import URL, FeedWorld, Item, feed_xml, item


@pytest.fixture
def world(stores: Stores) -> FeedWorld:
    return FeedWorld(stores)


@pytest.fixture
async def feed(stores: Stores) -> Feed:
    return await stores.followed_feed(URL)


async def episodes(world: FeedWorld, feed: Feed) -> dict[str, Episode]:
    listed = await world.stores.library.episodes(feed.id, workspace=OURS, limit=5000)
    assert len({e.title for e in listed}) == len(listed)
    return {e.title: e for e in listed}


async def waiting(world: FeedWorld, feed: Feed) -> set[str]:
    return {e.title for e in await world.stores.episodes.waiting(feed.id)}


async def make_ready(world: FeedWorld, feed: Feed) -> None:
    """Give every waiting episode a transcript and an insight."""
    for episode in await world.stores.episodes.waiting(feed.id):
        said = transcript(f"What {episode.title} says of the sea.")
        await world.stores.transcripts.save(episode.id, said)
        await world.stores.insights.save(episode.id, (insight(episode.id),), source=said.hash, version="1", rejected={})
        await world.stores.episodes.settle(episode.id, EpisodeState.READY)


async def candidates(world: FeedWorld, since: datetime = NOW - timedelta(days=9)) -> set[str]:
    found = await world.stores.channels.candidates(channel().id, workspace=OURS, since=since)
    return {c.episode.title for c in found}


async def scanned(world: FeedWorld, feed: Feed, *items: Item, hours: float = 1) -> int:
    """Put these items into the feed, let time pass, and read it; returns how many episodes were new."""
    world.feeds[feed.url] = feed_xml(*items)
    world.later(hours=hours)
    scan = await world.scan(feed.id)
    assert scan.error is None
    return scan.new


async def test_news_without_audio_or_transcript_is_no_episode_but_a_warning(world: FeedWorld, feed: Feed) -> None:
    bare, read = Item("n", "We are on holiday"), Item("t", "Only read", transcripts=("https://pods.example/t.vtt",))
    world.feeds[feed.url] = feed_xml(bare, item(1), read)
    scan = await world.scan(feed.id)
    assert set(await episodes(world, feed)) == {"Part 1", "Only read"}
    assert scan.warnings == ("Left out what has neither audio, video nor a transcript: 1.",)
    assert await scanned(world, feed, replace(bare, audio="https://cdn.example/n.mp3"), item(1), read) == 1


async def test_only_new_and_changed_items_are_parsed_and_nothing_else_changes(world: FeedWorld, feed: Feed) -> None:
    await scanned(world, feed, *(item(n) for n in range(1, 9)))
    before = await episodes(world, feed)
    edited = replace(item(3), notes="Corrected.")
    assert await scanned(world, feed, item(9), item(1), item(2), edited, *(item(n) for n in range(4, 9))) == 1
    now = await episodes(world, feed)
    assert len(await world.stores.feeds.seen(feed.id)) == 9
    assert now["Part 3"].found.summary == "Corrected."
    assert {t: e for t, e in now.items() if t not in {"Part 3", "Part 9"}} == {
        t: e for t, e in before.items() if t != "Part 3"
    }


async def test_fault_27_the_same_guid_twice_is_one_episode(world: FeedWorld, feed: Feed) -> None:
    assert await scanned(world, feed, item(1), item(1), item(2)) == 2


async def test_fault_28_a_host_that_changes_all_guids_addresses_and_dates_brings_nothing_new(
    world: FeedWorld, feed: Feed
) -> None:
    old = [item(n, days_old=7 * n) for n in range(1, 8)]
    await scanned(world, feed, *old)
    at_new_host = [
        replace(i, guid=f"new-{i.guid}", audio=f"https://other.example/{i.guid}", published=NOW) for i in old
    ]
    assert await scanned(world, feed, *at_new_host) == 0
    assert await scanned(world, feed, item(9), *at_new_host) == 1


async def test_fault_28_old_episodes_that_appear_all_at_once_are_held(world: FeedWorld, feed: Feed) -> None:
    await scanned(world, feed, item(1))
    archive = [item(n, days_old=100 + n) for n in range(2, 30)]
    assert await scanned(world, feed, item(1), *archive) == 28
    assert await waiting(world, feed) == {"Part 1"}


async def test_fault_28_a_few_old_ones_wait_but_are_not_posted(world: FeedWorld, feed: Feed) -> None:
    await scanned(world, feed, item(1))
    await scanned(world, feed, item(1), item(2, days_old=100), item(3, days_old=200))
    await make_ready(world, feed)
    assert await candidates(world) == {"Part 1"}


async def test_fault_29_an_early_copy_replaced_by_the_public_one_is_one_episode(world: FeedWorld, feed: Feed) -> None:
    early = replace(item(1), guid="early")
    await scanned(world, feed, early, item(2))
    assert await scanned(world, feed, replace(item(1), published=NOW + timedelta(hours=5)), item(2), hours=8) == 0


async def test_fault_30_a_guid_used_again_for_another_day_is_another_episode(world: FeedWorld, feed: Feed) -> None:
    today = Item("latest", "The bulletin", "https://cdn.example/mon.mp3", NOW - timedelta(days=1), 300)
    await scanned(world, feed, today)
    tomorrow = replace(today, audio="https://cdn.example/tue.mp3", published=NOW, seconds=360)
    world.feeds[feed.url] = feed_xml(tomorrow)
    assert (await world.scan(feed.id)).new == 1
    mended = replace(tomorrow, audio="https://cdn.example/tue-fixed.mp3", published=NOW + timedelta(minutes=20))
    world.feeds[feed.url] = feed_xml(mended)
    world.later(hours=1)
    assert (await world.scan(feed.id)).new == 0


async def test_fault_31_an_old_episode_with_a_new_date_is_not_posted_again(world: FeedWorld, feed: Feed) -> None:
    old = item(1)
    await scanned(world, feed, old)
    await make_ready(world, feed)
    month = timedelta(days=30)
    new = item(2, days_old=-30)
    assert await scanned(world, feed, new, replace(old, published=NOW + month), hours=31 * 24) == 1
    await make_ready(world, feed)
    assert await candidates(world, since=NOW + month - timedelta(days=9)) == {"Part 2"}


async def test_fault_32_an_edited_title_is_changed_in_place(world: FeedWorld, feed: Feed) -> None:
    await scanned(world, feed, item(1))
    await make_ready(world, feed)
    assert await scanned(world, feed, replace(item(1), title="Part 1, corrected", notes="More.")) == 0
    (now,) = (await episodes(world, feed)).values()
    assert (now.title, now.state, now.attempt) == ("Part 1, corrected", EpisodeState.READY, 1)


async def test_fault_33_dates_that_are_missing_or_impossible_count_from_the_first_sight(
    world: FeedWorld, feed: Feed
) -> None:
    future, undated = replace(item(1), published=NOW + timedelta(days=400)), replace(item(2), published=None)
    await scanned(world, feed, future, undated)
    now = await episodes(world, feed)
    assert {e.when for e in now.values()} == {NOW + timedelta(hours=1)}


async def test_fault_34_without_a_guid_the_audio_without_its_token_names_the_episode(
    world: FeedWorld, feed: Feed
) -> None:
    tokened = replace(item(1), guid="", audio="https://cdn.example/1.mp3?token=1")
    await scanned(world, feed, tokened)
    assert await scanned(world, feed, replace(tokened, audio="https://cdn.example/1.mp3?token=2")) == 0


async def test_fault_35_whatever_is_enclosed_the_audio_is_what_is_listened_to(world: FeedWorld, feed: Feed) -> None:
    cdn = "https://cdn.example"
    picture = f'<enclosure url="{cdn}/cover.jpg" type="image/jpeg" length="1"/>'
    paper = f'<enclosure url="{cdn}/notes.pdf" type="application/pdf" length="1"/>'
    video = f'<enclosure url="{cdn}/show.mp4" type="video/mp4" length="1"/>'
    audio = f'<enclosure url="{cdn}/show.mp3" type="audio/mpeg" length="1"/>'
    other = (
        '<podcast:alternateEnclosure type="audio/opus" length="1" bitrate="32000">'
        f'<podcast:source uri="ipfs://bafy"/><podcast:source uri="{cdn}/show.opus"/></podcast:alternateEnclosure>'
    )
    items = {
        "Audio behind a picture": picture + paper + audio,
        "Audio behind video": video + audio,
        "Video alone": video,
        "Another version alone": other,
        "Another version beside audio": other + audio,
        "Untyped": f'<enclosure url="{cdn}/plain"/>',
        "A picture alone": picture,
        "A paper alone": paper,
        "Nothing": "",
    }
    told = "".join(f"<item><title>{t}</title><guid>{t}</guid>{e}</item>" for t, e in items.items())
    world.feeds[feed.url] = feed_xml().replace(b"</channel>", f"{told}</channel>".encode())
    await world.scan(feed.id, hold_after=9)
    heard = {title: one.audio_url for title, one in (await episodes(world, feed)).items()}
    assert heard == {
        "Audio behind a picture": f"{cdn}/show.mp3",
        "Audio behind video": f"{cdn}/show.mp3",
        "Video alone": f"{cdn}/show.mp4",
        "Another version alone": f"{cdn}/show.opus",
        "Another version beside audio": f"{cdn}/show.mp3",
        "Untyped": f"{cdn}/plain",
    }


async def test_fault_36_a_live_item_is_no_episode_and_changes_nothing_of_the_others(
    world: FeedWorld, feed: Feed
) -> None:
    live = (
        b'<podcast:liveItem status="live" start="2026-11-22T12:00:00Z"><title>Live now</title><guid>live</guid>'
        b'<link>https://pods.example/live</link><enclosure url="https://cdn.example/live.m3u8" '
        b'type="application/x-mpegURL" length="1"/></podcast:liveItem>'
    )
    whole = feed_xml(item(1), item(2))
    world.feeds[feed.url] = whole.replace(b"<item>", live + b"<item>", 1).replace(b"</channel>", live + b"</channel>")
    await world.scan(feed.id)
    found = await episodes(world, feed)
    assert {one.guid for one in found.values()} == {"guid-1", "guid-2"}
    assert (await world.stores.feeds.get(feed.id)).link != "https://pods.example/live"
    assert await scanned(world, feed, item(1), item(2)) == 0


async def test_fault_37_a_backlog_of_two_thousand_posts_nothing_but_the_newest(world: FeedWorld, feed: Feed) -> None:
    back = [item(n, days_old=n) for n in range(2000)]
    world.feeds[feed.url] = feed_xml(*back)
    assert (await world.scan(feed.id, hold_after=1)).new == 2000
    assert await waiting(world, feed) == {"Part 0"}
    await make_ready(world, feed)
    assert await candidates(world, NOW - timedelta(days=3000)) == {"Part 0"}


async def test_fault_37_of_a_backlog_that_is_read_nothing_old_is_ever_posted(world: FeedWorld, feed: Feed) -> None:
    back = [item(n, days_old=n) for n in range(2000)]
    world.feeds[feed.url] = feed_xml(*back)
    await world.scan(feed.id, hold_after=50)
    await make_ready(world, feed)
    assert len([one for one in (await episodes(world, feed)).values() if one.state is EpisodeState.READY]) == 50
    assert await candidates(world, NOW - timedelta(days=3000)) == {f"Part {n}" for n in range(7)}


async def test_fault_37_a_backlog_that_comes_after_an_empty_first_reading_is_held_too(
    world: FeedWorld, feed: Feed
) -> None:
    assert await scanned(world, feed) == 0
    assert await scanned(world, feed, *(item(n, days_old=n) for n in range(50))) == 50
    assert len(await waiting(world, feed)) == 2


async def test_fault_37_a_backlog_read_from_its_old_end_first_is_held_too(world: FeedWorld, feed: Feed) -> None:
    await scanned(world, feed, *(item(n, days_old=n) for n in range(340, 350)))
    assert await scanned(world, feed, *(item(n, days_old=n) for n in range(20, 350))) == 320
    assert len(await waiting(world, feed)) == 2


async def test_fault_38_an_episode_taken_out_is_kept_and_no_longer_new(world: FeedWorld, feed: Feed) -> None:
    await scanned(world, feed, item(1), item(2), item(3, days_old=1))
    await make_ready(world, feed)
    await scanned(world, feed, item(2), item(3, days_old=1))
    now = await episodes(world, feed)
    assert now["Part 1"].left_at == NOW + timedelta(hours=2)
    assert now["Part 1"].state is EpisodeState.READY
    assert await candidates(world) == {"Part 2"}
    await scanned(world, feed, item(1), item(2), item(3, days_old=1))
    assert (await episodes(world, feed))["Part 1"].left_at is None
    assert await candidates(world) == {"Part 1", "Part 2"}


async def test_fault_38_one_taken_out_before_its_turn_is_held_until_it_comes_back(world: FeedWorld, feed: Feed) -> None:
    both = (item(1), item(2))
    await scanned(world, feed, *both)
    await scanned(world, feed, item(2))
    taken = (await episodes(world, feed))["Part 1"]
    assert (taken.state, taken.reason) == (EpisodeState.HELD, "Its publisher took it out of the feed.")
    await scanned(world, feed, *both)
    back = (await episodes(world, feed))["Part 1"]
    assert (back.state, back.attempt, back.reason) == (EpisodeState.WAITING, 2, "")


async def test_fault_38_what_falls_off_the_end_of_a_short_list_was_not_taken_out(world: FeedWorld, feed: Feed) -> None:
    await scanned(world, feed, item(1), item(2, days_old=7), item(3, days_old=14))
    await scanned(world, feed, item(4), item(1))
    assert all(e.left_at is None for e in (await episodes(world, feed)).values())


async def test_fault_39_a_hundred_new_at_once_all_come_in(world: FeedWorld, feed: Feed) -> None:
    await scanned(world, feed, item(1))
    assert await scanned(world, feed, *(item(n, days_old=-0.5) for n in range(2, 102)), item(1)) == 100
    assert len(await waiting(world, feed)) == 101


async def test_fault_23_a_cut_feed_keeps_what_came_before_and_takes_nothing_out(world: FeedWorld, feed: Feed) -> None:
    oldest_first = [item(n, days_old=9 - n) for n in range(1, 9)]
    await scanned(world, feed, *oldest_first)
    whole = feed_xml(item(0, days_old=20), *oldest_first)
    world.feeds[feed.url] = whole[: whole.index(b"Part 5")]
    scan = await world.scan(feed.id)
    assert scan.new == 1
    assert any("cut off" in warning for warning in scan.warnings)
    assert all(e.left_at is None for e in (await episodes(world, feed)).values())


async def test_a_transcript_that_its_publisher_adds_within_two_days_lets_the_episode_go_again(
    world: FeedWorld, feed: Feed
) -> None:
    await scanned(world, feed, item(1))
    (one,) = await world.stores.episodes.waiting()
    ours = replace(transcript("What we heard."), basis=transcript().basis.__class__("transcribed"))
    await world.stores.transcripts.save(one.id, ours)
    await world.stores.episodes.settle(one.id, EpisodeState.READY)
    offered = item(1, transcripts=("https://pods.example/1.vtt",))
    await scanned(world, feed, offered, hours=30)
    again = await world.stores.episodes.get(one.id)
    assert (again.state, again.attempt) == (EpisodeState.WAITING, 2)
    await world.stores.transcripts.save(one.id, transcript("What the publisher says."))
    await world.stores.episodes.settle(one.id, EpisodeState.READY)
    await scanned(world, feed, replace(offered, transcripts=("https://pods.example/1.srt",)))
    assert (await world.stores.episodes.get(one.id)).state is EpisodeState.READY


async def test_a_transcript_that_comes_later_than_two_days_changes_nothing(world: FeedWorld, feed: Feed) -> None:
    await scanned(world, feed, item(1))
    (one,) = await world.stores.episodes.waiting()
    await world.stores.episodes.settle(one.id, EpisodeState.READY)
    await scanned(world, feed, item(1, transcripts=("https://pods.example/1.vtt",)), hours=49)
    assert (await world.stores.episodes.get(one.id)).state is EpisodeState.READY


async def test_what_goes_wrong_is_kept_with_the_feed_and_its_episodes_stay(world: FeedWorld, feed: Feed) -> None:
    await scanned(world, feed, item(1), item(2))
    for body, kind in ((TooSlow(URL, "slow"), TooSlow), (b"<html><body>Sign in</body></html>", FeedUnreadable)):
        world.feeds[feed.url] = body
        scan = await world.scan(feed.id)
        assert isinstance(scan.error, kind)
        now = await world.stores.feeds.get(feed.id)
        assert now.state is FeedState.FAILING
        assert now.reason.endswith("It is tried again by itself.")
    assert len(await episodes(world, feed)) == 2
    world.feeds[feed.url] = HttpStatus(URL, 410)
    await world.scan(feed.id)
    assert (await world.stores.feeds.get(feed.id)).state is FeedState.PAUSED
    assert len(await episodes(world, feed)) == 2
