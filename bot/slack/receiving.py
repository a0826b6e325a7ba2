"""Slack over HTTP while the service runs: what a web app mounts, heard and answered by the app."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.routing import Mount

from bot.slack.desk import Counter, Desk
from bot.slack.gaps import Gaps, read_up
from bot.slack.hosted import HostedSlack
from bot.slack.http import slack_mount
from bot.slack.installing import install_flow
from bot.slack.intake import Intake, open_intake
from bot.slack.listeners import make_listeners, make_listeners_for_many
from bot.slack.parts import SlackParts
from bot.slack.signature import Signatures
from bot.slack.web import Pause
from bot.slack.workspaces import ManyDesks


@dataclass(frozen=True, slots=True)
class AppKeys:
    """What Slack's page of the app shows: the signing secret, and for installing the client's id and secret."""

    signing_secret: str = field(repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)


@asynccontextmanager
async def receiving_slack(
    parts: SlackParts, counter: Counter, keys: AppKeys, *, pause: Pause = asyncio.sleep
) -> AsyncIterator[tuple[Intake, Mount]]:
    """Hear one workspace through the mount, as long as the block runs."""
    desk = Desk(parts, counter)
    async with (
        parts.homes.keeping_fresh(pause=pause),
        open_intake(
            desk, inbox=parts.inbox, threads=parts.threads, clock=parts.clock, journal=parts.journal, pause=pause
        ) as intake,
    ):
        intake.beside(read_up(parts, intake))
        app = make_listeners(parts.web, intake, signing_secret=keys.signing_secret)
        yield intake, slack_mount(app, Signatures(keys.signing_secret))


@asynccontextmanager
async def hosting_slack(
    hosted: HostedSlack, counter: Counter, keys: AppKeys, *, pause: Pause = asyncio.sleep
) -> AsyncIterator[tuple[Intake, Mount]]:
    """Hear every workspace that installed the app through the mount, and let others install it."""
    desk = ManyDesks(hosted.workspaces, counter)
    async with (
        hosted.homes.keeping_fresh(pause=pause),
        open_intake(
            desk, inbox=hosted.inbox, threads=hosted.threads, clock=hosted.clock, journal=hosted.journal, pause=pause
        ) as intake,
    ):
        intake.beside(_read_up_everywhere(hosted, intake))
        app = make_listeners_for_many(hosted.client, intake, hosted.workspaces, signing_secret=keys.signing_secret)
        flow = install_flow(
            hosted.client,
            hosted.workspaces,
            hosted.states,
            client_id=keys.client_id,
            client_secret=keys.client_secret,
        )
        yield intake, slack_mount(app, Signatures(keys.signing_secret), flow=flow)


async def _read_up_everywhere(hosted: HostedSlack, intake: Intake) -> None:
    for team in await hosted.workspaces.teams():
        installed = await hosted.workspaces.installed(team)
        if installed is not None and installed.bot:
            await Gaps(await hosted.workspaces.parts(team), intake, team=team, bot=installed.bot).read_up()
