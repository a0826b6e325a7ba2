"""Processes that read feeds, one of which kills whatever process reads it.

    python -m tests.peers.poisoned_feed DATA    reads what is due on loopback, once for every line it is given

The feed named “poison” kills its process as soon as the one named “beside” is read at the same time; read apart it
kills that process (`poisoned_apart.py`).
"""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bot.app import open_app
from bot.engine.apart import Apart
from bot.engine.readings import Readings
from bot.settings import Settings, load_settings
from pipeline.domain.feed import FeedUpdate, SeenItem, bucket_of
from pipeline.ports import FeedParser


class DeadlyParser:
    """A FeedParser with a feed that no process survives."""

    def __init__(self, whole: FeedParser) -> None:
        self._whole = whole
        self._beside = asyncio.Event()

    async def parse(self, body: bytes, *, url: str, known: Sequence[SeenItem] = ()) -> FeedUpdate:
        """Dies of the poison, beside another reading."""
        if url.endswith("/beside.xml"):
            self._beside.set()
            await asyncio.Event().wait()
        if url.endswith("/poison.xml"):
            await self._beside.wait()
            os.kill(os.getpid(), signal.SIGKILL)
        return await self._whole.parse(body, url=url, known=known)


def settings_for(data: Path) -> Settings:
    """Everything on loopback."""
    return load_settings(data=data, allow_networks="127.0.0.0/8", whisper_model="off", zone="UTC", _env_file=None)


async def read_due(data: Path) -> None:
    """Read every feed on loopback that is due."""
    settings = settings_for(data)
    async with open_app(settings) as app:
        pipeline = replace(app.pipeline, parser=DeadlyParser(app.pipeline.parser))
        apart = Apart(settings, module="tests.peers.poisoned_apart")
        await Readings(pipeline, hold_after=9, apart=apart).read_due(bucket_of("http://127.0.0.1/"))


def live_again_and_again(data: Path) -> None:
    """For every line of standard input a process that reads what is due; the line on standard output is how it ended.

    Each is forked from this one, which has imported everything and has no threads: a start costs next to nothing.
    """
    for _ in sys.stdin:
        child = os.fork()
        if not child:
            try:
                asyncio.run(read_due(data))
                os._exit(0)
            finally:
                os._exit(1)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    live_again_and_again(Path(sys.argv[1]))
