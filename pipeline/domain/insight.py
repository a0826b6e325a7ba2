"""An insight: one thing worth knowing, and the words that prove it."""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.domain.identity import stable_id


class Kind(StrEnum):
    """What sort of statement it is."""

    CLAIM = "claim"
    PREDICTION = "prediction"
    NUMBER = "number"
    METHOD = "method"
    STORY = "story"


class Author(StrEnum):
    """Who chose and worded an insight."""

    MODEL = "model"
    """A language model wrote headline and body; the quote was said."""
    EXTRACT = "extract"
    """Every word was said: a passage picked without a model."""


class Certainty(StrEnum):
    """How we know who spoke."""

    PUBLISHER = "publisher"
    INTRODUCED = "introduced"
    UNNAMED = "unnamed"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a proposer claims was said; nothing of it is believed before the evidence gate.

    `first_segment` and `last_segment` are hints (indices into the transcript, both included).
    `specificity` and `worth` are the proposer's own measures between 0 and 1.
    """

    headline: str
    body: str
    quote: str
    first_segment: int
    last_segment: int
    kind: Kind = Kind.CLAIM
    topics: tuple[str, ...] = ()
    specificity: float = 0.5
    worth: float = 0.5


@dataclass(frozen=True, slots=True)
class Insight:
    """A proposal that passed the gate.

    `start` and `end` in seconds come from the words' place in the transcript, never from a model; None where
    the transcript has no times. `evidence` is the alignment of the quote, 0.9 to 1.
    """

    id: str
    episode_id: str
    headline: str
    body: str
    quote: str
    first_segment: int
    last_segment: int
    start: float | None
    end: float | None
    speaker: str | None
    certainty: Certainty
    kind: Kind
    author: Author
    topics: tuple[str, ...]
    evidence: float
    specificity: float
    worth: float

    @property
    def text(self) -> str:
        """Headline and body: what the insight means, for embedding."""
        return f"{self.headline}\n{self.body}"


def insight_id(episode: str, quote: str) -> str:
    """The id of the insight that rests on this quote of this episode."""
    return stable_id("insight", episode, " ".join(quote.lower().split()))
