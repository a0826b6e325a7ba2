"""Whether the ticks of this process still end well: parts that all answer do no work that nobody starts."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

_LATE: Final = 600.0
"""Seconds: longer than most hiccups of a database, and far within the four hours in which a late post is wanted."""
_STUCK: Final = 1800.0
"""Seconds: a tick only looks and queues, so even thousands of posts due at once are a matter of minutes. Half an hour
leaves a late post time enough, and stops no service in the middle of its work for being slow."""


@dataclass(frozen=True, slots=True)
class Beat:
    """How a tick is: `age` is in seconds since it last ended well, or since the ticks began.

    It `is_late` when it should have ended well ten minutes ago, `is_stuck` when it should have ended half an hour ago,
    well or not: it hangs, or nobody starts it.
    """

    age: float
    is_late: bool
    is_stuck: bool


class Pulse:
    """When each tick last came to its end, in monotonic `seconds`: the wall's clock may be set."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._every: dict[str, float] = {}
        self._ended: dict[str, float] = {}
        self._ended_well: dict[str, float] = {}

    def expect(self, tick: str, *, every: float) -> None:
        """From now on this tick ends every so many seconds."""
        self._every[tick] = every
        self._ended[tick] = self._ended_well[tick] = self._seconds()

    @contextmanager
    def of(self, tick: str) -> Iterator[None]:
        """Around one run of an expected tick: what raises has ended, but not well."""
        try:
            yield
            self._ended_well[tick] = self._seconds()
        finally:
            self._ended[tick] = self._seconds()

    def beats(self) -> Mapping[str, Beat]:
        """How each expected tick is."""
        now = self._seconds()
        return {
            tick: Beat(
                age=now - self._ended_well[tick],
                is_late=now - self._ended_well[tick] > every + _LATE,
                is_stuck=now - self._ended[tick] > every + _STUCK,
            )
            for tick, every in self._every.items()
        }
