"""Being connected to Discord as long as a block runs. This is the door for the service."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from itertools import chain, repeat
from typing import Final

import aiohttp
import discord

from bot.discord import phrases
from bot.discord.client import make_client as make_our_client
from bot.discord.desk import Desk
from pipeline.domain.errors import SettingsError

_PAUSES: Final = (5.0, 15.0, 60.0, 300.0)
"""Seconds before another try while Discord cannot be reached at all; once connected, discord.py sees to it."""

_TOKEN_REVOKED: Final = 4004
_PATIENCE: Final = 10.0
"""Seconds that running answers get when the service stops."""

_log = logging.getLogger(__name__)


@asynccontextmanager
async def listening_to_discord(
    desk: Desk, *, make_client: Callable[[Desk], discord.Client] = make_our_client
) -> AsyncIterator[asyncio.Task[None]]:
    """Listen while the block runs; the service starts whether or not Discord answers.

    Gives the task that listens. It ends with SettingsError when Discord refuses the token or an intent; that is
    also logged, because the rest of the service goes on without Discord.
    """
    desk.work.begin()
    task = asyncio.create_task(_listen(desk, make_client), name="discord")
    task.add_done_callback(_tell)
    try:
        yield task
    finally:
        await desk.work.finish(patience=_PATIENCE)
        task.cancel()
        with suppress(asyncio.CancelledError, SettingsError):
            await task


async def _listen(desk: Desk, make_client: Callable[[Desk], discord.Client]) -> None:
    for pause in chain(_PAUSES, repeat(_PAUSES[-1])):
        try:
            async with make_client(desk) as client:
                await _explained(client.start(desk.habits.token))
        except (aiohttp.ClientError, OSError, discord.HTTPException, discord.GatewayNotFound) as error:
            _log.warning("Discord cannot be reached.", extra={"reason": str(error), "again_in": pause})
        await asyncio.sleep(pause)


async def _explained(starting: Awaitable[None]) -> None:
    try:
        await starting
    except discord.PrivilegedIntentsRequired as error:
        raise SettingsError(phrases.PORTAL) from error
    except discord.LoginFailure as error:
        raise SettingsError(phrases.REFUSED_KEY) from error
    except discord.ConnectionClosed as error:  # what may mend itself is not raised but resumed
        refused = error.code == _TOKEN_REVOKED
        raise SettingsError(phrases.REFUSED_KEY if refused else phrases.CLOSED.format(code=error.code)) from error


def _tell(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("Stopped listening to Discord: %s", error)
