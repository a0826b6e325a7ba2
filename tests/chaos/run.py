"""Kill processes at random moments and count what is lost, done again or posted twice.

    python -m tests.chaos.run [--kills 50] [--seconds 3600] [--database sqlite|postgres] [--seed 1] [--log FILE]

One process on SQLite; or five on PostgreSQL (PODSIFT_TEST_POSTGRES names one) with a Chroma server: bot, web, worker
and gpu, which one after another never return, and one that does all. Kills come while feeds are read, audio is
downloaded and heard chunk by chunk (a tiny model made on the spot), insights are asked of a model on loopback, episodes
are indexed, and digests are posted to a chat server that takes every post. Ends with 1 when something is lost or
doubled, when more than one expensive step was done again for each kill, when a reply of the model was lost that had
been there for a while, when a process ended that nobody had killed, or when the last ones took longer to stop than they
may.
"""

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg

from pipeline.adapters.catalog import open_catalog
from tests.chaos.figures import figures
from tests.chaos.fleet import FIVE, ONE, Fleet
from tests.chaos.host import outside_world
from tests.chaos.hunt import Feeder, hunt
from tests.peers.chroma_server import chroma_server
from tests.peers.made_whisper import make_whisper

_FAREWELL = 20.0
"""Seconds that a process may take to end when it is asked to."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--kills", type=int, default=50)
    options.add_argument("--seconds", type=float, default=86_400.0, help="no more kills after so long")
    options.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--log", type=Path, help="a file that gets all processes' logs")
    chosen = options.parse_args()
    # A killed process leaves its semaphores behind, and the tracker says so.
    os.environ["PYTHONWARNINGS"] = "ignore::UserWarning:multiprocessing.resource_tracker"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that no process outlives a time-out
    with tempfile.TemporaryDirectory() as folder, servers(chosen.database, Path(folder)) as (database, chroma):
        data = Path(folder, "data")
        data.mkdir(mode=0o700)
        try:
            sys.exit(asyncio.run(chaos(data, database, chroma, chosen)))
        finally:
            if chosen.log is not None:
                chosen.log.write_bytes((data / "log").read_bytes())


@contextmanager
def servers(kind: str, folder: Path) -> Iterator[tuple[str, str]]:
    """A database of its own and a Chroma server, or nothing for SQLite."""
    if kind == "sqlite":
        yield "", ""
        return
    server, name = os.environ["PODSIFT_TEST_POSTGRES"], f"chaos_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"create database {name}")
    try:
        with chroma_server(folder / "chroma") as chroma:
            yield f"{server.rpartition('/')[0]}/{name}", chroma
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"drop database {name} with (force)")


async def chaos(data: Path, database: str, chroma: str, chosen: argparse.Namespace) -> int:
    """The whole run; returns the exit code."""
    whisper = await asyncio.to_thread(make_whisper, data / "tiny")
    async with outside_world(data) as world:
        fleet = Fleet(data, world.url, whisper, dict(FIVE if database else ONE), database, chroma)
        async with open_catalog(fleet.catalog_url) as db:
            feeder = Feeder(fleet, world, db)
            begun = time.monotonic()
            for slot in fleet.slots:
                fleet.start(slot)
            hunted = asyncio.Event()
            feeding = asyncio.create_task(feeder.feed(until=hunted))
            try:
                bag = await hunt(
                    fleet, world, kills=chosen.kills, seconds=chosen.seconds, dice=random.Random(chosen.seed)
                )
                took = time.monotonic() - begun
                print(f"{bag.kills} kills in {took:.0f} s ({took / max(bag.kills, 1):.2f} s a kill)", flush=True)
                print(f"under way when killed: {dict(bag.cut)}", flush=True)
                hunted.set()
                await feeding
                if not await feeder.drained():
                    print("It did not come to an end.")
                indexed = (await fleet.ask("status"))["data"]["indexed_episodes"]
                print(f"everything done after {time.monotonic() - begun:.0f} s")
                bag.ended += [slot for slot, process in fleet.running.items() if not process.is_alive()]
                farewell = await fleet.stop()
                print(f"graceful stop of {len(fleet.running)} processes: {farewell:.1f} s (at most {_FAREWELL:.0f})")
                bag.ended += [slot for slot, process in fleet.running.items() if process.exitcode]
            finally:
                feeding.cancel()
                for slot in tuple(fleet.running):
                    await fleet.kill(slot)
        found = figures(fleet, world, channels=feeder.channels, episodes=feeder.episodes, indexed=indexed)
        print(f"ended by themselves, or not well: {', '.join(bag.ended) or 'none'}")
        is_good = found.is_good(bag.kills) and not bag.ended and farewell <= _FAREWELL
        print(*found.lines(bag.kills), "good" if is_good else "NOT GOOD", sep="\n")
        return 0 if is_good else 1


if __name__ == "__main__":
    main()
