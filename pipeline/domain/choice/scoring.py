"""The score of a candidate for one channel: six parts from 0 to 1, multiplied, each with its weight.

A weighted geometric mean: a weak part lowers the whole, and because no part is ever zero, none wipes the others out.
"""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from pipeline.domain.choice.likeness import ramp
from pipeline.domain.digest import Candidate, ScorePart, Shown
from pipeline.domain.insight import Certainty

WEIGHTS: Final = {"fit": 0.28, "novelty": 0.24, "worth": 0.26, "specificity": 0.07, "evidence": 0.10, "freshness": 0.05}
"""The share of each part; together 1."""
KNOWN: Final = (0.40, 0.72)
"""Up to which cosine with a shown insight a candidate is entirely new, and from which it tells nothing new."""
CARRY_OVER: Final = timedelta(days=7)
"""How long an insight waits for its turn."""
_LEAST: Final = 0.05
_SURE: Final = {Certainty.PUBLISHER: 1.0, Certainty.INTRODUCED: 0.97, Certainty.UNNAMED: 0.92}
_SPEAKER: Final = {
    Certainty.PUBLISHER: "the publisher names the speaker",
    Certainty.INTRODUCED: "the speaker is introduced in the episode",
    Certainty.UNNAMED: "nobody names the speaker",
}
_UNTIMED: Final = 0.95
_SAME_EPISODE: Final = 0.7
"""What is left of an episode after its best insight was posted gives way to other episodes."""


def score_of(parts: Sequence[ScorePart]) -> float:
    """The weighted geometric mean of the parts."""
    return round(math.prod(math.pow(part.value, WEIGHTS[part.name]) for part in parts), 4)


def parts_of(
    candidate: Candidate,
    *,
    fit: ScorePart,
    nearest: tuple[Shown, float] | None,
    aired: Shown | None,
    now: datetime,
) -> tuple[ScorePart, ...]:
    """All parts, in the order of their weights.

    `nearest` is the shown insight nearest in meaning, with its cosine; `aired` another insight of the same episode
    that was shown.
    """
    insight = candidate.insight
    return (
        fit,
        _novelty(nearest, aired),
        _own_measure("worth", insight.worth),
        _own_measure("specificity", insight.specificity),
        _evidence(candidate),
        _freshness(candidate, now),
    )


def _novelty(nearest: tuple[Shown, float] | None, aired: Shown | None) -> ScorePart:
    if nearest is None:
        return ScorePart("novelty", 1.0, "this channel has read nothing yet")
    post, cosine = nearest
    value = max(_LEAST, 1.0 - ramp(cosine, *KNOWN))
    near = f"like {post.place} (cosine {cosine:.2f})"
    why = near if value < 1 else "nothing like it was posted in sixty days"
    if aired is not None:
        value, why = max(_LEAST, value * _SAME_EPISODE), f"{why}; {aired.place} was from the same episode"
    return ScorePart("novelty", round(value, 4), why)


def _own_measure(name: str, value: float) -> ScorePart:
    said = {"worth": "how much it is worth knowing", "specificity": "how many terms, names and figures it has"}[name]
    return ScorePart(name, round(min(1.0, max(_LEAST, value)), 4), said)


def _evidence(candidate: Candidate) -> ScorePart:
    insight = candidate.insight
    timed = 1.0 if insight.start is not None else _UNTIMED
    value = max(_LEAST, min(1.0, insight.evidence) * _SURE[insight.certainty] * timed)
    when = "" if insight.start is not None else ", without a time"
    why = f"the quote matches by {insight.evidence:.0%}{when}; {_SPEAKER[insight.certainty]}"
    return ScorePart("evidence", round(value, 4), why)


def _freshness(candidate: Candidate, now: datetime) -> ScorePart:
    age = max(timedelta(0), now - candidate.episode.when)
    value = 1.0 - 0.5 * min(1.0, age / CARRY_OVER)
    days = age.days
    said = "today" if days == 0 else "a day ago" if days == 1 else f"{days} days ago"
    return ScorePart("freshness", round(value, 4), f"published {said}")
