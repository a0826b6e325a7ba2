"""A transcript: what was said, in timed segments."""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.domain.identity import content_hash


class Basis(StrEnum):
    """Who wrote down what was said."""

    PUBLISHED = "published"
    """The publisher's own transcript."""
    TRANSCRIBED = "transcribed"
    """Ours, from the audio."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One stretch of speech; `start` and `end` in seconds, None where the publisher gives no times.

    `advert` says that it is known to be one, from elsewhere than its words.
    """

    text: str
    start: float | None = None
    end: float | None = None
    speaker: str | None = None
    advert: bool = False


@dataclass(frozen=True, slots=True)
class Transcript:
    """The segments in the order they were said, and where they come from.

    `warnings` are sentences for people, such as that part of the audio could not be read.
    """

    segments: tuple[Segment, ...]
    basis: Basis
    language: str | None = None
    format: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def is_timed(self) -> bool:
        """Whether every segment has a start."""
        return bool(self.segments) and all(s.start is not None for s in self.segments)

    @property
    def duration(self) -> float | None:
        """The last end in seconds, None without times."""
        ends = [e for s in self.segments if (e := s.end if s.end is not None else s.start) is not None]
        return max(ends, default=None)

    @property
    def words(self) -> int:
        """How many words were said."""
        return sum(len(segment.text.split()) for segment in self.segments)

    def is_better_than(self, ours: "Transcript") -> bool:
        """Whether this publisher's transcript is to replace the one we made: it has times, and is not much shorter."""
        if self.basis is not Basis.PUBLISHED or ours.basis is Basis.PUBLISHED:
            return False
        return (self.is_timed or not ours.is_timed) and 2 * self.words >= ours.words

    @property
    def hash(self) -> str:
        """Names this very content: results made from it are stored under it."""
        lines = (f"{s.start}|{s.end}|{s.speaker}|{s.text}{'|advert' * s.advert}" for s in self.segments)
        return content_hash("\n".join(lines).encode(errors="surrogatepass"))
