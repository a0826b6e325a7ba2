"""Which of the new episodes are wanted: today's, not an archive."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.episode import EpisodeState
from pipeline.domain.feed import FoundEpisode
from pipeline.domain.intake.backlog import STRAGGLERS, came_out, judge_new, taken_out

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def aged(days: float | None) -> FoundEpisode:
    return FoundEpisode(str(days), "Tides", published=None if days is None else NOW - timedelta(days=days))


def states(
    *days: float | None,
    hold_after: int | None,
    newest_known: datetime | None = None,
    last_read: datetime | None = None,
) -> list[str]:
    found = judge_new(
        [aged(d) for d in days], now=NOW, hold_after=hold_after, newest_known=newest_known, last_read=last_read
    )
    return [f"{i.state}{' backfill' if i.backfill else ''}" for i in found]


def test_on_the_first_reading_the_newest_wait_and_the_others_are_held() -> None:
    assert states(30, 1, 9, 3, hold_after=3) == ["held backfill", "waiting", "waiting backfill", "waiting"]


def test_an_undated_episode_counts_as_new() -> None:
    assert states(1, None, -5, hold_after=2) == ["held", "waiting", "waiting"]


def test_holding_after_none_holds_all() -> None:
    assert states(1, 2, hold_after=0) == ["held", "held"]


def test_later_readings_let_everything_new_wait() -> None:
    assert states(0, 1, 30, hold_after=None, newest_known=NOW - timedelta(days=2)) == ["waiting"] * 3
    assert states(*range(20), hold_after=None) == ["waiting"] * 20


def test_an_archive_that_is_opened_later_is_held() -> None:
    old = [400.0 + n for n in range(STRAGGLERS + 1)]
    found = states(0, *old, hold_after=None, newest_known=NOW - timedelta(days=2))
    assert found == ["waiting", *["held backfill"] * len(old)]


def test_once_an_episode_is_known_the_first_reading_is_over() -> None:
    assert states(0, 1, hold_after=0, newest_known=NOW - timedelta(days=2)) == ["waiting"] * 2


def test_the_first_episodes_of_an_empty_feed_all_wait_when_they_came_since_the_last_reading() -> None:
    read = NOW - timedelta(days=5)
    assert states(0, 1, 2, 30, None, hold_after=1, last_read=read) == ["waiting"] * 3 + ["held backfill", "held"]


def test_a_whole_season_of_one_day_waits_also_when_its_last_part_was_seen_first() -> None:
    assert states(*[0.1] * 8, hold_after=None, newest_known=NOW) == ["waiting"] * 8


def test_what_is_newer_than_all_known_but_was_missing_long_ago_is_an_archive_too() -> None:
    known, read = NOW - timedelta(days=400), NOW - timedelta(hours=1)
    found = states(0, 3, *range(20, 30), hold_after=2, newest_known=known, last_read=read)
    assert found == ["waiting", "waiting", *["held backfill"] * 10]


def test_after_a_long_stop_everything_that_came_meanwhile_waits() -> None:
    stopped = NOW - timedelta(days=30)
    assert states(*range(30), hold_after=2, newest_known=stopped, last_read=stopped) == ["waiting"] * 30


def test_taken_out_is_what_is_missing_between_others() -> None:
    known = {name: NOW - timedelta(days=days) for name, days in {"a": 0, "b": 1, "c": 2, "d": 3}.items()}
    assert taken_out(known, {"a", "c"}) == {"b"}
    assert taken_out(known, {"c", "new"}) == {"a", "b"}
    assert taken_out(known, {"new"}) == taken_out(known, set()) == taken_out({}, {"a"}) == frozenset()


def test_a_date_in_the_future_is_not_believed() -> None:
    assert came_out(aged(-3), NOW) == NOW
    assert came_out(aged(3), NOW) == NOW - timedelta(days=3)


@given(st.lists(st.one_of(st.none(), st.floats(-10, 4000)), max_size=30), st.integers(0, 40))
def test_just_as_many_wait_as_were_asked_for(days: list[float | None], hold_after: int) -> None:
    found = judge_new([aged(d) for d in days], now=NOW, hold_after=hold_after, newest_known=None)
    waiting = [i for i in found if i.state is EpisodeState.WAITING]
    assert len(found) == len(days)
    assert len(waiting) == min(hold_after, len(days))
