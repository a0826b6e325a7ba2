"""The episodes around an episode in its feed."""

import asyncio

from sqlalchemy import select

from pipeline.adapters.catalog.codecs import found_from_json
from pipeline.adapters.catalog.database import CatalogDb
from pipeline.adapters.catalog.tables import episode, transcript
from pipeline.domain.episode import Episode
from pipeline.domain.intake.whose_words import Sibling


class SqlSiblings:
    """Siblings in the catalogue."""

    def __init__(self, db: CatalogDb) -> None:
        self._db = db

    async def around(self, of: Episode, *, limit: int = 30) -> tuple[Sibling, ...]:
        """The `limit` episodes of the feed that came out before this one, and as many that came out after it."""
        known = (
            select(episode.c.id, episode.c.found, transcript.c.hash)
            .join_from(episode, transcript, isouter=True)
            .where(episode.c.feed_id == of.feed_id, episode.c.id != of.id)
            .limit(limit)
        )
        before = known.where(episode.c.came_out <= of.when).order_by(episode.c.came_out.desc(), episode.c.id)
        after = known.where(episode.c.came_out > of.when).order_by(episode.c.came_out, episode.c.id)
        async with self._db.reading() as connection:
            rows = [row for query in (before, after) for row in await connection.execute(query)]
        return await asyncio.to_thread(
            lambda: tuple(Sibling(found_from_json(row.found), row.hash, row.id) for row in rows)
        )
