"""When feeds are read next, and what becomes of those that fail."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.audience import PUBLIC
from pipeline.domain.errors import (
    AddressRefused,
    CatalogUnavailable,
    FeedUnreadable,
    HttpStatus,
    PodsiftError,
    TooLarge,
    TooSlow,
    Unreachable,
)
from pipeline.domain.feed import Feed, FeedState, FeedUpdate, FoundEpisode, Validators
from pipeline.domain.intake.polling import LONGEST, SHORTEST, after_failure, after_reading, rhythm

NOW = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
FEED = Feed("f", "https://example.com/feed", PUBLIC, title="Old", last_read=NOW - HOUR, next_read=NOW)
URL = "https://example.com/feed"
GIVEN = Validators(etag='"2"')


def every(gap: timedelta, *, latest: timedelta = HOUR, count: int = 8) -> list[datetime | None]:
    return [NOW - latest - n * gap for n in range(count)]


@pytest.mark.parametrize(
    ("gap", "pause"),
    [
        (timedelta(hours=2), SHORTEST),
        (timedelta(days=1), HOUR),
        (timedelta(days=7), 7 * HOUR),
        (timedelta(days=30), LONGEST),
    ],
)
def test_the_rhythm_of_releases_sets_the_pause(gap: timedelta, pause: timedelta) -> None:
    assert rhythm(every(gap), now=NOW) == pause


def test_a_show_that_fell_silent_is_read_less() -> None:
    assert rhythm(every(timedelta(days=1), latest=timedelta(days=12)), now=NOW) == 12 * HOUR


def test_several_parts_released_together_do_not_make_a_show_daily() -> None:
    parts = [when + timedelta(minutes=n) for when in every(timedelta(days=7)) if when for n in range(3)]
    assert rhythm(parts, now=NOW) > 6 * HOUR


def test_a_feed_without_dates_is_read_hourly() -> None:
    assert rhythm([None, NOW + timedelta(days=400)], now=NOW) == HOUR


def test_one_episode_alone_sets_the_pause_by_its_age() -> None:
    assert rhythm([NOW - timedelta(days=4)], now=NOW) == 4 * HOUR


@given(st.lists(st.none() | st.datetimes(timezones=st.just(UTC)), max_size=30))
def test_any_dates_at_all_give_a_pause_within_the_limits(dates: list[datetime | None]) -> None:
    assert SHORTEST <= rhythm(dates, now=NOW) <= LONGEST
    assert rhythm(dates, now=NOW) == rhythm(reversed(dates), now=NOW)


def test_a_reading_takes_over_what_the_feed_says_and_ends_the_failure() -> None:
    failing = replace(FEED, state=FeedState.FAILING, reason="Trouble.", failures=4)
    episodes = tuple(FoundEpisode(str(n), "t", published=when) for n, when in enumerate(every(timedelta(days=1))))
    update = FeedUpdate("New", link="https://example.com/", language="de", episodes=episodes)
    read = after_reading(failing, now=NOW, jitter=0.5, validators=GIVEN, update=update)
    assert (read.state, read.reason, read.failures) == (FeedState.ACTIVE, "", 0)
    assert (read.title, read.link, read.language) == ("New", "https://example.com/", "de")
    assert (read.last_read, read.next_read, read.validators) == (NOW, NOW + HOUR, GIVEN)


def test_an_update_without_a_title_keeps_the_known_one() -> None:
    assert after_reading(FEED, now=NOW, jitter=0, validators=GIVEN, update=FeedUpdate("")).title == "Old"


def test_readings_without_news_grow_slowly_apart() -> None:
    feed = FEED
    for _ in range(200):
        assert feed.next_read is not None
        feed = after_reading(feed, now=feed.next_read, jitter=0.5, validators=GIVEN)
    assert feed.next_read is not None
    assert feed.last_read is not None
    assert feed.next_read - feed.last_read == LONGEST


def test_the_first_quiet_reading_after_failures_starts_from_an_hour() -> None:
    feed = replace(FEED, failures=9, next_read=NOW + LONGEST)
    assert after_reading(feed, now=NOW, jitter=0.5, validators=GIVEN).next_read == NOW + HOUR


@pytest.mark.parametrize(("max_age", "pause"), [(60, HOUR), (7_200, 2 * HOUR), (1e9, LONGEST), (-5, HOUR)])
def test_the_server_may_ask_for_more_time_but_for_no_more_than_a_day(max_age: float, pause: timedelta) -> None:
    feed = replace(FEED, failures=1)
    assert after_reading(feed, now=NOW, jitter=0.5, validators=GIVEN, max_age=max_age).next_read == NOW + pause


@given(st.floats(0, 1), st.integers(0, 60))
def test_jitter_moves_a_pause_by_a_tenth_and_keeps_the_limits(jitter: float, failures: int) -> None:
    feed = replace(FEED, failures=failures)
    failed = after_failure(feed, TooSlow(URL, "slow"), now=NOW, jitter=jitter)
    assert failed.next_read is not None
    assert SHORTEST <= failed.next_read - NOW <= LONGEST


def test_failures_make_the_pauses_grow_to_a_day() -> None:
    feed, pauses = FEED, []
    for _ in range(9):
        feed = after_failure(feed, Unreachable(URL, "no connection could be made"), now=NOW, jitter=0.5)
        assert feed.next_read is not None
        pauses.append((feed.next_read - NOW) / SHORTEST)
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 96, 96]
    assert feed.state is FeedState.FAILING
    assert feed.reason == "Its server could not be reached: no connection could be made. It is tried again by itself."


@pytest.mark.parametrize(("asked", "pause"), [(7_200.0, 2 * HOUR), (1.0, SHORTEST), (1e9, LONGEST), (None, SHORTEST)])
def test_obeys_retry_after_up_to_a_day(asked: float | None, pause: timedelta) -> None:
    failed = after_failure(FEED, HttpStatus(URL, 429, retry_after=asked), now=NOW, jitter=0.5)
    assert failed.next_read == NOW + pause
    assert failed.state is FeedState.FAILING


def test_a_feed_that_is_gone_is_paused_at_once() -> None:
    paused = after_failure(FEED, HttpStatus(URL, 410), now=NOW, jitter=0.5)
    assert paused.state is FeedState.PAUSED
    assert paused.next_read is None
    assert paused.reason == (
        "The publisher says that this feed is gone for good (410). "
        "It is no longer read: give its new address or remove it."
    )
    assert paused.title == "Old"


@pytest.mark.parametrize("status", [401, 403, 404, 451])
def test_a_refusal_is_borne_for_a_week(status: int) -> None:
    feed = replace(FEED, failures=9, last_read=NOW - timedelta(days=6, hours=23))
    later = replace(FEED, failures=9, last_read=NOW - timedelta(days=7))
    assert after_failure(feed, HttpStatus(URL, status), now=NOW, jitter=0).state is FeedState.FAILING
    assert after_failure(later, HttpStatus(URL, status), now=NOW, jitter=0).state is FeedState.PAUSED


def test_a_feed_that_was_never_read_is_given_up_by_the_pauses_it_had() -> None:
    feed, waited = replace(FEED, last_read=None, next_read=None), timedelta(0)
    while feed.state is not FeedState.PAUSED:
        feed = after_failure(feed, HttpStatus(URL, 404), now=NOW, jitter=0.5)
        waited += (feed.next_read - NOW) if feed.next_read else timedelta(0)
    assert timedelta(days=7) <= waited <= timedelta(days=9)


@pytest.mark.parametrize(
    "error",
    [
        FeedUnreadable("a web page, not a feed"),
        TooLarge(URL, "it is larger than 25,000,000 bytes"),
        AddressRefused(URL, "it leads from https to unprotected http"),
    ],
)
def test_what_is_no_feed_any_more_has_three_strikes_and_a_day(error: PodsiftError) -> None:
    old = replace(FEED, last_read=NOW - timedelta(days=2))
    assert after_failure(replace(old, failures=1), error, now=NOW, jitter=0).state is FeedState.FAILING
    assert after_failure(replace(FEED, failures=5), error, now=NOW, jitter=0).state is FeedState.FAILING
    assert after_failure(replace(old, failures=2), error, now=NOW, jitter=0).state is FeedState.PAUSED


@pytest.mark.parametrize(
    "error",
    [HttpStatus(URL, 503), HttpStatus(URL, 429), TooSlow(URL, "x"), Unreachable(URL, "x"), CatalogUnavailable("x")],
)
def test_trouble_that_mends_itself_never_pauses_a_feed(error: PodsiftError) -> None:
    feed = replace(FEED, failures=500, last_read=NOW - timedelta(days=365))
    failed = after_failure(feed, error, now=NOW, jitter=1)
    assert failed.state is FeedState.FAILING
    assert failed.next_read == NOW + LONGEST
