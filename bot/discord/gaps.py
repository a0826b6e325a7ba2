"""After a lost session or a restart: what was said meanwhile is read and answered once."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Final

import discord

from bot.discord.desk import Desk
from bot.discord.failures import FAILURES
from bot.discord.hearing import Hearing, place_of
from bot.discord.places import numbers_of, workspace_of

_THREADS_OPEN_FOR: Final = timedelta(days=3)
_READ_BACK: Final = timedelta(hours=12)
"""What is older than this is not answered any more: it would surprise more than it helps."""
_MOST_MESSAGES: Final = 100

_log = logging.getLogger(__name__)


class Gaps:
    """Reads up, one run at a time."""

    def __init__(self, client: discord.Client, desk: Desk, hearing: Hearing) -> None:
        self._client = client
        self._desk = desk
        self._hearing = hearing
        self._running = asyncio.Lock()

    async def read_up(self) -> None:
        """Answer what was left unfinished, then what stands unanswered in open threads, direct messages and channels.

        Whatever was answered before is in the inbox and not answered again.
        """
        async with self._running:
            since = self._desk.clock.now() - _READ_BACK
            for arrived in await self._desk.inbox.open_since(since, platform="discord"):
                await self._hearing.take_up(arrived)
            async for number in self._places():
                await self._read(number, since)
            await self._hearing.forget_old()

    async def _places(self) -> AsyncIterator[int]:
        seen: set[int] = set()
        changed = self._desk.clock.now() - _THREADS_OPEN_FOR
        for thread in await self._desk.open_threads.changed_since(changed, platform="discord"):
            seen.add(int(thread.thread))
        for guild in self._client.guilds:
            for channel in await self._desk.channels.of(workspace=workspace_of(guild.id)):
                seen.add(numbers_of(channel.id)[1])
        for number in sorted(seen):
            yield number

    async def _read(self, number: int, since: datetime) -> None:
        try:
            place = await place_of(self._client, number)
            messages = [m async for m in place.history(limit=_MOST_MESSAGES, after=since, oldest_first=False)]
        except FAILURES as error:
            _log.info("Could not read up on a place.", extra={"place": number, "reason": str(error)})
            return
        for message in reversed(messages):
            await self._hearing.hear(message)
