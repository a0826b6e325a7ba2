"""Socket Mode: hears Slack without a public address, and notices when it has gone deaf."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_sdk.socket_mode.aiohttp import SocketModeClient

from bot.slack.faults import SlackGone
from bot.slack.intake import Intake
from bot.slack.listeners import make_listeners
from bot.slack.scopes import lacking
from bot.slack.web import SlackWeb
from pipeline.domain.errors import DeliveryError, SettingsError

_log = logging.getLogger(__name__)

AfterGap = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Watch:
    """Times in seconds: how often the connection is looked at, how long it may be down, how often it is pinged.

    `gap` is an outage after which Slack may have given up saying something again.
    """

    every: float = 5.0
    patience: float = 30.0
    ping: float = 10.0
    gap: float = 300.0


class Connection:
    """The socket to Slack."""

    def __init__(self, client: SocketModeClient, *, after_gap: AfterGap) -> None:
        self._client: Final = client
        self._after_gap = after_gap

    async def is_up(self) -> bool:
        """Whether Slack can reach us now."""
        return await self._client.is_connected()

    async def watch(self, watch: Watch, *, clock: Callable[[], float] = time.time) -> None:
        """Look after the connection for ever; the clock goes on while the machine sleeps.

        The SDK asks for an address once and then tries that one until it connects. Slack takes an address only once
        and only for a while, so after a refused handshake the SDK is deaf for good: taking the address away lets it
        ask for a new one.
        """
        up_at = asked_at = clock()
        while True:
            await asyncio.sleep(watch.every)
            if await self.is_up():
                if clock() - up_at > watch.gap:
                    await self._after_gap()
                up_at = asked_at = clock()
            elif clock() - asked_at > watch.patience:
                _log.warning("Slack has not been reachable; asking for a new address.")
                self._client.wss_uri = None
                asked_at = clock()


@asynccontextmanager
async def connected(
    web: SlackWeb, intake: Intake, *, app_token: str, after_gap: AfterGap, watch: Watch | None = None
) -> AsyncIterator[Connection]:
    """Hear Slack as long as the block runs. Connecting goes on in the background when Slack does not answer.

    `after_gap` is called when we are heard again after a long outage. Raises SettingsError when Slack does not accept
    a token.
    """
    watch = watch or Watch()
    await _check_tokens(web, app_token)
    handler = AsyncSocketModeHandler(make_listeners(web, intake), app_token, ping_interval=watch.ping)
    connection = Connection(handler.client, after_gap=after_gap)
    connecting = handler.connect_async()  # type: ignore[no-untyped-call]  # bolt leaves it untyped
    tasks = [asyncio.create_task(connecting), asyncio.create_task(connection.watch(watch))]
    try:
        yield connection
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with suppress(ConnectionError):
            await handler.close_async()  # type: ignore[no-untyped-call]  # bolt leaves it untyped


async def _check_tokens(web: SlackWeb, app_token: str) -> None:
    """A wrong token is told now, in words, rather than tried for ever; so is a permission that is not there."""
    with _named("PODSIFT_SLACK_BOT_TOKEN"):
        team, granted = await web.identity()
        if missing := lacking(granted):
            extra = {"team": team, "permissions": ", ".join(missing)}
            _log.warning("Slack leaves out permissions; “podsift doctor” says what each is for.", extra=extra)
    with _named("PODSIFT_SLACK_APP_TOKEN"):
        await web.with_token(app_token).write("apps.connections.open")


@contextmanager
def _named(setting: str) -> Iterator[None]:
    """Raises SettingsError when Slack does not accept the token of this setting."""
    try:
        yield
    except SlackGone as gone:
        raise SettingsError(f"{setting} does not work: {gone}") from gone
    except DeliveryError as error:
        _log.warning("Slack could not be asked about a token.", extra={"setting": setting, "problem": str(error)})
