from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.audience import LOCAL
from pipeline.domain.channel import LATE_BY, Channel, DueDigest, due_digest

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Africa/Cairo",
    "America/Santiago",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
)
DAY = date(2026, 11, 22)


def channel(zone: str = "UTC", at: time = time(9, 0), *, paused: bool = False) -> Channel:
    return Channel("local:main", LOCAL, "main", zone=zone, at=at, paused=paused)


def days_posted(of: Channel, start: datetime, end: datetime, *, every: timedelta) -> list[date]:
    """The days a service posts that asks at every step and settles what it posts."""
    posted: list[date] = []
    now = start
    while now < end:
        due = due_digest(of, now, frozenset(posted))
        if due is not None:
            posted.append(due.day)
        now += every
    return posted


@pytest.mark.parametrize(
    ("zone", "at", "around"),
    [
        ("Europe/Berlin", time(2, 30), date(2026, 10, 25)),  # happens twice
        ("Europe/Berlin", time(2, 30), date(2027, 3, 28)),  # does not happen
        ("America/New_York", time(1, 30), date(2026, 11, 1)),
        ("America/New_York", time(2, 15), date(2027, 3, 14)),
        ("Africa/Cairo", time(0, 0), date(2027, 4, 30)),  # midnight does not happen
        ("America/Santiago", time(0, 0), date(2027, 9, 5)),
        ("America/Santiago", time(23, 30), date(2027, 4, 3)),  # the day has 25 hours, and its last comes twice
        ("Australia/Lord_Howe", time(2, 15), date(2026, 10, 4)),  # half an hour is skipped
        ("Australia/Lord_Howe", time(1, 45), date(2027, 4, 4)),  # half an hour comes twice
    ],
)
def test_every_day_around_a_clock_change_is_posted_once(zone: str, at: time, around: date) -> None:
    start = datetime.combine(around - timedelta(days=2), time(12), tzinfo=ZoneInfo(zone)).astimezone(UTC)
    end = datetime.combine(around + timedelta(days=2), time(23, 59), tzinfo=ZoneInfo(zone)).astimezone(UTC)

    posted = days_posted(channel(zone, at), start, end, every=timedelta(minutes=7))

    assert posted == [around + timedelta(days=n) for n in range(-2, 3)]


def test_a_wall_time_that_is_skipped_moves_by_the_gap() -> None:
    assert channel("Europe/Berlin", time(2, 30)).post_time(date(2027, 3, 28)) == datetime(
        2027, 3, 28, 1, 30, tzinfo=UTC
    )


def test_a_wall_time_that_happens_twice_means_the_first() -> None:
    assert channel("Europe/Berlin", time(2, 30)).post_time(date(2026, 10, 25)) == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )


def test_where_clocks_change_by_half_an_hour_so_does_the_post() -> None:
    skipped = channel("Australia/Lord_Howe", time(2, 15)).post_time(date(2026, 10, 4))
    twice = channel("Australia/Lord_Howe", time(1, 45)).post_time(date(2027, 4, 4))

    assert skipped.astimezone(ZoneInfo("Australia/Lord_Howe")).time() == time(2, 45)
    assert twice == datetime(2027, 4, 3, 14, 45, tzinfo=UTC)


@given(
    zone=st.sampled_from(ZONES),
    at=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    now=st.integers(0, 2 * 365 * 24 * 60).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=n)),
)
def test_what_is_due_is_never_early_and_never_settled(zone: str, at: time, now: datetime) -> None:
    of = channel(zone, at)
    today = of.local_date(now)

    due = due_digest(of, now, frozenset())
    settled = due_digest(of, now, frozenset({today, today - timedelta(days=1)}))

    assert settled is None
    if due is not None:
        assert of.post_time(due.day) <= now
        assert due.is_too_late == (now - of.post_time(due.day) > LATE_BY)
    assert of.next_post(now) > now


def test_a_missed_post_is_sent_late_and_then_given_up() -> None:
    due_at = datetime(2026, 11, 22, 9, tzinfo=UTC)
    yesterday = frozenset({DAY - timedelta(days=1)})

    assert due_digest(channel(), due_at - timedelta(minutes=1), yesterday) is None
    assert due_digest(channel(), due_at + LATE_BY, yesterday) == DueDigest("local:main", DAY, is_too_late=False)
    assert due_digest(channel(), due_at + LATE_BY + timedelta(minutes=1), yesterday) == DueDigest(
        "local:main", DAY, is_too_late=True
    )


def test_a_post_due_before_midnight_may_come_after_it() -> None:
    now = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)

    assert due_digest(channel(at=time(23, 30)), now, frozenset()) == DueDigest("local:main", DAY, is_too_late=False)


def test_a_paused_channel_is_owed_nothing() -> None:
    assert due_digest(channel(paused=True), datetime(2026, 11, 22, 10, tzinfo=UTC), frozenset()) is None
