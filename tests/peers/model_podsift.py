"""Podsift with the loopback peer as its language model, and the sample shows; one at a time in a process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.app import App, open_app
from bot.handover import Progress, Request
from bot.operations import Outcome, perform
from bot.running import OWNER
from bot.sample_host import SampleHost, serve_samples
from bot.settings import load_settings
from bot.texts.message import plain
from tests.peers.openai_peer import OpenAIPeer, no_credit


def unseen(_progress: Progress) -> None:
    """Nobody watches."""


async def told(app: App, operation: str, **arguments: Any) -> Outcome:
    return await perform(app, OWNER, Request(operation, arguments), unseen)


async def data(app: App, operation: str, **arguments: Any) -> dict[str, Any]:
    return dict((await told(app, operation, **arguments)).to_reply()["data"])


@asynccontextmanager
async def podsift(folder: Path, peer: OpenAIPeer, **settings: Any) -> AsyncIterator[App]:
    """Podsift with the peer as its model, as the settings would have it."""
    chosen = {"openai_price_in": 1.0, "openai_price_out": 4.0, "openai_api_key": "sk-test", **settings}
    given = load_settings(
        data=folder,
        allow_networks="127.0.0.0/8",
        whisper_model="off",
        zone="UTC",
        openai_model="small",
        openai_judge_model="large",
        openai_judge_price_in=2.0,
        openai_judge_price_out=8.0,
        openai_base_url=peer.base_url,
        _env_file=None,
        **chosen,
    )
    async with open_app(given) as app:
        yield app


async def read_samples(app: App, host: SampleHost, *, shows: int = 1) -> None:
    for address in host.public_feeds[:shows]:
        assert (await told(app, "add", address=address)).code == 0
    scan = await told(app, "scan")
    assert scan.code == 0, plain(scan.message)


@asynccontextmanager
async def without_credit(folder: Path) -> AsyncIterator[App]:
    """Podsift that wanted to read a sample show and learned that there is no credit left."""
    async with OpenAIPeer() as peer, serve_samples(now=datetime.now(UTC)) as host:
        peer.answers = [no_credit()]
        async with podsift(folder, peer) as app:
            await told(app, "add", address=host.public_feeds[0])
            await told(app, "scan")
            yield app
