"""Installing the app into any workspace (OAuth): bolt's flow, on our catalogue."""

import logging
from typing import Any
from urllib.parse import urljoin

import aiohttp
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.errors import SlackClientError
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.place import PLATFORM
from bot.slack.scopes import NEEDED, OPTIONAL
from bot.slack.workspaces import Workspaces
from pipeline.adapters.catalog import InstallStates
from pipeline.domain.conversation import Installed

_log = logging.getLogger(__name__)


def install_flow(
    client: AsyncWebClient, workspaces: Workspaces, states: InstallStates, *, client_id: str, client_secret: str
) -> AsyncOAuthFlow:
    """The flow: `handle_installation` sends a browser to Slack, `handle_callback` takes it back with a code."""
    settings = AsyncOAuthSettings(
        client_id=client_id,
        client_secret=client_secret,
        # What is optional is so by the app's manifest; here it is only named.
        scopes=(*NEEDED, *OPTIONAL),
        user_scopes=(),
        # Beside the API, as on slack.com.
        authorization_url=urljoin(client.base_url, "/oauth/v2/authorize"),
        install_page_rendering_enabled=False,
        installation_store=_Store(workspaces),
        state_store=_States(states),
    )
    return _Flow(client=client, settings=settings, logger=_log)


class _Flow(AsyncOAuthFlow):
    async def run_installation(self, code: str) -> Installation | None:
        """What Slack gives for the code; None when it gives nothing.

        bolt's own sends the secret by means that aiohttp gives up, and asks Slack for more than we keep.
        """
        asked = {"code": code, "client_id": self.settings.client_id, "client_secret": self.settings.client_secret}
        try:
            given = await self.client.api_call("oauth.v2.access", data=asked)
        except (SlackClientError, aiohttp.ClientError, TimeoutError) as error:
            _log.warning("An installation failed.", extra={"problem": type(error).__name__})
            return None
        return Installation(
            enterprise_id=(given.get("enterprise") or {}).get("id"),
            team_id=(given.get("team") or {}).get("id"),
            bot_token=given.get("access_token"),
            bot_user_id=given.get("bot_user_id"),
            user_id=(given.get("authed_user") or {}).get("id") or "",
            is_enterprise_install=bool(given.get("is_enterprise_install")),
        )


class _Store(AsyncInstallationStore):
    """Where bolt puts an installation; it is looked up by `Workspaces`, not through bolt."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces

    @property
    def logger(self) -> logging.Logger:
        return _log

    async def async_save(self, installation: Installation) -> None:
        await self._workspaces.install(
            Installed(
                PLATFORM,
                installation.enterprise_id or "",
                "" if installation.is_enterprise_install else installation.team_id or "",
                installation.bot_token or "",
                bot=installation.bot_user_id or "",
                installer=installation.user_id or "",
            )
        )


class _States(AsyncOAuthStateStore):
    def __init__(self, states: InstallStates) -> None:
        self._states = states

    @property
    def logger(self) -> logging.Logger:
        return _log

    async def async_issue(self, *_args: Any, **_named: Any) -> str:
        return await self._states.issue()

    async def async_consume(self, state: str) -> bool:
        return await self._states.consume(state)
