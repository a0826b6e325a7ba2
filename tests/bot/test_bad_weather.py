"""What a machine does to us: each fault ends in a plain sentence, and afterwards nothing is lost."""

import asyncio
import os
import resource
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.app import LOCAL_CHANNEL, App, open_app
from bot.data_folder import socket_path
from bot.engine.durable import Engine, Rhythm, open_engine
from bot.handover import Request, hand_over
from bot.operations import perform
from bot.running import OWNER
from bot.sample_host import SampleHost, serve_samples
from bot.settings import Settings, load_settings
from pipeline import flows
from pipeline.adapters.http.client import GuardedHttp
from pipeline.domain.audience import LOCAL
from pipeline.domain.errors import CatalogUnavailable
from pipeline.flows import FIRST_STAGE, Stage
from tests.peers.podcast_host import PodcastHost, drip
from tests.peers.waiting import until

ROOT = Path(__file__).parents[2]
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
QUICK = Rhythm(first_pause=0.01, patience=0.0, farewell=2)


class HandClock:
    def __init__(self, now: datetime) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time


class Digests:
    """A Starter that posts digests at once and starts nothing else."""

    def __init__(self, app: App) -> None:
        self._app = app
        self.days: list[str] = []

    async def start_scans(self, buckets: Iterable[int], *, tick: str) -> None:
        raise AssertionError((buckets, tick))

    async def start_digest(self, channel_id: str, *, day: str) -> None:
        self.days.append(day)
        channel = await self._app.pipeline.channels.get(channel_id, workspace=LOCAL)
        await self._app.worker.post_digest(channel, date.fromisoformat(day))

    async def start_episode(self, job: object, *, stage: Stage = FIRST_STAGE) -> None:
        raise AssertionError((job, stage))

    async def under_way(self) -> dict[tuple[str, int], Stage]:
        return {}

    async def abandoned(self) -> tuple[tuple[Stage, str], ...]:
        return ()


def settings_for(folder: Path, **more: Any) -> Settings:
    given = {"data": folder, "allow_networks": "127.0.0.0/8", "whisper_model": "off", "zone": "UTC", **more}
    return load_settings(_env_file=None, **given)


@pytest.fixture
async def host() -> AsyncIterator[SampleHost]:
    async with serve_samples(now=NOON) as serving:
        yield serving


async def told(app: App, operation: str, **arguments: Any) -> dict[str, Any]:
    outcome = await perform(app, OWNER, Request(operation, arguments), lambda _: None)
    return dict(outcome.to_reply()["data"])


async def make_ready(app: App) -> None:
    for episode in await app.pipeline.episodes.waiting():
        stage: Stage | None = FIRST_STAGE
        while stage is not None:
            stage = await flows.run_stage(stage, episode.id, app.pipeline)


async def test_a_feed_that_drips_for_ever_is_named_and_delays_no_other(tmp_path: Path, host: SampleHost) -> None:
    async with (
        PodcastHost() as loris,
        open_app(settings_for(tmp_path)) as app,
        GuardedHttp(allow=("127.0.0.0/8",), total_seconds=0.3) as impatient,
    ):
        slow = loris.serve("/slow.xml", b"<rss><channel><title>Slow Talk</title></channel></rss>")
        await told(app, "add", address=slow)
        await told(app, "add", address=host.public_feeds[0])
        loris.routes["/slow.xml"] = drip(b"<rss>" + b" " * 10_000)
        feeds = {each.feed.url: each.feed.id for each in await app.library.feeds(workspace=LOCAL)}
        pipeline = replace(app.pipeline, fetcher=impatient)
        scans = {url: await flows.scan(feed, pipeline, hold_after=50) for url, feed in feeds.items()}
        status = await told(app, "status")

    sentence = "Its server did not answer in time. It is tried again by itself."
    assert status["unread_feeds"] == [{"title": "Slow Talk", "url": slow, "reason": sentence}]
    assert scans[host.public_feeds[0]].error is None
    assert status["waiting"] == 3


async def test_a_catalogue_that_another_program_locks_is_waited_for(tmp_path: Path, host: SampleHost) -> None:
    async with open_app(settings_for(tmp_path)) as app:
        with closing(sqlite3.connect(tmp_path / "catalog.db", isolation_level=None)) as other:
            other.execute("begin exclusive")
            adding = asyncio.create_task(told(app, "add", address=host.public_feeds[0]))
            await asyncio.sleep(0)
            other.execute("rollback")
        added = await adding

    assert added["feed"]["waiting"] == 3


