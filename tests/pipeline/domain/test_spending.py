"""Money: prices, caps and the days they belong to."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.spending import (
    MICROS,
    Caps,
    Prices,
    SpendingTotal,
    backfill_estimate,
    cap_reached,
    day_start,
    month_start,
    reading_estimate,
    token_estimate,
)

NOW = datetime(2026, 11, 22, 12, 34, 56, 789, tzinfo=UTC)


def test_a_call_costs_its_tokens_times_the_price_rounded_up() -> None:
    assert Prices(0.15, 0.60).micros(1_000, 100) == 210
    assert Prices(0.15, 0.60).micros(1, 0) == 1
    assert Prices().micros(10**9, 10**9) == 0
    assert SpendingTotal(micros=1_500_000).dollars == pytest.approx(1.5)


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.floats(0, 1_000), st.integers(0, 10**7))
def test_a_call_is_made_only_when_it_stays_within_the_cap(today: int, month: int, cap: float, more: int) -> None:
    may = cap_reached(Caps(daily=cap), today=today, month=month, more=more) is None
    assert may == (today + more <= cap * MICROS)


def test_the_sentence_names_the_cap() -> None:
    assert cap_reached(Caps(), today=10**12, month=10**12) is None
    assert cap_reached(Caps(1.0, 20.0), today=1_000_001, month=0) == (
        "The cap for this day is reached: 1.00 of 1.00 dollars."
    )
    assert "month" in (cap_reached(Caps(None, 20.0), today=0, month=20_000_001) or "")


def test_days_and_months_begin_at_midnight_in_utc() -> None:
    assert day_start(NOW) == datetime(2026, 11, 22, tzinfo=UTC)
    assert month_start(NOW) == datetime(2026, 11, 1, tzinfo=UTC)


def test_estimates_are_of_the_right_size() -> None:
    assert token_estimate("five words are seven tokens") == 7
    hour = reading_estimate(9_000, propose=Prices(0.15, 0.6), judge=Prices(0.15, 0.6))
    assert 3_000 < hour < 10_000


def test_older_episodes_cost_what_others_did_once_some_were_read() -> None:
    measured = SpendingTotal(calls=9, micros=30_001, subjects=3)
    assert backfill_estimate([None] * 10, measured=measured, propose=Prices(), judge=Prices()) == 100_004
    assert backfill_estimate([], measured=measured, propose=Prices(), judge=Prices()) == 0


def test_before_anything_was_read_length_and_prices_tell_what_older_episodes_cost() -> None:
    small, large = Prices(0.15, 0.60), Prices(2.50, 10.0)

    def cost(*lengths: float | None) -> int:
        return backfill_estimate(lengths, measured=SpendingTotal(), propose=small, judge=large)

    assert cost(3_600.0) == reading_estimate(9_600, propose=small, judge=large)
    assert cost(3_600.0, None) > cost(3_600.0)
    assert cost(1_800.0) < cost(3_600.0)
    assert 0.005 < cost(3_600.0) / MICROS < 0.05
    assert backfill_estimate([3_600.0], measured=SpendingTotal(), propose=Prices(), judge=Prices()) == 0
