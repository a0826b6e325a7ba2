"""The ticks and the clocks: they go on however the wall's is set."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.pulse import Pulse
from bot.schedule import ticking
from pipeline.domain.errors import IndexUnavailable

HOURS = 3600.0


class HandClock:
    """Goes on as the machine's does, until a test sets it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Ticks:
    """Counts the ticks of each kind, and lets a test wait for the next."""

    def __init__(self) -> None:
        self.seen: dict[str, int] = {}
        self._news = asyncio.Condition()

    async def tick(self, name: str) -> None:
        async with self._news:
            self.seen[name] = self.seen.get(name, 0) + 1
            self._news.notify_all()

    async def scan(self) -> None:
        await self.tick("scan")

    async def post(self) -> None:
        await self.tick("post")

    async def forget(self) -> None:
        await self.tick("forget")

    async def all_seen(self, times: int) -> None:
        for name in ("scan", "post", "forget"):
            await self.saw(name, times)

    async def saw(self, name: str, times: int) -> None:
        async with asyncio.timeout(5), self._news:
            await self._news.wait_for(lambda: self.seen.get(name, 0) >= times)


@pytest.mark.parametrize("jump", [timedelta(days=-1), timedelta(days=1), timedelta(days=-20_000)])
async def test_a_clock_that_is_set_lets_every_tick_run_at_once(jump: timedelta) -> None:
    ticks, clock = Ticks(), HandClock()
    async with ticking(
        scan_due=ticks.scan,
        post_due=ticks.post,
        forget_due=ticks.forget,
        clock=clock,
        pulse=Pulse(),
        scan_every=HOURS,
        post_every=HOURS,
        look_every=0.01,
    ):
        await ticks.all_seen(1)
        clock.ahead = jump
        await ticks.all_seen(2)

    assert ticks.seen == {"scan": 2, "post": 2, "forget": 2}


async def test_a_clock_that_is_put_right_by_seconds_changes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    ticks, clock = Ticks(), HandClock()
    async with ticking(
        scan_due=ticks.scan,
        post_due=ticks.post,
        forget_due=ticks.forget,
        clock=clock,
        pulse=Pulse(),
        scan_every=0.05,
        post_every=HOURS,
        look_every=0.01,
    ):
        await ticks.all_seen(1)
        clock.ahead = timedelta(seconds=-20)
        await ticks.saw("scan", 4)

    assert (ticks.seen["post"], ticks.seen["forget"]) == (1, 1)
    assert "clock was set" not in caplog.text


async def test_a_tick_that_fails_is_told_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    ticks, clock = Ticks(), HandClock()

    async def failing() -> None:
        await ticks.scan()
        raise IndexUnavailable("The index is away.")

    async with ticking(
        scan_due=failing,
        post_due=ticks.post,
        forget_due=ticks.forget,
        clock=clock,
        pulse=Pulse(),
        scan_every=HOURS,
        look_every=0.01,
    ):
        await ticks.all_seen(1)
        clock.ahead = timedelta(hours=-2)
        await ticks.all_seen(2)

    assert "tried again" in caplog.text
