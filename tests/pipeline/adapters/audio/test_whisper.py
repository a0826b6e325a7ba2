import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.adapters.audio.intake import AudioLimits, OnProgress
from pipeline.adapters.audio.transcriber import ChunkTranscriber
from pipeline.adapters.audio.whisper import WhisperEar, WhisperSettings
from pipeline.domain.audience import PUBLIC
from pipeline.domain.episode import Episode
from pipeline.domain.errors import AudioUnreadable, DiskNearlyFull, NoTranscript, Unreachable
from pipeline.domain.feed import Enclosure, FoundEpisode
from pipeline.domain.transcript import Basis, Segment
from tests.peers.audio_ports import Bodies, ChunkMemory
from tests.peers.made_whisper import SENTENCE, make_whisper
from tests.peers.speech import RATE, silence, speech, write_audio

URL = "https://pod.example/1.mp3"
SPOKEN = speech(60)


class Told:
    """Remembers progress, and does something when a stage gets as far as `at`."""

    def __init__(self) -> None:
        self.events: list[tuple[str, float]] = []
        self.then: Callable[[str, float], object] = lambda *_: None

    def __call__(self, episode_id: str, stage: str, part: float) -> None:
        self.events.append((stage, part))
        self.then(stage, part)


def episode(*, url: str | None = URL, duration: float | None = None, language: str | None = None) -> Episode:
    enclosures = () if url is None else (Enclosure(url),)
    found = FoundEpisode(guid="1", title="One", enclosures=enclosures, duration=duration)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Episode("e1", "f1", "https://pod.example/feed", "Show", PUBLIC, found, now, feed_language=language)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_whisper(tmp_path_factory.mktemp("model") / "tiny", language="en")


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_audio(tmp_path_factory.mktemp("audio") / "show.mp3", SPOKEN).read_bytes()


class Bench:
    """Transcribers over one folder and one store, as successive runs of the service make them."""

    def __init__(self, folder: Path, model: Path) -> None:
        self.folder = folder / "audio"
        self.model = model
        self.chunks = ChunkMemory()
        self.told = Told()

    @asynccontextmanager
    async def run(
        self, downloads: Bodies, *, language: str | None = None, patience: float = 30, reserve: int = 0
    ) -> AsyncIterator[ChunkTranscriber]:
        cut = AudioLimits(chunk_length=20, chunk_reach=3, reserve=reserve)
        self.ear = WhisperEar(WhisperSettings(str(self.model), threads=1, language=language, patience=patience))
        progress: OnProgress = self.told
        transcriber = ChunkTranscriber(
            self.ear, cut, downloader=downloads, chunks=self.chunks, folder=self.folder, on_progress=progress
        )
        async with transcriber:
            yield transcriber

    def files(self) -> set[str]:
        return {path.name for path in self.folder.glob("*/*")}


@pytest.fixture
def bench(tmp_path: Path, model: Path) -> Bench:
    return Bench(tmp_path, model)


def text(segments: Sequence[Segment]) -> str:
    return " ".join(segment.text for segment in segments)


async def test_an_episode_becomes_a_timed_transcript(bench: Bench, show: bytes) -> None:
    async with bench.run(Bodies(show)) as transcriber:
        transcript = await transcriber.transcribe(episode(duration=60))
        assert bench.ear.process_id is not None
    assert bench.ear.process_id is None
    assert text(transcript.segments) == " ".join([SENTENCE] * 3)
    assert (transcript.basis, transcript.language, transcript.format) == (Basis.TRANSCRIBED, "en", "whisper:tiny")
    assert transcript.warnings == ()
    starts = [segment.start for segment in transcript.segments if segment.start is not None]
    assert starts == sorted(starts)
    assert 35 < starts[-1] < 60
    stages = [stage for stage, _ in bench.told.events]
    assert [s for i, s in enumerate(stages) if s not in stages[:i]] == ["download", "decode", "transcribe"]
    assert bench.told.events[-1] == ("transcribe", 1.0)
    assert bench.files() == {"source", "plan.json"}, "the audio must be gone"


async def test_fault_42_silence_is_an_empty_transcript_and_no_error(bench: Bench, tmp_path: Path) -> None:
    quiet = write_audio(tmp_path / "quiet.flac", silence(10), codec="flac").read_bytes()
    async with bench.run(Bodies(quiet)) as transcriber:
        transcript = await transcriber.transcribe(episode())
    assert transcript.segments == ()
    assert transcript.language is None


