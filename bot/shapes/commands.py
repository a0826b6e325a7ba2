"""The documented shapes of `--json`: what each command prints for programs.

Times are ISO 8601 in UTC, positions in an episode are seconds, scores go from 0 to 1. Fields are added, never renamed.
"""

from datetime import date, datetime, time
from typing import Literal

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """The root of all shapes."""

    model_config = ConfigDict(frozen=True)


class ErrorShape(Shape):
    """What went wrong: `kind` is stable for programs, `sentence` and `hint` are for people.

    `mends_itself`: the cause may pass; the same request may go well later.
    """

    kind: str
    sentence: str
    hint: str
    mends_itself: bool


class FeedShape(Shape):
    """A followed feed. A private feed's `url` is shown without what opens it."""

    title: str
    url: str
    audience: Literal["public", "private"]
    state: str
    reason: str
    ready: int
    waiting: int
    failed: int
    held: int
    newest: datetime | None
    last_read: datetime | None


class FeedsShape(Shape):
    """`podsift list`."""

    feeds: tuple[FeedShape, ...]


class AddedShape(Shape):
    """`podsift add`: `is_new` is false when it was followed already."""

    feed: FeedShape
    is_new: bool


class RemovedShape(Shape):
    """`podsift remove`. `id` is the feed's, by which the removal is taken back; a private `url` lacks what opens it."""

    title: str
    url: str
    audience: Literal["public", "private"]
    id: str = ""


class FeedFailureShape(Shape):
    """A feed that could not be read in this scan."""

    title: str
    url: str
    reason: str


class FeedWarningShape(Shape):
    """What was left out of a feed that was read in this scan, as a sentence."""

    title: str
    url: str
    sentence: str


class EpisodeFailureShape(Shape):
    """An episode that did not make it into the index, and why."""

    id: str
    feed_title: str
    title: str
    guid: str
    reason: str


class ScanShape(Shape):
    """`podsift scan`: counts after all is done; `new` episodes became ready in this scan."""

    feeds: int
    new: int
    ready: int
    waiting: int
    failed: tuple[EpisodeFailureShape, ...]
    unread_feeds: tuple[FeedFailureShape, ...]
    paused: tuple[str, ...] = ()
    """Why what waits does not go on now, a sentence for each reason."""
    warnings: tuple[FeedWarningShape, ...] = ()


class PassageShape(Shape):
    """A stretch of an episode; `start` and `end` are null where the transcript has no times."""

    feed_url: str
    feed_title: str
    guid: str
    episode_title: str
    published: datetime
    start: float | None
    end: float | None
    speaker: str | None
    text: str
    score: float
    match: float
    url: str | None


class SearchShape(Shape):
    """`podsift search`: the best passages first, out of `searched`."""

    query: str
    passages: tuple[PassageShape, ...]
    searched: int
    degraded: str


class CitationShape(Shape):
    """A passage with the number by which statements refer to it."""

    number: int
    passage: PassageShape


class StatementShape(Shape):
    """A part of an answer and the numbers of the citations that carry it."""

    text: str
    citations: tuple[int, ...]


class AnswerShape(Shape):
    """`podsift ask`. With `author` "extract" there are no statements: the citations are the answer's passages."""

    question: str
    grade: Literal["answered", "partly", "not found"]
    author: Literal["model", "extract"]
    statements: tuple[StatementShape, ...]
    citations: tuple[CitationShape, ...]
    searched: int
    episodes: int
    degraded: str


class ScorePartShape(Shape):
    """One factor of a score and why it has this value."""

    name: str
    value: float
    why: str


class InsightShape(Shape):
    """One item of a digest. Every word of `quote` was said at `start`."""

    number: int
    id: str
    headline: str
    body: str
    quote: str
    speaker: str | None
    certainty: str
    kind: str
    author: Literal["model", "extract"]
    topics: tuple[str, ...]
    feed_url: str
    feed_title: str
    guid: str
    episode_title: str
    published: datetime
    start: float | None
    end: float | None
    url: str | None
    label: str
    label_day: date | None
    label_number: int | None
    also_on: tuple[str, ...]
    score: float
    parts: tuple[ScorePartShape, ...]


class PassedShape(Shape):
    """A candidate that was not picked, and why."""

    id: str
    headline: str
    score: float
    reason: str


class DigestShape(Shape):
    """`podsift digest`. `state` is sent, skipped, failed, claimed, or draft for a dry run."""

    channel: str
    day: date
    state: str
    sent_at: datetime | None
    items: tuple[InsightShape, ...]
    passed: tuple[PassedShape, ...]
    considered: int
    episodes: int


class ChannelShape(Shape):
    """A channel and when it gets its digest."""

    id: str
    name: str
    zone: str
    at: time
    paused: bool
    next_post: datetime | None


class RetryShape(Shape):
    """`podsift retry`: the titles of the episodes that go again, and how many go on that were paused."""

    episodes: tuple[str, ...]
    resumed: int = 0


class ReindexShape(Shape):
    """`podsift reindex`: how many episodes the index was rebuilt from."""

    episodes: int
    passages: int


class TextShape(Shape):
    """A reply of `/podcast` commands that has no data of its own."""

    text: str


class CheckShape(Shape):
    """One line of `podsift doctor`; `help` says how to get what is missing."""

    name: str
    state: Literal["ok", "off", "problem"]
    detail: str
    help: str


class DoctorShape(Shape):
    """`podsift doctor`: what is configured, what works, what is missing."""

    checks: tuple[CheckShape, ...]
