"""Keeping the index level with the catalogue, also when its server was away."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final, Protocol

from bot.farewell import Farewell
from pipeline.domain.errors import PodsiftError
from pipeline.steps.rebuild import OnEpisode

_EVERY: Final = 300.0
"""Seconds between two looks at the index."""
_LONGEST_FAREWELL: Final = 5.0
"""Seconds that an episode may take when the service stops, if there are as many."""

_log = logging.getLogger(__name__)


class Levelled(Protocol):
    """What has an index; the app does."""

    async def level_index(self, report: OnEpisode) -> int:
        """Bring the index level with the catalogue; returns how many episodes were added."""
        ...


async def keep_level(app: Levelled, report: OnEpisode = lambda *_: None) -> None:
    """Add what the index lacks, or rebuild it; when it does not answer, that waits for the next call."""
    try:
        await app.level_index(report)
    except PodsiftError as error:
        _log.warning("The index is not level.", extra={"problem": str(error)})


@asynccontextmanager
async def keeping_level(app: Levelled, *, farewell: Farewell, every: float = _EVERY) -> AsyncIterator[None]:
    """Look after the index now and every so many seconds, as long as the block runs: a service waits for none of it."""
    is_over = asyncio.Event()

    def between_two_episodes(*_: object) -> None:
        if is_over.is_set():
            raise asyncio.CancelledError

    async def look_after() -> None:
        while not is_over.is_set():
            await keep_level(app, between_two_episodes)
            with suppress(TimeoutError):
                async with asyncio.timeout(every):
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
