"""What is being answered right now: it is finished before the connection and the catalogue close."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Work:
    """The running answers."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()
        self._is_over = False

    def begin(self) -> None:
        """Answers may begin, again if need be."""
        self._is_over = False

    @contextmanager
    def doing(self) -> Iterator[None]:
        """The task that is in the block is at work; once all work is to be finished, it is cancelled instead."""
        task = asyncio.current_task()
        is_outermost = task is not None and task not in self._running
        if is_outermost and self._is_over:  # an event on its way while we stop; its question is read up on later
            raise asyncio.CancelledError
        if task is not None:
            self._running.add(task)
        try:
            yield
        finally:
            if task is not None and is_outermost:
                self._running.discard(task)

    async def finish(self, *, patience: float) -> None:
        """Wait so many seconds for what runs, then stop the rest; what was heard stays in the inbox."""
        self._is_over = True
        running = set(self._running)
        if not running:
            return
        _, late = await asyncio.wait(running, timeout=patience)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
