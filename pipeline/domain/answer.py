"""An answer: what the episodes say about a question, with every claim's place."""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.domain.audience import WorkspaceId
from pipeline.domain.insight import Author
from pipeline.domain.passage import Passage


class Grade(StrEnum):
    """How far the episodes answer the question."""

    ANSWERED = "answered"
    PARTLY = "partly"
    NOT_FOUND = "not found"


@dataclass(frozen=True, slots=True)
class Question:
    """What a member asked.

    `context` is text of the thread that only resolves what «that» or «no. 3» means; it is never evidence.
    `feeds` are the feed ids that the asking channel may draw on, None for all the workspace may see.
    """

    text: str
    workspace: WorkspaceId
    context: str = ""
    feeds: tuple[str, ...] | None = None


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
    `fell_back` a model should have written it and could not.
    """

    question: str
    grade: Grade
    author: Author
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    searched: int
    degraded: str = ""
    fell_back: bool = False

    @property
    def episodes(self) -> int:
        """From how many episodes the citations come."""
        return len({c.passage.episode_id for c in self.citations})
