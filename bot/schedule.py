"""The clock: APScheduler only ticks, and every tick asks what is due.

Cron triggers fire twice or skip a day when clocks change, so none is used: due times are computed from wall time and
zone, and the catalogue decides who sends. Several replicas may tick.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Final

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy.exc import SQLAlchemyError

from pipeline.domain.errors import PodsiftError

Tick = Callable[[], Awaitable[None]]

_SCAN_EVERY: Final = 60
_POST_EVERY: Final = 30
_FORGET_EVERY: Final = 3600
"""Once a day is enough; whoever is there in that hour does it."""

_log = logging.getLogger(__name__)


@asynccontextmanager
async def ticking(
    *,
    scan_due: Tick,
    post_due: Tick,
    forget_due: Tick,
    scan_every: float = _SCAN_EVERY,
    post_every: float = _POST_EVERY,
) -> AsyncIterator[None]:
    """Call the ticks at once and then every so many seconds, as long as the block runs.

    A tick that is late runs once, however many it missed, and never beside itself; one that raises is logged and
    tried again at the next.
    """
    scheduler = AsyncIOScheduler(timezone="UTC")
    for name, tick, seconds in (
        ("scan", scan_due, scan_every),
        ("post", post_due, post_every),
        ("forget", forget_due, _FORGET_EVERY),
    ):
        scheduler.add_job(
            partial(_told, name, tick),
            "interval",
            name=name,
            seconds=seconds,
            next_run_time=datetime.now(UTC),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)


async def _told(name: str, tick: Tick) -> None:
    """Do what is due. A part that is away is told in a line; a bug is left to the scheduler, which logs its trace."""
    try:
        await tick()
    except asyncio.CancelledError:
        return  # the service stops in the middle of it; the scheduler would call that an error
    except (PodsiftError, SQLAlchemyError) as error:
        problem = str(error).partition("\n")[0]
        _log.warning("What is due could not be looked up; it is tried again.", extra={"due": name, "problem": problem})
