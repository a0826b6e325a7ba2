"""The one thing a reader should know about an item at a glance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.domain.choice.sources import show_of
from pipeline.domain.choice.stance import opposes
from pipeline.domain.digest import Candidate, Label, Shown
from pipeline.domain.talk.keywords import stems

FOLLOWS_FROM: Final = 0.5
"""Cosine with an earlier post from which an item continues it."""
NEW_BELOW: Final = 0.25
"""Cosine with everything posted below which the topic is new to the channel; half of all items are under 0.3."""
ALSO_FROM: Final = 0.53
"""Cosine with another show's insight from which both may speak of the same: then their claims must share words."""
SURELY_FROM: Final = 0.66
"""Cosine from which one shared word is enough."""
_CLAIM_SHARE: Final = 0.4
_FEWEST_SHARED: Final = 2
COUNTERS_FROM: Final = 0.45


@dataclass(frozen=True, slots=True)
class Mark:
    """A label with what it refers to, and the other shows on which the same was said, nearest first."""

    label: Label = Label.NONE
    day: date | None = None
    number: int | None = None
    also_on: tuple[str, ...] = ()


def mark_of(
    row: int,
    candidates: Sequence[Candidate],
    *,
    earlier: Sequence[int],
    others: Sequence[int],
    cosines: npt.NDArray[np.float64],
    nearest: tuple[Shown, float] | None,
) -> Mark:
    """The label of the candidate in `row`; the first of counterpoint, follow-up, also on and new that holds.

    `earlier` are the rows picked before it (the first is no. 1), `others` the rows that may count as heard on
    another show. `cosines` are its own with every candidate, `nearest` is the shown insight nearest to it.
    """
    also_on = _also_on(row, candidates, others, cosines)
    against = _countered(row, candidates, earlier, cosines)
    if against is not None:
        return Mark(Label.COUNTERPOINT, number=against, also_on=also_on)
    if nearest is not None and nearest[1] >= FOLLOWS_FROM:
        return Mark(Label.FOLLOW_UP, day=nearest[0].day, number=nearest[0].number, also_on=also_on)
    if also_on:
        return Mark(Label.ALSO_ON, also_on=also_on)
    # To a channel that has read nothing yet everything is new, so saying it would tell nothing.
    return Mark(Label.NEW) if nearest is not None and nearest[1] < NEW_BELOW else Mark()


def disagree(one: Candidate, other: Candidate, cosine: float) -> bool:
    """Whether two shows take opposite sides of the same question."""
    if cosine < COUNTERS_FROM or show_of(one.episode) == show_of(other.episode):
        return False
    return opposes(one.insight.headline, other.insight.headline)


def speak_alike(one: Candidate, other: Candidate, cosine: float) -> bool:
    """Whether both speak of the same thing, not only of the same field.

    Shows about one field are near each other whatever they say. So the words of each claim (the headline) must be
    met in the other insight too.
    """
    if cosine < ALSO_FROM:
        return False
    here, there = (stems(c.insight.headline) for c in (one, other))
    shared = here & stems(other.insight.text), there & stems(one.insight.text)
    if cosine >= SURELY_FROM:
        return bool(shared[0] or shared[1])
    least = min(len(shared[0]) / max(1, len(here)), len(shared[1]) / max(1, len(there)))
    return least >= _CLAIM_SHARE and min(map(len, shared)) >= _FEWEST_SHARED


def _countered(
    row: int, candidates: Sequence[Candidate], earlier: Sequence[int], cosines: npt.NDArray[np.float64]
) -> int | None:
    against = (
        number
        for number, pick in enumerate(earlier, start=1)
        if disagree(candidates[row], candidates[pick], float(cosines[pick]))
    )
    return next(against, None)


def _also_on(
    row: int, candidates: Sequence[Candidate], others: Sequence[int], cosines: npt.NDArray[np.float64]
) -> tuple[str, ...]:
    own = show_of(candidates[row].episode)
    foreign = [other for other in others if show_of(candidates[other].episode) != own]
    # Who contradicts it elsewhere does not say the same there.
    against = {
        show_of(candidates[other].episode)
        for other in foreign
        if disagree(candidates[row], candidates[other], float(cosines[other]))
    }
    near = sorted(
        (-float(cosines[other]), show_of(candidates[other].episode), candidates[other].episode.feed_title)
        for other in foreign
        if show_of(candidates[other].episode) not in against
        and speak_alike(candidates[row], candidates[other], float(cosines[other]))
    )
    titles = {show: title for _, show, title in reversed(near)}
    order = dict.fromkeys(show for _, show, _ in near)
    return tuple(titles[show] for show in order)
