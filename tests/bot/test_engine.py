"""The real engine on a file of its own."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

from bot.engine import Engine, Work, open_engine
from pipeline.domain.errors import ModelBusy, NoTranscript, PodsiftError
from pipeline.flows import Stage

NEXT = {Stage.INGEST: Stage.ANALYSE, Stage.ANALYSE: Stage.INDEX, Stage.INDEX: None}


class Recorder:
    """Work that is noted; `fail` may raise in a stage."""

    def __init__(self, fail: Callable[[Stage, str, int], None] = lambda _stage, _episode, _try: None) -> None:
        self.stages: Counter[tuple[Stage, str]] = Counter()
        self.given_up: dict[str, str] = {}
        self.to_mend: set[str] = set()
        self.scanned: list[str] = []
        self.posted: list[tuple[str, str]] = []
        self.changed = asyncio.Event()
        self._fail = fail

    async def run_stage(self, stage: Stage, episode_id: str) -> Stage | None:
        self.stages[stage, episode_id] += 1
        self._fail(stage, episode_id, self.stages[stage, episode_id])
        self.changed.set()
        return NEXT[stage]

    async def give_up(self, _stage: Stage, episode_id: str, error: PodsiftError) -> None:
        self.given_up[episode_id] = str(error)
        if error.retryable:
            self.to_mend.add(episode_id)
        self.changed.set()

    async def scan(self, feed_id: str) -> list[tuple[str, int]]:
        self.scanned.append(feed_id)
        self.changed.set()
        return [(f"of-{feed_id}", 1)]

    async def post(self, channel_id: str, day: str) -> None:
        self.posted.append((channel_id, day))
        self.changed.set()

    def work(self) -> Work:
        return Work(self.scan, self.run_stage, self.give_up, self.post)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not condition():
                self.changed.clear()
                await self.changed.wait()


async def run(folder: Path, recorder: Recorder, start: Callable[[Engine], Awaitable[None]]) -> None:
    url = f"sqlite:///{folder / 'engine.db'}"
    async with open_engine(url=url, role="all", slot="local", work=recorder.work(), first_pause=0.01) as engine:
        await start(engine)


async def test_takes_an_episode_through_its_stages_once_however_often_it_is_started(tmp_path: Path) -> None:
    recorder = Recorder()

    async def start(engine: Engine) -> None:
        for _ in range(3):
            await engine.start_episode("e1", attempt=1)
            await engine.start_scan("f1", tick="1")
            await engine.start_digest("c1", day="2026-11-22")
        await recorder.until(lambda: bool(recorder.posted and recorder.stages[Stage.INDEX, "of-f1"]))
        await recorder.until(lambda: bool(recorder.stages[Stage.INDEX, "e1"]))

    await run(tmp_path, recorder, start)

    assert set(recorder.stages.values()) == {1}
    assert recorder.scanned == ["f1"]
    assert recorder.posted == [("c1", "2026-11-22")]


async def test_gives_up_with_the_reason_and_lets_the_others_go_on(tmp_path: Path) -> None:
    def fail(stage: Stage, episode_id: str, _try: int) -> None:
        if stage is Stage.ANALYSE and episode_id == "bad":
            raise NoTranscript(("The page is gone.",))
        if stage is Stage.ANALYSE and episode_id == "bug":
            raise ValueError

    recorder = Recorder(fail)

    async def start(engine: Engine) -> None:
        for episode in ("bad", "bug", "good"):
            await engine.start_episode(episode, attempt=1)
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
        await engine.start_episode("e1", attempt=1)
        await recorder.until(lambda: bool(recorder.stages[Stage.INDEX, "e1"]))

    await run(tmp_path, recorder, start)

    assert recorder.stages[Stage.INGEST, "e1"] == 2
    assert not recorder.given_up


async def test_a_new_attempt_runs_again_and_an_old_one_does_not(tmp_path: Path) -> None:
    recorder = Recorder()

    async def first(engine: Engine) -> None:
        await engine.start_episode("e1", attempt=1)
        await recorder.until(lambda: bool(recorder.stages[Stage.INDEX, "e1"]))

    async def second(engine: Engine) -> None:
        await engine.start_episode("e1", attempt=1)
        await engine.start_episode("e1", attempt=2)
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
            await engine.start_episode(episode, attempt=1)
        await recorder.until(lambda: len(recorder.given_up) == 2)

    await run(tmp_path, recorder, start)

    assert recorder.given_up == {"down": "The server is down.", "mute": "It has no audio."}
    assert recorder.to_mend == {"down"}
