"""Who reads which feeds, how many at once and for how long."""

import asyncio
from collections import Counter

import pytest

from bot.engine.buckets import Readers
from pipeline.domain.feed import BUCKETS, DueFeed, bucket_of


def due(host: str, count: int) -> tuple[DueFeed, ...]:
    return tuple(DueFeed(f"{host}/{number}", f"https://{host}/{number}.xml") for number in range(count))


class Reading:
    """Readings that go on until they are let go; those of `slow.example` never end by themselves."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.running: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.let_go = asyncio.Event()

    async def read(self, feed_id: str) -> None:
        host = feed_id.partition("/")[0]
        self.begun.append(feed_id)
        for name in (host, "all"):
            self.running[name] += 1
            self.most[name] = max(self.most[name], self.running[name])
        await (self.let_go.wait() if host == "slow.example" else asyncio.sleep(0))
        for name in (host, "all"):
            self.running[name] -= 1


def test_the_bucket_of_a_host_never_changes() -> None:
    assert [bucket_of(f"https://{host}/feed.xml?key=1") for host in ("a.example", "b.example", "c.example")] == [
        0,
        3,
        0,
    ]


def test_all_feeds_of_a_host_are_in_one_bucket_and_hosts_are_in_all() -> None:
    by_host = [{bucket_of(f"https://host{host}.example/{feed}") for feed in range(5)} for host in range(200)]

    assert {len(buckets) for buckets in by_host} == {1}
    assert set.union(*by_host) == set(range(BUCKETS))


async def test_a_slow_host_keeps_no_other_waiting_and_is_asked_for_two_feeds_at_once() -> None:
    reading = Reading()
    feeds = (*due("slow.example", 50), *due("quick.example", 50), *due("other.example", 50))

    async with asyncio.TaskGroup() as group, asyncio.timeout(10):
        group.create_task(Readers(at_once=6).read(feeds, reading.read))
        while len(reading.begun) < 102 or reading.running["all"] > 2:  # noqa: ASYNC110  each turn of the loop is a step of the readings
            await asyncio.sleep(0)
        assert reading.running == {"slow.example": 2, "quick.example": 0, "other.example": 0, "all": 2}
        reading.let_go.set()

    assert sorted(reading.begun) == sorted(feed.id for feed in feeds)
    assert reading.most["slow.example"] == 2
    assert max(reading.most["quick.example"], reading.most["other.example"]) <= 4
    assert reading.most["all"] <= 6


async def test_all_buckets_of_a_process_share_its_places() -> None:
    reading, readers = Reading(), Readers(at_once=3)

    async with asyncio.TaskGroup() as group:
        for bucket in range(BUCKETS):
            group.create_task(readers.read(due(f"{bucket}.example", 20), reading.read))

    assert len(reading.begun) == 20 * BUCKETS
    assert reading.most["all"] == 3


async def test_after_its_time_no_reading_is_begun_and_those_that_run_end() -> None:
    reading = Reading()
    readers = Readers(seconds=0.05)

    asyncio.get_running_loop().call_later(0.1, reading.let_go.set)
    async with asyncio.timeout(10):
        await readers.read(due("slow.example", 50), reading.read)

    assert reading.begun == [f"slow.example/{number}" for number in range(2)]
    assert reading.running["all"] == 0


async def test_what_a_reading_raises_is_raised() -> None:
    async def read(_feed_id: str) -> None:
        raise ValueError

    with pytest.RaisesGroup(ValueError):
        await Readers().read(due("one.example", 1), read)
