"""An archive that is back-filled and the shows of today, each at a host of its own, and a language model if wanted.

    async with archive_world(old=200, shows=20, minutes=20, thinking=0.3) as world:
        world.archive_url, world.show_url(3)
        world.come_out(3)     # from now on that show's feed has an episode of today

Every episode has a published transcript of whole sentences, mixed from the sample shows, that no other has.
"""

import asyncio
import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Final

from aiohttp import web

from bot.sample_host import PUBLIC_SHOWS
from tests.peers.feed_world import Item, feed_xml
from tests.peers.openai_peer import OpenAIPeer, says_json
from tests.peers.reading_model import reads

TODAY: Final = "today"
"""How the guids of what came out begin."""
ARCHIVE: Final = "The archive"

_WORDS_A_MINUTE: Final = 150
_WORDS_A_CUE: Final = 40
_SECONDS_A_CUE: Final = 16
_LONG_AGO: Final = timedelta(days=400)
_A_WEEK: Final = timedelta(days=7)


class ArchiveWorld:
    """The shows as their visitors see them; `model_url` is empty where there is no model, `calls` what it was asked."""

    def __init__(self, *, old: int, minutes: float, thinking: float) -> None:
        self.port = 0
        self.model_url = ""
        self.calls = 0
        self._old = old
        self._words = round(minutes * _WORDS_A_MINUTE)
        self._thinking = thinking
        self._out: dict[int, datetime] = {}
        self._begun = datetime.now(UTC)

    @property
    def archive_url(self) -> str:
        """The feed of the archive."""
        return f"http://127.3.0.1:{self.port}/archive.xml"

    def show_url(self, number: int) -> str:
        """The feed of a show of today."""
        return f"http://127.4.{number // 250}.{number % 250 + 1}:{self.port}/{number}.xml"

    def come_out(self, number: int) -> datetime:
        """An episode of this show comes out now."""
        self._out[number] = datetime.now(UTC)
        return self._out[number]

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """A feed, or a transcript; nothing else is there."""
        name, _, kind = request.path[1:].rpartition(".")
        if kind == "vtt":
            return web.Response(body=await asyncio.to_thread(_transcript, name, self._words), content_type="text/vtt")
        if kind != "xml":
            return web.Response(status=404)
        return web.Response(body=self._feed(name, f"http://{request.host}"), content_type="application/rss+xml")

    async def think(self, request: web.BaseRequest, body: dict[str, object]) -> web.StreamResponse:
        """What a good model replies, after a while."""
        self.calls += 1
        await asyncio.sleep(self._thinking)
        return await says_json(reads(body))(request, body)

    def _feed(self, name: str, here: str) -> bytes:
        if name == "archive":
            days = (self._begun - _LONG_AGO - number * timedelta(days=1) for number in range(self._old))
            return feed_xml(*(_item(f"old-{n}", when, here) for n, when in enumerate(days)), title=ARCHIVE)
        known = _item(f"known-{name}", self._begun - _A_WEEK, here)
        news = [_item(f"{TODAY}-{name}", self._out[int(name)], here)] if int(name) in self._out else []
        return feed_xml(*news, known, title=f"Show {name}")


@asynccontextmanager
async def archive_world(*, old: int, minutes: float, thinking: float = 0.0) -> AsyncIterator[ArchiveWorld]:
    """A show with so many old episodes beside those of today, of so many minutes each.

    With `thinking`, there is a language model that takes so many seconds for a reply.
    """
    world = ArchiveWorld(old=old, minutes=minutes, thinking=thinking)
    runner = web.ServerRunner(web.Server(world.answer), shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "0.0.0.0", 0).start()  # noqa: S104  all of loopback, for a moment
        world.port = runner.addresses[0][1]
        async with OpenAIPeer(answers=[world.think]) as peer:
            world.model_url = peer.base_url if thinking else ""
            yield world
    finally:
        await runner.cleanup()


def _item(guid: str, published: datetime, here: str) -> Item:
    return Item(guid, f"About {guid}", f"{here}/{guid}.mp3", published, transcripts=(f"{here}/{guid}.vtt",))


def _transcript(name: str, words: int) -> bytes:
    dice, said = random.Random(name), _sentences()
    cues, told, at = [], 0, 0
    while told < words:
        line: list[str] = []
        while sum(len(each.split()) for each in line) < _WORDS_A_CUE:
            line.append(dice.choice(said))
        told += sum(len(each.split()) for each in line)
        cues.append(f"{_clock(at)} --> {_clock(at + _SECONDS_A_CUE)}\n<v Ada>{' '.join(line)}")
        at += _SECONDS_A_CUE
    return ("WEBVTT\n\n" + "\n\n".join(cues)).encode()


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.000"


@cache
def _sentences() -> tuple[str, ...]:
    """What is said in the sample shows' WebVTT files."""
    said: list[str] = []
    for show in PUBLIC_SHOWS:
        for file in files("bot.samples").joinpath(show).iterdir():
            if file.name.endswith(".vtt"):
                lines = file.read_text(encoding="utf-8").splitlines()
                spoken = " ".join(
                    line for line in lines if "-->" not in line and not line.startswith(("WEBVTT", "NOTE"))
                )
                said += re.split(r"(?<=[.?!])\s+", re.sub(r"<[^>]*>", "", spoken))
    return tuple(each for each in said if len(each.split()) > 4)
