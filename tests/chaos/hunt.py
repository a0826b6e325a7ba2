"""The two sides of a chaos run: one keeps the processes busy, the other kills them."""

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from pipeline.adapters.catalog import CatalogDb, ChannelSettings, Subscriptions
from pipeline.domain.audience import LOCAL
from pipeline.domain.channel import Channel
from tests.chaos.fleet import MORTAL, Fleet
from tests.chaos.host import World

_WHILE_STARTING = 0.1
"""The share of kills that may come before the process can be asked anything."""
_STARTS_WITHIN = 30.0
_IDLE_AT_MOST = 20.0
_LONGEST_LIFE = 4.0
_MEAN_LIFE = 0.7
_MOST_DONE = 8
"""Once the processes have come to a few new things, however slow the machine is, the next kill comes after so long."""
_AHEAD = 24
"""So many episodes are always on their way."""
_DRAINED_WITHIN = 600.0
_TOLD_EVERY = 10
"""Kills."""


class Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class Feeder:
    """Follows shows, each in a channel that gets its digest as soon as there is one.

    A show that has nothing but audio, of which a tiny model makes no insights, is followed by the channel before.
    """

    fleet: Fleet
    world: World
    db: CatalogDb
    shows: int = 0
    channels: int = 0
    episodes: int = 0

    async def feed(self, *, until: asyncio.Event) -> None:
        """Keep so much on its way that no kill finds a process idle."""
        while not until.is_set():
            if self.episodes - self._ready() < _AHEAD:
                await self._follow_another()
            else:
                await asyncio.sleep(0.2)

    async def drained(self) -> bool:
        """Wait until no episode is on its way, every channel has its post, and the index has all; or for too long."""
        deadline = time.monotonic() + _DRAINED_WITHIN
        sent = "select count(*) from delivery where state = 'sent' and channel_id like 'local:chaos-%'"
        while time.monotonic() < deadline:
            if self._ready() == self.episodes and self.fleet.rows(sent)[0][0] == self.channels:
                # A rebuild that the kills cut off may still have to come to its end.
                if (await self.fleet.ask("status"))["data"]["indexed_episodes"] == self.episodes:
                    return True
                await asyncio.sleep(1)
            await asyncio.sleep(0.3)
        return False

    def _ready(self) -> int:
        return int(self.fleet.rows("select count(*) from episode where state = 'ready'")[0][0])

    async def _follow_another(self) -> None:
        address, episodes = self.world.feed(self.shows)
        subscriptions = Subscriptions(self.db, clock=Clock())
        if episodes > 1:
            self.channels += 1
        channel_id = f"local:chaos-{self.channels}"
        at = (datetime.now(UTC) - timedelta(minutes=1)).time().replace(microsecond=0)
        channel = Channel(channel_id, LOCAL, f"chaos {self.channels}", zone="UTC", at=at)
        await ChannelSettings(self.db, clock=Clock()).save(channel, workspace=LOCAL)
        feed_id = (await subscriptions.add(address, workspace=LOCAL)).id
        await subscriptions.follow(channel_id, feed_id, workspace=LOCAL, added_by="chaos")
        self.shows += 1
        self.episodes += episodes


@dataclass
class Bag:
    """How many kills it were, what was under way then, and which processes had ended before without being killed."""

    kills: int = 0
    cut: Counter[str] = field(default_factory=Counter)
    ended: list[str] = field(default_factory=list)


async def hunt(fleet: Fleet, world: World, *, kills: int, seconds: float, dice: random.Random) -> Bag:
    """Kill at random moments, until so many kills or seconds."""
    bag = Bag()
    ends = time.monotonic() + seconds
    deaths = {slot: kills * (3 + number) // 8 for number, slot in enumerate(MORTAL) if slot in fleet.slots}
    for number in range(kills):
        if number and number % _TOLD_EVERY == 0:
            print(
                f"{number} of {kills} kills, {len(world.replies)} model replies, {world.posts.total()} posts",
                flush=True,
            )
        if time.monotonic() > ends:
            return bag
        slot = await _next(fleet, world, dice)
        goes_for_good = [mortal for mortal, at in deaths.items() if number >= at and mortal in fleet.running]
        slot = goes_for_good[0] if goes_for_good else slot
        try:
            bag.cut += await asyncio.to_thread(fleet.under_way, slot)
        except SQLAlchemyError:
            bag.cut["nothing yet"] += 1
        world.dies(fleet.life(slot))
        if not await fleet.kill(slot):
            print(f"{slot} had ended by itself", flush=True)
            bag.ended.append(slot)
        bag.kills += 1
        if goes_for_good:
            print(f"{slot} never returns", flush=True)
        else:
            fleet.start(slot)
    return bag


async def _next(fleet: Fleet, world: World, dice: random.Random) -> str:
    """Wait for a random moment in the life of a random process; most are at work then."""
    if dice.random() < _WHILE_STARTING:
        await asyncio.sleep(dice.uniform(0.0, 1.0))
        return dice.choice(sorted(fleet.running))
    deadline = time.monotonic() + _STARTS_WITHIN
    while not (working := sorted(filter(fleet.is_up, fleet.running))):
        if time.monotonic() > deadline:
            states = fleet.tell_where_they_are()
            await asyncio.sleep(1)
            raise TimeoutError(f"No process starts ({states}); --log shows why.")
        await asyncio.sleep(0.02)
    enough, deadline = world.seen + dice.randint(1, _MOST_DONE), time.monotonic() + _IDLE_AT_MOST
    while world.seen < enough and time.monotonic() < deadline:  # noqa: ASYNC110  the world tells nobody
        await asyncio.sleep(0.01)
    await asyncio.sleep(min(dice.expovariate(1 / _MEAN_LIFE), _LONGEST_LIFE))
    return dice.choice(working)
