"""The service: the engine, the clock and the chat platforms, until it is told to stop."""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from functools import partial
from typing import Final

from starlette.routing import BaseRoute

from bot.hearing import hearing, receiving
from bot.quick_ears import spare_what_stays, take_short_turns
from bot.running import listening_app
from bot.schedule import ticking
from bot.settings import Settings
from bot.upkeep.index_care import keeping_level
from bot.upkeep.owner_notes import telling_owner
from bot.web.serving import serving_page
from pipeline.domain.errors import CatalogUnavailable

_HEARING_ROLES: Final = ("all", "bot")
_POSTING_ROLES: Final = ("all", "bot", "poster")
_SCANNING_ROLES: Final = ("all", "worker")
_PAUSE: Final = 5
"""Seconds until a database that was not there is asked again."""

_log = logging.getLogger(__name__)


async def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT; what runs then has twenty seconds to finish, a start is broken off.

    A database that does not answer, or is full of connections, is waited for: after a power cut it may come later than
    we. The caller owns the data folder. Raises SettingsError when a platform does not accept a token.
    """
    take_short_turns()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    while not stop.is_set():
        try:
            await _unless_told_to_stop(stop, partial(_serve_until, stop, settings))
        except CatalogUnavailable as error:
            if not error.retryable:
                raise
            _log.warning("%s It is tried again in %d seconds.", error, _PAUSE)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _PAUSE)


async def _unless_told_to_stop(stop: asyncio.Event, serve: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Serve, and end the start where it is when it is told to stop: it may be waiting for another process.

    `serve` sets the event that it is given once it has started and stops by itself.
    """
    has_started = asyncio.Event()
    serving, told = asyncio.ensure_future(serve(has_started)), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((serving, told), return_when=asyncio.FIRST_COMPLETED)
        if has_started.is_set():
            await serving
    finally:
        told.cancel()
        if not serving.done():
            _log.info("Stopping before it has started.")
            serving.cancel()
    with suppress(asyncio.CancelledError):
        await serving


async def _serve_until(stop: asyncio.Event, settings: Settings, has_started: asyncio.Event) -> None:
    async with AsyncExitStack() as stack:
        app = await stack.enter_async_context(listening_app(settings))
        engine = await app.engine.get()
        await stack.enter_async_context(keeping_level(app, farewell=app.engine.farewell))
        routes: tuple[BaseRoute, ...] = ()
        if settings.role in _HEARING_ROLES:
            routes = await stack.enter_async_context(hearing(app))
        elif settings.role == "web":
            routes = await stack.enter_async_context(receiving(app))
        await stack.enter_async_context(serving_page(app, routes))
        if settings.role in _POSTING_ROLES:
            await stack.enter_async_context(telling_owner(app))
        await stack.enter_async_context(
            ticking(
                scan_due=partial(app.worker.scan_due, engine) if settings.role in _SCANNING_ROLES else None,
                post_due=partial(app.worker.post_due, engine) if settings.role in _POSTING_ROLES else None,
                forget_due=partial(app.upkeep.start_due, engine) if settings.role in _SCANNING_ROLES else None,
                clock=app.clock,
                pulse=app.engine.pulse,
            )
        )
        spare_what_stays()
        where = {"role": settings.role, "slot": settings.worker, "data": settings.data.resolve()}
        _log.info("Podsift runs.", extra=where)
        has_started.set()
        await stop.wait()
        app.engine.farewell.begin()
        _log.info("Stopping.")
