"""A Slack workspace as it matters to us: the channel that a place stands for, and who may change it."""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import available_timezones

from bot.slack.hearing import Heard, Kind
from bot.slack.place import channel_id, conversation_of, is_direct, workspace_id
from bot.slack.sight import Sight
from bot.slack.web import SlackWeb
from pipeline.adapters.catalog import ChannelSettings, Curators
from pipeline.domain.audience import WorkspaceId
from pipeline.domain.channel import Channel
from pipeline.domain.errors import DeliveryError
from pipeline.ports import Clock

_KNOWN_FOR: Final = timedelta(minutes=10)
"""So long we believe what Slack said about a member."""

_ONLY_INSIDE: Final = frozenset({Kind.JOINED, Kind.MESSAGE})
"""What Slack tells us of places that we are in alone."""
_IDS: Final = re.compile(r"(?<!\w)([@#])([UWCG][A-Z0-9]+)\b")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Defaults:
    """For new channels: zone and wall time; and the Slack ids of members who are curators everywhere."""

    zone: str = "UTC"
    at: time = time(9, 0)
    curators: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Profile:
    """What Slack says about a user; `is_admin` is None when we may not know."""

    is_admin: bool | None
    zone: str
    until: datetime
    name: str = ""


class Team:
    """Channels and curators of one Slack workspace."""

    def __init__(
        self, web: SlackWeb, *, channels: ChannelSettings, curators: Curators, clock: Clock, defaults: Defaults
    ) -> None:
        self._web = web
        self._channels = channels
        self._curators = curators
        self._clock = clock
        self._defaults = defaults
        self._sight = Sight(web, clock=clock)
        self._profiles: dict[str, _Profile] = {}

    async def channel(self, heard: Heard) -> Channel:
        """The place's own channel, made when there is none yet.

        A direct message stands for the first channel that the member may see, if there is one, unless a member lets the
        daily post come there.
        """
        workspace = workspace_id(heard.team)
        ours = channel_id(heard.team, heard.conversation)
        known = await self._channels.of(workspace=workspace)
        found = next((one for one in known if one.id == ours), None)
        if heard.is_direct and (found is None or found.paused):
            found = await self._first_seen(heard, known) or found
        return found or await self._new_channel(heard, ours)

    async def visible_to(self, user: str, own: str, *, team: str) -> tuple[Channel, ...]:
        """The channels that a member may know of: public ones, private ones they are in, and `own`, if it gets posts.

        `own` are their direct messages with us.
        """
        seen = []
        for channel in await self._channels.of(workspace=workspace_id(team)):
            conversation = conversation_of(channel.id)
            is_own = conversation == own and not channel.paused
            if is_own or (not is_direct(conversation) and await self._sight.may_see(user, conversation)):
                seen.append(channel)
        return tuple(seen)

    async def is_curator(self, user: str, channel: Channel) -> bool:
        """Admins and owners of the workspace, whoever invited us, and who was named.

        Where the app may not ask Slack who is an admin and nobody invited us, everybody is trusted.
        """
        if user in self._defaults.curators:
            return True
        invited = await self._curators.of(channel.id, workspace=channel.workspace)
        if user in invited:
            return True
        is_admin = (await self._profile(user)).is_admin
        return not invited and not self._defaults.curators if is_admin is None else is_admin

    async def name_of(self, heard: Heard) -> str:
        """What the member is called, as far as Slack lets us know."""
        return heard.name or (await self._profile(heard.user)).name or "A member"

    async def welcome(self, heard: Heard) -> Channel:
        """The channel we were invited to, live again if it was paused; who invited us is its curator."""
        self._sight.forget()
        channel = await self.channel(heard)
        if channel.paused:
            channel = replace(channel, paused=False)
            await self._channels.save(channel, workspace=channel.workspace)
        if heard.user:
            await self._curators.add(channel.id, heard.user, workspace=channel.workspace)
        return channel

    async def rename(self, heard: Heard) -> None:
        """A channel has a new name."""
        workspace, ours = workspace_id(heard.team), channel_id(heard.team, heard.conversation)
        for known in await self._channels.of(workspace=workspace):
            if known.id == ours:
                await self._channels.save(replace(known, name=f"#{heard.conversation_name}"), workspace=workspace)

    async def readable(self, words: str) -> str:
        """The words with names in place of the ids that Slack wrote for members and channels."""
        for found in sorted(set(_IDS.findall(words))):
            sign, name = found
            if sign == "@":
                known = (await self._profile(name)).name
            else:
                known = await self._name_of_place(name)
            words = re.sub(rf"{sign}{name}\b", lambda _: f"{sign}{known or name}", words)  # noqa: B023  used at once
        return words

    async def pause(self, team: str, conversation: str) -> Channel | None:
        """Stop the posts to a channel; None when there were none."""
        workspace, ours = workspace_id(team), channel_id(team, conversation)
        known = await self._channels.of(workspace=workspace)
        found = next((one for one in known if one.id == ours and not one.paused), None)
        if found is not None:
            await self._channels.save(replace(found, paused=True), workspace=workspace)
        return found

    async def pause_all(self, workspace: WorkspaceId) -> None:
        """Stop the posts to every channel of a workspace."""
        for channel in await self._channels.of(workspace=workspace):
            if not channel.paused:
                await self._channels.save(replace(channel, paused=True), workspace=workspace)

    async def owner_of(self, channel: Channel) -> str | None:
        """The one to tell when something is wrong with the channel."""
        known = await self._curators.of(channel.id, workspace=channel.workspace)
        return next(iter((*known, *sorted(self._defaults.curators))), None)

    async def _first_seen(self, heard: Heard, known: Sequence[Channel]) -> Channel | None:
        for channel in sorted(known, key=lambda one: one.paused):
            place = conversation_of(channel.id)
            if not is_direct(place) and await self._sight.may_see(heard.user, place):
                return channel
        return None

    async def _new_channel(self, heard: Heard, ours: str) -> Channel:
        channel = Channel(
            ours,
            workspace_id(heard.team),
            "direct messages" if heard.is_direct else f"#{await self._name(heard)}",
            zone=(await self._profile(heard.user)).zone,
            at=self._defaults.at,
            # Nobody asked for a daily post by writing to us, nor by a command where we are not.
            paused=heard.is_direct or not (heard.kind in _ONLY_INSIDE or await self._are_in(heard.conversation)),
        )
        await self._channels.save(channel, workspace=channel.workspace)
        return channel

    async def _are_in(self, conversation: str) -> bool:
        try:
            told = await self._web.read("conversations.info", channel=conversation)
        except DeliveryError as error:
            _log.info("Could not ask whether we are in a channel.", extra={"problem": str(error)})
            return False
        return bool((told.get("channel") or {}).get("is_member"))

    async def _name(self, heard: Heard) -> str:
        return heard.conversation_name or await self._name_of_place(heard.conversation)

    async def _name_of_place(self, conversation: str) -> str:
        try:
            found = await self._web.read("conversations.info", channel=conversation)
        except DeliveryError as error:
            _log.info("Could not look up a channel's name.", extra={"problem": str(error)})
            return conversation
        return str((found.get("channel") or {}).get("name") or conversation)

    async def _profile(self, user: str) -> _Profile:
        now = self._clock.now()
        known = self._profiles.get(user)
        if known is None or known.until < now:
            known = await self._look_up(user, until=now + _KNOWN_FOR)
            self._profiles[user] = known
        return known

    async def _look_up(self, user: str, *, until: datetime) -> _Profile:
        if not user:
            return _Profile(None, self._defaults.zone, until)
        try:
            found: dict[str, Any] = (await self._web.read("users.info", user=user)).get("user") or {}
        except DeliveryError as error:
            _log.info("Could not look up a member.", extra={"problem": str(error)})
            return _Profile(None, self._defaults.zone, until)
        zone = str(found.get("tz") or "")
        profile: dict[str, Any] = found.get("profile") or {}
        name = str(profile.get("display_name") or found.get("real_name") or found.get("name") or "")
        is_admin = bool(found.get("is_admin") or found.get("is_owner") or found.get("is_primary_owner"))
        return _Profile(is_admin, zone if zone in available_timezones() else self._defaults.zone, until, name)
