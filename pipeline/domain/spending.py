"""What hosted models cost: prices, what one call took, totals and caps. Money is in millionths of a dollar."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from pipeline.domain.talk.speech import word_count

MICROS: Final = 1_000_000
"""Millionths in a dollar."""
_WORDS_A_MINUTE: Final = 160
USUAL_SECONDS: Final = 3_000.0
"""The length of an episode whose feed does not say it."""
_TOKENS_A_WORD: Final = 1.4
"""English speech has about 1.3; other languages and odd names more."""


class Purpose(StrEnum):
    """What a call was for."""

    EXTRACT = "extract"
    ANSWER = "answer"
    TRANSCRIBE = "transcribe"
    EMBED = "embed"


@dataclass(frozen=True, slots=True)
class Prices:
    """Dollars for a million tokens, in and out; nothing for a model on one's own machine."""

    tokens_in: float = 0.0
    tokens_out: float = 0.0

    def micros(self, tokens_in: int, tokens_out: int) -> int:
        """The price of a call, rounded up: a dollar for a million tokens is a millionth for each."""
        return math.ceil(round(tokens_in * self.tokens_in + tokens_out * self.tokens_out, 6))


def minutes_price(seconds: float, dollars_a_minute: float) -> int:
    """The micros that so much sound costs, rounded up."""
    return math.ceil(round(seconds / 60 * dollars_a_minute * MICROS, 6))


@dataclass(frozen=True, slots=True)
class Spending:
    """One call. `subject` is the id of the episode or of the question, never its text."""

    at: datetime
    purpose: Purpose
    subject: str
    model: str
    tokens_in: int
    tokens_out: int
    micros: int


@dataclass(frozen=True, slots=True)
class SpendingTotal:
    """Calls added up; `subjects` is for how many episodes or questions they were made."""

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    micros: int = 0
    subjects: int = 0

    @property
    def dollars(self) -> float:
        """The money."""
        return self.micros / MICROS

    @property
    def dollars_each(self) -> float | None:
        """The money for one subject on the average, None without any."""
        return self.dollars / self.subjects if self.subjects else None


@dataclass(frozen=True, slots=True)
class Caps:
    """The most dollars to spend in a day and in a month, both in UTC; None for no limit."""

    daily: float | None = None
    monthly: float | None = None


def day_start(now: datetime) -> datetime:
    """Midnight in UTC before `now` (aware, UTC)."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def month_start(now: datetime) -> datetime:
    """The first midnight of the month of `now` (aware, UTC)."""
    return day_start(now).replace(day=1)


def cap_reached(caps: Caps, *, today: int, month: int, more: int = 0) -> str | None:
    """The sentence that says which cap a call of `more` micros would pass, None when it may be made.

    `today` and `month` are the micros spent so far.
    """
    for name, cap, spent in (("day", caps.daily, today), ("month", caps.monthly, month)):
        if cap is not None and spent + more > cap * MICROS:
            return f"The cap for this {name} is reached: {spent / MICROS:.2f} of {cap:.2f} dollars."
    return None


def backfill_estimate(
    lengths: Sequence[float | None], *, measured: SpendingTotal, propose: Prices, judge: Prices
) -> int:
    """About how many micros it costs to read episodes of these lengths (seconds, None where the feed does not say).

    What reading others cost so far (`measured`: calls to extract) decides; before anything was read, the words of an
    hour of talk and the prices do.
    """
    if measured.subjects:
        return math.ceil(measured.micros / measured.subjects * len(lengths))
    seconds = (USUAL_SECONDS if length is None else length for length in lengths)
    return sum(
        reading_estimate(round(length / 60 * _WORDS_A_MINUTE), propose=propose, judge=judge) for length in seconds
    )


def token_estimate(text: str) -> int:
    """About how many tokens the text has; never fewer than its words."""
    return math.ceil(word_count(text) * _TOKENS_A_WORD)


def reading_estimate(words: int, *, propose: Prices, judge: Prices) -> int:
    """About how many micros it costs to read an episode of so many words for its insights."""
    tokens = math.ceil(words * _TOKENS_A_WORD)
    windows = math.ceil(tokens / 8_000)
    return propose.micros(tokens + 1_000 * windows, 1_200 * windows) + judge.micros(800 + 900 * windows, 300)
