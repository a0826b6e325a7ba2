"""The chat platforms that are set up: how each is posted to, and how each is heard.

Their libraries are imported only where a token is set: a question at the terminal does not wait for them.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.outbox import Messenger
from bot.settings import Settings
from pipeline.adapters.catalog import CatalogDb, Inbox, OpenThreads, Threads
from pipeline.ports import Clock

if TYPE_CHECKING:
    from bot.app import App
    from bot.slack.parts import SlackParts


@dataclass(frozen=True, slots=True)
class Platforms:
    """`messengers` by the first word of a channel's id; the rest is what hearing needs."""

    messengers: Mapping[str, Messenger]
    slack: "SlackParts | None"
    inbox: Inbox
    threads: Threads
    open_threads: OpenThreads


async def open_platforms(settings: Settings, stack: AsyncExitStack, *, db: CatalogDb, clock: Clock) -> Platforms:
    """Get ready to post. Nothing is sent and nobody signs in before the first post."""
    messengers: dict[str, Messenger] = {}
    slack = _slack(settings, db, clock=clock)
    if slack is not None:
        messengers["slack"] = slack.messenger
    if settings.discord_token is not None:
        from bot.discord.messenger import open_messenger

        token = settings.discord_token.get_secret_value()
        messengers["discord"] = await stack.enter_async_context(open_messenger(token, clock=clock))
    return Platforms(
        messengers=messengers,
        slack=slack,
        inbox=Inbox(db, clock=clock),
        threads=Threads(db, clock=clock),
        open_threads=OpenThreads(db),
    )


@asynccontextmanager
async def hearing(app: "App") -> AsyncIterator[None]:
    """Hear and answer on every platform that is set up. Raises SettingsError when one does not accept its token."""
    async with AsyncExitStack() as stack:
        await _hear_slack(app, stack)
        await _hear_discord(app, stack)
        yield


def _slack(settings: Settings, db: CatalogDb, *, clock: Clock) -> "SlackParts | None":
    if settings.slack_bot_token is None:
        return None
    from bot.slack.parts import slack_parts
    from bot.slack.team import Defaults
    from bot.slack.web import SlackWeb

    defaults = Defaults(zone=settings.zone, at=settings.digest_at, curators=frozenset(settings.slack_curators))
    return slack_parts(SlackWeb(settings.slack_bot_token.get_secret_value()), db, clock=clock, defaults=defaults)


async def _hear_slack(app: "App", stack: AsyncExitStack) -> None:
    token = app.settings.slack_app_token
    if app.platforms.slack is None or token is None:
        return
    from bot.reception import Reception
    from bot.slack.service import AppCounter, hearing_slack

    counter = AppCounter(app, Reception(app))
    await stack.enter_async_context(hearing_slack(app.platforms.slack, counter, app_token=token.get_secret_value()))


async def _hear_discord(app: "App", stack: AsyncExitStack) -> None:
    settings = app.settings
    if settings.discord_token is None:
        return
    from bot.discord.connection import listening_to_discord
    from bot.discord.desk import Desk, Habits
    from bot.operations import perform_unseen
    from bot.reception import Reception

    habits = Habits(
        token=settings.discord_token.get_secret_value(),
        commands_file=settings.data / "discord-commands",
        guild=settings.discord_guild,
        sees_all=settings.discord_message_content,
        curator_role=settings.discord_curator_role,
        zone=settings.zone,
        at=settings.digest_at,
    )
    desk = Desk(
        habits,
        clock=app.clock,
        reception=Reception(app),
        perform=lambda member, request: perform_unseen(app, member, request),
        channels=app.channels,
        library=app.library,
        inbox=app.platforms.inbox,
        threads=app.platforms.threads,
        open_threads=app.platforms.open_threads,
    )
    await stack.enter_async_context(listening_to_discord(desk))