async def test_killing_the_process_in_a_chunk_costs_that_chunk_one_repetition(bench: Bench, show: bytes) -> None:
    killed: list[int] = []

    async with bench.run(Bodies(show)) as transcriber:

        def kill_in_the_second_chunk(stage: str, part: float) -> None:
            # Told for the third time: the first chunk began and ended, the second has begun.
            count = sum(event[0] == "transcribe" for event in bench.told.events)
            if count == 3 and bench.ear.process_id is not None:
                killed.append(bench.ear.process_id)
                os.kill(bench.ear.process_id, signal.SIGKILL)

        bench.told.then = kill_in_the_second_chunk
        transcript = await transcriber.transcribe(episode())
        assert bench.ear.process_id not in killed
    assert len(killed) == 1
    assert text(transcript.segments) == " ".join([SENTENCE] * 3)
    parts = [round(part * 3, 1) for stage, part in bench.told.events if stage == "transcribe"]
    assert parts == [0, 1, 1, 1, 2, 2, 3], "only the second chunk may begin twice"


async def test_a_process_that_always_dies_is_an_error_and_the_next_call_works(bench: Bench, show: bytes) -> None:
    async with bench.run(Bodies(show)) as transcriber:

        def kill(stage: str, part: float) -> None:
            if stage == "transcribe" and bench.ear.process_id is not None:
                os.kill(bench.ear.process_id, signal.SIGKILL)

        bench.told.then = kill
        plan = await transcriber.plan(episode())
        with pytest.raises(NoTranscript, match=r"ended twice.*memory ran out"):
            await transcriber.transcribe_chunk(plan, 0)
        bench.told.then = lambda *_: None
        assert text(await transcriber.transcribe_chunk(plan, 0)) == SENTENCE


async def test_a_restart_repeats_only_the_unfinished_chunk(bench: Bench, show: bytes) -> None:
    downloads = Bodies(show)
    async with bench.run(downloads) as transcriber:
        plan = await transcriber.plan(episode())
        assert [round(border) for border in plan.borders] == [0, 19, 37, 60]
        await transcriber.transcribe_chunk(plan, 0)
        await transcriber.transcribe_chunk(plan, 1)
        unfinished = asyncio.create_task(transcriber.transcribe_chunk(plan, 2))
        bench.told.then = lambda *_: unfinished.cancel()
        with pytest.raises(asyncio.CancelledError):
            await unfinished
        assert bench.ear.process_id is None, "a cancelled chunk must not go on in secret"
        bench.told.then = lambda *_: None
    bench.told.events.clear()
    async with bench.run(downloads) as transcriber:
        transcript = await transcriber.transcribe(episode())
    assert downloads.calls == 1
    assert text(transcript.segments) == " ".join([SENTENCE] * 3)
    assert {stage for stage, _ in bench.told.events} == {"transcribe"}
    assert min(part for _, part in bench.told.events) == pytest.approx(2 / 3)


async def test_after_the_last_chunk_a_restart_needs_neither_audio_nor_model(bench: Bench, show: bytes) -> None:
    downloads = Bodies(show)
    async with bench.run(downloads) as transcriber:
        first = await transcriber.transcribe(episode())
    async with bench.run(downloads) as transcriber:
        assert await transcriber.transcribe(episode()) == first
        assert bench.ear.process_id is None
        await transcriber.forget(episode())
        await transcriber.forget(episode())
    assert downloads.calls == 1
    assert bench.files() == set()
    assert bench.chunks.chunks == {}


async def test_a_plan_whose_sound_is_lost_is_made_again(bench: Bench, show: bytes) -> None:
    downloads = Bodies(show)
    async with bench.run(downloads) as transcriber:
        plan = await transcriber.plan(episode())
        for sound in bench.folder.glob("*/sound.s16"):
            sound.unlink()
        with pytest.raises(NoTranscript, match="no longer here"):
            await transcriber.transcribe_chunk(plan, 0)
        again = await transcriber.plan(episode())
    assert downloads.calls == 2
    assert again.borders == plan.borders


