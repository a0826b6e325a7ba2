"""Which of a feed's new episodes are wanted now, and which are only kept."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pipeline.domain.episode import EpisodeState
from pipeline.domain.feed import FoundEpisode

OLD_AFTER: Final = timedelta(days=7)
"""An episode published this long before the feed was added is backfill: searchable, never posted."""

STRAGGLERS: Final = 3
"""That many new episodes may be older than the newest known one; more of them are an archive that was opened."""


SAME_BATCH: Final = timedelta(days=1)
"""Episodes this much older than the newest known one came out together with it, and were only seen later."""


@dataclass(frozen=True, slots=True)
class Intake:
    """How a new episode enters the catalogue."""

    state: EpisodeState
    backfill: bool


def judge_new(
    new: Sequence[FoundEpisode],
    *,
    now: datetime,
    hold_after: int | None,
    newest_known: datetime | None,
    last_read: datetime | None = None,
) -> tuple[Intake, ...]:
    """One Intake for each new episode of a reading, in the given order.

    With `hold_after`, and as long as no episode is known, the newest that many wait, and what came out since the
    reading before (`last_read`); the others are held. Later, everything new waits but an opened archive (see
    STRAGGLERS), which is held: episodes that came out before the newest known one (see SAME_BATCH), or long before
    the reading before this one, and were not there then.
    """
    if hold_after is None or newest_known is not None:
        seen_up_to = None if last_read is None else last_read - OLD_AFTER
        passed = None if newest_known is None else newest_known - SAME_BATCH
        floor = max((when for when in (passed, seen_up_to) if when is not None), default=None)
        return _judge_later(new, now=now, floor=floor)
    newest_first = sorted(range(len(new)), key=lambda i: came_out(new[i], now), reverse=True)
    since = frozenset(i for i, found in enumerate(new) if _came_between(found, last_read, now))
    wanted = frozenset(newest_first[:hold_after]) | since
    return tuple(_intake(found, now=now, is_held=i not in wanted) for i, found in enumerate(new))


def came_out(found: FoundEpisode, first_seen: datetime) -> datetime:
    """The published time, or when we first saw it where the feed gives none or one in the future."""
    published = found.published
    return first_seen if published is None or published > first_seen else published


def taken_out(known: Mapping[str, datetime], present: Collection[str]) -> frozenset[str]:
    """Which known episodes (with when they came out) their publisher took out of the feed.

    Feeds list only so many: an episode that is older than all that are present just fell off the end.
    """
    oldest = min((known[one] for one in present if one in known), default=None)
    if oldest is None:
        return frozenset()
    return frozenset(one for one, when in known.items() if one not in present and when > oldest)


def _came_between(found: FoundEpisode, last_read: datetime | None, now: datetime) -> bool:
    """Whether it came out since the reading before: an empty feed gets its first episodes, often a little late."""
    return last_read is not None and found.published is not None and last_read - SAME_BATCH < found.published <= now


def _judge_later(new: Sequence[FoundEpisode], *, now: datetime, floor: datetime | None) -> tuple[Intake, ...]:
    late = [floor is not None and came_out(found, now) < floor for found in new]
    if sum(late) <= STRAGGLERS:
        return (Intake(EpisodeState.WAITING, backfill=False),) * len(new)
    waiting = Intake(EpisodeState.WAITING, backfill=False)
    return tuple(
        _intake(f, now=now, is_held=True) if is_late else waiting for f, is_late in zip(new, late, strict=True)
    )


def _intake(found: FoundEpisode, *, now: datetime, is_held: bool) -> Intake:
    state = EpisodeState.HELD if is_held else EpisodeState.WAITING
    return Intake(state, backfill=now - came_out(found, now) > OLD_AFTER)
