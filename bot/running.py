"""Own the data and carry out one request, or serve until told to stop."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from bot.app import LOCAL_CHANNEL, App, open_app
from bot.data_folder import own, socket_path
from bot.handover import Reply, Report, Request, listening
from bot.operations import Member, perform
from bot.schedule import ticking
from bot.settings import Settings
from pipeline.domain.audience import LOCAL

OWNER = Member(LOCAL, LOCAL_CHANNEL, "owner", is_curator=True, is_owner=True)
"""Whoever sits at the machine."""

_log = logging.getLogger(__name__)


@asynccontextmanager
async def owned_app(settings: Settings) -> AsyncIterator[App]:
    """The app on its data folder, which also carries out what other processes ask for meanwhile.

    Raises DataFolderBusy when another process owns the folder.
    """
    with own(settings.data):
        async with open_app(settings) as app, listening(socket_path(settings.data), partial(perform_here, app)):
            yield app


async def perform_here(app: App, request: Request, report: Report) -> Reply:
    """Carry out what the owner of this machine asks for."""
    return (await perform(app, OWNER, request, report)).to_reply()


async def perform_alone(settings: Settings, request: Request, report: Report) -> Reply:
    """Own the data for one request."""
    async with owned_app(settings) as app:
        return await perform_here(app, request, report)


async def serve(settings: Settings) -> None:
    """Run the service until SIGTERM or SIGINT; what runs then has twenty seconds to finish."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with owned_app(settings) as app:
        engine = await app.engine.get()
        async with ticking(
            scan_due=partial(app.worker.scan_due, engine), post_due=partial(app.worker.post_due, engine)
        ):
            _log.info("Podsift runs.", extra={"role": settings.role, "data": settings.data.resolve()})
            await stop.wait()
            _log.info("Stopping.")
