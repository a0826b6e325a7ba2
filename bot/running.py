"""The app beside the socket on which other processes ask, and one request on it."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from bot.app import LOCAL_CHANNEL, App, open_app
from bot.data_folder import socket_path
from bot.handover import Progress, Reply, Report, Request, listening
from bot.operations import Member, perform
from bot.settings import Settings
from bot.texts.wording import CLOSED_HELP, closed_sentence
from bot.upkeep.index_care import keep_level
from pipeline.domain.audience import LOCAL

_log = logging.getLogger(__name__)

OWNER = Member(LOCAL, LOCAL_CHANNEL, "owner", is_curator=True, is_owner=True)
"""Whoever sits at the machine."""


@asynccontextmanager
async def listening_app(settings: Settings) -> AsyncIterator[App]:
    """The app, which also carries out what other processes ask for meanwhile. The caller owns the data folder."""
    path = socket_path(settings.data, slot=settings.folder_slot)
    async with open_app(settings) as app, listening(path, partial(perform_here, app)):
        if closed := closed_sentence(await app.desk.opening()):
            _log.warning("%s %s", closed, CLOSED_HELP)
        yield app


async def perform_here(app: App, request: Request, report: Report) -> Reply:
    """Carry out what the owner of this machine asks for."""
    return (await perform(app, OWNER, request, report)).to_reply()


async def perform_alone(settings: Settings, request: Request, report: Report) -> Reply:
    """Open the data for one request, and bring the index level first. The caller owns the data folder."""
    async with listening_app(settings) as app:
        if request.operation != "reindex":
            await keep_level(app, lambda done, total, title: report(Progress(done, total, title)))
        return await perform_here(app, request, report)
