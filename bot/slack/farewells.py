"""When a channel is gone: its daily post is paused, and one owner hears of it once."""

import logging

from bot.slack.faults import SlackGone
from bot.slack.greetings import farewell
from bot.slack.place import conversation_of, team_of
from bot.slack.render import render_one
from bot.slack.team import Team
from bot.slack.web import SlackWeb
from pipeline.domain.channel import Channel
from pipeline.domain.errors import DeliveryError

_log = logging.getLogger(__name__)


class Farewells:
    """Says farewell to channels that cannot be posted to any more."""

    def __init__(self, web: SlackWeb, team: Team) -> None:
        self._web = web
        self._team = team

    async def say(self, channel: Channel, gone: SlackGone) -> None:
        """Stop the channel and tell its owner, unless it was stopped before.

        With a dead token every channel of the workspace stops; nothing can be sent to anybody there, so the log tells.
        """
        if gone.is_token:
            await self._team.pause_all(channel.workspace)
            _log.error("Slack takes our token no more; the workspace's posts are paused.", extra={"code": gone.code})
            return
        stopped = await self._team.pause(team_of(channel.workspace), conversation_of(channel.id))
        _log.warning("A channel is gone.", extra={"channel": channel.id, "code": gone.code})
        owner = await self._team.owner_of(channel)
        if stopped is None or owner is None:
            return
        try:
            await self._web.write("chat.postMessage", channel=owner, **render_one(farewell(channel, gone)).arguments())
        except DeliveryError as error:
            _log.warning("Could not tell the channel's owner.", extra={"problem": str(error)})
