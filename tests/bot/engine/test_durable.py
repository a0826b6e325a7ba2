"""The real engine on a file of its own."""

import asyncio
import sqlite3
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dbos import DBOS

from bot.engine.durable import Engine, Paused, Rhythm, open_engine
from bot.engine.queues import Job
from bot.engine.workflows import Work
from pipeline.domain.errors import (
    CatalogUnavailable,
    IndexUnavailable,
    ModelBusy,
    ModelQuota,
    NoTranscript,
    PodsiftError,
)
from pipeline.flows import Stage
from tests.peers.waiting import until

BROKEN = 3
QUICK = Rhythm(first_pause=0.01, patience=0.0, farewell=2)
NEXT = {Stage.INGEST: Stage.ANALYSE, Stage.ANALYSE: Stage.INDEX, Stage.INDEX: None}


class Recorder:
    """Work that is noted; `fail` may raise in a stage."""

    def __init__(self, fail: Callable[[Stage, str, int], None] = lambda _stage, _episode, _try: None) -> None:
        self.stages: Counter[tuple[Stage, str]] = Counter()
        self.given_up: dict[str, str] = {}
        self.to_mend: set[str] = set()
        self.scanned: list[int] = []
        self.hold_scans: asyncio.Event | None = None
        self.order: list[tuple[Stage, str]] = []
        self.held: dict[tuple[Stage, str], asyncio.Event] = {}
        self.posted: list[tuple[str, str]] = []
        self.forgotten = 0
        self.changed = asyncio.Event()
        self._fail = fail

    async def run_stage(self, stage: Stage, episode_id: str) -> Stage | None:
        self.stages[stage, episode_id] += 1
        self._fail(stage, episode_id, self.stages[stage, episode_id])
        self.order.append((stage, episode_id))
        self.changed.set()
        if (stage, episode_id) in self.held:
            await self.held[stage, episode_id].wait()
        return NEXT[stage]

    async def give_up(self, _stage: Stage, episode_id: str, error: PodsiftError) -> None:
        self.given_up[episode_id] = str(error)
        if error.retryable:
            self.to_mend.add(episode_id)
        self.changed.set()

    async def scan(self, bucket: int) -> None:
        self.scanned.append(bucket)
        self.changed.set()
        if self.hold_scans is not None:
            await self.hold_scans.wait()
        if bucket == BROKEN:
            raise CatalogUnavailable("Away.")

    async def post(self, channel_id: str, day: str) -> None:
        self.posted.append((channel_id, day))
        self.changed.set()

    async def forget(self) -> None:
        self.forgotten += 1
        self.changed.set()

    def work(self) -> Work:
        return Work(self.scan, self.run_stage, self.give_up, self.post, forget_old=self.forget)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not condition():
                self.changed.clear()
                await self.changed.wait()


async def run(folder: Path, recorder: Recorder, start: Callable[[Engine], Awaitable[None]]) -> None:
    url = f"sqlite:///{folder / 'engine.db'}"
    async with open_engine(url=url, role="all", slot="local", work=recorder.work(), rhythm=QUICK) as engine:
        await start(engine)


async def test_old_words_are_forgotten_once_a_day_however_often_it_is_asked_for(tmp_path: Path) -> None:
    recorder = Recorder()

    async def start(engine: Engine) -> None:
        for _ in range(3):
            await engine.start_forgetting(day="2026-11-23")
            await recorder.until(lambda: recorder.forgotten == 1)
        await engine.start_forgetting(day="2026-11-24")
        await recorder.until(lambda: recorder.forgotten > 1)

    await run(tmp_path, recorder, start)
    assert recorder.forgotten == 2


async def test_takes_an_episode_through_its_stages_once_however_often_it_is_started(tmp_path: Path) -> None:
    recorder = Recorder()

    async def start(engine: Engine) -> None:
        for _ in range(3):
            await engine.start_episode(Job("e1", 1))
            await engine.start_scans([1], tick="1")
            await engine.start_digest("c1", day="2026-11-22")
        await recorder.until(lambda: bool(recorder.posted and recorder.scanned))
        await recorder.until(lambda: bool(recorder.stages[Stage.INDEX, "e1"]))

    await run(tmp_path, recorder, start)

    assert set(recorder.stages.values()) == {1}
    assert recorder.scanned == [1]
    assert recorder.posted == [("c1", "2026-11-22")]


