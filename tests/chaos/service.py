"""`podsift run` for a chaos run: what is posted locally goes to the driver's chat server, and every pause is short.

python -m tests.chaos.service CHAT_URL ROLE
"""

import asyncio
import sys
from functools import partial

from aiohttp import ClientError, ClientSession

import bot.app
import bot.engine_slot
import bot.serving
from bot.data_folder import own
from bot.engine import Rhythm, open_engine
from bot.failover import Pace
from bot.logs import set_up_logs
from bot.message import Message
from bot.schedule import ticking
from bot.settings import load_settings
from pipeline.adapters.catalog import LocalMessages
from pipeline.domain.channel import Channel
from pipeline.domain.errors import DeliveryDelayed, DeliveryUnknown

RHYTHM = Rhythm(first_pause=0.5)
PACE = Pace(look_every=1.0, grace=8.0)


class ChatBoard:
    """Messenger over HTTP that, like a real one, may lose the news that a post arrived."""

    def __init__(self, url: str, _messages: LocalMessages) -> None:
        self._url = url

    async def send(self, channel: Channel, message: Message) -> str:
        """Post it."""
        try:
            async with (
                ClientSession() as session,
                session.post(self._of(channel), params={"key": message.key}) as reply,
            ):
                return str((await reply.json())["name"])
        except ClientError as error:
            raise DeliveryUnknown("The chat server hung up.") from error

    async def find(self, channel: Channel, key: str) -> str | None:
        """Look for it."""
        try:
            async with ClientSession() as session, session.get(self._of(channel), params={"key": key}) as reply:
                name = (await reply.json())["name"]
        except ClientError as error:
            raise DeliveryDelayed("The chat server hung up.") from error
        return None if name is None else str(name)

    def _of(self, channel: Channel) -> str:
        return f"{self._url}/chat/{channel.id}"


def main(chat_url: str, role: str) -> None:
    """Run the service until it is killed or asked to stop."""
    settings = load_settings(role=role)
    set_up_logs(level="INFO", layout="json")
    bot.app.LocalBoard = partial(ChatBoard, chat_url)  # type: ignore[attr-defined,assignment]  # the one part that is not real
    bot.serving.ticking = partial(ticking, scan_every=2.0, post_every=1.0)  # type: ignore[attr-defined]  # shorter
    bot.engine_slot.open_engine = partial(open_engine, rhythm=RHYTHM, pace=PACE)  # type: ignore[attr-defined]  # shorter
    with own(settings.data, slot=settings.folder_slot, patience=20.0):
        asyncio.run(bot.serving.serve(settings))


if __name__ == "__main__":
    main(*sys.argv[1:])
