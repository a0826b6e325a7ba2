"""Direct messages to those who look after us: when a channel is gone, its daily post stops and they hear of it once."""

import logging
from dataclasses import replace
from typing import Protocol

import discord

from bot.discord import phrases
from bot.discord.failures import FAILURES
from bot.discord.layouts import layout, marker_of
from bot.discord.panels import panels
from bot.discord.places import numbers_of
from bot.texts.message import Message
from pipeline.adapters.catalog import ChannelSettings, Curators
from pipeline.domain.channel import Channel
from pipeline.domain.errors import DestinationGone

_log = logging.getLogger(__name__)


class Stops(Protocol):
    """Where channels are stopped."""

    async def stop(self, channel: Channel) -> tuple[int, ...] | None:
        """Pause the channel; the people who set it up, or None when it was paused before."""
        ...


class ChannelStops:
    """Stops in the catalogue."""

    def __init__(self, channels: ChannelSettings, curators: Curators) -> None:
        self._channels = channels
        self._curators = curators

    async def stop(self, channel: Channel) -> tuple[int, ...] | None:
        """See `Stops`."""
        known = await self._channels.of(workspace=channel.workspace)
        found = next((one for one in known if one.id == channel.id and not one.paused), None)
        if found is None:
            return None
        await self._channels.save(replace(found, paused=True), workspace=channel.workspace)
        people = await self._curators.of(channel.id, workspace=channel.workspace)
        return tuple(int(person) for person in people if person.isdecimal())


class Farewells:
    """Says farewell to channels that cannot be posted to any more. `client` is logged in."""

    def __init__(self, client: discord.Client, stops: Stops) -> None:
        self._client = client
        self._stops = stops

    async def say(self, channel: Channel, gone: DestinationGone) -> None:
        """Stop the channel, and tell the server's owner and whoever set it up, each once."""
        people = await self._stops.stop(channel)
        if people is None:
            return
        _log.warning("A channel is gone.", extra={"channel": channel.id, "reason": str(gone)})
        for person in dict.fromkeys((*people, *await self._owner(channel))):
            farewell = phrases.farewell(channel.name, str(gone))
            await tell(self._client, person, farewell, key=f"gone:{channel.id}:{person}")

    async def _owner(self, channel: Channel) -> tuple[int, ...]:
        try:
            guild = await self._client.fetch_guild(numbers_of(channel.id)[0], with_counts=False)
        except FAILURES as error:  # we were sent away; whoever set the channel up may still be reached
            _log.info("Could not look up a server's owner.", extra={"reason": str(error)})
            return ()
        return (guild.owner_id,) if guild.owner_id else ()


async def tell(client: discord.Client, person: int, message: Message, *, key: str) -> None:
    """Tell somebody by a direct message, once for a key within minutes; a failure is logged."""
    (panel,) = panels(message)
    try:
        direct = await client.create_dm(discord.Object(person))
        await direct.send(view=layout(panel), nonce=marker_of(key), suppress_embeds=True)
    except FAILURES as error:
        _log.info("Could not tell somebody something.", extra={"person": person, "reason": str(error)})


def owners_of(application: discord.AppInfo) -> tuple[int, ...]:
    """The people whom the application belongs to."""
    people = application.team.members if application.team else [application.owner]
    return tuple(person.id for person in people if not person.bot)
