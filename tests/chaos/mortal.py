"""A process that posts digests and dies by `kill -9` at one point: what the kill runs of Slack and Discord share."""

import asyncio
import os
import random
import signal
from dataclasses import dataclass
from datetime import date
from typing import Final

from bot.outbox import Messenger
from bot.texts.message import Message
from pipeline.adapters.catalog import SqlDeliveryBook
from pipeline.domain.channel import Channel
from pipeline.domain.digest import Claim, Delivery

POINTS: Final = ("claimed", "before sending", "while sending", "sent", "recorded")


@dataclass(frozen=True)
class Tally:
    """What is in the channel after all: digests, how many of them twice, how many are missing; and the kills."""

    digests: int
    doubled: int
    missing: int
    killed: int


class MortalBook:
    """A delivery book whose process dies right after claiming or recording."""

    def __init__(self, book: SqlDeliveryBook, point: str) -> None:
        self._book = book
        self._point = point

    async def claim(self, channel_id: str, day: date, **named: object) -> Claim:
        claim = await self._book.claim(channel_id, day, **named)  # type: ignore[arg-type]  # handed on as they came
        _die_at("claimed", self._point)
        return claim

    async def settled_days(self, *, since: date) -> dict[str, frozenset[date]]:
        return await self._book.settled_days(since=since)

    async def settle(self, delivery: Delivery) -> None:
        await self._book.settle(delivery)
        _die_at("recorded", self._point)


class MortalMessenger:
    """A messenger whose process dies before, while or after sending; `longest` is how many seconds a send may take."""

    def __init__(self, messenger: Messenger, point: str, *, longest: float) -> None:
        self._messenger = messenger
        self._longest = longest
        self._point = point

    async def send(self, channel: Channel, message: Message) -> str:
        _die_at("before sending", self._point)
        if self._point == "while sending":
            sending = asyncio.create_task(self._messenger.send(channel, message))
            # Somewhere between writing and hearing back.
            await asyncio.wait((sending,), timeout=random.Random().uniform(0.0, self._longest))
            _die_at("while sending", self._point)
        reference = await self._messenger.send(channel, message)
        _die_at("sent", self._point)
        return reference

    async def find(self, channel: Channel, key: str) -> str | None:
        return await self._messenger.find(channel, key)


def _die_at(point: str, chosen: str) -> None:
    if point == chosen:
        os.kill(os.getpid(), signal.SIGKILL)
