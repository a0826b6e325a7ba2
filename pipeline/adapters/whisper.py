"""Our own transcript of an episode: faster-whisper chunk by chunk, in its own process, surviving restarts."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from pipeline.adapters.audio_folder import AudioFolder, remove_leftovers
from pipeline.adapters.audio_intake import AudioIntake, AudioLimits, Downloader, OnProgress
from pipeline.adapters.transcription_process import ProcessEnded, TranscriptionProcess
from pipeline.domain.audio import AudioPlan, HeardChunk, spoken_language
from pipeline.domain.episode import Episode
from pipeline.domain.errors import NoTranscript
from pipeline.domain.transcript import Basis, Segment, Transcript
from pipeline.ports import ChunkStore

_SURE: Final = 0.8
"""How confident an earlier chunk must be of the language for a later one to take it over."""
_LOADING_SECONDS: Final = 1800.0


@dataclass(frozen=True, slots=True)
class WhisperSettings:
    """How to transcribe.

    `model` is a size such as «small» (fetched once, at first use) or a folder. `device` and `compute_type` «auto»
    mean the GPU when there is one, and 8-bit weights; 0 `threads` are all cores. `language` None means: detect.
    `patience` is how many seconds of work a second of sound may take before the process is given up; after `idle`
    seconds without work the model's memory is given back.
    """

    model: str = "small"
    device: str = "auto"
    compute_type: str = "auto"
    threads: int = 0
    language: str | None = None
    patience: float = 30.0
    idle: float = 900.0
    audio: AudioLimits = field(default_factory=AudioLimits)

    @property
    def label(self) -> str:
        """The model's plain name, for the transcript's format."""
        return Path(self.model).name

    @property
    def key(self) -> str:
        """Names all that decides a chunk's text: chunks are stored under it."""
        cut = (self.audio.chunk_length, self.audio.chunk_reach)
        return "|".join(map(str, (self.label, self.compute_type, self.language, *cut)))

    @property
    def choice(self) -> dict[str, Any]:
        """What the process needs to load the model."""
        return {
            "name": self.model,
            "device": self.device,
            "compute_type": self.compute_type,
            "threads": self.threads,
        }


class WhisperTranscriber:
    """A Transcriber in steps that may each run twice: `plan`, `transcribe_chunk` for every chunk, `finish`.

    Use it as an async context manager: leaving it ends the process. `folder` holds audio on its way and belongs
    to this transcriber alone; `environment` is all that the process gets to see of the environment (say, a proxy
    or the cache of models). One model runs at a time.
    """

    def __init__(
        self,
        settings: WhisperSettings,
        *,
        downloader: Downloader,
        chunks: ChunkStore,
        folder: Path,
        environment: Mapping[str, str] | None = None,
        on_progress: OnProgress = lambda *_: None,
    ) -> None:
        self._settings = settings
        self._chunks = chunks
        self._folder = folder
        self._on_progress = on_progress
        self._intake = AudioIntake(settings.audio, downloader=downloader, folder=folder, on_progress=on_progress)
        self._process = TranscriptionProcess(environment=environment, idle=settings.idle)

    @property
    def process_id(self) -> int | None:
        """The id of the process that holds the model, None while none runs."""
        return self._process.pid

    async def __aenter__(self) -> Self:
        """Delete what an earlier run left behind and nobody can continue."""
        self._folder.mkdir(parents=True, exist_ok=True)
        await asyncio.to_thread(remove_leftovers, self._folder)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process."""
        await self._process.close()

    async def transcribe(self, episode: Episode) -> Transcript:
        """What is said in the episode's audio; no segments when nobody speaks.

        Raises FetchError, AudioUnreadable or NoTranscript.
        """
        plan = await self.plan(episode)
        for number in range(plan.chunks):
            await self.transcribe_chunk(plan, number)
        return await self.finish(plan)

    async def plan(self, episode: Episode) -> AudioPlan:
        """Download and decode the audio and cut it into chunks; what an earlier call has done is not repeated.

        Raises FetchError, AudioUnreadable or NoTranscript.
        """
        return await self._intake.plan(episode, is_heard=self._is_heard)

    async def transcribe_chunk(self, plan: AudioPlan, number: int) -> tuple[Segment, ...]:
        """What is said in one chunk, counted from 0; a chunk that is stored is not heard again.

        Raises NoTranscript.
        """
        return (await self._chunk(plan, number)).segments

    async def finish(self, plan: AudioPlan) -> Transcript:
        """The whole transcript; the sound is deleted. Raises NoTranscript."""
        heard = [await self._chunk(plan, number) for number in range(plan.chunks)]
        AudioFolder(Path(plan.folder)).drop_sound()
        return Transcript(
            segments=tuple(segment for chunk in heard for segment in chunk.segments),
            basis=Basis.TRANSCRIBED,
            language=spoken_language(tuple(heard)),
            format=f"whisper:{self._settings.label}",
            warnings=plan.warnings,
        )

    async def forget(self, plan: AudioPlan) -> None:
        """Drop the plan and the chunks: call it when the transcript is stored."""
        AudioFolder(Path(plan.folder)).remove()
        await self._chunks.forget(plan.audio)

    async def _is_heard(self, plan: AudioPlan) -> bool:
        for number in range(plan.chunks):
            if await self._chunks.load(plan.audio, model=self._settings.key, number=number) is None:
                return False
        return True

    async def _chunk(self, plan: AudioPlan, number: int) -> HeardChunk:
        key = self._settings.key
        stored = await self._chunks.load(plan.audio, model=key, number=number)
        if stored is not None:
            return stored
        if not AudioFolder(Path(plan.folder)).sound.exists():
            raise NoTranscript(("The audio of this episode is no longer here: it must be fetched again.",))
        heard = await self._heard(plan, number)
        await self._chunks.save(plan.audio, heard, model=key, number=number)
        return heard

    async def _heard(self, plan: AudioPlan, number: int) -> HeardChunk:
        """Ask the process; when it dies over the chunk, ask a new one to be careful."""
        start, end = plan.span(number)
        request = {
            "what": "hear",
            "model": self._settings.choice,
            "sound": str(AudioFolder(Path(plan.folder)).sound),
            "start": start,
            "end": end,
            "language": await self._language(plan, number),
        }

        def told(part: float) -> None:
            self._on_progress(plan.episode_id, "transcribe", (number + part) / plan.chunks)

        problem = ""
        for is_careful in (False, True):
            try:
                answer = await self._process.ask(
                    {**request, "careful": is_careful},
                    seconds=_LOADING_SECONDS + (end - start) * self._settings.patience,
                    on_progress=told,
                )
            except ProcessEnded as error:
                problem = error.problem
            else:
                return _heard_chunk(answer)
        raise NoTranscript(("The transcription process ended twice over this audio.", problem))

    async def _language(self, plan: AudioPlan, number: int) -> str | None:
        """The settings' language, else the one an earlier chunk was sure of: it saves detecting it again."""
        if self._settings.language is not None:
            return self._settings.language
        for earlier in range(number):
            chunk = await self._chunks.load(plan.audio, model=self._settings.key, number=earlier)
            if chunk is not None and chunk.confidence >= _SURE:
                return chunk.language
        return None


def _heard_chunk(answer: Mapping[str, Any]) -> HeardChunk:
    segments = tuple(Segment(**segment) for segment in answer["segments"])
    return HeardChunk(segments, answer["language"], answer["confidence"])
