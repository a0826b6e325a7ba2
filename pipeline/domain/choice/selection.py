"""Which five of the day's insights one channel gets, and why not the others.

The best score goes first; an item that breaks a limit is passed over, with the reason. What is not good enough is
not posted, however few are left.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.domain.channel import Channel
from pipeline.domain.choice.comparison import Comparison, compare
from pipeline.domain.choice.labels import disagree, mark_of
from pipeline.domain.choice.likeness import Vectors
from pipeline.domain.choice.sources import show_of
from pipeline.domain.digest import Candidate, Digest, Passed, Pick, Shown

MOST: Final = 5
PER_SHOW: Final = 2
PER_TOPIC: Final = 2
GOOD_ENOUGH: Final = 0.45
"""The least score of a post; what is neutral in all and strong in nothing has about 0.6."""
NEARLY: Final = 0.9
"""Share of a pick's score that a claim needs to take its place when it contradicts another of the five."""
_DISPUTED: Final = 60
"""So many of the best are searched for contradictions."""
TOLD_FROM: Final = 0.72
"""Cosine from which two insights say the same, measured on claims and their retellings."""
NO_VOTES: Final[Mapping[str, int]] = MappingProxyType({})


def select(
    channel: Channel,
    day: date,
    candidates: Sequence[Candidate],
    *,
    vectors: Vectors,
    shown: Sequence[Shown],
    shown_vectors: Vectors,
    now: datetime,
    wish_vectors: Vectors | None = None,
    votes: Mapping[str, int] = NO_VOTES,
) -> Digest:
    """The channel's digest of `day`: the same whatever the order of the candidates and of what was shown.

    `vectors` has a unit row for each candidate's text, `shown_vectors` for each shown text, `wish_vectors` for each
    of `wishes_of(channel)`; without the last, wishes count by their words alone. `votes` maps ids of shown
    insights to thumbs up less thumbs down. What was shown before is passed over and does not count as considered.

    Raises ValueError when rows do not fit.
    """
    at = compare(
        channel,
        candidates,
        vectors=vectors,
        shown=shown,
        shown_vectors=shown_vectors,
        wish_vectors=wish_vectors,
        votes=votes,
        now=now,
    )
    return _digest(channel.id, day, at)


def _digest(channel_id: str, day: date, at: Comparison) -> Digest:
    choice = _with_an_answer(at, _chosen(at))
    fresh = [c for c in at.candidates if c.insight.id not in at.shown_ids]
    return Digest(
        channel_id=channel_id,
        day=day,
        picks=tuple(choice.pick(number) for number in range(1, len(choice.rows) + 1)),
        passed=tuple(_passed(at, row, reason) for row, reason in choice.reasons.items()),
        considered=len(fresh),
        episodes=len({c.episode.id for c in fresh}),
    )


def _chosen(at: Comparison, *, first: Container[int] = (), only: Container[int] | None = None) -> "_Choice":
    """Consider all rows, the best first; `first` before the others, and nothing picked that is not in `only`."""
    choice = _Choice(at, only)
    # What was shown comes last, so that an explanation begins with what nearly made it.
    for row in sorted(at.order, key=lambda row: (at.candidates[row].insight.id in at.shown_ids, row not in first)):
        choice.consider(row)
    return choice


def _with_an_answer(at: Comparison, choice: "_Choice") -> "_Choice":
    """The choice with two claims that contradict each other, where that costs little.

    Two shows that disagree tell more than either alone. Nothing changes when two of the five disagree already.
    """
    disputes = tuple(_disputes(at)) if choice.rows else ()
    if any(set(pair) <= set(choice.rows) for pair in disputes):
        return choice
    return next((made for pair in disputes if (made := _made_room(at, choice, pair)) is not None), choice)


def _disputes(at: Comparison) -> Iterator[tuple[int, int]]:
    """Pairs of good rows that contradict each other, the best first."""
    good = [row for row in at.order[:_DISPUTED] if not _unfit(at, row)]
    for place, row in enumerate(good):
        cosines = at.cosines(row)
        for other in good[place + 1 :]:
            if disagree(at.candidates[row], at.candidates[other], float(cosines[other])):
                yield row, other


