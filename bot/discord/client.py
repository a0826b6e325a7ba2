"""The client that listens: what Discord tells us goes to the part that answers it."""

import logging
from typing import Any, Final

import discord
from discord import app_commands

from bot.discord import phrases
from bot.discord.brake import Brake
from bot.discord.buttons import make_pressed
from bot.discord.counter import Counter
from bot.discord.desk import Desk
from bot.discord.failures import FAILURES
from bot.discord.farewells import ChannelStops, Farewells
from bot.discord.forms import is_private_show, take_form
from bot.discord.gaps import Gaps
from bot.discord.hearing import Hearing
from bot.discord.layouts import layout, marker_of
from bot.discord.members import Members, first_writable
from bot.discord.menus import make_menus
from bot.discord.panels import panels
from bot.discord.places import numbers_of, workspace_of
from bot.discord.slash import PodcastCommands, make_ask
from bot.discord.sync import sync_if_changed
from pipeline.domain.errors import DestinationGone, PodsiftError

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
                "http_trace": Brake().trace(),
                **options,
            }
        )
        self.tree = app_commands.CommandTree[discord.Client](self)
        self._desk = desk
        self._stops = ChannelStops(desk.channels, desk.curators)
        members = Members(self, desk)
        self._counter = Counter(desk, members)
        self._hearing = Hearing(self, desk, members)
        self._gaps = Gaps(self, desk, self._hearing)

    async def setup_hook(self) -> None:
        """Make the commands and buttons known, before the gateway opens."""
        self.tree.add_command(PodcastCommands(self._counter))
        self.tree.add_command(make_ask(self._counter))
        for entry in make_menus(self._counter):
            self.tree.add_command(entry)
        self.add_dynamic_items(make_pressed(self._counter))
        habits = self._desk.habits
        if habits.shards is not None and not habits.shards.has_first:
            return
        try:
            await sync_if_changed(self.tree, remembered=habits.commands_file, guild=habits.guild)
        except (*FAILURES, app_commands.AppCommandError) as error:  # the old ones work until the next start
            _log.warning("Could not tell Discord our commands.", extra={"reason": str(error)})

    async def on_ready(self) -> None:
        """A new session: whatever was said since the last one went by unheard."""
        _log.info("Discord is connected.", extra={"servers": len(self.guilds)})
        await self.read_up()

    async def read_up(self) -> None:
        """Answer what was said while nobody heard it."""
        try:
            with self._desk.work.doing():
                await self._gaps.read_up()
        except PodsiftError as error:
            _log.warning("Could not read up on a gap.", extra={"reason": str(error)})

    async def on_message(self, message: discord.Message) -> None:
        """Somebody wrote."""
        with self._desk.work.doing():
            await self._hearing.hear(message, is_live=True)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Somebody sent a form; discord.py itself deals with everything else."""
        if is_private_show(interaction):
            await take_form(interaction, self._counter)

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
        """No more posts for a channel that is gone, and those who set it up hear of it."""
        gone = DestinationGone(f"“{channel.name}” was deleted.")
        with self._desk.work.doing():
            for ours in await self._desk.channels.of(workspace=workspace_of(channel.guild.id)):
                if numbers_of(ours.id)[1] == channel.id:
                    await Farewells(self, self._stops).say(ours, gone)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """No more posts for a server that sent us away; from now on we can tell nobody there."""
        with self._desk.work.doing():
            for channel in await self._desk.channels.of(workspace=workspace_of(guild.id)):
                await self._stops.stop(channel)
        _log.info("A server sent us away.", extra={"server": guild.id})


class ShardedClient(PodsiftClient, discord.AutoShardedClient):
    """The same over several connections, each with a session of its own."""

    async def on_ready(self) -> None:
        """All sessions are new: that is once, at the start."""
        _log.info("Discord is connected.", extra={"servers": len(self.guilds), "shards": self.shard_count})

    async def on_shard_ready(self, _shard_id: int) -> None:
        """One session is new; discord.py calls `on_ready` no more when only some of them are."""
        await self.read_up()


def make_client(desk: Desk, **options: Any) -> PodsiftClient:
    """The client with as many connections as the desk's habits say."""
    shards = desk.habits.shards
    if shards is None:
        return PodsiftClient(desk, **options)
    ids = list(shards.ids) or None
    return ShardedClient(desk, shard_count=shards.count, shard_ids=ids, **options)
