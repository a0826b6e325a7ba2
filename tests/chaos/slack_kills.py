"""Kill the process that posts digests to Slack at every point between claiming, sending and recording.

    python -m tests.chaos.slack_kills [--runs 100] [--seed 1]

Each run is a process of its own that ends by `kill -9` at one point of the newest digest; the next one takes up what
was left. Prints how many digests are in the channel and how many of them are there twice.
"""

import argparse
import asyncio
import random
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from bot.clock import SystemClock
from bot.outbox import deliver
from bot.slack.parts import slack_parts
from bot.slack.team import Defaults
from bot.slack.web import SlackWeb
from bot.texts.message import Message, Paragraph, text
from pipeline.adapters.catalog import ChannelSettings, SqlDeliveryBook, open_catalog
from pipeline.domain.audience import WorkspaceId
from pipeline.domain.channel import Channel
from tests.chaos.mortal import POINTS, MortalBook, MortalMessenger, Tally
from tests.peers.slack_peer import BOT_TOKEN, SlackPeer, slack_peer

_FIRST: Final = date(2026, 1, 1)
_CHANNEL: Final = Channel("slack:T1/C1", WorkspaceId("slack:T1"), "#podcasts")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=100)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--poster", nargs=4, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.poster:
        url, database, days, point = chosen.poster
        asyncio.run(post(url, Path(database), days=int(days), point=point))
        return
    dice = random.Random(chosen.seed)
    points = [dice.choice(POINTS) for _ in range(chosen.runs)]
    with tempfile.TemporaryDirectory() as folder:
        print(asyncio.run(hunt(points, Path(folder))), dict(Counter(points)))


async def hunt(points: Sequence[str], folder: Path) -> Tally:
    """One process for each point, killed there, and one that finishes in peace."""
    killed = 0
    async with slack_peer() as peer:
        for number, point in enumerate(points, start=1):
            killed += await _run(peer, folder, days=number, point=point) == -signal.SIGKILL
        assert await _run(peer, folder, days=len(points), point="") == 0
        keys = Counter(m["metadata"]["event_payload"]["key"] for m in peer.posted("C1"))
    wanted = {f"digest:{number}" for number in range(1, len(points) + 1)}
    return Tally(len(keys), sum(n > 1 for n in keys.values()), len(wanted - set(keys)), killed)


async def _run(peer: SlackPeer, folder: Path, *, days: int, point: str) -> int:
    arguments = (peer.api_url, str(folder / "catalog.db"), str(days), point)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.chaos.slack_kills", "--poster", *arguments, cwd=Path(__file__).parents[2]
    )
    return await process.wait()


async def post(url: str, database: Path, *, days: int, point: str) -> None:
    """Settle the digests of all days; die at a point of the newest one."""
    clock = SystemClock()
    async with open_catalog(f"sqlite:///{database}") as db:
        await ChannelSettings(db, clock=clock).save(_CHANNEL, workspace=_CHANNEL.workspace)
        parts = slack_parts(SlackWeb(BOT_TOKEN, base_url=url), db, clock=clock, defaults=Defaults())
        for number in range(1, days + 1):
            here = point if number == days else ""
            key = f"digest:{number}"
            await deliver(
                Message((Paragraph(text(f"Digest {number}")),), f"Digest {number}", key),
                channel=_CHANNEL,
                day=_FIRST + timedelta(days=number),
                book=MortalBook(SqlDeliveryBook(db, clock=clock), here),
                messenger=MortalMessenger(parts.messenger, here, longest=0.02),
                clock=clock,
            )


if __name__ == "__main__":
    main()
