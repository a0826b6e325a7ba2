"""The documented shapes of what one episode gave."""

from datetime import datetime
from typing import Literal

from bot.shapes.commands import Shape


class FoundInsightShape(Shape):
    """An insight in force. Every word of `quote` was said from `start` on (seconds, null without times)."""

    id: str
    headline: str
    body: str
    quote: str
    speaker: str | None
    kind: str
    author: Literal["model", "extract"]
    topics: tuple[str, ...]
    start: float | None
    url: str | None
    evidence: float


class RejectedShape(Shape):
    """A proposal that did not pass: nothing of it is believed. `detail` is the particular that failed."""

    headline: str
    body: str
    quote: str
    reason: str
    detail: str


class EpisodeInsightsShape(Shape):
    """`podsift insights`: `rejected` is empty unless it was asked for."""

    episode: str
    feed_title: str
    title: str
    published: datetime
    state: str
    insights: tuple[FoundInsightShape, ...]
    rejected: tuple[RejectedShape, ...]
