"""Buckets of hosts: one process at a time reads the feeds of a bucket, and counts what it asks each host."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Final

from bot.engine.queues import FEEDS_AT_ONE_HOST
from pipeline.domain.feed import DueFeed, host_of

_AT_ONCE: Final = 32
"""Readings at once in this process, of all its buckets together: so many bodies are in memory."""
_SECONDS: Final = 50.0


class Readers:
    """Reads feeds, a few at a time; made once for each process.

    Each host has a line of its own, so that a slow one keeps no other waiting. After `seconds` no reading is begun.
    """

    def __init__(self, *, at_once: int = _AT_ONCE, seconds: float = _SECONDS) -> None:
        self._slots = asyncio.Semaphore(at_once)
        self._seconds = seconds

    async def read(self, feeds: Sequence[DueFeed], read: Callable[[str], Awaitable[None]]) -> None:
        """Call `read` with the ids of these feeds, as far as the time goes. Raises what it raises, in a group."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._seconds

        async def go_down(line: Iterator[DueFeed]) -> None:
            for feed in line:
                async with self._slots:
                    if loop.time() >= deadline:
                        return
                    await read(feed.id)

        async with asyncio.TaskGroup() as group:
            for at_host in _by_host(feeds):
                line = iter(at_host)
                for _ in at_host[:FEEDS_AT_ONE_HOST]:
                    group.create_task(go_down(line))


def _by_host(feeds: Sequence[DueFeed]) -> Sequence[Sequence[DueFeed]]:
    lines: dict[str, list[DueFeed]] = {}
    for feed in feeds:
        lines.setdefault(host_of(feed.url), []).append(feed)
    return tuple(lines.values())
