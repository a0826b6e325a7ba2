"""Many Slack workspaces: each with its own token, desk and messenger, found by its team id."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.slack.desk import Counter, Desk
from bot.slack.faults import SlackGone, fault_of
from bot.slack.hearing import Heard, Kind
from bot.slack.parts import SlackParts
from bot.slack.place import PLATFORM, team_of, workspace_id
from bot.texts.message import Message
from pipeline.adapters.catalog import Installations
from pipeline.domain.channel import Channel
from pipeline.domain.conversation import Installed
from pipeline.ports import Clock

_BELIEVED: Final = timedelta(minutes=1)
"""So long another process may have changed an installation without our knowing."""

_log = logging.getLogger(__name__)

PartsOf = Callable[[str], SlackParts]


@dataclass(frozen=True, slots=True)
class _Known:
    installed: Installed
    parts: SlackParts
    until: datetime


class Workspaces:
    """The installations in use. `parts_of` makes the parts for a token."""

    def __init__(self, installations: Installations, *, parts_of: PartsOf, clock: Clock) -> None:
        self._installations = installations
        self._parts_of = parts_of
        self._clock = clock
        self._known: dict[str, _Known] = {}

    async def installed(self, team: str, *, organisation: str = "") -> Installed | None:
        """The installation that serves a team, looked up at most once a minute."""
        known = await self._look(team, organisation=organisation)
        return None if known is None else known.installed

    async def parts(self, team: str) -> SlackParts:
        """The parts of a team. Raises SlackGone where the app is not installed (any more)."""
        known = await self._look(team)
        if known is None:
            raise fault_of("account_inactive")
        return known.parts

    async def teams(self) -> tuple[str, ...]:
        """Every team that the app serves, as far as we have heard from it."""
        return await self._installations.teams(PLATFORM)

    async def install(self, installed: Installed) -> None:
        """Keep a new installation, which is used at once."""
        await self._installations.put(installed)
        self._known.clear()
        _log.info("The Slack app was installed.", extra={"team": installed.team, "enterprise": installed.organisation})

    async def uninstall(self, team: str, *, organisation: str, until: datetime) -> None:
        """Forget the tokens of a team, or without one of the whole organisation, and pause the posts they served."""
        gone = await self._installations.remove(PLATFORM, team=team, organisation=organisation, until=until)
        self._known.clear()
        channels = self._parts_of("").team
        for name in gone:
            await channels.pause_all(workspace_id(name))
        _log.info("The Slack app was removed.", extra={"team": team, "enterprise": organisation, "teams": len(gone)})

    async def forget(self, team: str) -> None:
        """Forget the dead token of a team, and pause its posts."""
        await self.uninstall(team, organisation="", until=self._clock.now())

    async def _look(self, team: str, *, organisation: str = "") -> _Known | None:
        now = self._clock.now()
        known = self._known.get(team)
        if known is not None and now < known.until:
            return known
        found = await self._installations.find(PLATFORM, team=team, organisation=organisation)
        if found is None:
            self._known.pop(team, None)
            return None
        if organisation:
            await self._installations.cover(PLATFORM, team=team, organisation=organisation)
        is_same = known is not None and known.installed == found
        parts = known.parts if known is not None and is_same else self._parts_of(found.token)
        self._known[team] = _Known(found, parts, now + _BELIEVED)
        return self._known[team]


class ManyDesks:
    """The desk of every workspace, as one."""

    def __init__(self, workspaces: Workspaces, counter: Counter) -> None:
        self._workspaces = workspaces
        self._counter = counter

    async def deal_with(self, heard: Heard, *, again: bool) -> None:
        """As Desk.deal_with. Raises DeliveryError."""
        if heard.kind is Kind.UNINSTALLED:
            until = datetime.fromtimestamp(float(heard.text or 0), UTC)
            await self._workspaces.uninstall(heard.team, organisation=heard.organisation, until=until)
            return
        parts = await self._workspaces.parts(heard.team)
        await Desk(parts, self._counter).deal_with(heard, again=again)


class ManyMessengers:
    """Messenger of the channels of every workspace."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces

    async def send(self, channel: Channel, message: Message) -> str:
        """As SlackMessenger.send; a workspace whose token is dead is forgotten."""
        try:
            return await (await self._parts(channel)).messenger.send(channel, message)
        except SlackGone as gone:
            if gone.is_token:
                await self._workspaces.forget(team_of(channel.workspace))
            raise

    async def find(self, channel: Channel, key: str) -> str | None:
        """As SlackMessenger.find."""
        return await (await self._parts(channel)).messenger.find(channel, key)

    async def lacking(self, channel: Channel) -> tuple[str, ...]:
        """As SlackMessenger.lacking."""
        return await (await self._parts(channel)).messenger.lacking(channel)

    async def _parts(self, channel: Channel) -> SlackParts:
        return await self._workspaces.parts(team_of(channel.workspace))