async def test_fault_40_a_cut_download_is_tried_once_more(bench: Bench, show: bytes) -> None:
    downloads = Bodies(show[: len(show) // 2], show)
    async with bench.run(downloads) as transcriber:
        plan = await transcriber.plan(episode(duration=60))
    assert downloads.calls == 2
    assert plan.decoded == pytest.approx(60, abs=0.1)
    assert plan.warnings == ()


@pytest.mark.parametrize("second", ["shorter", "unreachable"])
async def test_fault_40_audio_that_stays_partial_says_so(bench: Bench, show: bytes, second: str) -> None:
    half = show[: len(show) // 2]
    others: dict[str, bytes | Unreachable] = {
        "shorter": show[: len(show) // 4],
        "unreachable": Unreachable(URL, "gone"),
    }
    async with bench.run(Bodies(half, others[second])) as transcriber:
        plan = await transcriber.plan(episode())
        sound = next(bench.folder.glob("*/sound.s16")).stat().st_size
    (warning,) = plan.warnings
    assert warning.startswith("The audio is partial: 0:")
    assert warning.endswith(" of 1:00 min could be read.")
    assert sound / 2 / RATE == pytest.approx(plan.decoded, abs=0.1)


async def test_the_feeds_own_duration_counts_where_the_file_is_silent_about_it(bench: Bench, show: bytes) -> None:
    frames_only = show[len(show) // 2 :]
    async with bench.run(Bodies(frames_only)) as transcriber:
        plan = await transcriber.plan(episode(duration=31))
    assert plan.expected == 31
    assert len(plan.warnings) == 1
    assert "partial" in plan.warnings[0]


async def test_damaged_places_are_counted(bench: Bench, show: bytes) -> None:
    at = len(show) // 3
    async with bench.run(Bodies(show[:at] + b"\xff\xfb\x90\x64" * 400 + show[at:])) as transcriber:
        plan = await transcriber.plan(episode())
    assert plan.skipped > 0
    assert f"{plan.skipped} damaged places in the audio were left out." in plan.warnings


async def test_fault_40_what_is_no_audio_is_refused_and_leaves_nothing_behind(bench: Bench) -> None:
    async with bench.run(Bodies(b"#EXTM3U\nfile:///etc/passwd\n")) as transcriber:
        with pytest.raises(AudioUnreadable, match="a playlist"):
            await transcriber.transcribe(episode())
    assert bench.files() == set()


async def test_an_episode_without_audio_is_refused(bench: Bench) -> None:
    async with bench.run(Bodies(b"")) as transcriber:
        with pytest.raises(NoTranscript, match="no audio"):
            await transcriber.transcribe(episode(url=None))


async def test_a_full_disk_is_refused_before_the_download(bench: Bench) -> None:
    downloads = Bodies(b"")
    async with bench.run(downloads, reserve=10**18) as transcriber:
        with pytest.raises(DiskNearlyFull, match="disk is free"):
            await transcriber.transcribe(episode())
    assert downloads.calls == 0


async def test_a_missing_model_is_an_error_that_says_what_to_do(bench: Bench, show: bytes, tmp_path: Path) -> None:
    bench.model = tmp_path / "nowhere" / "tiny-model"
    bench.model.mkdir(parents=True)
    async with bench.run(Bodies(show)) as transcriber:
        with pytest.raises(NoTranscript, match="“tiny-model” cannot be loaded"):
            await transcriber.transcribe(episode())


async def test_a_chunk_that_takes_for_ever_is_given_up(bench: Bench, show: bytes) -> None:
    async with bench.run(Bodies(show), patience=-1_000_000) as transcriber:
        plan = await transcriber.plan(episode())
        with pytest.raises(NoTranscript, match="not done within"):
            await transcriber.transcribe_chunk(plan, 0)


async def test_the_given_language_is_used(bench: Bench, show: bytes) -> None:
    async with bench.run(Bodies(show[: len(show) // 6]), language="fr") as transcriber:
        plan = await transcriber.plan(episode())
        await transcriber.transcribe_chunk(plan, 0)
    assert [chunk.language for chunk in bench.chunks.chunks.values()] == ["fr"]


async def test_the_feeds_language_is_a_hint_and_what_is_heard_decides(
    bench: Bench, show: bytes, tmp_path: Path
) -> None:
    async with bench.run(Bodies(show)) as transcriber:
        assert (await transcriber.plan(episode(language="de-AT"))).language == "de"
        assert (await transcriber.transcribe(episode(language="de-AT"))).language == "en"
    bench.model = make_whisper(tmp_path / "torn", language="en", torn="de")
    async with bench.run(Bodies(show)) as transcriber:
        assert (await transcriber.transcribe(episode(language="de-AT"))).language == "de"


async def test_leftovers_of_a_killed_run_are_removed_at_the_start(bench: Bench) -> None:
    (bench.folder / "0123").mkdir(parents=True)
    (bench.folder / "0123" / "download-1.part").write_bytes(b"half")
    (bench.folder / "4567").mkdir()
    hours_ago = time.time() - 2 * 3_600
    os.utime(bench.folder / "0123", (hours_ago, hours_ago))
    async with bench.run(Bodies(b"")):
        # The other is just being made, by a process beside this one.
        assert [path.name for path in bench.folder.iterdir()] == ["4567"]