@pytest.mark.parametrize(
    ("file", "sentence"),
    [("catalog.db", "is damaged. Restore a backup of it, or move the file away to start anew."), ("engine.db", "")],
)
async def test_a_damaged_database_is_told_or_made_anew(
    tmp_path: Path, host: SampleHost, file: str, sentence: str
) -> None:
    settings = settings_for(tmp_path)
    async with open_app(settings) as app:
        await told(app, "add", address=host.public_feeds[0])
        await told(app, "scan")
        await told(app, "add", address=host.public_feeds[1])
    for rest in ("-wal", "-shm"):
        (tmp_path / f"{file}{rest}").unlink(missing_ok=True)
    whole = (tmp_path / file).read_bytes()
    (tmp_path / file).write_bytes(b"not a database" * 1000)

    if sentence:
        with pytest.raises(CatalogUnavailable) as raised:
            async with open_app(settings):
                pass
        assert sentence in str(raised.value)
        (tmp_path / file).write_bytes(whole)
    async with open_app(settings) as app:
        scanned = await told(app, "scan")

    assert (scanned["ready"], scanned["failed"]) == (6, [])
    kept = await asyncio.to_thread(lambda: [found.name for found in tmp_path.iterdir() if "damaged" in found.name])
    assert bool(kept) == (file == "engine.db")


async def test_an_engine_that_cannot_write_its_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "engine.db").mkdir()

    with pytest.raises(CatalogUnavailable, match=r"engine\.db cannot be written .*Check the disk"):
        async with opened_engine(tmp_path):
            pass


@asynccontextmanager
async def opened_engine(folder: Path) -> AsyncIterator[Engine]:
    async with open_app(settings_for(folder)) as app:
        url = f"sqlite:///{folder / 'engine.db'}"
        async with open_engine(url=url, role="all", slot="local", work=app.worker.work(), rhythm=QUICK) as engine:
            yield engine


async def podsift(*arguments: str, **settings: str) -> tuple[int, str]:
    process = await started(*arguments, **settings)
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def started(*arguments: str, **settings: str) -> asyncio.subprocess.Process:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PODSIFT_")}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from bot.cli import main; main()", *arguments),
        env={**clean, "PYTHONPATH": str(ROOT), "PODSIFT_WHISPER_MODEL": "off", "COLUMNS": "300", **settings},
        cwd="/",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


@pytest.mark.skipif(sys.platform != "linux", reason="needs a folder that not even root may write")
async def test_a_data_folder_that_cannot_be_written_is_named_with_the_setting() -> None:
    code, said = await podsift("status", PODSIFT_DATA="/sys/podsift")

    assert code == 2
    assert "The data folder /sys/podsift cannot be written" in said
    assert "set PODSIFT_DATA to a folder that belongs to you" in " ".join(said.split())
    assert "Traceback" not in said


@pytest.mark.skipif(sys.platform != "linux", reason="limits another process's files")
async def test_a_full_disk_is_told_and_all_is_done_when_there_is_room_again(tmp_path: Path, host: SampleHost) -> None:
    data = tmp_path / "data"
    service = await started(
        "run",
        PODSIFT_DATA=str(data),
        PODSIFT_ALLOW_NETWORKS="127.0.0.0/8",
        PODSIFT_ZONE="UTC",
        PODSIFT_WEB="0",
    )
    try:
        await until(lambda: _runs(data), seconds=60)
        soft, hard = resource.prlimit(service.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (4096, hard))
        refused = await hand_over(socket_path(data), Request("add", {"address": host.public_feeds[0]}), lambda _: None)
        resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (soft, hard))
        added = await hand_over(socket_path(data), Request("add", {"address": host.public_feeds[0]}), lambda _: None)

        async def is_done() -> bool:
            status = await hand_over(socket_path(data), Request("status"), lambda _: None)
            return bool(status["data"]["ready"] == 3)

        await until(is_done, seconds=60)
        service.send_signal(signal.SIGTERM)
        said, _ = await service.communicate()
    finally:
        if service.returncode is None:
            service.kill()
        await service.wait()

    assert "error" in refused["data"], refused
    assert "disk" in refused["data"]["error"]["sentence"]
    assert added["data"]["feed"]["waiting"] == 3
    assert service.returncode == 0, said.decode()


