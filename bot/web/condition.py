"""How the service is: which parts answer, and what they hold. Numbers only: no title, no address, no name."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from typing import Final, TypeVar

from bot.app import App
from bot.pulse import Beat
from pipeline.domain.errors import PodsiftError
from pipeline.domain.overview import Overview
from pipeline.domain.spending import SpendingTotal
from vectorstore.index import IndexCounts

T = TypeVar("T")

_PATIENCE: Final = 5.0
"""Seconds that each part has to answer."""
_EVER: Final = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Condition:
    """How everything is `at` a moment. None stands for a part that does not answer, or was not asked.

    `waiting_since` is when the longest waiting episode was first seen, None when none waits. `platforms` says of each
    chat platform that is set up whether it is connected. `disk_free` is in bytes; the disk `is_short` when that is less
    than is to stay free. `ticks` are those that this process does. `queues` says how much is in each queue of the
    engine, by queue and state. `vectors` says whether the index has its search by meaning, `index` is about its words.
    """

    version: str
    at: datetime
    engine: bool
    database: bool
    waiting_since: datetime | None
    overview: Overview | None
    spending: SpendingTotal | None
    index: IndexCounts | None
    vectors: bool
    platforms: Mapping[str, bool]
    disk_free: int
    is_short: bool
    ticks: Mapping[str, Beat]
    queues: Mapping[tuple[str, str], int] | None

    @property
    def is_serving(self) -> bool:
        """Whether the service does its work, as far as a restart may help.

        A chat platform that is away for a while stops nothing of it. A tick that hangs stops all of it; one that fails
        each time would fail after a restart too, and meanwhile questions are answered.
        """
        is_stuck = any(tick.is_stuck for tick in self.ticks.values())
        return self.engine and self.database and self.index is not None and not is_stuck

    @property
    def status(self) -> str:
        """`ok`, or `down`; between them `degraded`, of which a restart mends nothing.

        Then a chat platform is away, the disk is short, a tick does not end well, or words are searched alone.
        """
        if not self.is_serving:
            return "down"
        is_late = any(tick.is_late for tick in self.ticks.values())
        is_whole = self.vectors and all(self.platforms.values())
        return "ok" if is_whole and not self.is_short and not is_late else "degraded"

    @property
    def oldest_waiting(self) -> float:
        """Seconds for which the longest waiting episode has been waiting, 0 when none waits."""
        return 0.0 if self.waiting_since is None else max(0.0, (self.at - self.waiting_since).total_seconds())


async def look(app: App, *, counts: bool = False, patience: float = _PATIENCE) -> Condition:
    """Ask every part of an open app how it is; none gets more than `patience` seconds.

    With `counts` the database counts what it holds. Whether it answers never depends on that: a million takes a while.
    """
    connections = app.platforms.connections

    async def waiting() -> tuple[datetime | None]:
        return (await app.desk.waiting_since(),)

    since, overview, spending, index, vectors, queues = await asyncio.gather(
        _answer(waiting, patience),
        _answer(app.desk.overview if counts else _nothing, patience),
        _answer(lambda: app.spending.total(since=_EVER), patience),
        _answer(app.index.counts, patience),
        _answer(app.index.vectors_answer, patience),
        _answer(partial(_queues, app) if counts else _nothing, patience),
    )
    connected = await asyncio.gather(*(_answer(is_up, patience) for is_up in connections.values()))
    return Condition(
        version=version("podsift"),
        at=app.clock.now(),
        engine=app.engine.is_running,
        database=since is not None,
        waiting_since=None if since is None else since[0],
        overview=overview,
        spending=spending,
        index=index,
        vectors=bool(vectors),
        platforms=dict(zip(connections, map(bool, connected), strict=True)),
        disk_free=app.upkeep.room.free,
        is_short=app.upkeep.room.is_short,
        ticks=app.engine.pulse.beats(),
        queues=queues,
    )


async def _queues(app: App) -> Mapping[tuple[str, str], int] | None:
    return await (await app.engine.get()).queues() if app.engine.is_running else None


async def _nothing() -> None:
    return None


async def _answer(ask: Callable[[], Awaitable[T]], patience: float) -> T | None:
    """What a part says in time, None when it fails or says nothing."""
    try:
        async with asyncio.timeout(patience):
            return await ask()
    except (PodsiftError, TimeoutError):
        return None
