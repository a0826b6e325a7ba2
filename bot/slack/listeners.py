"""The bolt app: everything is kept by one middleware, before bolt acknowledges; the listeners only acknowledge."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from bot.slack.hearing import heard_in
from bot.slack.intake import Intake
from bot.slack.web import SlackWeb


def make_listeners(web: SlackWeb, intake: Intake) -> AsyncApp:
    """An app that takes in all that Slack says; an event that cannot be kept is not acknowledged, so it comes again."""
    app = AsyncApp(name="podsift", client=web.client)

    async def keep(body: dict[str, Any], context: AsyncBoltContext, next_: Callable[[], Awaitable[None]]) -> None:
        heard = heard_in(body, bot=context.bot_user_id or "")
        if heard is not None:
            await intake.accept(heard)
        await next_()

    async def acknowledge(ack: AsyncAck) -> None:
        await ack()

    app.use(keep)
    anything = re.compile(".*", re.DOTALL)
    # What nobody acknowledges comes again and again, so every kind has a listener.
    for register in (app.event, app.command, app.action, app.shortcut, app.view):
        register(anything)(acknowledge)
    return app
