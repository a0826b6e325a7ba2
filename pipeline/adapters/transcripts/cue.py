"""A cue: one timed piece of a transcript file, as the file has it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cue:
    """What a file says between two times in seconds (None where it gives none); `text` keeps its line breaks.

    `speaker` None means that the cue does not say, so that the one before goes on; the empty string means that
    nobody is known to speak.
    """

    text: str
    start: float | None = None
    end: float | None = None
    speaker: str | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """The words in their order."""
        return tuple(self.text.split())

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines that hold something."""
        return tuple(line for line in self.text.split("\n") if line.strip())
