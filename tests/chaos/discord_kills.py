"""Kill the process that posts digests to Discord at every point between claiming, sending and recording.

    python -m tests.chaos.discord_kills [--runs 100] [--seed 1] [--forum]

Each run is a process of its own that ends by `kill -9` at one point of the newest digest; the next one takes up what
was left, after Discord has forgotten the nonces. Prints how many digests are in the channel (or forum) and how many of
them are there twice.
"""

import argparse
import asyncio
import random
import signal
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import discord.http

from bot.clock import SystemClock
from bot.discord.farewells import ChannelStops
from bot.discord.layouts import marker_of
from bot.discord.messenger import open_messenger
from bot.outbox import deliver
from bot.texts.message import Button, Buttons, Heading, Message, Paragraph, text
from pipeline.adapters.catalog import ChannelSettings, Curators, SqlDeliveryBook, open_catalog
from pipeline.adapters.sealing import Seal
from pipeline.domain.audience import WorkspaceId
from pipeline.domain.channel import Channel
from tests.chaos.mortal import POINTS, MortalBook, MortalMessenger, Tally
from tests.peers.catalog import SECRET
from tests.peers.discord_peer import TOKEN, DiscordPeer, running_discord
from tests.peers.discord_rules import walk
from tests.peers.discord_world import FORUM, GUILD, PODCASTS

_FIRST: Final = date(2026, 1, 1)
_WORKSPACE: Final = WorkspaceId(f"discord:{GUILD}")
_CHANNEL: Final = Channel(f"discord:{GUILD}/{PODCASTS}", _WORKSPACE, "podcasts")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=100)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--forum", action="store_true")
    options.add_argument("--poster", nargs=4, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.poster:
        url, database, days, point = chosen.poster
        asyncio.run(post(url, Path(database), days=int(days), point=point))
        return
    dice = random.Random(chosen.seed)
    points = [dice.choice(POINTS) for _ in range(chosen.runs)]
    with tempfile.TemporaryDirectory() as folder:
        print(asyncio.run(hunt(points, Path(folder), in_forum=chosen.forum)), dict(Counter(points)))


async def hunt(points: Sequence[str], folder: Path, *, in_forum: bool = False) -> Tally:
    """One process for each point, killed there, and one that finishes in peace."""
    killed = 0
    async with running_discord() as peer:
        if in_forum:
            peer.world.places[PODCASTS].kind = FORUM
        for number, point in enumerate(points, start=1):
            killed += await _run(folder, days=number, point=point) == -signal.SIGKILL
            peer.forget_nonces()
        assert await _run(folder, days=len(points), point="") == 0
        found = Counter(_markers(peer))
    wanted = {marker_of(f"digest:{number}") for number in range(1, len(points) + 1)}
    doubled = sum(number > 1 for marker, number in found.items() if marker in wanted)
    return Tally(len(wanted & set(found)), doubled, len(wanted - set(found)), killed)


async def _run(folder: Path, *, days: int, point: str) -> int:
    arguments = (discord.http.Route.BASE, str(folder / "catalog.db"), str(days), point)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.chaos.discord_kills", "--poster", *arguments, cwd=Path(__file__).parents[2]
    )
    return await process.wait()


def _markers(peer: DiscordPeer) -> list[str]:
    """The marker of every post, in the channel or at the head of a forum's post."""
    posts = [message for place in peer.world.places.values() for message in peer.posts(place)]
    ids = [part.get("custom_id", "") for message in posts for part in walk(message["components"])]
    return [custom_id.partition("~")[2] for custom_id in ids]


async def post(url: str, database: Path, *, days: int, point: str) -> None:
    """Settle the digests of all days; die at a point of the newest one."""
    discord.http.Route.BASE = url
    clock = SystemClock()
    async with open_catalog(f"sqlite:///{database}", seal=Seal(SECRET)) as db:
        channels = ChannelSettings(db, clock=clock)
        await channels.save(_CHANNEL, workspace=_WORKSPACE)
        stops = ChannelStops(channels, Curators(db, clock=clock))
        async with open_messenger(TOKEN, clock=clock, stops=stops) as messenger:
            for number in range(1, days + 1):
                here = point if number == days else ""
                await deliver(
                    _digest(number),
                    channel=_CHANNEL,
                    day=_FIRST + timedelta(days=number),
                    book=MortalBook(SqlDeliveryBook(db, clock=clock), here),
                    messenger=MortalMessenger(messenger, here, longest=0.06),
                    clock=clock,
                )


def _digest(number: int) -> Message:
    title = f"Digest {number}"
    blocks = (Heading(text(title)), Paragraph(text("An insight.")), Buttons((Button("1", f"card:i{number}"),)))
    return Message(blocks, title, f"digest:{number}")


if __name__ == "__main__":
    main()
