"""Own the data and carry out one request, or serve until told to stop."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from bot.app import LOCAL_CHANNEL, App, open_app
from bot.data_folder import socket_path
from bot.handover import Reply, Report, Request, listening
from bot.operations import Member, perform
from bot.schedule import ticking
from bot.settings import Settings
from pipeline.domain.audience import LOCAL

OWNER = Member(LOCAL, LOCAL_CHANNEL, "owner", is_curator=True, is_owner=True)
"""Whoever sits at the machine."""

_log = logging.getLogger(__name__)


@asynccontextmanager
async def listening_app(settings: Settings) -> AsyncIterator[App]:
    """The app, which also carries out what other processes ask for meanwhile. The caller owns the data folder."""
    async with open_app(settings) as app, listening(socket_path(settings.data), partial(perform_here, app)):
        yield app


async def perform_here(app: App, request: Request, report: Report) -> Reply:
    """Carry out what the owner of this machine asks for."""
    return (await perform(app, OWNER, request, report)).to_reply()


async def perform_alone(settings: Settings, request: Request, report: Report) -> Reply:
    """Open the data for one request. The caller owns the data folder."""
    async with listening_app(settings) as app:
        return await perform_here(app, request, report)


async def serve(settings: Settings) -> None:
    """Run the service until SIGTERM or SIGINT; what runs then has twenty seconds to finish.

    The caller owns the data folder.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with listening_app(settings) as app:
        engine = await app.engine.get()
        async with ticking(
            scan_due=partial(app.worker.scan_due, engine), post_due=partial(app.worker.post_due, engine)
        ):
            _log.info("Podsift runs.", extra={"role": settings.role, "data": settings.data.resolve()})
            await stop.wait()
            _log.info("Stopping.")
