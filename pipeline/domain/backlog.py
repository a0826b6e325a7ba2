"""Which of a feed's new episodes are wanted now, and which are only kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pipeline.domain.episode import EpisodeState
from pipeline.domain.feed import FoundEpisode

OLD_AFTER: Final = timedelta(days=7)
"""An episode published this long before the feed was added is backfill: searchable, never posted."""

STRAGGLERS: Final = 3
"""That many new episodes may be older than the newest known one; more of them are an archive that was opened."""


@dataclass(frozen=True, slots=True)
class Intake:
    """How a new episode enters the catalogue."""

    state: EpisodeState
    backfill: bool


def judge_new(
    new: Sequence[FoundEpisode], *, now: datetime, hold_after: int | None, newest_known: datetime | None
) -> tuple[Intake, ...]:
    """One Intake for each new episode of a reading, in the given order.

    With `hold_after` (the first reading) the newest that many wait, the others are held. Later, everything new waits
    but an opened archive (see STRAGGLERS), which is held.
    """
    if hold_after is None:
        return _judge_later(new, now=now, newest_known=newest_known)
    newest_first = sorted(range(len(new)), key=lambda i: came_out(new[i], now), reverse=True)
    wanted = frozenset(newest_first[:hold_after])
    return tuple(_intake(found, now=now, is_held=i not in wanted) for i, found in enumerate(new))


def came_out(found: FoundEpisode, first_seen: datetime) -> datetime:
    """The published time, or when we first saw it where the feed gives none or one in the future."""
    published = found.published
    return first_seen if published is None or published > first_seen else published


def _judge_later(new: Sequence[FoundEpisode], *, now: datetime, newest_known: datetime | None) -> tuple[Intake, ...]:
    late = [newest_known is not None and came_out(found, now) < newest_known for found in new]
    if sum(late) <= STRAGGLERS:
        return (Intake(EpisodeState.WAITING, backfill=False),) * len(new)
    waiting = Intake(EpisodeState.WAITING, backfill=False)
    return tuple(
        _intake(f, now=now, is_held=True) if is_late else waiting for f, is_late in zip(new, late, strict=True)
    )


def _intake(found: FoundEpisode, *, now: datetime, is_held: bool) -> Intake:
    state = EpisodeState.HELD if is_held else EpisodeState.WAITING
    return Intake(state, backfill=now - came_out(found, now) > OLD_AFTER)
