"""Kill processes at random moments and count what is lost, done again or posted twice.

    python -m tests.chaos.run [--kills 50] [--database sqlite|postgres] [--seed 1] [--log FILE]

One process on SQLite, or two bots, two workers and a transcriber on PostgreSQL (PODSIFT_TEST_POSTGRES names one) with
a Chroma server, of which one of each kind never returns after a while. Every kill finds a show being added, read,
analysed, indexed or posted to a chat server that takes every post. Ends with 1 when something is lost or doubled, or
when more was done again than the kills had cut.
"""

import argparse
import asyncio
import itertools
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from pipeline.adapters.catalog import ChannelSettings, Subscriptions, open_catalog
from pipeline.domain.audience import LOCAL
from pipeline.domain.channel import Channel
from tests.chaos.fleet import FIVE, MORTAL, ONE, Fleet
from tests.chaos.host import World, outside_world
from tests.peers.chroma_server import chroma_server

WHILE_STARTING = 0.15
"""The share of kills that may come before the process can be asked anything."""
DRAINED_WITHIN = 420.0
PAUSE = 0.5
EPISODES = 3
"""Of each sample show."""


class Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--kills", type=int, default=50)
    options.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--log", type=Path, help="a file that gets all processes' logs")
    chosen = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that no process outlives a time-out
    with tempfile.TemporaryDirectory() as folder, servers(chosen.database, Path(folder)) as (database, chroma):
        data = Path(folder, "data")
        data.mkdir(mode=0o700)
        try:
            sys.exit(asyncio.run(chaos(data, database, chroma, kills=chosen.kills, seed=chosen.seed)))
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


async def chaos(data: Path, database: str, chroma: str, *, kills: int, seed: int) -> int:
    """The whole run; returns the exit code."""
    async with outside_world() as world:
        fleet = Fleet(data, world.url, dict(FIVE if database else ONE), database, chroma)
        begun = time.monotonic()
        await asyncio.gather(*(fleet.start(slot) for slot in fleet.slots))
        hunted = asyncio.Event()
        feeding = asyncio.create_task(feed(fleet, world, until=hunted))
        try:
            cut = await hunt(fleet, kills=kills, dice=random.Random(seed))
            print(f"{kills} kills in {time.monotonic() - begun:.0f} s; under way when killed: {dict(cut)}", flush=True)
            hunted.set()
            shows = await asyncio.wait_for(feeding, DRAINED_WITHIN)
            await drained(fleet, shows)
            indexed = (await fleet.ask("status"))["data"]["indexed_episodes"]
            print(f"everything done after {time.monotonic() - begun:.0f} s")
            print(f"graceful stop of {len(fleet.running)} processes: {await fleet.stop():.1f} s")
        finally:
            feeding.cancel()
            for slot in tuple(fleet.running):
                await fleet.kill(slot)
        return report(fleet, world, shows=shows, indexed=indexed, kills=kills, cut=cut)


async def feed(fleet: Fleet, world: World, *, until: asyncio.Event) -> int:
    """Add shows, each with a channel that gets its digest as soon as there is one; returns how many it were."""
    for number in itertools.count():
        if until.is_set() and number > 0:
            return number
        added = await fleet.ask("add", address=world.feed(number))
        if "error" in added["data"]:
            raise RuntimeError(added)
        async with open_catalog(fleet.catalog_url) as db:
            at = (datetime.now(UTC) - timedelta(minutes=1)).time().replace(microsecond=0)
            channel = Channel(f"local:chaos-{number}", LOCAL, f"chaos {number}", zone="UTC", at=at)
            await ChannelSettings(db, clock=Clock()).save(channel, workspace=LOCAL)
            feed_id = (await Subscriptions(db, clock=Clock()).add(world.feed(number), workspace=LOCAL)).id
            await Subscriptions(db, clock=Clock()).follow(channel.id, feed_id, workspace=LOCAL, added_by="chaos")
        await asyncio.sleep(PAUSE)
    raise AssertionError


