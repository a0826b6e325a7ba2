"""`podsift run` for a chaos run: what is posted goes to the driver's chat server; pauses and chunks are short."""

import asyncio
import faulthandler
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Mapping
from functools import partial
from multiprocessing.connection import wait

from aiohttp import ClientError, ClientSession

import bot.app
import bot.ears
import bot.engine.durable
import bot.serving
from bot.data_folder import own
from bot.engine.durable import Rhythm, open_engine
from bot.engine.failover import Pace
from bot.logs import set_up_logs
from bot.schedule import ticking
from bot.settings import load_settings
from bot.texts.message import Message
from pipeline.adapters.audio.chunk_files import ChunkFiles
from pipeline.adapters.audio.intake import AudioLimits
from pipeline.adapters.audio.whisper import WhisperSettings
from pipeline.adapters.catalog import LocalMessages
from pipeline.domain.audio import HeardChunk
from pipeline.domain.channel import Channel
from pipeline.domain.errors import DeliveryDelayed, DeliveryUnknown

RHYTHM = Rhythm(first_pause=0.5, suspect=10)
"""Kills come every second here: three crashes say nothing yet, and what runs apart takes a start of Python."""
PACE = Pace(look_every=1.0, grace=5.0)
AUDIO = AudioLimits(chunk_length=4.0, chunk_reach=1.0, reserve=0)
HEARD = "Heard a chunk."

_log = logging.getLogger(__name__)


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


class ToldChunks(ChunkFiles):
    """Tells of every chunk that was heard, before it is stored."""

    async def save(self, audio: str, chunk: HeardChunk, *, model: str, number: int) -> None:
        """Keep the chunk."""
        _log.info(HEARD, extra={"chunk": f"{audio}/{number}"})
        await super().save(audio, chunk, model=model, number=number)


def run_service(chat_url: str, log: str, environment: Mapping[str, str]) -> None:
    """Run the service until it is killed or asked to stop, or the driver has ended. Never returns."""
    threading.Thread(target=_end_with_the_driver, daemon=True).start()
    for name in tuple(os.environ):
        if name.startswith("PODSIFT_"):
            del os.environ[name]
    os.environ.update(environment)
    os.dup2(os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), 2)
    faulthandler.register(signal.SIGUSR1, file=2)
    settings = load_settings()
    set_up_logs(level="INFO", layout="json")
    bot.app.LocalBoard = partial(ChatBoard, chat_url)  # type: ignore[attr-defined,assignment]  # the one part that is not real
    bot.ears.ChunkFiles = ToldChunks  # type: ignore[attr-defined]  # it only counts
    bot.ears.WhisperSettings = partial(WhisperSettings, threads=1)  # type: ignore[attr-defined,assignment]  # shorter
    bot.ears.AudioLimits = lambda **_: AUDIO  # type: ignore[attr-defined,assignment]  # shorter
    bot.serving.ticking = partial(ticking, scan_every=2.0, post_every=1.0)  # type: ignore[attr-defined]  # shorter
    bot.engine.durable.open_engine = partial(open_engine, rhythm=RHYTHM, pace=PACE)  # shorter
    with own(settings.data, slot=settings.folder_slot, patience=20.0):
        asyncio.run(bot.serving.serve(settings))
    os._exit(0)  # nothing of the process that this one was forked from is to be ended here


def _end_with_the_driver() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
