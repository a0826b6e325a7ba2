"""What the ticks start and settle, on the sample shows with a clock that is set by hand."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.app import LOCAL_CHANNEL, App, open_app
from bot.engine.apart import Apart
from bot.engine.queues import Job
from bot.engine.worker import Worker
from bot.handover import Request
from bot.operations import perform
from bot.running import OWNER
from bot.sample_host import SampleHost, serve_samples
from bot.settings import load_settings
from pipeline import flows
from pipeline.domain.audience import LOCAL
from pipeline.domain.digest import DeliveryState
from pipeline.domain.episode import Episode
from pipeline.domain.errors import NoTranscript
from pipeline.domain.feed import BUCKETS, FeedUpdate, SeenItem, bucket_of
from pipeline.domain.intake.whose_words import Sibling
from pipeline.domain.transcript import Transcript
from pipeline.flows import FIRST_STAGE, Stage
from pipeline.ports import FeedParser
from tests.peers.fake_transcriber import SetTranscriber
from tests.peers.made_feeds import made_feed
from tests.peers.podcast_host import PodcastHost

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)


class HandClock:
    def __init__(self, now: datetime) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time


class Notes:
    """A Starter that notes what it is asked to start."""

    def __init__(self) -> None:
        self.scans: list[int] = []
        self.episodes: list[tuple[str, int]] = []
        self.stages: list[Stage] = []
        self.digests: list[tuple[str, str]] = []
        self.given_up: tuple[tuple[Stage, str], ...] = ()

    async def start_scans(self, buckets: Iterable[int], *, tick: str) -> None:
        assert tick
        self.scans.extend(buckets)

    async def start_episode(self, job: Job, *, stage: Stage = FIRST_STAGE) -> None:
        self.episodes.append((job.episode_id, job.attempt))
        self.stages.append(stage)

    async def start_digest(self, channel_id: str, *, day: str) -> None:
        self.digests.append((channel_id, day))

    async def under_way(self) -> Mapping[tuple[str, int], Stage]:
        return {}

    async def abandoned(self) -> tuple[tuple[Stage, str], ...]:
        given_up, self.given_up = self.given_up, ()
        return given_up


@pytest.fixture
async def host() -> AsyncIterator[SampleHost]:
    async with serve_samples(now=NOON) as serving:
        yield serving


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOON)


@pytest.fixture
async def app(host: SampleHost, clock: HandClock, tmp_path: Path) -> AsyncIterator[App]:
    """One show is followed; its episodes wait."""
    settings = load_settings(
        data=tmp_path, allow_networks="127.0.0.0/8", whisper_model="off", zone="UTC", digest_at=time(12), _env_file=None
    )
    async with open_app(settings, clock=clock) as opened:
        added = await perform(opened, OWNER, Request("add", {"address": host.public_feeds[0]}), lambda _: None)
        assert added.code == 0
        yield opened


async def make_ready(app: App) -> None:
    """Take every waiting episode through its stages, without an engine."""
    for episode in await app.pipeline.episodes.waiting():
        stage: Stage | None = FIRST_STAGE
        while stage is not None:
            stage = await flows.run_stage(stage, episode.id, app.pipeline)


async def test_a_tick_starts_what_waits_and_reads_no_feed_that_is_not_due(app: App, clock: HandClock) -> None:
    early, late = Notes(), Notes()

    await app.worker.scan_due(early)
    clock.time += timedelta(days=1, hours=1)
    await app.worker.scan_due(late)

    assert (early.scans, late.scans) == ([], [bucket_of("http://127.0.0.1:1/")])
    assert len(early.episodes) == len(late.episodes) == 3


async def due_buckets(app: App) -> set[int]:
    return set(await app.pipeline.feed_line.due_buckets(app.pipeline.clock.now()))


async def test_a_bucket_is_read_as_it_is_when_its_turn_comes(app: App, clock: HandClock) -> None:
    scan, host = app.worker.work().scan, bucket_of("http://127.0.0.1/")
    clock.time += timedelta(days=2)

    for bucket in set(range(BUCKETS)) - {host}:
        await scan(bucket)
    before = await due_buckets(app)
    await scan(host)

    assert (before, await due_buckets(app)) == ({host}, set())


class BrokenParser:
    """A FeedParser with a fault that one feed meets."""

    def __init__(self, whole: FeedParser) -> None:
        self._whole = whole

    async def parse(self, body: bytes, *, url: str, known: Sequence[SeenItem] = ()) -> FeedUpdate:
        if url.endswith("/bad.xml"):
            raise ValueError
        return await self._whole.parse(body, url=url, known=known)


async def test_one_bad_feed_stops_no_other_and_is_left_alone_for_an_hour(tmp_path: Path, clock: HandClock) -> None:
    settings = load_settings(
        data=tmp_path, allow_networks="127.0.0.0/8", whisper_model="off", zone="UTC", _env_file=None
    )
    async with PodcastHost() as host, open_app(settings, clock=clock) as app:
        for name in ("good", "bad", "gone"):
            address = host.serve(f"/{name}.xml", made_feed(items=1, notes=10, title=name))
            assert (await perform(app, OWNER, Request("add", {"address": address}), lambda _: None)).code == 0
        clock.time += timedelta(days=2)
        for name in ("good", "bad"):
            host.serve(f"/{name}.xml", made_feed(items=2, notes=10, title=name))
        del host.routes["/gone.xml"]
        pipeline = replace(app.pipeline, parser=BrokenParser(app.pipeline.parser))
        worker = Worker(
            pipeline,
            roster=app.roster,
            deliveries=app.deliveries,
            messengers={},
            hold_after=9,
            upkeep=app.upkeep,
            apart=Apart(settings),
        )
        await worker.work().scan(bucket_of("http://127.0.0.1/"))
        now_due = await due_buckets(app)
        waiting = Counter(episode.feed_title for episode in await app.pipeline.episodes.waiting())
        bad = {f.feed.url.rpartition("/")[2]: f.feed for f in await app.library.feeds(workspace=LOCAL)}

    assert (waiting, now_due) == ({"good": 2, "bad": 1, "gone": 1}, set())
    assert (bad["bad.xml"].next_read, bad["bad.xml"].failures) == (clock.time + timedelta(hours=1), 0)
    assert bad["gone.xml"].failures == 1


async def test_a_back_fill_of_a_thousand_episodes_never_delays_todays(tmp_path: Path, clock: HandClock) -> None:
    settings = load_settings(
        data=tmp_path, allow_networks="127.0.0.0/8", whisper_model="off", zone="UTC", backfill=1_000, _env_file=None
    )
    notes = Notes()
    async with PodcastHost() as archive, open_app(settings, clock=clock) as app:
        address = archive.serve("/feed.xml", made_feed(items=1_000, notes=10))
        assert (await perform(app, OWNER, Request("add", {"address": address}), lambda _: None)).code == 0
        old = {episode.id for episode in await app.pipeline.episodes.waiting()}
        clock.time += timedelta(hours=1)
        archive.serve("/feed.xml", made_feed(items=1_001, notes=10))
        [followed] = await app.library.feeds(workspace=LOCAL)
        await app.worker.scan(followed.feed.id)
        await app.worker.start_waiting(notes)

    started = [episode for episode, _ in notes.episodes]
    [today] = set(started) - old
    assert len(old) == 1_000
    assert len(started) == 500
    assert today in started


async def test_a_digest_is_started_at_its_time_and_not_before(app: App, clock: HandClock) -> None:
    await make_ready(app)
    before, after = Notes(), Notes()

    clock.time = NOON - timedelta(minutes=1)
    await app.worker.post_due(before)
    clock.time = NOON + timedelta(minutes=1)
    await app.worker.post_due(after)

    assert before.digests == []
    assert after.digests == [(LOCAL_CHANNEL, "2026-11-22")]


async def test_a_day_without_anything_good_waits_for_late_transcripts_and_is_then_skipped(
    app: App, clock: HandClock
) -> None:
    notes = Notes()

    clock.time = NOON + timedelta(hours=3)
    await app.worker.post_due(notes)
    waiting = await app.deliveries.settled_days(since=TODAY)
    clock.time = NOON + timedelta(hours=5)
    await app.worker.post_due(notes)
    settled = await app.deliveries.settled_days(since=TODAY)

    assert notes.digests == []
    assert waiting == {}
    assert settled == {LOCAL_CHANNEL: {TODAY}}
    assert await app.board.latest(workspace=LOCAL, channel_id=LOCAL_CHANNEL) == ()


async def test_a_posted_day_is_not_started_again(app: App, clock: HandClock) -> None:
    await make_ready(app)
    channel = await app.pipeline.channels.get(LOCAL_CHANNEL, workspace=LOCAL)
    notes = Notes()

    _digest, delivery = await app.worker.post_digest(channel, TODAY)
    clock.time = NOON + timedelta(hours=1)
    await app.worker.post_due(notes)

    assert delivery is not None
    assert delivery.state is DeliveryState.SENT
    assert notes.digests == []


async def test_a_paused_channel_gets_nothing(app: App, clock: HandClock) -> None:
    await make_ready(app)
    channel = await app.pipeline.channels.get(LOCAL_CHANNEL, workspace=LOCAL)
    await app.channels.save(replace(channel, paused=True), workspace=LOCAL)
    notes = Notes()

    clock.time = NOON + timedelta(hours=1)
    await app.worker.post_due(notes)

    assert notes.digests == []


async def test_an_episode_that_failed_for_a_server_is_tried_again_by_itself_and_then_left(
    app: App, clock: HandClock
) -> None:
    first, *_ = await app.pipeline.episodes.waiting()
    down = NoTranscript(("The server is down.",), retryable=True)
    attempts, reasons = [], []

    for _ in range(9):
        await flows.give_up(first.id, down, app.pipeline)
        episode = await app.pipeline.episodes.get(first.id)
        reasons.append(episode.reason)
        if episode.retry_at is not None:
            clock.time = episode.retry_at
        notes = Notes()
        await app.worker.scan_due(notes)
        attempts.append(dict(notes.episodes).get(first.id))

    assert attempts == [2, 3, 4, 5, 6, 7, None, None, None]
    assert reasons[0] == "The server is down. It is tried again by itself."
    assert reasons[6] == "The server is down. It was tried 7 times; a retry lets it go again."
    assert clock.time - NOON == timedelta(hours=55)


async def test_what_no_try_can_mend_is_not_tried_again(app: App, clock: HandClock) -> None:
    first, *_ = await app.pipeline.episodes.waiting()
    notes = Notes()

    await flows.give_up(first.id, NoTranscript(("It has no audio.",)), app.pipeline)
    clock.time += timedelta(days=9)
    await app.worker.scan_due(notes)

    assert (await app.pipeline.episodes.get(first.id)).reason == "It has no audio."
    assert first.id not in dict(notes.episodes)


class BusyNotes(Notes):
    """A Starter whose queues are full of other episodes."""

    def __init__(self, under_way: Mapping[tuple[str, int], Stage]) -> None:
        super().__init__()
        self._under_way = under_way

    async def under_way(self) -> Mapping[tuple[str, int], Stage]:
        return self._under_way


def others(number: int, stage: Stage = Stage.ANALYSE) -> dict[tuple[str, int], Stage]:
    return {(f"other{one}", 1): stage for one in range(number)}


async def test_what_is_under_way_is_not_started_again(app: App) -> None:
    first, second, third = await app.pipeline.episodes.waiting()
    notes = BusyNotes({(first.id, 1): Stage.INDEX, (second.id, 2): Stage.INGEST})

    await app.worker.start_waiting(notes)

    assert notes.episodes == [(second.id, 1), (third.id, 1)]


async def test_full_queues_take_what_is_new_and_leave_the_archive_for_later(
    app: App, clock: HandClock, host: SampleHost
) -> None:
    full = BusyNotes(others(500))
    await app.worker.start_waiting(full)
    new = list(full.episodes)
    clock.time += timedelta(days=30)
    added = await perform(app, OWNER, Request("add", {"address": host.public_feeds[1]}), lambda _: None)
    still_full, free = BusyNotes(others(500)), Notes()

    await app.worker.start_waiting(still_full)
    await app.worker.start_waiting(free)

    assert added.code == 0
    assert still_full.episodes == new
    assert len(new) < len(free.episodes) == 6


async def test_what_the_engine_gave_up_is_told_and_what_is_gone_does_not_matter(app: App) -> None:
    first, *_ = await app.pipeline.episodes.waiting()
    notes = Notes()
    notes.given_up = ((Stage.ANALYSE, first.id), (Stage.INDEX, "gone"))

    await app.worker.scan_due(notes)

    assert "stopped the service several times" in (await app.pipeline.episodes.get(first.id)).reason
    assert first.id not in dict(notes.episodes)


async def test_what_must_be_heard_keeps_nobody_waiting_and_goes_on_where_it_stopped(app: App) -> None:
    first, second, third = await app.pipeline.episodes.waiting()
    await app.pipeline.episode_line.must_be_heard(first.id)
    deaf, well, swamped = BusyNotes(others(1_000, Stage.TRANSCRIBE)), Notes(), BusyNotes(others(1_000))

    for notes in (deaf, well, swamped):
        await app.worker.start_waiting(notes)

    assert [episode for episode, _ in deaf.episodes] == [second.id, third.id]
    assert set(deaf.stages) == {Stage.INGEST}
    assert dict(zip(well.episodes, well.stages, strict=True)) == {
        (first.id, 1): Stage.TRANSCRIBE,
        (second.id, 1): Stage.INGEST,
        (third.id, 1): Stage.INGEST,
    }
    assert swamped.episodes == []


class NoWords:
    """A TranscriptReader of publishers who write nothing down."""

    async def read(self, episode: Episode, *, siblings: Sequence[Sibling] = ()) -> Transcript:
        raise NoTranscript((f"{episode.title} has none among {len(siblings)}.",))


async def test_an_episode_without_published_words_is_known_as_such(app: App) -> None:
    first, *_ = await app.pipeline.episodes.waiting()
    pipeline = replace(app.pipeline, reader=NoWords(), transcriber=SetTranscriber(NoTranscript(("Unused.",))))

    following = await flows.run_stage(Stage.INGEST, first.id, pipeline)
    unheard = await pipeline.episode_line.next_up(9, is_old=False, is_unheard=True)

    assert (following, [one.id for one in unheard]) == (Stage.TRANSCRIBE, [first.id])
