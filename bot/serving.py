"""The service: the engine, the clock and the chat platforms, until it is told to stop."""

import asyncio
import logging
import signal
from contextlib import AsyncExitStack
from functools import partial
from typing import Final

from bot.platforms import hearing
from bot.running import listening_app
from bot.schedule import ticking
from bot.settings import Settings

_HEARING_ROLES: Final = ("all", "bot")

_log = logging.getLogger(__name__)


async def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT; what runs then has twenty seconds to finish.

    The caller owns the data folder. Raises SettingsError when a platform does not accept a token.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        app = await stack.enter_async_context(listening_app(settings))
        engine = await app.engine.get()
        if settings.role in _HEARING_ROLES:
            await stack.enter_async_context(hearing(app))
        await stack.enter_async_context(
            ticking(scan_due=partial(app.worker.scan_due, engine), post_due=partial(app.worker.post_due, engine))
        )
        _log.info("Podsift runs.", extra={"role": settings.role, "data": settings.data.resolve()})
        await stop.wait()
        _log.info("Stopping.")
