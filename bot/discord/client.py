"""The client that listens: what Discord tells us goes to the part that answers it."""

import logging
from dataclasses import replace
from typing import Any, Final

import discord
from discord import app_commands

from bot.discord import phrases
from bot.discord.buttons import make_pressed
from bot.discord.desk import Desk
from bot.discord.failures import FAILURES
from bot.discord.gaps import Gaps
from bot.discord.hearing import Hearing
from bot.discord.layouts import layout, marker_of
from bot.discord.members import Members, first_writable
from bot.discord.panels import panels
from bot.discord.places import numbers_of, workspace_of
from bot.discord.slash import PodcastCommands, make_ask
from bot.discord.sync import sync_if_changed
from pipeline.domain.errors import PodsiftError

_HALF_OPEN: Final = 30.0
"""Seconds without a heartbeat's answer after which a connection counts as dead."""
_LONGEST_WAIT: Final = 60.0
_MESSAGES_KEPT: Final = 100

_log = logging.getLogger(__name__)


class PodsiftClient(discord.Client):
    """Listens with the intents that need nobody's approval, unless message content is switched on."""

    def __init__(self, desk: Desk, **options: Any) -> None:
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
        intents.message_content = desk.habits.sees_all
        super().__init__(
            **{
                "intents": intents,
                "allowed_mentions": discord.AllowedMentions.none(),
                "heartbeat_timeout": _HALF_OPEN,
                "max_ratelimit_timeout": _LONGEST_WAIT,
                "max_messages": _MESSAGES_KEPT,
                **options,
            }
        )
        self.tree = app_commands.CommandTree[discord.Client](self)
        self._desk = desk
        self._members = Members(self, desk)
        self._hearing = Hearing(self, desk, self._members)
        self._gaps = Gaps(self, desk, self._hearing)

    async def setup_hook(self) -> None:
        """Make the commands and buttons known, before the gateway opens."""
        self.tree.add_command(PodcastCommands(self._desk, self._members))
        self.tree.add_command(make_ask(self._desk, self._members))
        self.add_dynamic_items(make_pressed(self._desk, self._members))
        habits = self._desk.habits
        try:
            await sync_if_changed(self.tree, remembered=habits.commands_file, guild=habits.guild)
        except (*FAILURES, app_commands.AppCommandError) as error:  # the old ones work until the next start
            _log.warning("Could not tell Discord our commands.", extra={"reason": str(error)})

    async def on_ready(self) -> None:
        """A new session: whatever was said since the last one went by unheard."""
        _log.info("Discord is connected.", extra={"servers": len(self.guilds)})
        try:
            with self._desk.work.doing():
                await self._gaps.read_up()
        except PodsiftError as error:
            _log.warning("Could not read up on a gap.", extra={"reason": str(error)})

    async def on_message(self, message: discord.Message) -> None:
        """Somebody wrote."""
        with self._desk.work.doing():
            await self._hearing.hear(message)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Say hello once, where we may write; without such a place the commands speak for themselves."""
        system = [guild.system_channel] if guild.system_channel else []
        place = first_writable([*system, *guild.text_channels], guild.me)
        if place is None:
            return
        try:
            (panel,) = panels(phrases.welcome())
            await place.send(view=layout(panel), nonce=marker_of(f"welcome:{guild.id}"), suppress_embeds=True)
        except FAILURES as error:
            _log.info("Could not greet a server.", extra={"guild": guild.id, "reason": str(error)})

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """No more posts for a channel that is gone."""
        await self._pause(channel.guild.id, channel.id)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """No more posts for a server that sent us away."""
        await self._pause(guild.id, None)

    async def _pause(self, guild_id: int, number: int | None) -> None:
        workspace = workspace_of(guild_id)
        with self._desk.work.doing():
            for channel in await self._desk.channels.of(workspace=workspace):
                if number is None or numbers_of(channel.id)[1] == number:
                    await self._desk.channels.save(replace(channel, paused=True), workspace=workspace)
                    _log.info("Paused a channel that is gone.", extra={"channel": channel.id})
