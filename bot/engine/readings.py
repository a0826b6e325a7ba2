"""Reading feeds: one, some, or what is due of a bucket of hosts."""

import asyncio
import logging
import random
from datetime import timedelta
from typing import Final

from bot.engine.apart import Apart
from bot.engine.buckets import Readers
from pipeline import flows
from pipeline.domain.errors import CatalogUnavailable, FeedDeadly, PodsiftError, SettingsError
from pipeline.domain.intake.polling import after_failure
from pipeline.flows import Pipeline
from pipeline.steps.scan import Scan

_SCANS_AT_ONCE: Final = 8
_READ_AT_ONCE: Final = 2_000
"""Feeds of one run of a bucket; what is left is read by the next."""
_PUT_OFF: Final = timedelta(hours=1)
_SUSPECT: Final = 3
"""So many readings in a row that never came to an end, and the feed is read apart from the service.

The process died three times while it was read, though it may have been the feed beside it: apart only the guilty dies.
"""

_log = logging.getLogger(__name__)


class Readings:
    """Reads feeds in this process, and suspects in one of their own; made once for each process."""

    def __init__(self, pipeline: Pipeline, *, hold_after: int, apart: Apart) -> None:
        self._pipeline = pipeline
        self._hold_after = hold_after
        self._apart = apart
        self._readers = Readers()
        self._one_by_one = Readers(at_once=1)

    async def read(self, feed_id: str) -> Scan:
        """Read one feed and store what it says. One that our key does not open is told in the result, and put off."""
        if await self._pipeline.feed_line.begin(feed_id) >= _SUSPECT:
            return await self._read_apart(feed_id)
        try:
            return await flows.scan(feed_id, self._pipeline, hold_after=self._hold_after, jitter=_jitter())
        except SettingsError as error:
            _log.warning("A private feed stays closed.", extra={"feed": feed_id, "problem": str(error)})
            await self._pipeline.feed_line.put_off(feed_id, until=self._pipeline.clock.now() + _PUT_OFF)
            return Scan(feed_id, error=error)

    async def read_all(self, feed_ids: tuple[str, ...]) -> tuple[Scan, ...]:
        """Read these feeds, a few at a time; one that fails is told in its own result."""
        slots = asyncio.Semaphore(_SCANS_AT_ONCE)

        async def read(feed_id: str) -> Scan:
            async with slots:
                return await self.read(feed_id)

        async with asyncio.TaskGroup() as group:
            scans = [group.create_task(read(feed_id)) for feed_id in feed_ids]
        return tuple(task.result() for task in scans)

    async def read_due(self, bucket: int) -> None:
        """Read what is due of a bucket, for less than a minute."""
        now = self._pipeline.clock.now()
        due = await self._pipeline.feed_line.due(now, bucket=bucket, limit=_READ_AT_ONCE)
        suspects = [feed for feed in due if feed.unfinished >= _SUSPECT]
        others = [feed for feed in due if feed.unfinished < _SUSPECT]
        async with asyncio.TaskGroup() as group:
            group.create_task(self._readers.read(others, self._read_or_put_off))
            group.create_task(self._one_by_one.read(suspects, self._read_or_put_off))

    async def _read_or_put_off(self, feed_id: str) -> None:
        try:
            await self.read(feed_id)
        except CatalogUnavailable:
            raise
        except Exception as error:  # noqa: BLE001  the outermost door of a feed: one bad one never stops the others
            _log.warning("A feed could not be read for a fault of ours.", extra={"feed": feed_id}, exc_info=error)
            await self._pipeline.feed_line.put_off(feed_id, until=self._pipeline.clock.now() + _PUT_OFF)

    async def _read_apart(self, feed_id: str) -> Scan:
        _log.warning("Reads a feed apart: three processes ended while they read it.", extra={"feed": feed_id})
        try:
            problem = await self._apart.read(feed_id)
        except FeedDeadly as error:
            feed, now = await self._pipeline.feeds.get(feed_id), self._pipeline.clock.now()
            await self._pipeline.feeds.record(after_failure(feed, error, now=now, jitter=_jitter()), ())
            return Scan(feed_id, error=error)
        return Scan(feed_id, error=None if problem is None else PodsiftError(problem))


def _jitter() -> float:
    return random.random()  # noqa: S311  it spreads load, it guards nothing
