"""The ear on this machine: faster-whisper in a process of its own, which may end without harm."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pipeline.adapters.audio.transcriber import Sound
from pipeline.adapters.audio.transcription_process import ProcessEnded, TranscriptionProcess
from pipeline.domain.audio import HeardChunk
from pipeline.domain.errors import NoTranscript
from pipeline.domain.transcript import Segment

_LOADING_SECONDS: Final = 1800.0


@dataclass(frozen=True, slots=True)
class WhisperSettings:
    """How to transcribe.

    `model` is a size such as «small» (fetched once, at first use) or a folder. `device` and `compute_type` «auto»
    mean the GPU when there is one, and 8-bit weights; 0 `threads` are all cores. `language` None means: the feed's
    if the sound leaves it open, else the one that is heard. `patience` is how many seconds of work a second of sound
    may take before the process is given up; after `idle` seconds without work the model's memory is given back.
    """

    model: str = "small"
    device: str = "auto"
    compute_type: str = "auto"
    threads: int = 0
    language: str | None = None
    patience: float = 30.0
    idle: float = 900.0

    @property
    def label(self) -> str:
        """The model's plain name, for the transcript's format."""
        return Path(self.model).name

    @property
    def choice(self) -> dict[str, Any]:
        """What the process needs to load the model."""
        return {
            "name": self.model,
            "device": self.device,
            "compute_type": self.compute_type,
            "threads": self.threads,
        }


class WhisperEar:
    """An Ear with one model, in one process, that is started when there is something to hear.

    `environment` is all that the process gets to see of the environment (say, a proxy or the cache of models).
    """

    def __init__(self, settings: WhisperSettings, *, environment: Mapping[str, str] | None = None) -> None:
        self._settings = settings
        self._process = TranscriptionProcess(environment=environment, idle=settings.idle)

    @property
    def key(self) -> str:
        """Names all that decides a chunk's text, but how it was cut."""
        return "|".join(map(str, (self._settings.label, self._settings.compute_type, self._settings.language)))

    @property
    def format(self) -> str:
        """How a transcript names the model."""
        return f"whisper:{self._settings.label}"

    @property
    def process_id(self) -> int | None:
        """The id of the process that holds the model, None while none runs."""
        return self._process.pid

    async def hear(self, sound: Sound, *, on_progress: Callable[[float], None]) -> HeardChunk:
        """Ask the process; when it dies over the sound, ask a new one to be careful. Raises NoTranscript."""
        request = {
            "what": "hear",
            "model": self._settings.choice,
            "sound": str(sound.path),
            "start": sound.start,
            "end": sound.end,
            "language": self._settings.language or sound.language,
            "hint": sound.hint,
        }
        problem = ""
        for is_careful in (False, True):
            try:
                answer = await self._process.ask(
                    {**request, "careful": is_careful},
                    seconds=_LOADING_SECONDS + (sound.end - sound.start) * self._settings.patience,
                    on_progress=on_progress,
                )
            except ProcessEnded as error:
                problem = error.problem
            else:
                return _heard_chunk(answer)
        raise NoTranscript(("The transcription process ended twice over this audio.", problem))

    async def close(self) -> None:
        """End the process."""
        await self._process.close()


def _heard_chunk(answer: Mapping[str, Any]) -> HeardChunk:
    segments = tuple(Segment(**segment) for segment in answer["segments"])
    return HeardChunk(segments, answer["language"], answer["confidence"])
