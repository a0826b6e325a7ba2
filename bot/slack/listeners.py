"""The bolt app: everything is kept by one middleware, before bolt acknowledges; the listeners only acknowledge."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.forms import CHANNEL_FORM, PRIVATE_SHOW, wrong_fields
from bot.slack.hearing import heard_in
from bot.slack.intake import Intake
from bot.slack.web import SlackWeb
from bot.slack.workspaces import Workspaces


def make_listeners(web: SlackWeb, intake: Intake, *, signing_secret: str | None = None) -> AsyncApp:
    """An app of one workspace that takes in all that Slack says.

    An event that cannot be kept is not acknowledged, so it comes again; neither is one that comes while Slack does not
    say who we are (bolt by itself would acknowledge and drop that).
    """
    known: list[AuthorizeResult] = []

    async def authorize() -> AuthorizeResult:
        if not known:
            me = await web.write("auth.test")
            known.append(
                AuthorizeResult(
                    enterprise_id=me.get("enterprise_id"),
                    team_id=me.get("team_id"),
                    bot_token=web.client.token,
                    bot_id=me.get("bot_id"),
                    bot_user_id=me.get("user_id"),
                )
            )
        return known[0]

    app = AsyncApp(
        name="podsift",
        client=AsyncWebClient(base_url=web.client.base_url, retry_handlers=[]),
        signing_secret=signing_secret,
        authorize=authorize,
    )
    return _listening(app, intake)


def make_listeners_for_many(
    client: AsyncWebClient, intake: Intake, workspaces: Workspaces, *, signing_secret: str
) -> AsyncApp:
    """The same for every workspace that installed the app; `client` has no token."""

    async def authorize(
        context: AsyncBoltContext, enterprise_id: str | None, team_id: str | None
    ) -> AuthorizeResult | None:
        grid = (enterprise_id or "") if context.is_enterprise_install else ""
        installed = await workspaces.installed(team_id or "", organisation=grid)
        if installed is None:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id, team_id=team_id, bot_token=installed.token, bot_user_id=installed.bot
        )

    app = AsyncApp(name="podsift", client=client, signing_secret=signing_secret, authorize=authorize)  # type: ignore[arg-type]  # None is how bolt is told of no installation, its types forget it
    return _listening(app, intake)


def _listening(app: AsyncApp, intake: Intake) -> AsyncApp:
    async def keep(body: dict[str, Any], context: AsyncBoltContext, next_: Callable[[], Awaitable[None]]) -> None:
        heard = heard_in(body, bot=context.bot_user_id or "")
        if heard is not None:
            await intake.accept(heard)
        await next_()

    async def acknowledge(ack: AsyncAck) -> None:
        await ack()

    async def judge(ack: AsyncAck, body: dict[str, Any]) -> None:
        wrong = wrong_fields(body.get("view") or {})
        if wrong:
            await ack(response_action="errors", errors=wrong)
        else:
            await ack()

    app.use(keep)
    for form in (PRIVATE_SHOW, CHANNEL_FORM):
        app.view(form)(judge)
    anything = re.compile(".*", re.DOTALL)
    # What nobody acknowledges comes again and again, so every kind has a listener.
    for register in (app.event, app.command, app.action, app.shortcut, app.view):
        register(anything)(acknowledge)
    return app
