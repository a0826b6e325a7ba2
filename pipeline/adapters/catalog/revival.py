"""Another try for episodes, and their leaving and coming back: changes of state that come from outside.

An episode that goes again waits under a new attempt, so that the engine's ids are new.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from pipeline.adapters.catalog.tables import episode
from pipeline.domain.episode import EpisodeState

TAKEN_OUT: Final = "Its publisher took it out of the feed."

_BATCH: Final = 500
"""Rows of one statement, and episodes that go again in one turn: after a bad day many would at once."""
_AGAIN: Final = {
    "state": EpisodeState.WAITING.value,
    "attempt": episode.c.attempt + 1,
    "is_unheard": False,
    "reason": "",
    "retry_at": None,
}


async def revive(connection: AsyncConnection, episode_ids: Sequence[str]) -> None:
    """Let these episodes go again, in the transaction of this connection; their tries are counted anew."""
    for some in _batches(episode_ids):
        await connection.execute(update(episode).where(episode.c.id.in_(some)).values(**_AGAIN, retries=0))


async def revive_due(connection: AsyncConnection, now: datetime) -> tuple[str, ...]:
    """Let failed episodes go again whose pause is over, some at a time; returns their ids."""
    is_due = (episode.c.state == EpisodeState.FAILED.value) & (episode.c.retry_at <= now)
    first = select(episode.c.id).where(is_due).order_by(episode.c.retry_at).limit(_BATCH)
    due = tuple((await connection.execute(first)).scalars())
    again = update(episode).where(episode.c.id.in_(due), is_due)
    await connection.execute(again.values(**_AGAIN, retries=episode.c.retries + 1))
    return due


async def take_out(connection: AsyncConnection, episode_ids: Sequence[str], now: datetime) -> None:
    """Mark these episodes as missing from their feed; those that wait are held."""
    for some in _batches(episode_ids):
        these = update(episode).where(episode.c.id.in_(some))
        await connection.execute(these.values(left_at=now))
        waiting = these.where(episode.c.state == EpisodeState.WAITING.value)
        await connection.execute(waiting.values(state=EpisodeState.HELD.value, reason=TAKEN_OUT))


async def put_back(connection: AsyncConnection, episode_ids: Sequence[str]) -> None:
    """These episodes are in their feed again; those that were held for missing go again."""
    for some in _batches(episode_ids):
        await connection.execute(update(episode).where(episode.c.id.in_(some)).values(left_at=None))
        held = select(episode.c.id).where(
            episode.c.id.in_(some), episode.c.state == EpisodeState.HELD.value, episode.c.reason == TAKEN_OUT
        )
        await revive(connection, tuple((await connection.execute(held)).scalars()))


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _BATCH):
        yield ids[start : start + _BATCH]
