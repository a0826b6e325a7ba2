"""What each minute costs with a million feeds in the catalogue, against the same with as much to do and no other feeds.

`python -m tests.benchmarks.million_feeds [FEEDS]` (a million: some minutes, 2 GB in the temporary folder for SQLite, as
much for PostgreSQL where PODSIFT_TEST_POSTGRES names one). Both catalogues have the same to do: feeds that are due, as
many as a minute brings at six readings a day; 100,000 waiting episodes; the second has nothing else. Each figure is the
best of five in milliseconds of the clock: the database's own work is in it.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import bindparam, text

from pipeline.adapters.catalog import open_catalog
from pipeline.adapters.catalog.columns import UtcTime
from pipeline.adapters.sealing import Seal
from pipeline.domain.audience import WorkspaceId
from tests.peers.catalog import SECRET, SetClock, Stores
from tests.peers.postgres import postgres_schema

_NOW: Final = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
_WAITING: Final = 100_000
_READINGS_A_DAY: Final = 6
_TRIES: Final = 5
_ENOUGH: Final = 1_000
"""Milliseconds after which nothing is tried again."""
_FEEDS_OF_A_CHANNEL: Final = 100
_OURS: Final = WorkspaceId("slack:0")

_NUMBERS: Final = {
    "sqlite": "WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :count)",
    "postgresql": "WITH numbers AS (SELECT generate_series(0, :count - 1) AS n)",
}
_ID: Final = {"sqlite": "printf('%016x', {})", "postgresql": "lpad(to_hex({}), 16, '0')"}
_LATER: Final = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S.000000', :now, printf('%+d seconds', {}))",
    "postgresql": "CAST(:now AS timestamptz) + make_interval(secs => {})",
}
_CHANNELS: Final = """
INSERT INTO channel (id, workspace, name, zone, at, paused, more, less, muted, created_at)
{numbers} SELECT 'slack:' || (n / 10) || '/' || n, 'slack:' || (n / 10), 'pods', 'UTC', '08:30:00', {no}, '[]', '[]',
'[]', {now} FROM numbers"""
_FEEDS: Final = """
INSERT INTO feed (id, address, url, host, bucket, audience, title, state, next_read, last_read, added_at)
{numbers} SELECT {id}, {id}, 'https://host' || (n % 100000) || '.example/' || n, 'host' || (n % 100000) || '.example',
n % 4, '*', 'Show ' || n, CASE WHEN n % 100 = 99 THEN 'paused' WHEN n % 25 = 7 THEN 'failing' ELSE 'active' END,
{next_read}, {now}, {now} FROM numbers"""
_FOLLOWS: Final = """
INSERT INTO follow (channel_id, feed_id, workspace, added_by, added_at)
{numbers} SELECT 'slack:' || (n / 1000) || '/' || (n / 100), {id}, 'slack:' || (n / 1000), 'ann', {now} FROM numbers"""
_EPISODES: Final = """
INSERT INTO episode (id, feed_id, audience, found, found_hash, guid, title, first_seen, came_out, state, attempt,
backfill) {numbers} SELECT {id}, {feed_id}, '*', :found, '', 'guid-' || n, 'Episode ' || n, {now}, {came_out}, :state,
1, {is_old} FROM numbers"""
_FOUND: Final = (
    '{"guid":"made-1","title":"Episode 1: what we found","summary":"' + "What changed, and why. " * 12 + '"}'
)

_BEFORE: Final = """
SELECT feed.id, feed.url FROM feed WHERE EXISTS (SELECT * FROM follow WHERE follow.feed_id = feed.id)
AND feed.state != 'paused' AND (feed.next_read IS NULL OR feed.next_read <= :now)
ORDER BY feed.next_read NULLS FIRST, feed.id LIMIT 50000"""


@dataclass(frozen=True, slots=True)
class _Size:
    feeds: int
    due: int
    finished: int


def main() -> None:
    """Print each question's cost in both catalogues, on each database."""
    feeds = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    due = feeds * _READINGS_A_DAY // (24 * 60)
    sizes = (_Size(feeds, due, finished=feeds), _Size(due, due, finished=0))
    for family in ("sqlite", "postgresql") if os.environ.get("PODSIFT_TEST_POSTGRES") else ("sqlite",):
        asyncio.run(_compare(family, sizes))


async def _compare(family: str, sizes: tuple[_Size, _Size]) -> None:
    large, small = [await _costs(family, size) for size in sizes]
    print(f"\n{family}: {sizes[0].feeds:,} feeds, {sizes[0].due:,} of them due, {_WAITING:,} waiting episodes")
    for name, cost in large.items():
        print(f"{name:<64} {cost:9.1f} ms; without the other feeds {small[name]:8.1f}; {cost / small[name]:6.1f} times")


