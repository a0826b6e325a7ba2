"""A messenger that keeps what it is given."""

from dataclasses import dataclass, field

from bot.texts.message import Message
from pipeline.domain.channel import Channel
from pipeline.domain.errors import DeliveryUnknown, DestinationGone


@dataclass
class MemoryMessenger:
    """Held to the platforms' contract. The replies to the next `loses_replies` posts are lost."""

    posted: list[tuple[Channel, Message]] = field(default_factory=list)
    loses_replies: int = 0
    is_gone: bool = False

    async def send(self, channel: Channel, message: Message) -> str:
        if self.is_gone:
            raise DestinationGone("It is gone.")
        self.posted.append((channel, message))
        if self.loses_replies:
            self.loses_replies -= 1
            raise DeliveryUnknown("The reply was lost.")
        return str(len(self.posted))

    async def find(self, channel: Channel, key: str) -> str | None:
        if self.is_gone:
            raise DestinationGone("It is gone.")
        for number, (where, message) in enumerate(self.posted, start=1):
            if (where, message.key) == (channel, key):
                return str(number)
        return None