async def test_a_bucket_that_is_being_read_is_not_queued_again_and_the_others_are(tmp_path: Path) -> None:
    recorder = Recorder()
    recorder.hold_scans = asyncio.Event()
    queued: list[int] = []

    async def start(engine: Engine) -> None:
        assert recorder.hold_scans is not None
        for tick in range(5):
            await engine.start_scans([1], tick=f"{tick}")
            await recorder.until(lambda: 1 in recorder.scanned)
        await engine.start_scans([0, 1, 2], tick="6")
        await recorder.until(lambda: len(recorder.scanned) == 3)
        queued.append(len(await DBOS.list_workflows_async(name="scan")))
        recorder.hold_scans.set()

    await run(tmp_path, recorder, start)

    assert sorted(recorder.scanned) == [0, 1, 2]
    assert queued == [3]


async def test_a_bucket_whose_reading_failed_is_free_at_once(tmp_path: Path) -> None:
    recorder = Recorder()

    async def start(engine: Engine) -> None:
        for tick in range(3):
            await engine.start_scans([BROKEN], tick=f"{tick}")
            await recorder.until(lambda: len(recorder.scanned) == tick + 1)  # noqa: B023  awaited at once

            async def it_is_free() -> bool:
                return not await DBOS.list_workflows_async(name="scan", status=["ENQUEUED", "PENDING"])

            await until(it_is_free)

    await run(tmp_path, recorder, start)
    assert recorder.scanned == [BROKEN] * 3


async def test_gives_up_with_the_reason_and_lets_the_others_go_on(tmp_path: Path) -> None:
    def fail(stage: Stage, episode_id: str, _try: int) -> None:
        if stage is Stage.ANALYSE and episode_id == "bad":
            raise NoTranscript(("The page is gone.",))
        if stage is Stage.ANALYSE and episode_id == "bug":
            raise ValueError

    recorder = Recorder(fail)

    async def start(engine: Engine) -> None:
        for episode in ("bad", "bug", "good"):
            await engine.start_episode(Job(episode, 1))
        await recorder.until(lambda: len(recorder.given_up) == 2 and bool(recorder.stages[Stage.INDEX, "good"]))

    await run(tmp_path, recorder, start)

    assert recorder.given_up["bad"] == "The page is gone."
    assert "ValueError" in recorder.given_up["bug"]


async def test_tries_again_what_may_go_well_later(tmp_path: Path) -> None:
    def fail(stage: Stage, _episode: str, attempt: int) -> None:
        if stage is Stage.INGEST and attempt == 1:
            raise ModelBusy("The server is busy.")

    recorder = Recorder(fail)

    async def start(engine: Engine) -> None:
        await engine.start_episode(Job("e1", 1))
        await recorder.until(lambda: bool(recorder.stages[Stage.INDEX, "e1"]))

    await run(tmp_path, recorder, start)

    assert recorder.stages[Stage.INGEST, "e1"] == 2
    assert not recorder.given_up


async def test_a_new_attempt_runs_again_and_an_old_one_does_not(tmp_path: Path) -> None:
    recorder = Recorder()

    async def first(engine: Engine) -> None:
        await engine.start_episode(Job("e1", 1))
        await recorder.until(lambda: bool(recorder.stages[Stage.INDEX, "e1"]))

    async def second(engine: Engine) -> None:
        await engine.start_episode(Job("e1", 1))
        await engine.start_episode(Job("e1", 2))
        await recorder.until(lambda: recorder.stages[Stage.INDEX, "e1"] == 2)

    await run(tmp_path, recorder, first)
    await run(tmp_path, recorder, second)

    assert recorder.stages[Stage.INGEST, "e1"] == 2


