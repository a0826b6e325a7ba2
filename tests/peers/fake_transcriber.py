"""A Transcriber that listens to nothing."""

from dataclasses import dataclass, field

from pipeline.domain.episode import Episode
from pipeline.domain.errors import NoTranscript, PodsiftError
from pipeline.domain.transcript import Transcript
from pipeline.ports import TranscriptStore


@dataclass
class SetTranscriber:
    """Gives this for any episode that has audio; while it listens, `meanwhile` is stored."""

    answer: Transcript | PodsiftError
    transcripts: TranscriptStore | None = None
    meanwhile: Transcript | None = None
    forgotten: list[str] = field(default_factory=list)

    async def transcribe(self, episode: Episode) -> Transcript:
        if episode.audio_url is None:
            raise NoTranscript(("The episode has no audio.",))
        if self.meanwhile is not None and self.transcripts is not None:
            await self.transcripts.save(episode.id, self.meanwhile)
        if isinstance(self.answer, PodsiftError):
            raise self.answer
        return self.answer

    async def forget(self, episode: Episode) -> None:
        self.forgotten.append(episode.id)
