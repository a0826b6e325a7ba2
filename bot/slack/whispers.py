"""Private replies: through the response address that Slack gave, else as an ephemeral, else as a direct message."""

import logging
from typing import Final

from bot.slack.faults import BlocksRefused, SlackGone, SlackRefused
from bot.slack.hearing import Heard
from bot.slack.render import Payload, render, render_plain
from bot.slack.web import SlackWeb
from bot.texts.message import Message

_MOST: Final = 4
"""Of the five replies that Slack's response address takes, one is left for a fault."""

_log = logging.getLogger(__name__)


class Whispers:
    """Replies that only the member who asked can see."""

    def __init__(self, web: SlackWeb) -> None:
        self._web = web

    async def say(self, heard: Heard, message: Message) -> None:
        """Reply in private to what was heard. Raises as SlackWeb.write."""
        for payload in render(message)[:_MOST]:
            try:
                await self._say(heard, payload)
            except BlocksRefused as refused:
                _log.error("Slack refused our blocks.", extra={"code": refused.code, "blocks": payload.blocks})
                await self._say(heard, render_plain(message))
                return

    async def _say(self, heard: Heard, payload: Payload) -> None:
        if heard.address:
            try:
                await self._web.respond(heard.address, payload)
            except BlocksRefused:
                raise
            except SlackRefused as refused:
                # It takes five replies within half an hour; after a crash it may be older.
                _log.info("A response address is used up.", extra={"code": refused.code})
            else:
                return
        await self._without_address(heard, payload)

    async def _without_address(self, heard: Heard, payload: Payload) -> None:
        """A form has no address for replies, and neither has the home tab."""
        try:
            if not (heard.is_direct or heard.at_home):
                place = {"channel": heard.conversation, "user": heard.user}
                await self._web.write("chat.postEphemeral", **place, **payload.arguments())
                return
        except SlackGone as gone:
            _log.info("A private reply goes to the direct messages.", extra={"code": gone.code})
        await self._web.write("chat.postMessage", channel=heard.user, **payload.arguments())
