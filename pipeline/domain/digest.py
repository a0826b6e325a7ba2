"""A digest: one channel's up to five insights of a day, and why these."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from pipeline.domain.episode import Episode
from pipeline.domain.insight import Insight


class Label(StrEnum):
    """What a reader should know about an item at a glance; at most one."""

    NONE = ""
    NEW = "new"
    """The channel has not read about this topic in sixty days."""
    FOLLOW_UP = "follow-up"
    COUNTERPOINT = "counterpoint"
    ALSO_ON = "also on"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An insight that might be posted, with the episode it comes from."""

    insight: Insight
    episode: Episode


@dataclass(frozen=True, slots=True)
class Shown:
    """An insight that this channel was shown: on which day, under which number."""

    insight_id: str
    text: str
    day: date
    number: int

    @property
    def place(self) -> str:
        """Where it stood, for people: «no. 3 of 12 November»."""
        return f"no. {self.number} of {self.day.day} {self.day:%B}"


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One factor of a score: its name, its value from 0 to 1, and a few words that say why."""

    name: str
    value: float
    why: str


@dataclass(frozen=True, slots=True)
class Pick:
    """An insight in a digest.

    `number` counts from 1. `label_refers` is the day and number of the earlier post (follow-up) or the number in
    this digest (counterpoint, day None). `also_on` names the other shows on which the same was said.
    """

    number: int
    candidate: Candidate
    score: float
    parts: tuple[ScorePart, ...]
    label: Label = Label.NONE
    label_day: date | None = None
    label_number: int | None = None
    also_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passed:
    """A candidate that was not picked, with the reason as a sentence."""

    insight_id: str
    headline: str
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class Digest:
    """What a channel gets on a day. Building it again gives the same, bit for bit."""

    channel_id: str
    day: date
    picks: tuple[Pick, ...]
    passed: tuple[Passed, ...]
    considered: int
    episodes: int


class DeliveryState(StrEnum):
    """Where a digest is on its way to the channel."""

    CLAIMED = "claimed"
    """Somebody is about to send it, or died doing so: look for it on the platform first."""
    SENT = "sent"
    SKIPPED = "skipped"
    """Too late, or nothing good enough: this day is settled."""
    FAILED = "failed"
    """The channel is gone; a person must act."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The fact that a digest reached its channel; `reference` is the platform's name of the message."""

    channel_id: str
    day: date
    state: DeliveryState
    reference: str = ""
    note: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """The answer to «may I send this?».

    With `is_new` the delivery is ours to send. Otherwise somebody claimed it before, at `delivery.at`: when it is
    still CLAIMED, look for it on the platform first.
    """

    is_new: bool
    delivery: Delivery


def delivery_key(channel_id: str, day: date) -> str:
    """The marker that a posted digest carries, by which it is found again before it is sent twice."""
    return f"digest:{channel_id}:{day.isoformat()}"
