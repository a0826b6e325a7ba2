"""A day's candidates side by side: each with its score, its nearest earlier post and its topic."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pipeline.domain.channel import Channel
from pipeline.domain.choice.likeness import Vectors, likeness
from pipeline.domain.choice.scoring import parts_of, score_of
from pipeline.domain.choice.sources import sources_of
from pipeline.domain.choice.topics import group_by_topic
from pipeline.domain.choice.wishes import Taste, taste
from pipeline.domain.digest import Candidate, ScorePart, Shown

_COMPARED: Final = 300
"""So many of the best are grouped by topic: far more than can be picked, few enough to group in no time."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The candidates in the order of their ids; a row is a place in that order.

    `nearest` is the shown insight nearest to each in meaning, with the cosine; `order` has the rows with the best
    score first; `topics` has a topic for each of the best rows only.
    """

    candidates: tuple[Candidate, ...]
    vectors: Vectors
    shown_ids: frozenset[str]
    nearest: tuple[tuple[Shown, float] | None, ...]
    taste: Taste
    parts: tuple[tuple[ScorePart, ...], ...]
    scores: tuple[float, ...]
    order: tuple[int, ...]
    topics: Mapping[int, int]

    def cosines(self, row: int) -> npt.NDArray[np.float64]:
        """The cosine of the candidate in this row with every candidate."""
        return likeness(self.vectors[row : row + 1], self.vectors).ravel()


def compare(
    channel: Channel,
    candidates: Sequence[Candidate],
    *,
    vectors: Vectors,
    shown: Sequence[Shown],
    shown_vectors: Vectors,
    wish_vectors: Vectors | None,
    votes: Mapping[str, int],
    now: datetime,
) -> Comparison:
    """Score every candidate for the channel; one that comes twice, or in two feeds of a show, counts once.

    Raises ValueError when rows do not fit.
    """
    if len(candidates) != len(vectors) or len(shown) != len(shown_vectors):
        raise ValueError("every candidate and every shown insight needs its row")
    sources = sources_of(candidates, shown={post.insight_id for post in shown})
    rows = [row for row in _in_order([c.insight.id for c in candidates]) if candidates[row].episode.id in sources]
    posts = _in_order([(s.day, s.number, s.insight_id) for s in shown])
    there, before = tuple(candidates[row] for row in rows), tuple(shown[row] for row in posts)
    own = vectors[rows]
    known = likeness(own, shown_vectors[posts])
    liked = taste(
        channel, there, vectors=own, wish_vectors=wish_vectors, shown=before, shown_cosines=known, votes=votes
    )
    nearest = tuple(_nearest(before, cosines) for cosines in known)
    ids = {post.insight_id: post for post in before}
    aired = {c.episode.id: ids[c.insight.id] for c in there if c.insight.id in ids}
    parts = tuple(
        parts_of(c, fit=liked.fit(row), nearest=nearest[row], aired=aired.get(c.episode.id), now=now)
        for row, c in enumerate(there)
    )
    scores = tuple(score_of(p) for p in parts)
    order = tuple(sorted(range(len(there)), key=lambda row: (-scores[row], there[row].insight.id)))
    return Comparison(there, own, frozenset(ids), nearest, liked, parts, scores, order, _topics(order, own))


def _in_order(keys: Sequence[Any]) -> list[int]:
    """The first place of each key, in the order of the keys."""
    first: dict[Any, int] = {}
    for place, key in enumerate(keys):
        first.setdefault(key, place)
    return [first[key] for key in sorted(first)]


def _nearest(shown: Sequence[Shown], cosines: npt.NDArray[np.float64]) -> tuple[Shown, float] | None:
    if not shown:
        return None
    place = int(cosines.argmax())
    return shown[place], float(cosines[place])


def _topics(order: Sequence[int], vectors: Vectors) -> dict[int, int]:
    rows = sorted(order[:_COMPARED])
    return {rows[at]: topic for topic, group in enumerate(group_by_topic(vectors[rows])) for at in group}
