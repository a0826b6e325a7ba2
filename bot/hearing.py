"""How the chat platforms that are set up are heard while the service runs.

Their libraries are imported only where a token is set.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from bot.app import App
from bot.operations import perform_unseen
from bot.reception import Reception

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

    from bot.discord.client import PodsiftClient
    from bot.discord.desk import Desk


@asynccontextmanager
async def hearing(app: App) -> AsyncIterator[tuple["BaseRoute", ...]]:
    """Hear and answer on every platform that is set up. Raises SettingsError when one does not accept its token.

    Gives the routes that the web app has to mount for platforms that are heard over HTTP.
    """
    async with AsyncExitStack() as stack:
        await _hear_slack(app, stack)
        routes = await _receive_slack(app, stack)
        await _hear_discord(app, stack)
        yield routes


@asynccontextmanager
async def receiving(app: App) -> AsyncIterator[tuple["BaseRoute", ...]]:
    """Hear what comes over HTTP alone: any number of processes may, behind one address."""
    async with AsyncExitStack() as stack:
        yield await _receive_slack(app, stack)


async def _hear_slack(app: App, stack: AsyncExitStack) -> None:
    token = app.settings.slack_app_token
    if app.platforms.slack is None or token is None:
        return
    from bot.slack.service import AppCounter, hearing_slack

    counter = AppCounter(app, Reception(app))
    hearing_it = hearing_slack(app.platforms.slack, counter, app_token=token.get_secret_value())
    _, connection = await stack.enter_async_context(hearing_it)
    app.platforms.connections["slack"] = connection.is_up


async def _receive_slack(app: App, stack: AsyncExitStack) -> tuple["BaseRoute", ...]:
    settings = app.settings
    if settings.slack_signing_secret is None:
        return ()
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


async def _hear_discord(app: App, stack: AsyncExitStack) -> None:
    settings = app.settings
    if settings.discord_token is None:
        return
    from bot.discord.connection import listening_to_discord
    from bot.discord.desk import Desk, Habits
    from bot.discord.sharding import shards_in

    habits = Habits(
        token=settings.discord_token.get_secret_value(),
        commands_file=settings.data / "discord-commands",
        guild=settings.discord_guild,
        sees_all=settings.discord_message_content,
        curator_role=settings.discord_curator_role,
        zone=settings.zone,
        at=settings.digest_at,
        shards=shards_in(settings.discord_shards),
    )
    desk = Desk(
        habits,
        clock=app.clock,
        reception=Reception(app),
        perform=lambda member, request: perform_unseen(app, member, request),
        channels=app.channels,
        curators=app.platforms.curators,
        library=app.library,
        inbox=app.platforms.inbox,
        threads=app.platforms.threads,
        open_threads=app.platforms.open_threads,
    )
    await stack.enter_async_context(listening_to_discord(desk, make_client=_noted(app.platforms.connections)))


def _noted(connections: dict[str, Callable[[], Awaitable[bool]]]) -> "Callable[[Desk], PodsiftClient]":
    """Makes Discord's client, a new one for each try, and notes whom to ask whether it is connected."""
    from bot.discord.client import make_client as make_discord_client

    def make_client(desk: "Desk") -> "PodsiftClient":
        client = make_discord_client(desk)

        async def is_up() -> bool:
            return client.is_ready()

        connections["discord"] = is_up
        return client

    return make_client
