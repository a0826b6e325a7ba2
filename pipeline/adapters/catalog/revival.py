"""Another try for episodes: they wait again, under a new attempt so that the engine's ids are new."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from pipeline.adapters.catalog.tables import episode
from pipeline.domain.episode import EpisodeState

_BATCH: Final = 500


async def revive(connection: AsyncConnection, episode_ids: Sequence[str]) -> None:
    """Let these episodes go again, in the transaction of this connection."""
    for start in range(0, len(episode_ids), _BATCH):
        await connection.execute(
            update(episode)
            .where(episode.c.id.in_(episode_ids[start : start + _BATCH]))
            .values(state=EpisodeState.WAITING.value, attempt=episode.c.attempt + 1, reason="")
        )
