"""The chat platforms that are set up: how each is posted to, and how each is heard.

Their libraries are imported only where a token is set: a question at the terminal does not wait for them.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.outbox import Messenger
from bot.settings import Settings
from pipeline.adapters.catalog import CatalogDb, Inbox, OpenThreads, Threads
from pipeline.adapters.sealing import Seal
from pipeline.ports import Clock

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

    from bot.app import App
    from bot.discord.client import PodsiftClient
    from bot.discord.desk import Desk
    from bot.slack.hosted import HostedSlack
    from bot.slack.parts import SlackParts
    from bot.slack.team import Defaults


@dataclass(frozen=True, slots=True)
class Platforms:
    """`messengers` by the first word of a channel's id; the rest is what hearing needs.

    `connections` says of each platform that is heard over a connection of ours whether that stands.
    """

    messengers: Mapping[str, Messenger]
    slack: "SlackParts | None"
    slack_hosted: "HostedSlack | None"
    inbox: Inbox
    threads: Threads
    open_threads: OpenThreads
    connections: dict[str, Callable[[], Awaitable[bool]]] = field(default_factory=dict)


async def open_platforms(
    settings: Settings, stack: AsyncExitStack, *, db: CatalogDb, clock: Clock, seal: Seal
) -> Platforms:
    """Get ready to post. Nothing is sent and nobody signs in before the first post."""
    messengers: dict[str, Messenger] = {}
    slack = _slack(settings, db, clock=clock)
    if slack is not None:
        messengers["slack"] = slack.messenger
    hosted = _slack_hosted(settings, db, clock=clock, seal=seal)
    if hosted is not None:
        messengers["slack"] = hosted.messenger
    if settings.discord_token is not None:
        from bot.discord.messenger import open_messenger

        token = settings.discord_token.get_secret_value()
        messengers["discord"] = await stack.enter_async_context(open_messenger(token, clock=clock))
    return Platforms(
        messengers=messengers,
        slack=slack,
        slack_hosted=hosted,
        inbox=Inbox(db, clock=clock),
        threads=Threads(db, clock=clock),
        open_threads=OpenThreads(db),
    )


@asynccontextmanager
async def hearing(app: "App") -> AsyncIterator[tuple["BaseRoute", ...]]:
    """Hear and answer on every platform that is set up. Raises SettingsError when one does not accept its token.

    Gives the routes that the web app has to mount for platforms that are heard over HTTP.
    """
    async with AsyncExitStack() as stack:
        await _hear_slack(app, stack)
        routes = await _receive_slack(app, stack)
        await _hear_discord(app, stack)
        yield routes


def _slack(settings: Settings, db: CatalogDb, *, clock: Clock) -> "SlackParts | None":
    if settings.slack_bot_token is None:
        return None
    from bot.slack.parts import slack_parts
    from bot.slack.web import SlackWeb

    web = SlackWeb(settings.slack_bot_token.get_secret_value())
    return slack_parts(web, db, clock=clock, defaults=_slack_defaults(settings))


def _slack_hosted(settings: Settings, db: CatalogDb, *, clock: Clock, seal: Seal) -> "HostedSlack | None":
    if not settings.slack_client_id:
        return None
    from bot.slack.hosted import hosted_slack

    return hosted_slack(db, seal=seal, clock=clock, defaults=_slack_defaults(settings))


def _slack_defaults(settings: Settings) -> "Defaults":
    from bot.slack.team import Defaults

    return Defaults(zone=settings.zone, at=settings.digest_at, curators=frozenset(settings.slack_curators))


async def _hear_slack(app: "App", stack: AsyncExitStack) -> None:
    token = app.settings.slack_app_token
    if app.platforms.slack is None or token is None:
        return
    from bot.reception import Reception
    from bot.slack.service import AppCounter, hearing_slack

    counter = AppCounter(app, Reception(app))
    hearing_it = hearing_slack(app.platforms.slack, counter, app_token=token.get_secret_value())
    _, connection = await stack.enter_async_context(hearing_it)
    app.platforms.connections["slack"] = connection.is_up


async def _receive_slack(app: "App", stack: AsyncExitStack) -> tuple["BaseRoute", ...]:
    settings = app.settings
    if settings.slack_signing_secret is None:
        return ()
    from bot.reception import Reception
    from bot.slack.receiving import AppKeys, hosting_slack, receiving_slack
    from bot.slack.service import AppCounter

    client_secret = settings.slack_client_secret
    keys = AppKeys(
        settings.slack_signing_secret.get_secret_value(),
        client_id=settings.slack_client_id,
        client_secret="" if client_secret is None else client_secret.get_secret_value(),
    )
    counter, platforms = AppCounter(app, Reception(app)), app.platforms
    if platforms.slack_hosted is not None:
        _, mount = await stack.enter_async_context(hosting_slack(platforms.slack_hosted, counter, keys))
        return (mount,)
    if platforms.slack is not None:
        _, mount = await stack.enter_async_context(receiving_slack(platforms.slack, counter, keys))
        return (mount,)
    return ()


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
    await stack.enter_async_context(listening_to_discord(desk, make_client=_noted(app.platforms.connections)))


def _noted(connections: dict[str, Callable[[], Awaitable[bool]]]) -> "Callable[[Desk], PodsiftClient]":
    """Makes Discord's client, a new one for each try, and notes whom to ask whether it is connected."""
    from bot.discord.client import PodsiftClient

    def make_client(desk: "Desk") -> PodsiftClient:
        client = PodsiftClient(desk)

        async def is_up() -> bool:
            return client.is_ready()

        connections["discord"] = is_up
        return client

    return make_client
