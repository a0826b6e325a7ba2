"""Keeping the index level with the catalogue, also when its server was away."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final, Protocol

from bot.farewell import Farewell
from pipeline.domain.errors import IndexBusy, PodsiftError
from pipeline.steps.rebuild import OnEpisode

_EVERY: Final = 300.0
"""Seconds between two looks at the index."""
_AGAIN: Final = 30.0
"""Seconds to the next look at an index that is not level, twice as many to the one after it, and so on up to those."""
_LONGEST_FAREWELL: Final = 5.0
"""Seconds that an episode may take when the service stops, if there are as many."""

_log = logging.getLogger(__name__)


class Levelled(Protocol):
    """What has an index; the app does."""

    async def level_index(self, report: OnEpisode) -> int:
        """Bring the index level with the catalogue; returns how many episodes were added."""
        ...


async def keep_level(app: Levelled, report: OnEpisode = lambda *_: None, *, told: str = "") -> str:
    """Add what the index lacks, or rebuild it; when it does not answer, that waits for the next call.

    Returns why it is not level, empty when it is; that is logged unless it was `told` already.
    """
    try:
        await app.level_index(report)
    except IndexBusy as busy:
        if str(busy) != told:
            _log.info("Another process brings the index level.")
        return str(busy)
    except PodsiftError as error:
        if str(error) != told:
            _log.warning("The index is not level.", extra={"problem": str(error)})
        return str(error)
    if told:
        _log.info("The index is level again.")
    return ""


@asynccontextmanager
async def keeping_level(
    app: Levelled, *, farewell: Farewell, every: float = _EVERY, again: float = _AGAIN
) -> AsyncIterator[None]:
    """Look after the index now and every so many seconds, as long as the block runs: a service waits for none of it.

    What is not level is looked at sooner, `again` after so many seconds and then after more and more.
    """
    is_over = asyncio.Event()

    def between_two_episodes(*_: object) -> None:
        if is_over.is_set():
            raise asyncio.CancelledError

    async def look_after() -> None:
        problem, soon = "", again
        while not is_over.is_set():
            problem = await keep_level(app, between_two_episodes, told=problem)
            pause, soon = (min(soon, every), 2 * soon) if problem else (every, again)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await is_over.wait()

    task = asyncio.create_task(look_after())
    try:
        yield
    finally:
        is_over.set()
        # Whatever is cut off in the middle of a query loses its connection.
        await asyncio.wait({task}, timeout=min(_LONGEST_FAREWELL, farewell.left()))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
