"""Send a digest once: claim the day, send, record; look on the platform first wherever it is not sure."""

import logging
from dataclasses import replace
from datetime import date
from typing import Protocol

from bot.texts.message import Message
from pipeline.domain.channel import Channel
from pipeline.domain.digest import Delivery, DeliveryState
from pipeline.domain.errors import DeliveryUnknown, DestinationGone
from pipeline.ports import Clock, DeliveryBook

_log = logging.getLogger(__name__)


class Messenger(Protocol):
    """A platform's way to put a message into a channel. The message's key travels with it as a marker."""

    async def send(self, channel: Channel, message: Message) -> str:
        """Post it and return the platform's name of it.

        Raises DeliveryDelayed when it surely did not arrive, DeliveryUnknown when nobody can say, DestinationGone.
        """
        ...

    async def find(self, channel: Channel, key: str) -> str | None:
        """The name of the message that carries this key, None when the channel has none. Raises DeliveryDelayed."""
        ...


async def deliver(
    message: Message, *, channel: Channel, day: date, book: DeliveryBook, messenger: Messenger, clock: Clock
) -> Delivery:
    """Bring the day's digest to its channel, exactly once, however often and wherever this is called.

    Returns how the day is settled. Raises DeliveryDelayed or DeliveryUnknown when a later call must go on.
    """
    claim = await book.claim(channel.id, day, workspace=channel.workspace, at=clock.now())
    if claim.delivery.state is not DeliveryState.CLAIMED:
        return claim.delivery
    try:
        reference = await _send(message, channel, messenger, is_new=claim.is_new)
    except DestinationGone as gone:
        settled = replace(claim.delivery, state=DeliveryState.FAILED, note=str(gone), at=clock.now())
    else:
        settled = replace(claim.delivery, state=DeliveryState.SENT, reference=reference, at=clock.now())
    await book.settle(settled)
    _log.info("Settled a digest.", extra={"channel": channel.id, "day": day, "state": settled.state.value})
    return settled


async def skip(channel: Channel, day: date, *, note: str, book: DeliveryBook, clock: Clock) -> None:
    """Settle a day without a post, unless it is being sent or was."""
    claim = await book.claim(channel.id, day, workspace=channel.workspace, at=clock.now())
    if claim.is_new:
        await book.settle(replace(claim.delivery, state=DeliveryState.SKIPPED, note=note, at=clock.now()))


async def _send(message: Message, channel: Channel, messenger: Messenger, *, is_new: bool) -> str:
    # An old claim is of somebody who died between claiming and recording: the post may be there already.
    if not is_new and (reference := await messenger.find(channel, message.key)) is not None:
        return reference
    try:
        return await messenger.send(channel, message)
    except DeliveryUnknown:
        reference = await messenger.find(channel, message.key)
        if reference is None:
            raise
        return reference
