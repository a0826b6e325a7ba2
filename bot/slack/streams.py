"""Answers that appear bit by bit, where Slack offers it; an answer never shows up twice or is cut short.

What is streamed are finished blocks, whose words are never read as markup. The key travels with the last call, as
metadata; a stream that has none yet is under way or was cut off.
"""

import logging
from typing import Final

from bot.slack.blocks import Json
from bot.slack.faults import BlocksRefused, SlackGone, SlackRefused
from bot.slack.messenger import marker
from bot.slack.render import Payload, render, render_one, render_plain
from bot.slack.web import SlackWeb
from bot.texts.message import Message
from pipeline.domain.errors import DeliveryDelayed, DeliveryError, DeliveryUnknown

_NOT_OFFERED: Final = frozenset(
    {
        "unknown_method", "method_deprecated", "not_allowed_token_type", "feature_not_enabled",
        "method_not_supported_for_channel_type", "channel_type_not_supported", "team_not_supported",
        "missing_recipient_user_id", "missing_recipient_team_id", "user_type_not_supported",
    }
)  # fmt: skip
"""What Slack says where it does not stream at all; anything else it refuses is refused for this one answer."""
STOPPED: Final = "stopped_by_user"
"""The reader has seen enough."""
_BLOCKS_AT_A_TIME: Final = 4

_log = logging.getLogger(__name__)


class Streams:
    """Streams answers into threads of one workspace."""

    def __init__(self, web: SlackWeb) -> None:
        self._web = web
        self._is_offered = True
        self._taken: set[str] = set()

    async def post(self, message: Message, *, conversation: str, thread: str, user: str, team: str) -> bool:
        """Stream the message, which has a key; False when nothing was shown and it has to be posted as a whole.

        Raises DeliveryUnknown when a stream may have begun: `finish` finds it then.
        """
        payloads = render(message)
        if len(payloads) != 1 or len(payloads[0].blocks) <= _BLOCKS_AT_A_TIME:
            return False
        first, rest = payloads[0].blocks[:_BLOCKS_AT_A_TIME], payloads[0].blocks[_BLOCKS_AT_A_TIME:]
        where = await self.start(list(first), conversation=conversation, thread=thread, user=user, team=team)
        if where is None:
            return False
        await self.conclude(message, list(rest), where=where)
        return True

    async def start(self, blocks: list[Json], *, conversation: str, thread: str, user: str, team: str) -> Json | None:
        """Begin a stream and say where it is; None where Slack does not stream. Raises DeliveryUnknown."""
        if not self._is_offered:
            return None
        place = {"channel": conversation, "thread_ts": thread, "recipient_user_id": user, "recipient_team_id": team}
        try:
            started = await self._web.write("chat.startStream", **place, chunks=[_chunk(blocks)])
        except (SlackRefused, SlackGone, DeliveryDelayed) as error:
            self._is_offered = getattr(error, "code", "") not in _NOT_OFFERED
            _log.info("Slack does not stream this answer.", extra={"problem": str(error)})
            return None
        self._taken.add(str(started["ts"]))
        return {"channel": conversation, "ts": str(started["ts"])}

    async def append(self, blocks: list[Json], *, where: Json) -> None:
        """Go on with a stream. Raises as SlackWeb.write."""
        await self._web.write("chat.appendStream", **where, chunks=[_chunk(blocks)])

    async def conclude(self, message: Message, rest: list[Json] | None, *, where: Json) -> None:
        """End a stream with the blocks that are still missing; without a `rest` the whole message replaces it."""
        if rest is None:
            await self._replace(message, where=where)
            return
        portions = _portions(rest)
        try:
            for portion in portions[:-1]:
                await self.append(portion, where=where)
            last = {"chunks": [_chunk(portions[-1])]} if portions else {}
            await self._web.write("chat.stopStream", **where, **last, metadata=marker(message.key))
        except DeliveryError as error:
            _log.info("A stream broke off.", extra={"problem": str(error)})
            if getattr(error, "code", "") != STOPPED:
                # Expired, refused or lost: whatever is shown now, the whole answer takes its place.
                await self._replace(message, where=where)

    async def finish(self, message: Message, *, conversation: str, thread: str, after: str, bot: str) -> bool:
        """Show the message in place of a stream of ours that was cut off, in this thread after that time stamp.

        False when there is none. Raises as SlackWeb.write.
        """
        page = await self._web.read(
            "conversations.replies", channel=conversation, ts=thread, oldest=after, include_all_metadata=True, limit=200
        )
        for found in page.get("messages", []):
            stamp = str(found["ts"])
            is_cut = found.get("user") == bot and not found.get("metadata") and stamp > after
            if is_cut and stamp not in self._taken:
                self._taken.add(stamp)
                await self._replace(message, where={"channel": conversation, "ts": stamp})
                return True
        return False

    async def _replace(self, message: Message, *, where: Json) -> None:
        """Updating twice shows the same, so a lost reply is no reason to stop."""
        try:
            await self._web.write("chat.stopStream", **where)
        except DeliveryError as error:
            _log.debug("The stream had ended.", extra={"problem": str(error)})
        try:
            await self._update(render_one(message), where=where, key=message.key)
        except BlocksRefused:
            await self._update(render_plain(message), where=where, key=message.key)
        except DeliveryError:
            # The next try has to find it again.
            self._taken.discard(str(where["ts"]))
            raise

    async def _update(self, payload: Payload, *, where: Json, key: str) -> None:
        shown = {"text": payload.text, "blocks": list(payload.blocks), "metadata": marker(key)}
        for is_last in (False, False, True):
            try:
                await self._web.write("chat.update", **where, **shown)
            except DeliveryUnknown:
                if is_last:
                    raise
            else:
                return


def _portions(blocks: list[Json]) -> list[list[Json]]:
    return [blocks[start : start + _BLOCKS_AT_A_TIME] for start in range(0, len(blocks), _BLOCKS_AT_A_TIME)]


def _chunk(blocks: list[Json]) -> Json:
    return {"type": "blocks", "blocks": blocks}
