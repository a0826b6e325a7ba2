"""The clock: APScheduler only ticks, and every tick asks what is due.

Cron triggers fire twice or skip a day when clocks change, so none is used: due times are computed from wall time and
zone, and the catalogue decides who sends. Several replicas may tick.

APScheduler keeps the next run in wall time. A clock that is set back would silence it for as long, so that somebody
beside it, who lives by the monotonic clock, notices and lets everything run anew.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from sqlalchemy.exc import SQLAlchemyError

from bot.pulse import Pulse
from pipeline.domain.errors import PodsiftError
from pipeline.ports import Clock

Tick = Callable[[], Awaitable[None]]

_SCAN_EVERY: Final = 60
_POST_EVERY: Final = 30
_FORGET_EVERY: Final = 3600
"""Once a day is enough; whoever is there in that hour does it."""
_LOOK_EVERY: Final = 15
_JUMP: Final = 60
"""Seconds that the clock goes off in one look; less than that delays no tick by more."""

_log = logging.getLogger(__name__)


@asynccontextmanager
async def ticking(
    *,
    scan_due: Tick | None,
    post_due: Tick | None,
    forget_due: Tick | None,
    clock: Clock,
    pulse: Pulse,
    scan_every: float = _SCAN_EVERY,
    post_every: float = _POST_EVERY,
    look_every: float = _LOOK_EVERY,
) -> AsyncIterator[None]:
    """Call the ticks at once and then every so many seconds, as long as the block runs.

    None stands for a tick of another role; `pulse` is told how the others end. A tick that is late runs once, however
    many it missed, and never beside itself; one that raises is logged and tried again at the next. Every `look_every`
    seconds `clock` is looked at: when it was set, the ticks run at once.
    """
    scheduler = AsyncIOScheduler(timezone="UTC")
    for name, tick, every in (
        ("scan", scan_due, scan_every),
        ("post", post_due, post_every),
        ("forget", forget_due, _FORGET_EVERY),
    ):
        if tick is not None:
            pulse.expect(name, every=every)
            _add(scheduler, name, partial(_told, name, tick, pulse), every=every)
    scheduler.start()
    looking = asyncio.create_task(_look_at_the_clock(clock, scheduler, every=look_every))
    try:
        yield
    finally:
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking
        scheduler.shutdown(wait=False)


def _add(scheduler: AsyncIOScheduler, name: str, tick: Tick, *, every: float) -> None:
    scheduler.add_job(
        tick,
        _Every(timedelta(seconds=every)),
        name=name,
        next_run_time=datetime.now(UTC),
        max_instances=1,
        misfire_grace_time=None,
    )


class _Every(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """So long after now, whenever it ran before: a clock that jumps by years asks for one run, not for millions."""

    def __init__(self, pause: timedelta) -> None:
        self._pause = pause

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        del previous_fire_time
        return now + self._pause


async def _look_at_the_clock(clock: Clock, scheduler: AsyncIOScheduler, *, every: float) -> None:
    """Let every tick run when the clock of the wall and the one that only counts seconds went apart."""
    before = _apart(clock)
    while True:
        await asyncio.sleep(every)
        now = _apart(clock)
        if abs(now - before) > _JUMP:
            _log.warning("The clock was set; what is due is looked up anew.", extra={"seconds": round(now - before)})
            for job in scheduler.get_jobs():
                job.modify(next_run_time=datetime.now(UTC))
        before = now


def _apart(clock: Clock) -> float:
    return clock.now().timestamp() - asyncio.get_running_loop().time()


async def _told(name: str, tick: Tick, pulse: Pulse) -> None:
    """Do what is due. A part that is away is told in a line; a bug is left to the scheduler, which logs its trace."""
    try:
        with pulse.of(name):
            await tick()
    except asyncio.CancelledError:
        return  # the service stops in the middle of it; the scheduler would call that an error
    except (PodsiftError, SQLAlchemyError) as error:
        problem = str(error).partition("\n")[0]
        _log.warning("What is due could not be looked up; it is tried again.", extra={"due": name, "problem": problem})
