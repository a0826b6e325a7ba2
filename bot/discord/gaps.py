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
from bot.discord.places import DIRECT, guild_of, numbers_of, workspace_of
from pipeline.domain.audience import WorkspaceId

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
                if self._is_here(arrived.workspace):
                    await self._hearing.take_up(arrived)
            async for number in self._places():
                await self._read(number, since)
            await self._hearing.forget_old()

    async def _places(self) -> AsyncIterator[int]:
        seen: set[int] = set()
        changed = self._desk.clock.now() - _THREADS_OPEN_FOR
        for thread in await self._desk.open_threads.changed_since(changed, platform="discord"):
            # Those that are no number are talks by command, where nothing is said in between.
            if thread.thread.isdecimal() and self._is_here(thread.workspace):
                seen.add(int(thread.thread))
        for guild in self._client.guilds:
            ours = {numbers_of(one.id)[1] for one in await self._desk.channels.of(workspace=workspace_of(guild.id))}
            seen |= {number for number in ours if not isinstance(guild.get_channel(number), discord.ForumChannel)}
            seen |= {thread.id for thread in guild.threads if thread.parent_id in ours and self._is_fresh(thread)}
        for number in sorted(seen):
            yield number

    def _is_here(self, workspace: WorkspaceId) -> bool:
        """Whether this process hears of it: with several, each reads up on its own servers."""
        number = guild_of(workspace)
        shards = self._desk.habits.shards
        return (shards is None or shards.has_first) if number == DIRECT else self._client.get_guild(number) is not None

    def _is_fresh(self, thread: discord.Thread) -> bool:
        last = discord.utils.snowflake_time(thread.last_message_id or thread.id)
        return not thread.archived and last >= self._desk.clock.now() - _THREADS_OPEN_FOR

    async def _read(self, number: int, since: datetime) -> None:
        try:
            place = await place_of(self._client, number)
            messages = [m async for m in place.history(limit=_MOST_MESSAGES, after=since, oldest_first=False)]
        except FAILURES as error:
            _log.info("Could not read up on a place.", extra={"place": number, "reason": str(error)})
            return
        for message in reversed(messages):
            await self._hearing.hear(message)
