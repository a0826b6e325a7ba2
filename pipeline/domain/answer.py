"""An answer: what the episodes say about a question, with every claim's place."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pipeline.domain.audience import WorkspaceId
from pipeline.domain.insight import Author
from pipeline.domain.passage import Passage

_NEAR: Final = 60.0


class Grade(StrEnum):
    """How far the episodes answer the question."""

    ANSWERED = "answered"
    PARTLY = "partly"
    NOT_FOUND = "not found"


class Widened(StrEnum):
    """How far from the insight that was asked about an answer had to be looked for."""

    EPISODE = "episode"
    """Elsewhere in its episode."""
    SHOWS = "shows"
    """In other episodes of the channel's shows."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A stretch of an episode; `start` and `end` in seconds, None where its transcript has no times.

    `quote` are the words said there that an insight rests on, empty when they are not known.
    """

    episode_id: str
    start: float | None = None
    end: float | None = None
    quote: str = ""

    def is_near(self, passage: Passage) -> bool:
        """Whether the passage was said within a minute of it; without times the episode decides."""
        if passage.episode_id != self.episode_id:
            return False
        if self.start is None or passage.start is None:
            return True
        until = self.start if self.end is None else self.end
        return passage.start <= until + _NEAR and (passage.end or passage.start) >= self.start - _NEAR


@dataclass(frozen=True, slots=True)
class Question:
    """What a member asked.

    `context` is text of the thread that only resolves what «that» or «no. 3» means; it is never evidence. `about`
    are the moments of the insights that are meant: there an answer is looked for first. `feeds` are the feed ids that
    the asking channel may draw on, None for all the workspace may see. `shows` are those of them whose titles stand in
    the question, and `subject` is the question without these titles.
    """

    text: str
    workspace: WorkspaceId
    context: str = ""
    feeds: tuple[str, ...] | None = None
    about: tuple[Moment, ...] = ()
    shows: tuple[str, ...] = ()
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage shown to a member; `number` counts from 1 and is given by us, never by a model."""

    number: int
    passage: Passage


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence or paragraph of an answer with the numbers of the citations that carry it."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply to a question.

    With `author` EXTRACT there are no statements: the citations are shown as passages, and headed so. `searched`
    is how many passages were searched; `degraded` a sentence when a part of the index or the model did not answer. With
    `fell_back` a model should have written it and could not. `widened` says that the insight that was asked about does
    not answer it, None when it does or none was asked about.
    """

    question: str
    grade: Grade
    author: Author
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    searched: int
    degraded: str = ""
    fell_back: bool = False
    widened: Widened | None = None

    @property
    def episodes(self) -> int:
        """From how many episodes the citations come."""
        return len({c.passage.episode_id for c in self.citations})
