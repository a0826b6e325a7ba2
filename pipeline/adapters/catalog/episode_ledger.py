"""The pipeline's view of the episodes."""

import asyncio
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from pipeline.adapters.catalog.database import CatalogDb
from pipeline.adapters.catalog.revival import revive_due
from pipeline.adapters.catalog.rows import WAITS, select_episodes, select_whole_episodes, to_episode, to_whole_episode
from pipeline.adapters.catalog.tables import episode
from pipeline.domain.episode import Episode, EpisodeState
from pipeline.domain.errors import UnknownEpisode


class SqlEpisodeLedger:
    """EpisodeLedger, EpisodeLine, ReadyEpisodes and RetryBook in the catalogue."""

    def __init__(self, db: CatalogDb) -> None:
        self._db = db

    async def get(self, episode_id: str) -> Episode:
        """The episode with this id and all its addresses.

        Raises UnknownEpisode, and SettingsError when they were sealed with another key.
        """
        query = select_whole_episodes().where(episode.c.id == episode_id)
        async with self._db.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None:
            raise UnknownEpisode(episode_id)
        return to_whole_episode(row, seal=self._db.seal)

    async def waiting(self, feed_id: str | None = None) -> tuple[Episode, ...]:
        """Episodes on their way (of one feed, or all), newest first, of private ones what may be shown."""
        query = select_episodes().where(episode.c.state == EpisodeState.WAITING.value)
        if feed_id is not None:
            query = query.where(episode.c.feed_id == feed_id)
        query = query.order_by(episode.c.came_out.desc(), episode.c.id)
        async with self._db.reading() as connection:
            rows = (await connection.execute(query)).all()
        return await asyncio.to_thread(lambda: tuple(map(to_episode, rows)))

    async def next_up(
        self, limit: int, *, is_old: bool, is_unheard: bool, but: Collection[tuple[str, int]] = ()
    ) -> tuple[Episode, ...]:
        """The newest waiting episodes, without those attempts, at most so many, of private ones what may be shown.

        It costs the same however many wait: only the head of the line is looked at.
        """
        if limit <= 0:
            return ()
        head = (
            select(episode.c.id, episode.c.attempt)
            .where(WAITS, episode.c.is_unheard == is_unheard, episode.c.backfill == is_old)
            .order_by(episode.c.came_out.desc(), episode.c.id)
            .limit(limit + len(but))
        )
        async with self._db.reading() as connection:
            ids = [row.id for row in await connection.execute(head) if (row.id, row.attempt) not in but][:limit]
            rows = (await connection.execute(select_episodes().where(episode.c.id.in_(ids)))).all() if ids else []
        by_id = {row.e_id: row for row in rows}
        return await asyncio.to_thread(lambda: tuple(to_episode(by_id[one]) for one in ids))

    async def must_be_heard(self, episode_id: str) -> None:
        """Note that nobody published its words; another attempt asks for them anew."""
        async with self._db.writing() as connection:
            await connection.execute(update(episode).where(episode.c.id == episode_id).values(is_unheard=True))

    async def ready_ids(self) -> tuple[str, ...]:
        """The ids of all ready episodes, newest first."""
        query = (
            select(episode.c.id)
            .where(episode.c.state == EpisodeState.READY.value)
            .order_by(episode.c.came_out.desc(), episode.c.id)
        )
        async with self._db.reading() as connection:
            return tuple((await connection.execute(query)).scalars())

    async def settle(
        self, episode_id: str, state: EpisodeState, *, reason: str = "", retry_at: datetime | None = None
    ) -> None:
        """Set how the episode ended up, and when it goes again by itself. Raises UnknownEpisode."""
        values: dict[str, Any] = {"state": state.value, "reason": reason, "retry_at": retry_at}
        if state is EpisodeState.READY:
            values["retries"] = 0
        change = update(episode).where(episode.c.id == episode_id).values(values)
        async with self._db.writing() as connection:
            if (await connection.execute(change)).rowcount == 0:
                raise UnknownEpisode(episode_id)

    async def due_retries(self, now: datetime) -> tuple[str, ...]:
        """Let some hundred failed episodes go again whose pause is over; returns their ids."""
        async with self._db.writing() as connection:
            return await revive_due(connection, now)
