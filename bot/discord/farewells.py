"""When a channel is gone: its daily post stops for good, and those who set it up hear of it once."""

import logging
from dataclasses import replace
from typing import Protocol

import discord

from bot.discord import phrases
from bot.discord.failures import FAILURES
from bot.discord.layouts import layout, marker_of
from bot.discord.panels import panels
from bot.discord.places import numbers_of
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
            await self._tell(person, channel, gone)

    async def _owner(self, channel: Channel) -> tuple[int, ...]:
        try:
            guild = await self._client.fetch_guild(numbers_of(channel.id)[0], with_counts=False)
        except FAILURES as error:  # we were sent away; whoever set the channel up may still be reached
            _log.info("Could not look up a server's owner.", extra={"reason": str(error)})
            return ()
        return (guild.owner_id,) if guild.owner_id else ()

    async def _tell(self, person: int, channel: Channel, gone: DestinationGone) -> None:
        (panel,) = panels(phrases.farewell(channel.name, str(gone)))
        nonce = marker_of(f"gone:{channel.id}:{person}")
        try:
            direct = await self._client.create_dm(discord.Object(person))
            await direct.send(view=layout(panel), nonce=nonce, suppress_embeds=True)
        except FAILURES as error:
            _log.info("Could not tell somebody of a channel's end.", extra={"person": person, "reason": str(error)})