async def test_what_may_go_well_later_is_given_up_as_such(tmp_path: Path) -> None:
    def fail(_stage: Stage, episode_id: str, _try: int) -> None:
        if episode_id == "down":
            raise NoTranscript(("The server is down.",), retryable=True)
        raise NoTranscript(("It has no audio.",))

    recorder = Recorder(fail)

    async def start(engine: Engine) -> None:
        for episode in ("down", "mute"):
            await engine.start_episode(Job(episode, 1))
        await recorder.until(lambda: len(recorder.given_up) == 2)

    await run(tmp_path, recorder, start)

    assert recorder.given_up == {"down": "The server is down.", "mute": "It has no audio."}
    assert recorder.to_mend == {"down"}


async def test_without_credit_an_episode_waits_and_the_reason_is_told_once(tmp_path: Path) -> None:
    def fail(stage: Stage, _episode: str, _try: int) -> None:
        if stage is Stage.ANALYSE:
            raise ModelQuota("There is no credit left.")

    recorder = Recorder(fail)
    paused: list[tuple[Paused, ...]] = []
    under_way: list[Mapping[tuple[str, int], Stage]] = []

    async def start(engine: Engine) -> None:
        for episode in ("e1", "e2", "e3"):
            await engine.start_episode(Job(episode, 1))

        async def all_wait() -> bool:
            return sum(each.episodes for each in await engine.paused()) == 3

        await until(all_wait)
        paused.append(await engine.paused())
        under_way.append(await engine.under_way())

    begun = datetime.now(UTC)
    await run(tmp_path, recorder, start)

    [[pause]] = paused
    assert (pause.reason, pause.episodes) == ("There is no credit left.", 3)
    assert timedelta(minutes=59) < pause.until - begun < timedelta(minutes=61)
    assert under_way == [dict.fromkeys([("e1", 1), ("e2", 1), ("e3", 1)], Stage.ANALYSE)]
    assert recorder.given_up == {}
    assert recorder.stages[Stage.ANALYSE, "e1"] == 1


async def test_says_how_much_waits_runs_and_is_paused_in_each_queue(tmp_path: Path) -> None:
    def fail(stage: Stage, _episode: str, _try: int) -> None:
        if stage is Stage.ANALYSE:
            raise ModelQuota("There is no credit left.")

    recorder = Recorder(fail)
    recorder.held[Stage.INGEST, "e1"] = asyncio.Event()
    first: dict[tuple[str, str], int] = {}

    async def start(engine: Engine) -> None:
        first.update(await engine.queues())
        await engine.start_episode(Job("e1", 1, host="a.example"))
        await recorder.until(lambda: bool(recorder.order))
        for episode, host in (("e2", "a.example"), ("e3", "a.example"), ("e4", "b.example")):
            await engine.start_episode(Job(episode, 1, host=host))

        async def all_stand_still() -> bool:
            held = {where: number for where, number in (await engine.queues()).items() if number}
            return held == {("ingest", "running"): 1, ("ingest", "waiting"): 2, ("llm", "paused"): 1}

        await until(all_stand_still, seconds=20)
        recorder.held[Stage.INGEST, "e1"].set()

    await run(tmp_path, recorder, start)

    queues = {"scan", "ingest", "backfill", "gpu", "llm", "index", "post"}
    assert first == {(queue, state): 0 for queue in queues for state in ("waiting", "running", "paused")}


async def test_a_database_that_cannot_be_read_is_told_in_an_error_of_ours(tmp_path: Path) -> None:
    def rename(table: str, name: str) -> None:
        with closing(sqlite3.connect(tmp_path / "engine.db")) as connection:
            connection.execute(f"alter table {table} rename to {name}")

    async def start(engine: Engine) -> None:
        rename("workflow_status", "aside")
        for asked in (engine.under_way, engine.paused, engine.queues, engine.abandoned):
            with pytest.raises(CatalogUnavailable, match="engine's database cannot be read"):
                await asked()
        rename("aside", "workflow_status")
        assert await engine.under_way() == {}

    await run(tmp_path, Recorder(), start)


