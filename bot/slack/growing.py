"""An answer that is shown while a model writes it: what is told of it so far has passed the gate.

The stream only ever grows. Where Slack does not stream, or ends the stream (it does so after five minutes), nothing is
lost: the whole answer takes the place of what is shown.
"""

import asyncio
import logging

from bot.slack.blocks import Json
from bot.slack.render import render
from bot.slack.streams import STOPPED, Streams
from bot.texts.message import Message
from pipeline.domain.errors import DeliveryError, DeliveryUnknown

_log = logging.getLogger(__name__)


class Growing:
    """One answer under way, in a thread, to a member (`user`) of a team."""

    def __init__(self, streams: Streams, *, conversation: str, thread: str, user: str, team: str) -> None:
        self._streams = streams
        self._place = {"conversation": conversation, "thread": thread, "user": user, "team": team}
        self._latest: Message | None = None
        self._showing: asyncio.Task[None] | None = None
        self._shown: list[Json] = []
        self._where: Json | None = None
        self._fault: DeliveryError | None = None
        self._is_offered = True

    def tell(self, message: Message) -> None:
        """The answer so far. Returns at once; what comes while Slack is being told replaces what waits."""
        self._latest = message
        if self._showing is None or self._showing.done():
            self._showing = asyncio.create_task(self._show())

    async def end(self, message: Message) -> bool:
        """The whole answer, which has a key; False when nothing was shown and it has to be posted.

        Raises DeliveryUnknown when a stream may have begun: `Streams.finish` finds it then.
        """
        if self._showing is not None:
            await self._showing
        if self._where is None:
            if isinstance(self._fault, DeliveryUnknown):
                raise self._fault
            return await self._streams.post(message, **self._place)
        if getattr(self._fault, "code", "") == STOPPED:
            return True
        rest = None if self._fault is not None else self._rest_of(message)
        await self._streams.conclude(message, rest, where=self._where)
        return True

    def leave(self) -> None:
        """Whoever waited for the answer is gone; what is shown is found by `Streams.finish`."""
        if self._showing is not None:
            self._showing.cancel()

    async def _show(self) -> None:
        while self._latest is not None and self._fault is None and self._is_offered:
            message, self._latest = self._latest, None
            grown = self._blocks_of(message)
            if grown[: len(self._shown)] != self._shown or len(grown) == len(self._shown):
                continue
            try:
                await self._add(grown[len(self._shown) :])
            except DeliveryError as error:
                _log.info("An answer under way could not be shown.", extra={"problem": str(error)})
                self._fault = error
            else:
                self._shown = grown

    async def _add(self, blocks: list[Json]) -> None:
        if self._where is None:
            self._where = await self._streams.start(blocks, **self._place)
            self._is_offered = self._where is not None
        else:
            await self._streams.append(blocks, where=self._where)

    def _rest_of(self, message: Message) -> list[Json] | None:
        """What is still to be shown; None when what is shown is no part of the answer."""
        whole, shown = self._blocks_of(message), len(self._shown)
        if whole[:shown] == self._shown:
            return whole[shown:]
        if whole[1 : shown + 1] == self._shown:
            # That it answers only a part is known in the end, and said there.
            return [*whole[shown + 1 :], whole[0]]
        return None

    @staticmethod
    def _blocks_of(message: Message) -> list[Json]:
        pages = render(message)
        return list(pages[0].blocks) if len(pages) == 1 else []
