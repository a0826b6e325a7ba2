"""Digests into Slack, once: each carries its key as metadata, by which it is found before it is sent again."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from bot.slack.faults import NOT_THERE, BlocksRefused, SlackGone, SlackRefused
from bot.slack.greetings import thread_opener
from bot.slack.place import conversation_of, team_of
from bot.slack.render import Payload, render, render_one, render_plain
from bot.slack.web import SlackWeb
from bot.texts.message import Message
from pipeline.domain.channel import Channel
from pipeline.domain.errors import DeliveryError, DestinationGone
from pipeline.ports import Clock

_EVENT_TYPE: Final = "podsift_post"
_MEMBERSHIP: Final = "membership of the channel"
_LOOK_BACK: Final = timedelta(days=3)
"""A digest is sent at most some hours after its day began, and looked for soon after."""
_PAGE: Final = 200
_PAGES: Final = 25

_log = logging.getLogger(__name__)

OnGone = Callable[[Channel, SlackGone], Awaitable[None]]


class SlackMessenger:
    """Messenger of Slack channels. `on_gone` hears of a channel that cannot be posted to any more.

    `on_posted` hears the team of a digest that was posted, and of one that was not.
    """

    def __init__(self, web: SlackWeb, *, clock: Clock, on_gone: OnGone, on_posted: Callable[[str], None]) -> None:
        self._web = web
        self._clock = clock
        self._on_gone = on_gone
        self._on_posted = on_posted

    async def send(self, channel: Channel, message: Message) -> str:
        """Post it as one message; its time stamp, by which Slack names it. Raises as Messenger says.

        Then its thread is opened, once at the most: whoever finds the post after a crash adds nothing to it.
        """
        try:
            stamp = await self.post(conversation_of(channel.id), message)
        except SlackGone as gone:
            await self._on_gone(channel, gone)
            raise
        except SlackRefused as refused:
            raise DestinationGone(str(refused)) from refused
        finally:
            self._on_posted(team_of(channel.workspace))
        await self._open_thread(conversation_of(channel.id), stamp, key=f"{message.key}/thread")
        return stamp

    async def find(self, channel: Channel, key: str) -> str | None:
        """The time stamp of the channel's message with this key. Raises DeliveryDelayed or DestinationGone."""
        since = (self._clock.now() - _LOOK_BACK).timestamp()
        return await self._find(
            "conversations.history", key, channel=conversation_of(channel.id), oldest=f"{since:.6f}"
        )

    async def lacking(self, channel: Channel) -> tuple[str, ...]:
        """What the channel does not give us that a post needs; empty when nothing. Raises as SlackWeb.read."""
        conversation = conversation_of(channel.id)
        if conversation.startswith("D"):
            return ()
        try:
            told = await self._web.read("conversations.info", channel=conversation)
        except SlackGone as gone:
            if gone.code not in NOT_THERE:
                raise
            return (_MEMBERSHIP,)
        return () if (told.get("channel") or {}).get("is_member") else (_MEMBERSHIP,)

    async def post(self, conversation: str, message: Message, *, thread: str | None = None) -> str:
        """Post to a conversation or a thread of it; its time stamp. Raises as SlackWeb.write."""
        return await self._post(_where(conversation, thread, message.key), render_one(message), message)

    async def reply(self, conversation: str, message: Message, *, thread: str, again: bool = False) -> None:
        """Post a reply of any length into a thread; its last part carries the key. Raises as SlackWeb.write.

        With `again` the parts that an earlier try has posted are left as they are.
        """
        *parts, last = render(message)
        for number, payload in enumerate(parts, start=1):
            key = f"{message.key}/{number}"
            if not again or await self.find_reply(conversation, thread, key) is None:
                await self._web.write("chat.postMessage", **_where(conversation, thread, key), **payload.arguments())
        await self._post(_where(conversation, thread, message.key), last, message)

    async def find_reply(self, conversation: str, thread: str, key: str) -> str | None:
        """The time stamp of the thread's message with this key. Raises DeliveryDelayed or SlackGone."""
        return await self._find("conversations.replies", key, channel=conversation, ts=thread)

    async def _open_thread(self, conversation: str, stamp: str, *, key: str) -> None:
        try:
            await self.post(conversation, replace(thread_opener(), key=key), thread=stamp)
        except DeliveryError as error:
            _log.info("A post's thread was not opened.", extra={"problem": str(error)})

    async def _post(self, where: dict[str, Any], payload: Payload, message: Message) -> str:
        try:
            posted = await self._web.write("chat.postMessage", **where, **payload.arguments())
        except BlocksRefused as refused:
            # Slack has done nothing, so this cannot double; a plain post beats none.
            _log.error("Slack refused our blocks.", extra={"code": refused.code, "blocks": payload.blocks})
            posted = await self._web.write("chat.postMessage", **where, **render_plain(message).arguments())
        return str(posted["ts"])

    async def _find(self, method: str, key: str, **where: Any) -> str | None:
        cursor = ""
        for _ in range(_PAGES):
            page = await self._web.read(
                method, **where, include_all_metadata=True, limit=_PAGE, **({"cursor": cursor} if cursor else {})
            )
            for found in page.get("messages", []):
                if _key_of(found) == key:
                    return str(found["ts"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return None
        return None


def marker(key: str) -> dict[str, Any]:
    """The metadata by which a message is found; any app of the workspace can read it."""
    return {"event_type": _EVENT_TYPE, "event_payload": {"key": key}}


def _where(conversation: str, thread: str | None, key: str) -> dict[str, Any]:
    where: dict[str, Any] = {"channel": conversation}
    if thread is not None:
        where["thread_ts"] = thread
    if key:
        where["metadata"] = marker(key)
    return where


def _key_of(found: dict[str, Any]) -> str | None:
    metadata = found.get("metadata") or {}
    if metadata.get("event_type") != _EVENT_TYPE:
        return None
    key: str | None = (metadata.get("event_payload") or {}).get("key")
    return key