async def _costs(family: str, size: _Size) -> dict[str, float]:
    async with _catalogue(family) as stores:
        began = time.monotonic()
        await _fill(stores, family, size)
        print(f"{family}: filled with {size.feeds:,} feeds in {time.monotonic() - began:.0f} s", flush=True)
        return {name: await _best_of(ask) for name, ask in _questions(stores).items()}


@asynccontextmanager
async def _catalogue(family: str) -> AsyncIterator[Stores]:
    clock = SetClock(_NOW)
    if family == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            async with open_catalog(f"sqlite:///{folder}/catalog.db", seal=Seal(SECRET)) as db:
                yield Stores(db, clock)
        return
    async with postgres_schema() as url, open_catalog(url, seal=Seal(SECRET)) as db:
        yield Stores(db, clock)


async def _fill(stores: Stores, family: str, size: _Size) -> None:
    def later(seconds: str) -> str:
        return _LATER[family].format(seconds)

    words = {
        "numbers": _NUMBERS[family],
        "id": _ID[family].format("n"),
        "now": later("0"),
        "no": "FALSE",
        "feed_id": _ID[family].format("n % :feeds"),
    }
    # What is due was due in the last minute; of the others each has a time of its own in the day that comes.
    next_read = f"CASE WHEN n < :due THEN {later('-(n % 60)')} ELSE {later('1 + n % 86400')} END"
    waiting = words | {
        "id": _ID[family].format("n + 900000000000"),
        "came_out": later("-n * 60"),
        "is_old": "n % 2 = 0",
    }
    ready = words | {"id": _ID[family].format("n"), "came_out": later("-(n % 5000000)"), "is_old": "FALSE"}
    values = {
        "now": _NOW if family == "postgresql" else f"{_NOW:%Y-%m-%d %H:%M:%S}",
        "found": _FOUND,
        "feeds": size.feeds,
    }
    steps: tuple[tuple[str, dict[str, Any]], ...] = (
        (_CHANNELS.format(**words), {"count": size.feeds // _FEEDS_OF_A_CHANNEL + 1}),
        (_FEEDS.format(**words, next_read=next_read), {"count": size.feeds, "due": size.due}),
        (_FOLLOWS.format(**words), {"count": size.feeds}),
        (_EPISODES.format(**waiting), {"count": _WAITING, "state": "waiting"}),
        (_EPISODES.format(**ready), {"count": size.finished, "state": "ready"}),
        ("ANALYZE", {}),
    )
    for statement, own in steps:
        if own.get("count", 1):
            async with stores.db.writing() as connection:
                given = {name: value for name, value in (values | own).items() if f":{name}" in statement}
                await connection.execute(text(statement), given)


def _questions(stores: Stores) -> dict[str, Callable[[], Awaitable[object]]]:
    """What is asked each minute, or by whoever looks; and how it was asked before."""
    feeds, episodes = stores.feeds, stores.episodes

    async def before() -> None:
        async with stores.db.reading() as connection:
            (await connection.execute(text(_BEFORE).bindparams(bindparam("now", type_=UtcTime)), {"now": _NOW})).all()

    return {
        "tick: buckets with due feeds": lambda: feeds.due_buckets(_NOW),
        "tick: a bucket's due feeds": lambda: feeds.due(_NOW, bucket=0, limit=2_000),
        "  as it was: all due feeds, asked at once": before,
        "tick: 100 new episodes that go next": lambda: episodes.next_up(100, is_old=False, is_unheard=False),
        "tick: 100 old episodes that go next": lambda: episodes.next_up(100, is_old=True, is_unheard=False),
        "tick: what must be heard": lambda: episodes.next_up(100, is_old=False, is_unheard=True),
        "  as it was: all that waits": episodes.waiting,
        "tick: failed episodes that go again": lambda: episodes.due_retries(_NOW),
        "status: a workspace's stock": lambda: stores.library.stock(workspace=_OURS),
        "status: failed episodes": stores.operations.failed,
        "list: a channel's 100 feeds": lambda: stores.library.feeds(workspace=_OURS, channel_id="slack:0/0"),
        "healthz: since when something waits": stores.operations.waiting_since,
        "metrics: everything in numbers": stores.operations.overview,
    }


async def _best_of(ask: Callable[[], Awaitable[object]]) -> float:
    costs: list[float] = []
    while len(costs) < _TRIES and sum(costs) < _ENOUGH:
        began = time.perf_counter()
        await ask()
        costs.append(1_000 * (time.perf_counter() - began))
    return min(costs)


if __name__ == "__main__":
    main()
