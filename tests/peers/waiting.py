"""Wait for what another process or thread does, where nobody can tell us."""

import asyncio
from collections.abc import Awaitable, Callable


async def until(is_so: Callable[[], Awaitable[bool]], *, seconds: float = 90.0) -> None:
    """Ask again and again until it is so. Raises TimeoutError.

    So many seconds, because on a busy machine the other process needs half a minute to start.
    """
    async with asyncio.timeout(seconds):
        while not await is_so():  # noqa: ASYNC110  it happens in another process
            await asyncio.sleep(0.05)
