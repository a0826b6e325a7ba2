"""When a feed is believed to have moved."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.audience import LOCAL, PUBLIC, Audience
from pipeline.domain.feed import Enclosure, Feed, FeedUpdate, FoundEpisode, Move, SeenItem, Validators
from pipeline.domain.intake.moves import (
    STABLE_FOR,
    STABLE_READINGS,
    comparable,
    doubted,
    is_same_show,
    is_stable,
    moved,
    note_move,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
OLD, NEW = "https://old.example/feed", "https://new.example/feed"
FEED = Feed("f", OLD, PUBLIC, title="Tides", last_read=NOW - timedelta(hours=1))
DAY = timedelta(days=1)


def named(feed: Feed, url: str | None, *, at: datetime, by_feed: bool = False) -> Feed:
    """The feed after a reading that named this address."""
    update = FeedUpdate("Tides", new_url=url if by_feed else None)
    return replace(feed, move=note_move(feed, redirected_to=None if by_feed else url, update=update, now=at))


def episode(n: int, *, published: datetime | None = NOW - DAY) -> FoundEpisode:
    return FoundEpisode(
        f"g{n}", f"Part {n}", published=published, enclosures=(Enclosure(f"https://c.example/{n}.mp3"),)
    )


@pytest.mark.parametrize("by_feed", [True, False])
def test_an_address_named_in_three_readings_over_two_days_is_stable(by_feed: bool) -> None:
    feed = FEED
    for hours in (0, 24, 48):
        assert not is_stable(feed.move, now=NOW)
        feed = named(feed, NEW, at=NOW + timedelta(hours=hours), by_feed=by_feed)
    assert feed.move == Move(NEW, since=NOW, readings=3, by_feed=by_feed)
    assert is_stable(feed.move, now=NOW + 2 * DAY)


def test_neither_many_readings_nor_much_time_alone_is_enough() -> None:
    assert not is_stable(Move(NEW, since=NOW, readings=99, by_feed=True), now=NOW + timedelta(hours=47))
    assert not is_stable(Move(NEW, since=NOW, readings=2, by_feed=True), now=NOW + 99 * DAY)
    assert not is_stable(None, now=NOW)


def test_another_address_or_none_in_between_begins_anew() -> None:
    feed = named(named(FEED, NEW, at=NOW), NEW, at=NOW + DAY)
    assert named(feed, None, at=NOW + 2 * DAY).move is None
    other = named(feed, "https://third.example/feed", at=NOW + 2 * DAY)
    assert other.move is not None
    assert (other.move.readings, other.move.since) == (1, NOW + 2 * DAY)


def test_a_feed_that_did_not_change_still_names_what_it_named() -> None:
    told = named(FEED, NEW, at=NOW, by_feed=True)
    again = note_move(told, redirected_to=None, update=None, now=NOW + DAY)
    assert again is not None
    assert again.readings == 2
    redirected = named(FEED, NEW, at=NOW)
    assert note_move(redirected, redirected_to=None, update=None, now=NOW + DAY) is None


def test_a_feed_that_names_its_own_address_moves_nowhere() -> None:
    assert named(FEED, OLD, at=NOW, by_feed=True).move is None
    assert named(FEED, OLD, at=NOW).move is None


@pytest.mark.parametrize(
    "url", ["http://new.example/feed", "ftp://new.example/feed", "https://", "http://[x", "https://a:x/"]
)
def test_what_is_no_safe_address_is_not_followed(url: str) -> None:
    assert named(FEED, url, at=NOW, by_feed=True).move is None


@pytest.mark.parametrize("audience", [Audience(LOCAL), PUBLIC])
def test_a_private_feed_stays_with_its_host_and_its_text_is_not_asked(audience: Audience) -> None:
    url = "http://old.example/mine" if not audience.is_public else "http://ann:key@old.example/mine"
    private = replace(FEED, url=url, audience=audience)
    near = "https://old.example/other"
    assert named(private, near, at=NOW).move is not None
    assert named(private, near, at=NOW, by_feed=True).move is None
    assert named(private, NEW, at=NOW).move is None


def test_half_of_the_episodes_known_is_the_same_show() -> None:
    update = FeedUpdate("Tides", episodes=tuple(episode(n) for n in range(4)))
    compared = comparable(FEED, update, url=NEW)
    assert is_same_show(FEED, update, compared=compared, known=2)
    assert not is_same_show(FEED, update, compared=compared, known=1)


def test_episodes_too_young_to_be_known_and_mere_news_do_not_count() -> None:
    fresh = episode(1, published=NOW)
    update = FeedUpdate("Tides", episodes=(fresh, FoundEpisode("n", "News"), episode(2), episode(3, published=None)))
    assert [e.guid for e in comparable(FEED, update, url=NEW)] == ["g2", "g3"]
    moving = replace(FEED, last_read=NOW + DAY, move=Move(NEW, since=NOW - 2 * DAY, readings=2, by_feed=False))
    assert [e.guid for e in comparable(moving, update, url=NEW)] == ["g3"]
    assert [e.guid for e in comparable(moving, update, url=OLD)] == ["g1", "g2", "g3"]


def test_unchanged_episodes_count_as_known() -> None:
    items = tuple(SeenItem(f"h{n}", f"g{n}") for n in range(3))
    update = FeedUpdate("Tides", episodes=(episode(9),), items=(*items, SeenItem("h9", "g9")))
    assert is_same_show(FEED, update, compared=(episode(9),), known=0)


def test_with_nothing_to_compare_the_title_decides() -> None:
    assert is_same_show(FEED, FeedUpdate(" TIDES"), compared=(), known=0)
    assert not is_same_show(FEED, FeedUpdate("Parked"), compared=(), known=0)
    assert is_same_show(replace(FEED, title=""), FeedUpdate("Anything"), compared=(), known=0)


def test_a_moved_feed_is_the_same_feed_to_be_read_at_once_in_full() -> None:
    feed = replace(named(FEED, NEW, at=NOW), validators=Validators("etag"))
    there = moved(feed, now=NOW)
    assert (there.id, there.url, there.move, there.validators, there.next_read) == ("f", NEW, None, Validators(), NOW)
    assert moved(FEED, now=NOW) is FEED


def test_a_doubted_address_waits_as_long_as_a_new_one() -> None:
    feed = replace(FEED, move=Move(NEW, since=NOW - 9 * DAY, readings=9, by_feed=True))
    assert doubted(feed, now=NOW).move == Move(NEW, since=NOW, readings=0, by_feed=True)
    assert doubted(FEED, now=NOW) is FEED


_URLS = st.sampled_from((None, OLD, NEW, "https://third.example/feed"))
_READINGS = st.lists(st.tuples(_URLS, _URLS, st.booleans(), st.integers(0, 60)), max_size=12)


@given(_READINGS)
def test_what_is_stable_was_named_by_every_one_of_the_last_readings(
    readings: list[tuple[str | None, str | None, bool, int]],
) -> None:
    feed, now = FEED, NOW
    history: list[tuple[datetime, str | None]] = []
    for redirected, told, is_changed, hours in readings:
        now += timedelta(hours=hours)
        update = FeedUpdate("Tides", new_url=told) if is_changed else None
        feed = replace(feed, move=note_move(feed, redirected_to=redirected, update=update, now=now))
        history.append((now, feed.move.url if feed.move else None))
        if feed.move is not None and is_stable(feed.move, now=now):
            named_it = history[-feed.move.readings :]
            assert len(named_it) >= STABLE_READINGS
            assert {url for _, url in named_it} == {feed.move.url}
            assert now - named_it[0][0] >= STABLE_FOR
            assert feed.move.url not in {OLD, None}


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_more_known_episodes_never_make_it_less_the_same_show(found: int, known: int, more: int) -> None:
    update = FeedUpdate("Other", episodes=tuple(episode(n) for n in range(found)))
    compared = comparable(FEED, update, url=NEW)
    fewer, several = min(known, found), min(known + more, found)
    if is_same_show(FEED, update, compared=compared, known=fewer):
        assert is_same_show(FEED, update, compared=compared, known=several)