def _made_room(at: Comparison, choice: "_Choice", pair: tuple[int, int]) -> "_Choice | None":
    """The choice with the pair in place of what is hardly better; None when the limits or the scores forbid it."""
    rows = frozenset(_chosen(at, first=pair).rows)
    gone = max((at.scores[row] for row in choice.rows if row not in rows), default=0.0)
    if not rows.issuperset(pair) or min(at.scores[row] for row in pair) < NEARLY * gone:
        return None
    made = _chosen(at, only=rows)
    first, second = sorted(made.rows.index(row) + 1 for row in pair)
    told = f"No. {first} and {second} disagree, and are preferred for it."
    made.reasons = {row: reason or told for row, reason in made.reasons.items()}
    return made


@dataclass(slots=True)
class _Choice:
    """The rows picked so far with their cosines, and the reasons why others were not.

    With `only`, a row that is not in it and breaks no limit has an empty reason.
    """

    at: Comparison
    only: Container[int] | None = None
    rows: list[int] = field(default_factory=list)
    cosines: list[npt.NDArray[np.float64]] = field(default_factory=list)
    reasons: dict[int, str] = field(default_factory=dict)

    def consider(self, row: int) -> None:
        reason = _unfit(self.at, row) or self._doubled(row) or self._over_a_limit(row)
        if reason or (self.only is not None and row not in self.only):
            self.reasons[row] = reason
        else:
            self.rows.append(row)
            self.cosines.append(self.at.cosines(row))

    def pick(self, number: int) -> Pick:
        row = self.rows[number - 1]
        mark = mark_of(
            row,
            self.at.candidates,
            earlier=self.rows[: number - 1],
            others=[other for other in self.at.order if self.at.taste.muted_by(other) is None],
            cosines=self.cosines[number - 1],
            nearest=self.at.nearest[row],
        )
        return Pick(
            number=number,
            candidate=self.at.candidates[row],
            score=self.at.scores[row],
            parts=self.at.parts[row],
            label=mark.label,
            label_day=mark.day,
            label_number=mark.number,
            also_on=mark.also_on,
        )

    def _doubled(self, row: int) -> str:
        candidate = self.at.candidates[row]
        for number, pick in enumerate(self.rows, start=1):
            picked, cosine = self.at.candidates[pick], float(self.cosines[number - 1][row])
            if picked.episode.id == candidate.episode.id:
                return f"No. {number} is from the same episode."
            if cosine >= TOLD_FROM and not disagree(candidate, picked, cosine):
                return f"No. {number} says the same (cosine {cosine:.2f})."
        return ""

    def _over_a_limit(self, row: int) -> str:
        show, topic = show_of(self.at.candidates[row].episode), self.at.topics.get(row)
        picked = list(enumerate(self.rows, start=1))
        same_show = [number for number, pick in picked if show_of(self.at.candidates[pick].episode) == show]
        if len(same_show) >= PER_SHOW:
            return f"Its show has no. {_listed(same_show)} already."
        same_topic = [number for number, pick in picked if topic is not None and self.at.topics.get(pick) == topic]
        if len(same_topic) >= PER_TOPIC:
            return f"Its topic has no. {_listed(same_topic)} already."
        return f"{MOST} better ones were found." if len(self.rows) >= MOST else ""


def _unfit(at: Comparison, row: int) -> str:
    """Why it would not be posted even on an empty day."""
    candidate, nearest = at.candidates[row], at.nearest[row]
    if candidate.episode.backfill:
        return "Its episode was old already when the show was added."
    if candidate.insight.id in at.shown_ids:
        return "This channel was shown it before."
    if (topic := at.taste.muted_by(row)) is not None:
        return f"It is about “{topic}”, which this channel has muted."
    if nearest is not None and nearest[1] >= TOLD_FROM:
        return f"It says the same as {nearest[0].place} (cosine {nearest[1]:.2f})."
    if at.scores[row] < GOOD_ENOUGH:
        weakest = min(at.parts[row], key=lambda part: part.value)
        return f"It is not good enough: under {GOOD_ENOUGH:.2f}, weakest in {weakest.name}."
    return ""


def _passed(at: Comparison, row: int, reason: str) -> Passed:
    insight = at.candidates[row].insight
    return Passed(insight.id, insight.headline, at.scores[row], reason)


def _listed(numbers: Sequence[int]) -> str:
    return " and ".join(str(number) for number in numbers)
