"""Slack while the service runs: connected, heard, and answered by the app."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from bot.app import App
from bot.handover import Report, Request
from bot.operations import Member, Outcome, perform, perform_unseen
from bot.reception import Reception
from bot.slack.connection import Connection, Watch, connected
from bot.slack.desk import Counter, Desk
from bot.slack.gaps import read_up
from bot.slack.intake import Intake, open_intake
from bot.slack.parts import SlackParts
from bot.slack.web import Pause
from bot.texts.message import Message


class AppCounter:
    """The app, as the Slack desk asks it."""

    def __init__(self, app: App, reception: Reception) -> None:
        self._app = app
        self._reception = reception

    async def perform(self, member: Member, request: Request, report: Report | None = None) -> Outcome:
        """Carry out a request; `report` hears how far it is."""
        if report is None:
            return await perform_unseen(self._app, member, request)
        return await perform(self._app, member, request, report)

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
        parts.homes.keeping_fresh(pause=pause),
        open_intake(
            desk, inbox=parts.inbox, threads=parts.threads, clock=parts.clock, journal=parts.journal, pause=pause
        ) as intake,
    ):
        after_gap = partial(read_up, parts, intake)
        intake.beside(after_gap())
        async with connected(parts.web, intake, app_token=app_token, after_gap=after_gap, watch=watch) as connection:
            yield intake, connection