async def hunt(fleet: Fleet, *, kills: int, dice: random.Random) -> Counter[str]:
    """Kill at random moments; returns what was under way then."""
    cut: Counter[str] = Counter()
    gone: set[str] = set()
    for number in range(kills):
        slot = dice.choice(sorted(fleet.running))
        if dice.random() < WHILE_STARTING:
            await asyncio.sleep(dice.uniform(0.1, 2.0))
        else:
            await fleet.is_up(slot)
            await asyncio.sleep(dice.uniform(0.0, 2.0))
        try:
            cut += await asyncio.to_thread(fleet.under_way, slot)
        except SQLAlchemyError:
            cut["nothing yet"] += 1
        if not await fleet.kill(slot):
            print(f"{slot} had ended by itself", flush=True)
        if len(fleet.slots) > 1 and slot in MORTAL and number > kills // 3 and slot not in gone:
            gone.add(slot)
            print(f"{slot} never returns", flush=True)
            continue
        await fleet.start(slot)
    return cut


async def drained(fleet: Fleet, shows: int) -> None:
    """Wait until no episode is on its way and every channel has its post, or for long enough."""
    deadline = time.monotonic() + DRAINED_WITHIN
    while time.monotonic() < deadline:
        waiting = fleet.rows("select count(*) from episode where state = 'waiting'")[0][0]
        settled = fleet.rows("select count(*) from delivery where state = 'sent' and channel_id like 'local:chaos-%'")
        if waiting == 0 and settled[0][0] == shows:
            return
        await asyncio.sleep(0.5)
    print("It did not come to an end.")


def report(fleet: Fleet, world: World, *, shows: int, indexed: int, kills: int, cut: Counter[str]) -> int:
    """Print what differs from a run in peace; returns the exit code."""
    episodes = dict(fleet.rows("select state, count(*) from episode group by state"))
    ready, all_of_them = episodes.get("ready", 0), shows * EPISODES
    runs = fleet.rows("select count(*) from insight_run")[0][0]
    kinds = fleet.rows(
        "select title, count(distinct number) from (select e.title, e.id, (select count(*) from insight i"
        " where i.episode_id = e.id) as number from episode e) as counted group by title"
    )
    lost = (all_of_them - ready) + (all_of_them - runs) + (all_of_them - indexed)
    uneven = [title for title, number in kinds if number != 1]
    posts = Counter(channel for channel, _ in world.posts.elements() if "chaos" in channel)
    double, missing = sum(posts.values()) - len(posts), shows - len(posts)
    transcripts = {path: n for path, n in world.fetches.items() if path.rsplit(".", 1)[-1] in {"vtt", "srt", "json"}}
    fetched_again = sum(transcripts.values()) - len(transcripts)
    analysed = Counter(line["episode"] for line in fleet.said("Extracted insights."))
    analysed_again = sum(analysed.values()) - len(analysed)
    print(f"episodes: {episodes} of {all_of_them}; insight runs {runs}, in the index {indexed}")
    print(f"lost: {lost}; episodes with other insights than their copies: {len(uneven)}")
    print(f"transcripts fetched: {sum(transcripts.values())}, again: {fetched_again}")
    print(f"analysed: {sum(analysed.values())}, again: {analysed_again}")
    print(f"posts: {sum(posts.values())} in {len(posts)} channels; double: {double}, missing: {missing}")
    failed = fleet.rows("select title, reason from episode where state = 'failed'")
    print(*(f"failed: {title}: {reason}" for title, reason in failed[:5]), sep="\n", end="\n" if failed else "")
    # A kill cuts every fetch that is under way, four at most; an analysis is done again only where its end was cut.
    is_cheap = analysed_again <= kills and fetched_again <= max(kills, cut["ingest"])
    is_good = not (lost or uneven or double or missing) and is_cheap
    print("good" if is_good else "NOT GOOD")
    return 0 if is_good else 1


if __name__ == "__main__":
    main()
