"""Slack while the service runs: connected, heard, and answered by the app."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.app import App
from bot.handover import Request
from bot.message import Message
from bot.operations import Member, Outcome, perform_unseen
from bot.reception import Reception
from bot.slack.connection import Connection, Watch, connected
from bot.slack.desk import Counter, Desk
from bot.slack.intake import Intake, open_intake
from bot.slack.parts import SlackParts
from bot.slack.web import Pause


class AppCounter:
    """The app, as the Slack desk asks it."""

    def __init__(self, app: App, reception: Reception) -> None:
        self._app = app
        self._reception = reception

    async def perform(self, member: Member, request: Request) -> Outcome:
        """Carry out a request."""
        return await perform_unseen(self._app, member, request)

    async def press(self, action: str, member: Member) -> Message:
        """The private reply to a button."""
        return await self._reception.press(action, member)


@asynccontextmanager
async def hearing_slack(
    parts: SlackParts, counter: Counter, *, app_token: str, watch: Watch | None = None, pause: Pause = asyncio.sleep
) -> AsyncIterator[tuple[Intake, Connection]]:
    """Hear and answer Slack as long as the block runs. Raises SettingsError when Slack does not accept a token."""
    desk = Desk(parts, counter)
    async with (
        open_intake(desk, inbox=parts.inbox, threads=parts.threads, clock=parts.clock, pause=pause) as intake,
        connected(parts.web, intake, app_token=app_token, watch=watch) as connection,
    ):
        yield intake, connection
