"""Transcriber: whoever listens, the words come in order, in times of the episode; what cannot be heard is said."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.adapters.audio.intake import AudioLimits
from pipeline.adapters.audio.transcriber import ChunkTranscriber, Ear
from pipeline.adapters.audio.whisper import WhisperEar, WhisperSettings
from pipeline.adapters.openai_model.purse import Purse
from pipeline.adapters.openai_model.server import HostedModel
from pipeline.adapters.openai_model.transcription import open_ear
from pipeline.domain.audience import PUBLIC
from pipeline.domain.episode import Episode
from pipeline.domain.errors import AudioUnreadable, FetchError, NoTranscript, PodsiftError, Unreachable
from pipeline.domain.feed import Enclosure, FoundEpisode
from pipeline.domain.spending import Caps
from pipeline.domain.transcript import Basis, Segment, Transcript
from pipeline.ports import Transcriber
from tests.peers.audio_ports import Bodies, ChunkMemory
from tests.peers.catalog import SetClock
from tests.peers.fake_transcriber import SetTranscriber
from tests.peers.hosted_answers import WORDS, hears, hears_words_only, replies
from tests.peers.made_whisper import SENTENCE, make_whisper
from tests.peers.openai_peer import Answer, OpenAIPeer
from tests.peers.speech import Samples, silence, speech, write_audio
from tests.peers.spending_book import SpendingBook

URL = "https://pod.example/1.mp3"
SECONDS = 25.0
LIMITS = AudioLimits(chunk_length=12, chunk_reach=3, reserve=0)
SPOKEN = {"local": SENTENCE, "hosted": WORDS, "hosted without times": WORDS, "fake": WORDS}

Make = Callable[[bytes | PodsiftError], Awaitable[Transcriber]]
"""A transcriber for which the episode's address gives these bytes, or this error."""


def episode(url: str | None = URL) -> Episode:
    found = FoundEpisode(guid="1", title="One", enclosures=() if url is None else (Enclosure(url),))
    return Episode("e1", "f1", "https://pod.example/feed", "Show", PUBLIC, found, datetime(2026, 1, 1, tzinfo=UTC))


def audio(folder: Path, samples: Samples) -> bytes:
    return write_audio(folder / "show.flac", samples, codec="flac", rate=16_000).read_bytes()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_whisper(tmp_path_factory.mktemp("model") / "tiny", language="en")


@pytest.fixture(params=list(SPOKEN))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def make(kind: str, model: Path, tmp_path: Path) -> AsyncIterator[Make]:
    async with AsyncExitStack() as stack:

        async def made(body: bytes | PodsiftError) -> Transcriber:
            if kind == "fake":
                return SetTranscriber(_heard_by_nobody(body))
            downloads = Bodies(body)  # type: ignore[arg-type]  # a FetchError, where it is one
            is_quiet = isinstance(body, bytes) and len(body) < 100_000
            ear = await _ear(kind, stack, model=model, is_quiet=is_quiet)
            return await stack.enter_async_context(
                ChunkTranscriber(ear, LIMITS, downloader=downloads, chunks=ChunkMemory(), folder=tmp_path / "audio")
            )

        yield made


async def _ear(kind: str, stack: AsyncExitStack, *, model: Path, is_quiet: bool) -> Ear:
    if kind == "local":
        return WhisperEar(WhisperSettings(str(model), threads=1))
    timed = replies(lambda _: {"language": "english", "text": "", "segments": []}) if is_quiet else hears()
    untimed = hears_words_only("" if is_quiet else WORDS)
    answers: list[Answer] = [timed if kind == "hosted" else untimed]
    peer = await stack.enter_async_context(OpenAIPeer(hearings=answers))
    clock = SetClock()
    purse = Purse(Caps(), ledger=SpendingBook(), clock=clock)
    return await stack.enter_async_context(
        open_ear(HostedModel("whisper-1", peer.base_url), price=0.0, purse=purse, clock=clock)
    )


def _heard_by_nobody(body: bytes | PodsiftError) -> Transcript | PodsiftError:
    if isinstance(body, PodsiftError):
        return body
    if body.startswith(b"<html"):
        return AudioUnreadable("It is a web page.")
    said = () if len(body) < 100_000 else (Segment(WORDS, 0.0, 12.0), Segment(WORDS, 12.0, SECONDS))
    return Transcript(said, Basis.TRANSCRIBED, "en" if said else None, "fake")


async def test_what_is_said_comes_in_order_within_the_episode(make: Make, kind: str, tmp_path: Path) -> None:
    transcriber = await make(audio(tmp_path, speech(SECONDS)))
    transcript = await transcriber.transcribe(episode())
    said = " ".join(segment.text for segment in transcript.segments)
    assert said == " ".join([SPOKEN[kind]] * 2), "one for each of the two chunks"
    starts = [segment.start for segment in transcript.segments if segment.start is not None]
    ends = [segment.end for segment in transcript.segments if segment.end is not None]
    assert len(starts) == len(ends) == len(transcript.segments)
    assert starts == sorted(starts)
    assert starts[0] >= 0
    assert max(ends) <= SECONDS
    assert any(start > SECONDS / 3 for start in starts)


async def test_it_says_who_wrote_it_and_in_which_language(make: Make, tmp_path: Path) -> None:
    transcriber = await make(audio(tmp_path, speech(SECONDS)))
    transcript = await transcriber.transcribe(episode())
    assert transcript.basis is Basis.TRANSCRIBED
    assert transcript.language == "en"
    assert transcript.format


async def test_a_second_call_gives_the_same(make: Make, tmp_path: Path) -> None:
    transcriber = await make(audio(tmp_path, speech(SECONDS)))
    assert await transcriber.transcribe(episode()) == await transcriber.transcribe(episode())


async def test_times_that_were_not_measured_are_marked(make: Make, kind: str, tmp_path: Path) -> None:
    transcriber = await make(audio(tmp_path, speech(SECONDS)))
    warnings = (await transcriber.transcribe(episode())).warnings
    assert any("times are about right only" in warning for warning in warnings) == (kind == "hosted without times")


async def test_silence_is_an_empty_transcript_and_no_error(make: Make, tmp_path: Path) -> None:
    transcriber = await make(audio(tmp_path, silence(5)))
    transcript = await transcriber.transcribe(episode())
    assert transcript.segments == ()
    assert transcript.language is None


async def test_an_episode_without_audio_is_refused(make: Make) -> None:
    with pytest.raises(NoTranscript, match="no audio"):
        await (await make(b"")).transcribe(episode(url=None))


async def test_what_is_no_audio_is_refused(make: Make) -> None:
    with pytest.raises(AudioUnreadable):
        await (await make(b"<html><body>Sign in</body></html>")).transcribe(episode())


async def test_an_address_that_gives_nothing_is_an_error_that_may_mend_itself(make: Make) -> None:
    with pytest.raises(FetchError) as raised:
        await (await make(Unreachable(URL, "no connection"))).transcribe(episode())
    assert raised.value.retryable
