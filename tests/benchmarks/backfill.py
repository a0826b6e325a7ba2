"""How long new episodes take beside a back-fill, against the same without one, in the real service.

    python -m tests.benchmarks.backfill [OLD] [SECONDS] [MINUTES]

An archive of OLD episodes (200) of MINUTES (20) each is back-filled, and meanwhile one show after the other has an
episode of today; before that, others had theirs when nothing else was to be done. One process on SQLite; and, where
PODSIFT_TEST_POSTGRES names one, two workers and a web on PostgreSQL and a Chroma server. With SECONDS above nothing, a
language model on loopback takes so many for each call. Ticks come every ten seconds and not every minute, so that one
need not wait for them. Every episode has a published transcript. Read the ratios: other work on the machine is in the
seconds.
"""

import asyncio
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select

from pipeline.adapters.catalog.tables import episode
from tests.peers.archive_world import ARCHIVE, TODAY, ArchiveWorld, archive_world
from tests.peers.quick_service import TICK, QuickService, Times, quick_service
from tests.peers.waiting import until

_APART: Final = 7.0
"""Seconds between two new episodes: they come at every moment between two ticks."""
_ALONE: Final = 10
_UNDER_STEAM: Final = 10
"""So many old episodes are ready before the first new one comes out."""
_PATIENCE: Final = 900.0
_WORK: Final = ("transcript", "insights", "index")
_TAKEN_UP: Final = "from taken up to ready and indexed"


@dataclass(frozen=True, slots=True)
class _Way:
    """When a new episode came out and was found, and the times of its stages."""

    out: float
    found: float
    stages: tuple[Times, ...]

    @property
    def _taken_up(self) -> float:
        return self.stages[0][0]

    @property
    def _ready(self) -> float:
        return self.stages[-1][-1]

    def spans(self) -> dict[str, float]:
        """Seconds of each part of the way."""
        turns = {name: begun - queued for name, (queued, begun, _) in zip(_WORK, self.stages, strict=True)}
        work = {name: ended - begun for name, (_, begun, ended) in zip(_WORK, self.stages, strict=True)}
        return {
            "from out to found": self.found - self.out,
            "from found to ready and indexed": self._ready - self.found,
            _TAKEN_UP: self._ready - self._taken_up,
            **{f"  until its turn: {name}": turns[name] for name in _WORK},
            **{f"  its turn: {name}": work[name] for name in _WORK},
        }


def main() -> None:
    """Print the figures for each database."""
    old = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    thinking = float(sys.argv[2]) if len(sys.argv) > 2 else 0.0
    minutes = float(sys.argv[3]) if len(sys.argv) > 3 else 20.0
    for on_servers in (False, True) if os.environ.get("PODSIFT_TEST_POSTGRES") else (False,):
        asyncio.run(_compare(old, thinking, minutes, on_servers=on_servers))


async def _compare(old: int, thinking: float, minutes: float, *, on_servers: bool) -> None:
    beside = max(_ALONE, old // 40)
    async with archive_world(old=old, minutes=minutes, thinking=thinking) as world:
        model = {"openai_model": "reader", "openai_base_url": world.model_url} if thinking else {}
        async with quick_service(on_servers=on_servers, backfill="0", **model) as service:
            for url in (world.archive_url, *map(world.show_url, range(_ALONE + beside))):
                await service.ask("add", address=url)
            alone = await _come_out(world, service, range(_ALONE))
            begun = time.monotonic()
            await service.ask("backfill", name=ARCHIVE, count=old, confirmed=True)
            told = time.monotonic() - begun
            await until(lambda: _are_ready(service, _UNDER_STEAM, of="old"), seconds=_PATIENCE)
            crowded = await _come_out(world, service, range(_ALONE, _ALONE + beside))
            ready, took = await _ready(service, of="old"), time.monotonic() - begun
        calls = world.calls / (ready + len(alone) + len(crowded))
    where = "PostgreSQL and a Chroma server, two workers" if on_servers else "SQLite, one process"
    words = f"a language model that takes {thinking} s, asked {calls:.1f} times" if thinking else "no language model"
    print(f"\n{where}; {words}; {old} old episodes of {minutes:.0f} minutes; a tick every {TICK:.0f} s")
    print(f"the back-fill was ordered in {told:.1f} s; {ready} were ready after {took:.0f} s, with the last new one")
    if ready >= old:
        print("TOO SHORT: the back-fill was over before the last new one was ready.")
    _tell(alone, crowded)


async def _come_out(world: ArchiveWorld, service: QuickService, shows: Sequence[int]) -> list[_Way]:
    """One show after the other has an episode; their ways, once all are searchable."""
    out: dict[str, float] = {}
    before = await _ready(service, of=TODAY)
    for show in shows:
        out[f"{TODAY}-{show}"] = world.come_out(show).timestamp()
        await asyncio.to_thread(service.make_due, world.show_url(show))
        await asyncio.sleep(_APART)
    await until(lambda: _are_ready(service, before + len(shows), of=TODAY), seconds=_PATIENCE)
    query = select(episode.c.guid, episode.c.first_seen, episode.c.id).where(episode.c.guid.in_(out))
    rows = await asyncio.to_thread(service.rows, query.order_by(episode.c.first_seen))
    return [_Way(out[guid], found.timestamp(), await _stages(service, one)) for guid, found, one in rows]


async def _stages(service: QuickService, episode_id: str) -> tuple[Times, ...]:
    """An episode is ready a moment before its last stage has ended."""

    async def has_ended() -> bool:
        return len(service.stages(episode_id)) == len(_WORK)

    await until(has_ended)
    return service.stages(episode_id)


async def _are_ready(service: QuickService, many: int, *, of: str) -> bool:
    return await _ready(service, of=of) >= many


async def _ready(service: QuickService, *, of: str) -> int:
    query = select(func.count()).where(episode.c.guid.startswith(of), episode.c.state == "ready")
    [(count,)] = await asyncio.to_thread(service.rows, query)
    return int(count)


def _tell(alone: Sequence[_Way], crowded: Sequence[_Way]) -> None:
    parts: tuple[tuple[str, Callable[[Sequence[float]], float]], ...] = (
        ("median", statistics.median),
        ("longest", max),
    )
    print(f"seconds, {len(alone)} new episodes without and {len(crowded)} beside the back-fill:")
    for name in alone[0].spans():
        ours, theirs = ([way.spans()[name] for way in ways] for ways in (alone, crowded))
        figures = (
            f"{word} {of(ours):6.2f}, {of(theirs):6.2f} ({of(theirs) / of(ours):5.2f} times)" for word, of in parts
        )
        print(f"{name:<38} {'; '.join(figures)}")
    half = len(crowded) // 2
    early, late = (
        statistics.median(way.spans()[_TAKEN_UP] for way in ways) for ways in (crowded[:half], crowded[half:])
    )
    print(f"beside the back-fill, median {_TAKEN_UP}: first half {early:.2f}, second half {late:.2f}")


if __name__ == "__main__":
    main()
