"""A poison episode: whose crashes they were shows apart, and the others are done."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from bot.app import App, open_app
from bot.engine.apart import Apart, StoppedAgain
from bot.engine.apart_process import run_here
from bot.engine.verdicts import Verdict
from bot.handover import Request
from bot.operations import perform
from bot.running import OWNER
from bot.sample_host import serve_samples
from bot.settings import Settings, load_settings
from pipeline.domain.audience import LOCAL
from pipeline.domain.episode import EpisodeState
from pipeline.flows import Stage
from tests.peers.poisoned_process import EPISODES, POISON

ROOT = Path(__file__).parents[3]


async def served(url: str, log: Path) -> int:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.peers.poisoned_process", "serve", url, str(log)),
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("PODSIFT_")},
    )
    return await process.wait()


async def test_a_poison_episode_is_left_alone_after_three_crashes_and_twenty_good_ones_are_done(tmp_path: Path) -> None:
    log = tmp_path / "log"

    ends = [await served(f"sqlite:///{tmp_path / 'engine.db'}", log) for _ in range(4)]

    lines = log.read_text(encoding="utf-8").splitlines()
    assert ends == [-signal.SIGKILL] * 3 + [0]
    assert {line.split()[-1] for line in lines if line.startswith("service index")} == set(EPISODES) - {POISON}
    [given_up] = [line for line in lines if line.startswith("given up")]
    assert given_up.startswith("given up poison: It stopped Podsift three times while it was at “analyse”")


@pytest_asyncio.fixture
async def settings(tmp_path: Path) -> AsyncIterator[Settings]:
    """A catalogue with waiting episodes."""
    data = tmp_path / "data"
    data.mkdir()
    chosen = load_settings(data=data, allow_networks="127.0.0.0/8", whisper_model="off", zone="UTC", _env_file=None)
    async with serve_samples(now=datetime.now(UTC)) as host:
        async with open_app(chosen) as app:
            added = Request("add", {"address": host.public_feeds[0]})
            assert (await perform(app, OWNER, added, lambda _: None)).code == 0
        yield chosen


async def waiting(app: App) -> str:
    [feed] = await app.library.feeds(workspace=LOCAL)
    return (await app.library.episodes(feed.feed.id, workspace=LOCAL))[0].id


async def test_reading_and_analysing_go_apart_and_indexing_is_rehearsed_beside_the_service_that_owns_the_index(
    settings: Settings,
) -> None:
    async with open_app(settings) as app:
        episode_id = await waiting(app)

        read = await run_here(Stage.INGEST, episode_id, settings)
        analysed = await Apart(settings).run(Stage.ANALYSE, episode_id)
        rehearsed = await Apart(settings).run(Stage.INDEX, episode_id)
        before, counted = await app.pipeline.episodes.get(episode_id), await app.index.counts()
        run_apart = app.worker.work().run_apart
        assert run_apart is not None
        indexed = await run_apart(Stage.INDEX, episode_id)
        after = await app.pipeline.episodes.get(episode_id)

    assert (read.following, analysed.following) == (Stage.ANALYSE, Stage.INDEX)
    assert rehearsed == indexed == Verdict()
    assert (before.state, counted.episodes) == (EpisodeState.WAITING, 0)
    assert after.state is EpisodeState.READY


async def test_what_cannot_be_indexed_tells_why_in_the_rehearsal(settings: Settings) -> None:
    async with open_app(settings) as app:
        verdict = await run_here(Stage.INDEX, await waiting(app), settings)

    assert verdict.problem == "It has no transcript yet."


async def test_what_fails_apart_tells_why(settings: Settings) -> None:
    async with open_app(settings) as app:
        episode_id = await waiting(app)

        verdict = await run_here(Stage.ANALYSE, episode_id, settings)

    assert verdict.problem is not None
    assert "No transcript of this episode is stored yet." in verdict.problem


async def test_a_process_that_dies_apart_is_the_episodes_own_doing(settings: Settings) -> None:
    with pytest.raises(StoppedAgain, match="three times") as raised:
        await Apart(settings, module="tests.peers.poisoned_process").run(Stage.INGEST, POISON)

    assert not raised.value.retryable
