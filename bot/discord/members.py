"""Who asks, and from which channel: Discord's people become members with the rights they have."""

from collections.abc import Iterable
from typing import Final

import discord

from bot.discord.desk import Desk
from bot.discord.places import channel_id_of, numbers_of, workspace_of
from bot.operations.outcome import Member
from pipeline.domain.channel import Channel

_MOST_SERVERS: Final = 50
"""Servers that are asked whether somebody who writes to us directly belongs to them."""


class Members:
    """Finds the member behind an interaction or a message."""

    def __init__(self, client: discord.Client, desk: Desk) -> None:
        self._client = client
        self._desk = desk

    async def who(self, person: discord.User | discord.Member, place: object) -> Member | None:
        """The member in the channel whose shows are meant.

        That is the channel itself when it is set up, else the first one of the server that the person may read; in
        direct messages the same over the servers that they share with us. None when nothing is set up there.
        """
        guild = getattr(place, "guild", None)
        guild = None if guild is None else self._client.get_guild(guild.id)
        if guild is not None:
            writer = person if isinstance(person, discord.Member) else await self._member_of(guild, person)
            return None if writer is None else await self._in_server(writer, guild, home_of(place))
        for shared in self._client.guilds[:_MOST_SERVERS]:
            member = await self._member_of(shared, person)
            if member is not None and (found := await self._in_server(member, shared, None)) is not None:
                return found
        return None

    async def here(self, person: discord.Member, place: object) -> Member:
        """The member in this very channel, made with the defaults if it is not set up yet; for curators.

        Whoever changes a channel is told when it is gone one day.
        """
        channel = await self._channel(person, place)
        await self._desk.curators.add(channel.id, str(person.id), workspace=channel.workspace)
        return self._as_member(person, channel)

    def is_curator(self, person: discord.User | discord.Member) -> bool:
        """Whether they manage the server, or have the role that its admins gave for this."""
        if not isinstance(person, discord.Member):
            return False
        named = any(role.name.casefold() == self._desk.habits.curator_role.casefold() for role in person.roles)
        return named or person.guild_permissions.manage_guild

    async def _channel(self, person: discord.Member, place: object) -> Channel:
        number, guild = home_of(place), person.guild
        for channel in await self._desk.channels.of(workspace=workspace_of(guild.id)):
            if numbers_of(channel.id)[1] == number:
                return channel
        name = getattr(guild.get_channel(number), "name", "") or str(number)
        habits = self._desk.habits
        channel = Channel(channel_id_of(guild.id, number), workspace_of(guild.id), name, zone=habits.zone, at=habits.at)
        await self._desk.channels.save(channel, workspace=channel.workspace)
        return channel

    async def _in_server(self, person: discord.Member, guild: discord.Guild, home: int | None) -> Member | None:
        channels = await self._desk.channels.of(workspace=workspace_of(guild.id))
        own = [channel for channel in channels if numbers_of(channel.id)[1] == home]
        readable = (channel for channel in channels if _may_read(person, guild, channel))
        chosen = next(iter(own), None) or next(readable, None)
        return None if chosen is None else self._as_member(person, chosen)

    async def _member_of(self, guild: discord.Guild, person: discord.User | discord.Member) -> discord.Member | None:
        if not await self._desk.channels.of(workspace=workspace_of(guild.id)):
            return None
        try:
            return await guild.fetch_member(person.id)
        except discord.HTTPException:  # not there, or it cannot be told: nothing of that server is shown
            return None

    def _as_member(self, person: discord.Member, channel: Channel) -> Member:
        return Member(channel.workspace, channel.id, str(person.id), is_curator=self.is_curator(person))


def home_of(place: object) -> int:
    """The number of the channel: of a thread the channel that it belongs to."""
    number = place.parent_id if isinstance(place, discord.Thread) else getattr(place, "id", 0)
    return int(number)


def first_writable(channels: Iterable[discord.TextChannel], me: discord.Member) -> discord.TextChannel | None:
    """The first channel that we may write in."""
    return next((channel for channel in channels if channel.permissions_for(me).send_messages), None)


def _may_read(person: discord.Member, guild: discord.Guild, channel: Channel) -> bool:
    there = guild.get_channel(numbers_of(channel.id)[1])
    return there is not None and there.permissions_for(person).view_channel
