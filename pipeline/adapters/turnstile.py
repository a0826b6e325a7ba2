"""Whose turn it is, in this process: so many at a time, and of those that wait the urgent first."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turnstile:
    """A lock for so many with two lines: of those that wait, the urgent go first; within a line whoever came first."""

    def __init__(self, at_once: int = 1) -> None:
        self._free = at_once
        self._urgent: deque[asyncio.Future[None]] = deque()
        self._waiting: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def taken(self, *, is_urgent: bool = False) -> AsyncIterator[None]:
        """Wait for the turn and keep it as long as the block runs."""
        await self._wait(self._urgent if is_urgent else self._waiting)
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, line: "deque[asyncio.Future[None]]") -> None:
        if self._free:  # nobody waits: a turn is passed on to whoever does
            self._free -= 1
            return
        place = asyncio.get_running_loop().create_future()
        line.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if not place.cancelled():  # the turn had come just before
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        for line in (self._urgent, self._waiting):
            while line:
                place = line.popleft()
                if not place.done():
                    place.set_result(None)
                    return
        self._free += 1