async def test_queues_are_counted_once_for_all_who_ask_meanwhile_also_when_one_goes_away(tmp_path: Path) -> None:
    counts: list[Mapping[tuple[str, str], int]] = []

    async def start(engine: Engine) -> None:
        asking = [asyncio.create_task(engine.queues()) for _ in range(3)]
        await asyncio.sleep(0)
        asking[0].cancel()
        counts.extend(await asyncio.gather(*asking[1:]))
        counts.append(await engine.queues())

    await run(tmp_path, Recorder(), start)

    first, second, later = counts
    assert first is second
    assert later is not first
    assert later == first


async def test_an_index_that_is_away_is_waited_for_after_some_tries(tmp_path: Path) -> None:
    def fail(stage: Stage, _episode: str, _try: int) -> None:
        if stage is Stage.INDEX:
            raise IndexUnavailable("The index does not answer.")

    recorder = Recorder(fail)
    paused: list[tuple[Paused, ...]] = []

    async def start(engine: Engine) -> None:
        await engine.start_episode(Job("e1", 1))

        async def it_waits() -> bool:
            return bool(await engine.paused())

        await until(it_waits)
        paused.append(await engine.paused())

    await run(tmp_path, recorder, start)

    assert [each.reason for each in paused[0]] == ["The index does not answer."]
    assert recorder.stages[Stage.INDEX, "e1"] == 4
    assert recorder.given_up == {}


async def test_an_archive_never_stands_before_a_new_episode(tmp_path: Path) -> None:
    recorder = Recorder()
    old = [f"old{number}" for number in range(60)]
    for episode in old:
        recorder.held[Stage.INGEST, episode] = asyncio.Event()

    async def start(engine: Engine) -> None:
        for episode in old:
            await engine.start_episode(Job(episode, 1, rank=9, host="archive.example"))
        await recorder.until(lambda: bool(recorder.order))
        await engine.start_episode(Job("new", 1, host="archive.example"))
        await recorder.until(lambda: bool(recorder.stages[Stage.INDEX, "new"]))
        for held in recorder.held.values():
            held.set()

    await run(tmp_path, recorder, start)

    assert sum(stage is Stage.INGEST for stage, _ in recorder.order[: recorder.order.index((Stage.INDEX, "new"))]) <= 3


async def test_todays_episode_overtakes_two_hundred_of_an_archive_that_is_being_read(tmp_path: Path) -> None:
    recorder = Recorder()
    overtaken: list[int] = []

    async def start(engine: Engine) -> None:
        for number in range(200):
            await engine.start_episode(Job(f"old{number}", 1, rank=9, host=f"host{number % 7}.example"))
        before = len(recorder.order)
        await engine.start_episode(Job("today", 1, host="host0.example"))
        await recorder.until(lambda: bool(recorder.stages[Stage.INDEX, "today"]))
        overtaken.append(len({episode for _, episode in recorder.order[before:]} - {"today"}))

    await run(tmp_path, recorder, start)

    # Some of the archive runs beside it; it stands behind none of the many that wait.
    assert overtaken[0] < 80


async def test_the_newer_episode_is_analysed_first(tmp_path: Path) -> None:
    recorder = Recorder()
    busy = [f"busy{number}" for number in range(6)]
    for episode in busy:
        recorder.held[Stage.ANALYSE, episode] = asyncio.Event()

    def analysed() -> list[str]:
        return [episode for stage, episode in recorder.order if stage is Stage.ANALYSE]

    async def start(engine: Engine) -> None:
        for episode in busy:
            await engine.start_episode(Job(episode, 1, host=episode))
        await recorder.until(lambda: len(analysed()) == 6)
        for rank in (7, 4, 1):
            await engine.start_episode(Job(f"rank{rank}", 1, rank=rank, host=f"{rank}"))
        await recorder.until(lambda: sum(stage is Stage.INGEST for stage, _ in recorder.order) == 9)

        async def all_wait() -> bool:
            return len(await DBOS.list_workflows_async(status="ENQUEUED", name="analyse")) == 3

        await until(all_wait)
        recorder.held[Stage.ANALYSE, busy[0]].set()
        await recorder.until(lambda: len(analysed()) == 9)
        for held in recorder.held.values():
            held.set()

    await run(tmp_path, recorder, start)

    assert analysed()[6:] == ["rank1", "rank4", "rank7"]


