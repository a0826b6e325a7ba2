"""The episode that a row comes from: it gives the row its audience."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from pipeline.adapters.catalog.tables import episode
from pipeline.domain.errors import UnknownEpisode


async def audience_of(connection: AsyncConnection, episode_id: str) -> str:
    """The episode's audience key. Others who write for this episode take turns from here on. Raises UnknownEpisode."""
    locked = select(episode.c.audience).where(episode.c.id == episode_id).with_for_update()
    audience = (await connection.execute(locked)).scalar_one_or_none()
    if audience is None:
        raise UnknownEpisode(episode_id)
    return str(audience)
