"""The local channel: what is posted there is kept in the catalogue, and shown by the terminal and the page."""

import json

from bot.texts.message import Message
from bot.texts.message_json import to_json
from pipeline.adapters.catalog import LocalMessages
from pipeline.domain.channel import Channel


class LocalBoard:
    """Messenger of the local channel. A key is posted once, so nothing is ever ambiguous here."""

    def __init__(self, messages: LocalMessages) -> None:
        self._messages = messages

    async def send(self, channel: Channel, message: Message) -> str:
        """Put the message on the board; the number it has there."""
        body = json.dumps(to_json(message), ensure_ascii=False)
        posted = await self._messages.post(message.key, workspace=channel.workspace, channel_id=channel.id, body=body)
        return str(posted.number)

    async def find(self, channel: Channel, key: str) -> str | None:
        """The number of the message with this key."""
        found = await self._messages.find(key, workspace=channel.workspace)
        return None if found is None else str(found.number)
