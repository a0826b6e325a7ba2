"""Politeness: how many requests run at once, in all and for each host."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class _Slots:
    free: asyncio.Semaphore
    users: int = 0


class HostSlots:
    """Hands out slots; a slow host fills its own slots and no others, as long as there are some left in all."""

    def __init__(self, *, per_host: int, total: int) -> None:
        self._per_host = per_host
        self._total = asyncio.Semaphore(total)
        self._hosts: dict[str, _Slots] = {}

    @asynccontextmanager
    async def of(self, host: str) -> AsyncIterator[None]:
        """Wait for a slot of `host` and hold it."""
        slots = self._hosts.setdefault(host, _Slots(asyncio.Semaphore(self._per_host)))
        slots.users += 1
        try:
            async with slots.free, self._total:
                yield
        finally:
            slots.users -= 1
            if not slots.users:
                del self._hosts[host]