async def test_what_does_not_finish_at_the_end_goes_on_at_the_next_start(tmp_path: Path) -> None:
    recorder = Recorder()
    recorder.held[Stage.ANALYSE, "long"] = asyncio.Event()
    ended: list[float] = []

    async def first(engine: Engine) -> None:
        await engine.start_episode(Job("long", 1))
        await recorder.until(lambda: bool(recorder.stages[Stage.ANALYSE, "long"]))
        ended.append(time.monotonic())

    async def second(_engine: Engine) -> None:
        await recorder.until(lambda: bool(recorder.stages[Stage.INDEX, "long"]))

    await run(tmp_path, recorder, first)
    took = time.monotonic() - ended[0]
    recorder.held.clear()
    await run(tmp_path, recorder, second)

    assert took < 6
    assert recorder.stages[Stage.INGEST, "long"] == 1
    assert recorder.stages[Stage.ANALYSE, "long"] == 2


async def test_finished_work_is_swept_and_what_waits_stays(tmp_path: Path) -> None:
    def fail(_stage: Stage, episode_id: str, _try: int) -> None:
        if episode_id == "poor":
            raise ModelQuota("There is no credit left.")

    recorder = Recorder(fail)
    swept: list[int] = []
    left: list[Mapping[tuple[str, int], Stage]] = []

    async def start(engine: Engine) -> None:
        await engine.start_episode(Job("e1", 1))
        await engine.start_episode(Job("poor", 1))
        await recorder.until(lambda: bool(recorder.stages[Stage.INDEX, "e1"]))

        async def only_one_is_left() -> bool:
            return len(await engine.under_way()) == 1

        await until(only_one_is_left)
        swept.append(await engine.sweep(before=datetime.now(UTC) - timedelta(days=1)))
        swept.append(await engine.sweep(before=datetime.now(UTC) + timedelta(minutes=1)))
        left.append(await engine.under_way())

    await run(tmp_path, recorder, start)

    assert swept == [0, 4]
    assert left == [{("poor", 1): Stage.INGEST}]


class Deaf(Recorder):
    """Nothing has published words, and nobody listens."""

    async def run_stage(self, stage: Stage, episode_id: str) -> Stage | None:
        await super().run_stage(stage, episode_id)
        return Stage.TRANSCRIBE


def fill_the_queue(path: Path, number: int) -> None:
    """Copies of the one workflow that is there."""
    with closing(sqlite3.connect(path)) as connection:
        cursor = connection.execute("select * from workflow_status")
        names, [row] = [column[0] for column in cursor.description], cursor.fetchall()
        copies = [{**dict(zip(names, row, strict=True)), "workflow_uuid": f"transcribe:o{n}:1"} for n in range(number)]
        values = ", ".join(f":{name}" for name in names)
        connection.executemany(f"insert into workflow_status ({', '.join(names)}) values ({values})", copies)
        connection.commit()


async def test_what_must_be_heard_is_left_to_the_ticks_when_many_wait_for_it_already(tmp_path: Path) -> None:
    recorder, url = Deaf(), f"sqlite:///{tmp_path / 'engine.db'}"
    async with open_engine(url=url, role="bot", slot="local", work=recorder.work(), rhythm=QUICK) as engine:
        await engine.start_episode(Job("e", 1, rank=9), stage=Stage.TRANSCRIBE)
    fill_the_queue(tmp_path / "engine.db", 499)

    async with open_engine(url=url, role="worker", slot="local", work=recorder.work(), rhythm=QUICK) as engine:
        for job in (Job("old", 1, rank=9), Job("new", 1)):
            await engine.start_episode(job)

        async def both_are_read() -> bool:
            return Stage.INGEST not in (await engine.under_way()).values()

        await until(both_are_read)
        to_hear = await engine.under_way()

    assert set(recorder.stages) == {(Stage.INGEST, "old"), (Stage.INGEST, "new")}
    assert len(to_hear) == 501
    assert ("new", 1) in to_hear
    assert ("old", 1) not in to_hear
