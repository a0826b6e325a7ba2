"""The hosted ear against a server on loopback: what it sends, what it makes of replies, and what goes wrong."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from pipeline.adapters.audio.transcriber import Sound
from pipeline.adapters.openai_model.heard_reply import heard_chunk
from pipeline.adapters.openai_model.purse import Purse
from pipeline.adapters.openai_model.retries import Timing
from pipeline.adapters.openai_model.server import HostedModel
from pipeline.adapters.openai_model.transcription import HostedEar, open_ear
from pipeline.domain.audio import HeardChunk
from pipeline.domain.errors import ModelBusy, ModelError, ModelQuota, NoTranscript
from pipeline.domain.spending import Caps, Purpose
from pipeline.domain.transcript import Segment
from tests.peers.catalog import SetClock
from tests.peers.hosted_answers import MORE, WORDS, hears, hears_segments, hears_words_only, length_of, replies
from tests.peers.model_bench import JumpingTime
from tests.peers.openai_peer import OpenAIPeer, drops, no_credit, sends, status
from tests.peers.speech import RATE, speech
from tests.peers.spending_book import SpendingBook

GERMAN = "Das ist die Sendung für heute und wir haben es nicht so gemeint, aber dann ist der Abend mit einem Gast da."


@dataclass
class Bench:
    ear: HostedEar
    peer: OpenAIPeer
    book: SpendingBook
    time: JumpingTime
    path: Path

    async def hear(
        self, start: float = 10.0, end: float = 40.0, *, language: str | None = None, hint: str | None = None
    ) -> HeardChunk:
        sound = Sound("e1", self.path, start, end, language, hint)
        return await self.ear.hear(sound, on_progress=lambda _: None)


@asynccontextmanager
async def benched(path: Path, *, caps: Caps | None = None) -> AsyncIterator[Bench]:
    book, clock, time = SpendingBook(), SetClock(), JumpingTime()
    timing = Timing(chance=lambda: 0.5, sleep=time.sleep, monotonic=time)
    purse = Purse(caps or Caps(), ledger=book, clock=clock)
    async with OpenAIPeer() as peer:
        model = HostedModel("whisper-1", peer.base_url, "sk-test")
        async with open_ear(model, price=0.006, purse=purse, clock=clock, timing=timing) as ear:
            yield Bench(ear, peer, book, time, path)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sound") / "sound.s16"
    (speech(60) * 32767).astype(np.int16).tofile(path)
    return path


@pytest.fixture
async def bench(sound: Path) -> AsyncIterator[Bench]:
    async with benched(sound) as made:
        yield made


def text(segments: Sequence[Segment]) -> str:
    return " ".join(segment.text for segment in segments)


async def test_uploads_the_very_stretch_in_a_small_file_and_asks_for_times(bench: Bench) -> None:
    bench.peer.hearings = [hears()]
    await bench.hear(10, 40)
    (body,) = bench.peer.heard
    assert body["model"] == "whisper-1"
    assert body["file_name"] == "chunk.mp3"
    assert length_of(body["file"]) == pytest.approx(30, abs=0.1)
    assert len(body["file"]) < 30 * RATE * 2 / 4
    assert body["response_format"] == "verbose_json"
    assert body["timestamp_granularities"] == ["segment"]
    assert "language" not in body
    assert bench.peer.headers[0]["Authorization"] == "Bearer sk-test"


async def test_times_are_those_of_the_episode_and_never_go_back_or_past_the_end(bench: Bench) -> None:
    bench.peer.hearings = [
        hears_segments(
            (0.5, 4.0, "The first sentence is said here."),
            (3.0, 2.0, "The second begins too early and ends before."),
            (20.0, 55.0, "The third one lasts longer than the sound does."),
        )
    ]
    heard = await bench.hear(10, 40)
    starts = [segment.start for segment in heard.segments if segment.start is not None]
    ends = [segment.end for segment in heard.segments if segment.end is not None]
    assert len(heard.segments) >= 3
    assert starts == sorted(starts)
    assert starts[0] == pytest.approx(10.5)
    assert all(start <= end <= 40 for start, end in zip(starts, ends, strict=True))
    assert not heard.is_guessed


async def test_a_server_without_times_gives_the_words_spread_over_the_chunk_and_marked(bench: Bench) -> None:
    bench.peer.hearings = [hears_words_only(f"{WORDS} {MORE}")]
    heard = await bench.hear(10, 40)
    assert text(heard.segments) == f"{WORDS} {MORE}"
    assert heard.is_guessed
    assert heard.segments[0].start == 10
    assert heard.segments[-1].end == pytest.approx(40, abs=0.1)
    assert heard.language == "en"
    forms = [body["response_format"] for body in bench.peer.heard]
    assert forms == ["verbose_json", "verbose_json", "json"]
    await bench.hear(0, 10)
    assert len(bench.peer.heard) == 4, "what a server cannot do is asked once"


async def test_a_server_that_knows_no_granularity_still_gives_times(bench: Bench) -> None:
    bench.peer.hearings = [status(400, "timestamp_granularities is not supported"), hears()]
    heard = await bench.hear()
    assert not heard.is_guessed
    assert "timestamp_granularities" not in bench.peer.heard[-1]


async def test_what_whisper_writes_into_silence_is_left_out(bench: Bench) -> None:
    bench.peer.hearings = [hears("Thanks for watching!", no_speech_prob=0.7), hears("so " * 200)]
    assert await bench.hear() == HeardChunk(())
    assert await bench.hear() == HeardChunk(())


async def test_a_phantom_alone_in_half_a_minute_is_left_out_though_the_server_gives_no_measures(bench: Bench) -> None:
    bench.peer.hearings = [hears_words_only("Thank you for watching.")]
    assert (await bench.hear()).segments == ()
    bench.peer.hearings = [hears_words_only(WORDS)]
    assert text((await bench.hear()).segments) == WORDS


async def test_silence_is_no_text_and_no_language(bench: Bench) -> None:
    bench.peer.hearings = [replies(lambda _: {"language": "english", "text": "", "segments": []})]
    assert await bench.hear() == HeardChunk(())


async def test_a_sliver_of_sound_is_not_sent(bench: Bench) -> None:
    assert await bench.hear(10, 10.3) == HeardChunk(())
    assert bench.peer.heard == []


async def test_the_language_that_an_earlier_chunk_was_sure_of_is_asked_for(bench: Bench) -> None:
    bench.peer.hearings = [hears(GERMAN, language="german")]
    heard = await bench.hear(language="de", hint="en")
    assert bench.peer.heard[0]["language"] == "de"
    assert (heard.language, heard.confidence) == ("de", 1.0)


async def test_an_english_episode_of_a_german_feed_stays_english(bench: Bench) -> None:
    bench.peer.hearings = [hears(WORDS, language="english")]
    heard = await bench.hear(hint="de")
    assert (heard.language, heard.confidence) == ("en", 1.0)
    assert len(bench.peer.heard) == 1
    assert "language" not in bench.peer.heard[0], "asked for German, Whisper would translate"


async def test_where_the_words_leave_the_language_open_the_feeds_is_tried(bench: Bench) -> None:
    english, german = hears("Okay, hello hello.", language="english"), hears("Okay, hallo hallo.", language="german")
    bench.peer.hearings = [english, german]
    heard = await bench.hear(hint="de")
    assert [body.get("language") for body in bench.peer.heard] == [None, "de"]
    assert (heard.language, text(heard.segments)) == ("de", "Okay, hallo hallo.")
    assert heard.confidence < 0.8, "the next chunk must be listened to afresh"


async def test_every_call_is_paid_for_by_the_minute(bench: Bench) -> None:
    bench.peer.hearings = [hears()]
    await bench.hear(0, 30)
    (call,) = bench.book.calls
    assert (call.purpose, call.subject, call.model, call.micros) == (Purpose.TRANSCRIBE, "e1", "whisper-1", 3_000)


async def test_a_cap_stops_the_call_before_it_is_passed(sound: Path) -> None:
    async with benched(sound, caps=Caps(daily=0.004)) as bench:
        bench.peer.hearings = [hears()]
        await bench.hear(0, 30)
        with pytest.raises(ModelQuota, match=r"cap for this day.*PODSIFT_OPENAI_DAILY_CAP"):
            await bench.hear(30, 60)
        assert len(bench.peer.heard) == 1


async def test_a_busy_server_is_asked_again_and_named_pauses_are_kept(bench: Bench) -> None:
    bench.peer.hearings = [status(429, "Slow down.", retry_after="7"), status(503), drops(), hears()]
    assert text((await bench.hear()).segments) == WORDS
    assert len(bench.peer.heard) == 4
    assert bench.time.pauses[0] >= 7


async def test_a_server_that_stays_away_is_an_error_that_mends_itself(bench: Bench) -> None:
    bench.peer.hearings = [status(500)]
    with pytest.raises(ModelBusy, match="The transcription service at 127") as raised:
        await bench.hear()
    assert raised.value.retryable
    assert bench.book.calls == []


async def test_an_empty_account_pauses_everything(bench: Bench) -> None:
    bench.peer.hearings = [no_credit()]
    for _ in range(2):
        with pytest.raises(ModelQuota, match="no credit left"):
            await bench.hear()
    assert len(bench.peer.heard) == 1, "an empty account is not asked again and again"
    assert "no credit" in bench.ear.problem


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (status(401), "PODSIFT_OPENAI_TRANSCRIPTION_API_KEY"),
        (status(404, "The model does not exist", error="model_not_found"), "PODSIFT_OPENAI_TRANSCRIPTION_MODEL"),
        (status(413, "Maximum content size limit exceeded"), "refused the request"),
        (status(400, "Invalid file format."), "Invalid file format"),
        (status(404, "Not found"), "PODSIFT_OPENAI_TRANSCRIPTION_BASE_URL"),
        (sends(b"<html>", kind="text/html"), "not as OpenAI does"),
    ],
    ids=["key", "model", "too large", "format", "path", "no json"],
)
async def test_what_no_retry_mends_is_said_once_with_a_remedy(bench: Bench, answer: object, sentence: str) -> None:
    bench.peer.hearings = [answer]  # type: ignore[list-item]  # parametrised
    with pytest.raises(ModelError, match=sentence) as raised:
        await bench.hear()
    assert not raised.value.retryable


async def test_sound_that_is_gone_is_said(bench: Bench, tmp_path: Path) -> None:
    bench.path = tmp_path / "gone.s16"
    with pytest.raises(NoTranscript, match="cannot be read"):
        await bench.hear()


@pytest.mark.parametrize(
    "segments",
    [
        None,
        "no list",
        [],
        [None],
        [{"text": "x"}],
        [{"start": "0", "end": "1", "text": WORDS}],
        [{"start": 0, "end": float("nan"), "text": WORDS}],
        [{"start": 0, "end": 0, "text": WORDS}],
        [{"start": 0, "end": 30_000_000_000, "text": WORDS}],
    ],
    ids=["none", "text", "empty", "null", "no times", "texts for times", "nan", "no length", "nanoseconds"],
)
def test_segments_that_cannot_be_placed_cost_only_the_times(segments: object) -> None:
    heard = heard_chunk({"text": WORDS, "segments": segments}, start=0, end=30, asked=None)
    assert text(heard.segments) == WORDS
    assert heard.is_guessed


def test_one_loop_costs_only_its_own_half_minute() -> None:
    looped = f"{WORDS} {MORE} {'so we go ' * 120}{GERMAN}"
    heard = heard_chunk({"text": looped}, start=0, end=200, asked=None)
    said = text(heard.segments)
    assert said.startswith(WORDS)
    assert said.endswith("mit einem Gast da.")
    assert said.count("so we go") < 60
