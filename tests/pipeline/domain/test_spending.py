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
        "The language model's cap for this day is reached: 1.00 of 1.00 dollars."
    )
    assert "month" in (cap_reached(Caps(None, 20.0), today=0, month=20_000_001) or "")


def test_days_and_months_begin_at_midnight_in_utc() -> None:
    assert day_start(NOW) == datetime(2026, 11, 22, tzinfo=UTC)
    assert month_start(NOW) == datetime(2026, 11, 1, tzinfo=UTC)


def test_estimates_are_of_the_right_size() -> None:
    assert token_estimate("five words are seven tokens") == 7
    hour = reading_estimate(9_000, propose=Prices(0.15, 0.6), judge=Prices(0.15, 0.6))
    assert 3_000 < hour < 10_000
