"""Which channels a member may know of: Slack shows a private one to its members only, and so do we."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from bot.slack.web import SlackWeb
from pipeline.domain.errors import DeliveryError
from pipeline.ports import Clock

_BELIEVED: Final = timedelta(minutes=10)
_PAGE: Final = 200
_PAGES: Final = 5

_log = logging.getLogger(__name__)

_Known = dict[str, tuple[frozenset[str], datetime]]


class Sight:
    """Asks Slack what is private and who is in it, and believes the reply for ten minutes."""

    def __init__(self, web: SlackWeb, *, clock: Clock) -> None:
        self._web = web
        self._clock = clock
        self._open: _Known = {}
        self._private: _Known = {}

    async def may_see(self, user: str, conversation: str) -> bool:
        """Whether a member may know of a channel; not where Slack does not say."""
        try:
            if await self._once(self._open, conversation, self._opened):
                return True
            return conversation in await self._once(self._private, user, self._private_channels_of)
        except DeliveryError as error:
            _log.info("Could not ask who may see a channel.", extra={"problem": str(error)})
            return False

    def forget(self) -> None:
        """Ask again: somebody joined, left or opened a channel."""
        self._open.clear()
        self._private.clear()

    async def _once(self, known: _Known, name: str, ask: Callable[[str], Awaitable[frozenset[str]]]) -> frozenset[str]:
        now = self._clock.now()
        found, until = known.get(name, (frozenset[str](), now))
        if until <= now:
            found = await ask(name)
            known[name] = found, now + _BELIEVED
        return found

    async def _opened(self, conversation: str) -> frozenset[str]:
        told = (await self._web.read("conversations.info", channel=conversation)).get("channel") or {}
        return frozenset() if told.get("is_private", True) else frozenset({conversation})

    async def _private_channels_of(self, user: str) -> frozenset[str]:
        found: set[str] = set()
        more: dict[str, str] = {}
        for _ in range(_PAGES):
            page = await self._web.read("users.conversations", user=user, types="private_channel", limit=_PAGE, **more)
            found |= {str(one["id"]) for one in page.get("channels", [])}
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
            more = {"cursor": cursor}
        return frozenset(found)