@pytest.mark.skipif(sys.platform != "linux", reason="limits another process's files")
async def test_a_disk_that_is_full_at_the_start_is_no_damage_and_waited_for(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    async with open_app(settings_for(data)):
        pass
    service = await started("run", PODSIFT_DATA=str(data), PODSIFT_ZONE="UTC", PODSIFT_WEB="0")
    try:
        soft, hard = resource.prlimit(service.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (4096, hard))
        assert service.stdout is not None
        first = await service.stdout.readline()
        resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (soft, hard))
        await until(lambda: _runs(data), seconds=60)
        service.send_signal(signal.SIGTERM)
        said, _ = await service.communicate()
    finally:
        if service.returncode is None:
            service.kill()
        await service.wait()

    assert b"catalog.db cannot be written: the disk is full or broken. Free some space" in first
    assert b"It is tried again in 5 seconds." in first
    assert service.returncode == 0, said.decode()


async def _runs(data: Path) -> bool:
    if not socket_path(data).exists():
        return False
    status = await hand_over(socket_path(data), Request("status"), lambda _: None)
    return bool(status["data"]["service"])


async def test_a_clock_that_jumps_a_day_forward_and_back_posts_no_day_twice(tmp_path: Path, host: SampleHost) -> None:
    clock = HandClock(NOON)
    async with open_app(settings_for(tmp_path, digest_at=time(12)), clock=clock) as app:
        await told(app, "add", address=host.public_feeds[0])
        await make_ready(app)
        started_days = Digests(app)
        for jump in (timedelta(), timedelta(days=1), timedelta(), timedelta(days=-1), timedelta(), timedelta(days=1)):
            clock.time = NOON + jump + timedelta(minutes=5)
            await app.worker.post_due(started_days)
        posts = await app.board.latest(workspace=LOCAL, channel_id=LOCAL_CHANNEL)
        feeds = await app.library.feeds(workspace=LOCAL)

    assert len(started_days.days) == len(set(started_days.days)) == len(posts)
    assert "2026-11-22" in started_days.days
    assert feeds[0].episodes.ready == 3


async def test_a_clock_that_is_a_day_ahead_for_one_evening_takes_no_post_away(tmp_path: Path, host: SampleHost) -> None:
    clock = HandClock(NOON)
    async with open_app(settings_for(tmp_path, digest_at=time(12)), clock=clock) as app:
        for feed in host.public_feeds:
            await told(app, "add", address=feed)
        await make_ready(app)
        ticks = Digests(app)
        evening = NOON + timedelta(hours=8)
        for now in (NOON, evening, evening + timedelta(days=1), evening, NOON + timedelta(days=1)):
            clock.time = now + timedelta(minutes=5)
            await app.worker.post_due(ticks)
            await app.worker.post_due(ticks)
        posts = await app.board.latest(workspace=LOCAL, channel_id=LOCAL_CHANNEL)

    assert ticks.days == ["2026-11-22", "2026-11-23"]
    assert len(posts) == 2


@pytest.mark.parametrize(
    ("name", "change", "at"),
    [
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30)),
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30)),
        ("America/Santiago", date(2026, 9, 6), time(0, 0)),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15)),
    ],
)
async def test_around_both_clock_changes_every_day_is_posted_once(
    tmp_path: Path, host: SampleHost, name: str, change: date, at: time
) -> None:
    zone = ZoneInfo(name)
    clock = HandClock(NOON)
    settings = settings_for(tmp_path, digest_at=at, zone=name)
    async with open_app(settings, clock=clock) as app:
        await told(app, "add", address=host.public_feeds[0])
        await make_ready(app)
        ticks = Digests(app)
        midnight = datetime.combine(change, time(), zone).astimezone(UTC)
        for half_hours in range(-48, 96):
            clock.time = midnight + timedelta(minutes=30 * half_hours)
            await app.worker.post_due(ticks)
        days = (await app.deliveries.settled_days(since=change - timedelta(days=1)))[LOCAL_CHANNEL]

    wanted = {change + timedelta(days=n) for n in (-1, 0, 1)}
    assert wanted <= set(days)
    assert len(ticks.days) == len(set(ticks.days))
