"""Calls of Slack's Web API, each sent again only where the first one surely did nothing.

The SDK's own retries are off: they send a message twice when its reply was lost.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.slack.blocks import Json
from bot.slack.faults import fault_of
from bot.slack.render import Payload
from pipeline.domain.errors import DeliveryDelayed, DeliveryError, DeliveryUnknown

SLACK: Final = "https://slack.com/api/"
_TIMEOUT: Final = 20.0
_TRIES: Final = 4
_LONGEST_PAUSE: Final = 5.0
"""Seconds that a call waits by itself when Slack asks for it; the caller decides about longer pauses."""
_OK: Final = 200

_log = logging.getLogger(__name__)

Pause = Callable[[float], Awaitable[None]]


class SlackWeb:
    """The Web API of one workspace."""

    def __init__(
        self, token: str, *, base_url: str = SLACK, timeout: float = _TIMEOUT, pause: Pause = asyncio.sleep
    ) -> None:
        self.client: Final = AsyncWebClient(token, base_url=base_url, timeout=round(timeout) or 1, retry_handlers=[])
        self._timeout = timeout
        self._pause = pause

    def with_token(self, token: str) -> "SlackWeb":
        """The same API with another token."""
        return SlackWeb(token, base_url=self.client.base_url, timeout=self._timeout, pause=self._pause)

    async def write(self, method: str, **arguments: Any) -> Json:
        """Change something. Raises DeliveryDelayed, DeliveryUnknown, SlackGone or SlackRefused."""
        data: Json = (await self._patiently(lambda: self.client.api_call(method, json=arguments))).data
        return data

    async def read(self, method: str, **arguments: Any) -> Json:
        """Look something up; what nobody can say is worth another look. Raises as `write`, without DeliveryUnknown."""
        try:
            data: Json = (
                await self._patiently(lambda: self.client.api_call(method, http_verb="GET", params=arguments))
            ).data
        except DeliveryUnknown as error:
            raise DeliveryDelayed(str(error)) from error
        return data

    async def identity(self) -> tuple[str, frozenset[str]]:
        """The name of the workspace, and what it permits us. Raises as `write`."""
        reply = await self._patiently(lambda: self.client.api_call("auth.test"))
        granted = str(reply.headers.get("x-oauth-scopes", ""))
        return str(reply.data.get("team", "")), frozenset(scope for scope in granted.split(",") if scope)

    async def respond(self, address: str, payload: Payload, *, private: bool = True) -> None:
        """Reply through a response address: five times within half an hour. Raises as `write`."""
        client = AsyncWebhookClient(
            address, timeout=round(self._timeout) or 1, proxy=self.client.proxy, retry_handlers=[]
        )
        kind = "ephemeral" if private else "in_channel"
        body = {"response_type": kind, "replace_original": False, **payload.arguments()}
        try:
            reply = await client.send_dict(body)
        except aiohttp.ClientConnectorError as error:
            raise DeliveryDelayed("Slack does not answer.") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DeliveryUnknown("Slack did not say whether the reply arrived.") from error
        if reply.status_code != _OK:
            raise fault_of(reply.body[:60], status=reply.status_code, retry_after=_seconds(reply.headers))

    async def _patiently(self, call: Callable[[], Awaitable[Any]]) -> Any:
        for _ in range(_TRIES - 1):
            try:
                return await _once(call)
            except DeliveryDelayed as delayed:
                if delayed.retry_after > _LONGEST_PAUSE:
                    raise
                await self._pause(delayed.retry_after)
        return await _once(call)


async def _once(call: Callable[[], Awaitable[Any]]) -> Any:
    """The SDK's reply, with `data` and `headers`."""
    try:
        return await call()
    except SlackApiError as error:
        raise _fault(error.response) from error
    except aiohttp.ClientConnectorError as error:
        raise DeliveryDelayed("Slack does not answer.") from error
    except (aiohttp.ClientError, TimeoutError, SlackClientError) as error:
        raise DeliveryUnknown("Slack did not say whether it did what we asked.") from error


def _fault(response: Any) -> DeliveryError:
    data = getattr(response, "data", None)
    said: Json = data if isinstance(data, dict) else {}
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    retry_after = _seconds(getattr(response, "headers", {}))
    code = str(said.get("error", ""))
    if status == 429 and not code:  # noqa: PLR2004  too many requests
        code = "ratelimited"
    _log.info("Slack refused a call.", extra={"code": code, "status": status})
    return fault_of(code, status=status, retry_after=retry_after, needed=str(said.get("needed", "")))


def _seconds(headers: Mapping[str, str]) -> float | None:
    named = headers.get("Retry-After", "")
    return float(named) if named.isdigit() else None
