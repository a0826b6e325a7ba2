"""Audio on its way to a transcript: a plan of chunks, and what was heard in each."""

from dataclasses import dataclass

from pipeline.domain.transcript import Segment


@dataclass(frozen=True, slots=True)
class AudioPlan:
    """Decoded audio, cut into chunks at pauses.

    `audio` names the downloaded bytes (32 hex digits). `folder` is where the decoded audio lies. `borders` are
    seconds from the start, one more than there are chunks. `decoded` is how many seconds could be decoded,
    `expected` how many the file or the feed promised (None when neither says), `skipped` how many damaged
    packets were left out. `warnings` are sentences for people, such as that the audio is partial.
    """

    episode_id: str
    audio: str
    folder: str
    borders: tuple[float, ...]
    decoded: float
    expected: float | None = None
    skipped: int = 0
    warnings: tuple[str, ...] = ()

    @property
    def chunks(self) -> int:
        """How many chunks there are to transcribe."""
        return len(self.borders) - 1

    def span(self, number: int) -> tuple[float, float]:
        """Start and end in seconds of the chunk with this number, counted from 0."""
        return self.borders[number], self.borders[number + 1]


@dataclass(frozen=True, slots=True)
class HeardChunk:
    """What was said in one chunk; no segments is an answer too: there was no speech.

    `language` is a code such as «en», None where nobody spoke; `confidence` in it runs from 0 to 1.
    """

    segments: tuple[Segment, ...]
    language: str | None = None
    confidence: float = 0.0


def spoken_language(chunks: tuple[HeardChunk, ...]) -> str | None:
    """The language of most of the text, None when nothing was said."""
    weight: dict[str, int] = {}
    for chunk in chunks:
        if chunk.language is not None:
            letters = sum(len(segment.text) for segment in chunk.segments)
            weight[chunk.language] = weight.get(chunk.language, 0) + letters
    return max(sorted(weight), key=lambda language: weight[language], default=None)
