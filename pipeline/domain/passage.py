"""A passage: a stretch of an episode that the index found for a question."""

from dataclasses import dataclass
from datetime import datetime

from pipeline.domain.audience import WorkspaceId
from pipeline.domain.transcript import Segment


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for, by whom, and where.

    `feeds` limits the search to those feed ids (None: all the workspace may see), `episodes` to those episode ids;
    `since` to episodes published then or later. `limit` passages are returned at the most.
    """

    text: str
    workspace: WorkspaceId
    feeds: tuple[str, ...] | None = None
    episodes: tuple[str, ...] | None = None
    since: datetime | None = None
    limit: int = 8


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The chunk right before or after a passage: sentences run on from one to the next. `turns` as in Passage."""

    text: str
    start: float | None
    end: float | None
    speaker: str | None
    turns: tuple[Segment, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk that was found. `start`, `end` in seconds; `score` from 0 (unrelated) to 1, comparable in one result.

    `match` says how sure we are that the passage speaks about the question at all, from 0 to 1 and comparable
    between questions: the answer's grade rests on it. `turns` are the segments of the transcript that say it, cut to
    its words, where it was looked up there: then its speaker and times are theirs, and two voices are both named.
    """

    feed_id: str
    feed_url: str
    feed_title: str
    episode_id: str
    episode_title: str
    guid: str
    text: str
    start: float | None
    end: float | None
    speaker: str | None
    score: float
    match: float
    published: datetime
    url: str | None = None
    before: Neighbour | None = None
    after: Neighbour | None = None
    turns: tuple[Segment, ...] = ()

    def overlaps(self, other: "Passage") -> bool:
        """Whether they share a moment of an episode, or words where there are no times."""
        if self.episode_id != other.episode_id:
            return False
        if None in {self.start, self.end, other.start, other.end}:
            return self.text in other.text or other.text in self.text
        return (self.start or 0.0) < (other.end or 0.0) and (other.start or 0.0) < (self.end or 0.0)


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The best passages first, and out of how many passages they were chosen.

    `degraded` is a sentence for people when a part of the index did not answer, else empty.
    """

    passages: tuple[Passage, ...]
    searched: int
    degraded: str = ""


@dataclass(frozen=True, slots=True)
class Related:
    """An insight that means nearly the same; `similarity` is the cosine, up to 1."""

    insight_id: str
    episode_id: str
    feed_id: str
    similarity: float
