"""Our own transcript of an episode, chunk by chunk, surviving restarts; an ear of either kind listens to each chunk."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, Self

from pipeline.adapters.audio.folder import AudioFolder, remove_leftovers
from pipeline.adapters.audio.intake import AudioIntake, AudioLimits, Downloader, OnProgress
from pipeline.domain.audio import SURE_OF_LANGUAGE, AudioPlan, HeardChunk, spoken_language
from pipeline.domain.episode import Episode
from pipeline.domain.errors import NoTranscript
from pipeline.domain.transcript import Basis, Segment, Transcript
from pipeline.ports import ChunkStore


@dataclass(frozen=True, slots=True)
class Sound:
    """A stretch of an episode, from `start` to `end` seconds, in a file of 16-bit mono samples.

    `language` is what an earlier stretch was surely in, None when it must be heard; `hint` is what the feed says.
    """

    episode_id: str
    path: Path
    start: float
    end: float
    language: str | None = None
    hint: str | None = None


class Ear(Protocol):
    """What turns sound into text. One stretch at a time is enough; the caller keeps the result."""

    @property
    def key(self) -> str:
        """Names all of the ear that decides the text: chunks are stored under it."""
        ...

    @property
    def format(self) -> str:
        """How a transcript names who wrote it."""
        ...

    async def hear(self, sound: Sound, *, on_progress: Callable[[float], None]) -> HeardChunk:
        """What is said, in times of the episode; `on_progress` is told the part that is done, from 0 to 1.

        Raises NoTranscript, or ModelError where the ear is somebody else's.
        """
        ...

    async def close(self) -> None:
        """Let go of what it holds."""
        ...


class ChunkTranscriber:
    """A Transcriber in steps that may each run twice: `plan`, `transcribe_chunk` for every chunk, `finish`.

    Use it as an async context manager: leaving it closes the ear. `folder` holds audio on its way and belongs
    to this transcriber alone.
    """

    def __init__(
        self,
        ear: Ear,
        limits: AudioLimits,
        *,
        downloader: Downloader,
        chunks: ChunkStore,
        folder: Path,
        on_progress: OnProgress = lambda *_: None,
    ) -> None:
        self._ear = ear
        self._key = f"{ear.key}|{limits.chunk_length}|{limits.chunk_reach}"
        self._chunks = chunks
        self._folder = folder
        self._on_progress = on_progress
        self._intake = AudioIntake(limits, downloader=downloader, folder=folder, on_progress=on_progress)

    async def __aenter__(self) -> Self:
        """Delete what an earlier run left behind and nobody can continue."""
        self._folder.mkdir(parents=True, exist_ok=True)
        await asyncio.to_thread(remove_leftovers, self._folder)
        await self._chunks.sweep()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the ear."""
        await self._ear.close()

    async def transcribe(self, episode: Episode) -> Transcript:
        """What is said in the episode's audio; no segments when nobody speaks.

        Raises FetchError, AudioUnreadable, NoTranscript, DiskNearlyFull or ModelError.
        """
        plan = await self.plan(episode)
        for number in range(plan.chunks):
            await self.transcribe_chunk(plan, number)
        return await self.finish(plan)

    async def plan(self, episode: Episode) -> AudioPlan:
        """Download and decode the audio and cut it into chunks; what an earlier call has done is not repeated.

        Raises FetchError, AudioUnreadable, NoTranscript or DiskNearlyFull.
        """
        return await self._intake.plan(episode, is_heard=self._is_heard)

    async def transcribe_chunk(self, plan: AudioPlan, number: int) -> tuple[Segment, ...]:
        """What is said in one chunk, counted from 0; a chunk that is stored is not heard again.

        Raises NoTranscript or ModelError.
        """
        return (await self._chunk(plan, number)).segments

    async def finish(self, plan: AudioPlan) -> Transcript:
        """The whole transcript; the sound is deleted. Raises NoTranscript or ModelError."""
        heard = [await self._chunk(plan, number) for number in range(plan.chunks)]
        AudioFolder(Path(plan.folder)).drop_sound()
        guessed = (_GUESSED_TIMES,) if any(chunk.is_guessed for chunk in heard) else ()
        return Transcript(
            segments=tuple(segment for chunk in heard for segment in chunk.segments),
            basis=Basis.TRANSCRIBED,
            language=spoken_language(tuple(heard)),
            format=self._ear.format,
            warnings=(*plan.warnings, *guessed),
        )

    async def forget(self, episode: Episode) -> None:
        """Drop the chunks and then the plan, which knows them; and the chunks that nobody has gone on with."""
        folder = await asyncio.to_thread(self._intake.begun, episode)
        if folder is not None:
            if (plan := folder.plan()) is not None:
                await self._chunks.forget(plan.audio)
            await asyncio.to_thread(folder.remove)
        await self._chunks.sweep()

    async def _is_heard(self, plan: AudioPlan) -> bool:
        for number in range(plan.chunks):
            if await self._chunks.load(plan.audio, model=self._key, number=number) is None:
                return False
        return True

    async def _chunk(self, plan: AudioPlan, number: int) -> HeardChunk:
        stored = await self._chunks.load(plan.audio, model=self._key, number=number)
        if stored is not None:
            return stored
        path = AudioFolder(Path(plan.folder)).sound
        if not path.exists():
            raise NoTranscript(("The audio of this episode is no longer here: it must be fetched again.",))
        start, end = plan.span(number)
        sound = Sound(plan.episode_id, path, start, end, await self._language(plan, number), plan.language)

        def told(part: float) -> None:
            self._on_progress(plan.episode_id, "transcribe", (number + part) / plan.chunks)

        heard = await self._ear.hear(sound, on_progress=told)
        await self._chunks.save(plan.audio, heard, model=self._key, number=number)
        return heard

    async def _language(self, plan: AudioPlan, number: int) -> str | None:
        """The language that an earlier chunk was sure of: it saves detecting it again."""
        for earlier in range(number):
            chunk = await self._chunks.load(plan.audio, model=self._key, number=earlier)
            if chunk is not None and chunk.confidence >= SURE_OF_LANGUAGE:
                return chunk.language
        return None


_GUESSED_TIMES: Final = "The times are about right only: whoever transcribed the audio gave none."
