"""The operator's desk: what is where, what failed and why, and how to let it go again. Not for readers."""

import asyncio
from datetime import datetime

from sqlalchemy import func, literal_column, select

from pipeline.adapters.catalog.database import CatalogDb
from pipeline.adapters.catalog.revival import revive
from pipeline.adapters.catalog.rows import WAITS, select_episodes, to_episode, to_tally
from pipeline.adapters.catalog.sealed_values import what_opens
from pipeline.adapters.catalog.tables import channel, episode, feed, follow
from pipeline.domain.episode import Episode, EpisodeState
from pipeline.domain.errors import UnknownEpisode, UnknownFeed
from pipeline.domain.feed import FeedState
from pipeline.domain.overview import Opening, Overview


class Operations:
    """Sees every workspace: it belongs to whoever owns the machine."""

    def __init__(self, db: CatalogDb) -> None:
        self._db = db

    async def waiting_since(self) -> datetime | None:
        """When the episode was first seen that has been waiting longest, None when none waits; a look at one row."""
        oldest = select(episode.c.first_seen).where(WAITS).order_by(episode.c.first_seen).limit(1)
        async with self._db.reading() as connection:
            found: datetime | None = (await connection.execute(oldest)).scalar_one_or_none()
        return found

    async def overview(self) -> Overview:
        """Everything in numbers: it counts rows, so that it is nothing to ask for every second."""
        states = select(episode.c.state, func.count()).group_by(episode.c.state)
        # In the words of its index: a database takes that one only for the very same condition.
        is_unwell = feed.c.state != literal_column(f"'{FeedState.ACTIVE.value}'")
        unwell = select(func.count()).select_from(feed).where(is_unwell)
        followed = select(func.count()).select_from(select(follow.c.feed_id).distinct().subquery())
        async with self._db.reading() as connection:
            tally = to_tally((state, number) for state, number in await connection.execute(states))
            channels = (await connection.execute(select(func.count()).select_from(channel))).scalar_one()
            feeds = (await connection.execute(followed)).scalar_one()
            sick = (await connection.execute(unwell)).scalar_one()
        return Overview(tally, channels, feeds, sick)

    async def opening(self) -> Opening:
        """How much of what is sealed and in use our key opens, by a look at a few."""
        return await what_opens(self._db, seal=self._db.seal)

    async def failed(self, *, limit: int = 100) -> tuple[Episode, ...]:
        """Failed episodes with their reasons, newest first."""
        query = (
            select_episodes()
            .where(episode.c.state == EpisodeState.FAILED.value)
            .order_by(episode.c.came_out.desc(), episode.c.id)
            .limit(limit)
        )
        async with self._db.reading() as connection:
            rows = (await connection.execute(query)).all()
        return await asyncio.to_thread(lambda: tuple(map(to_episode, rows)))

    async def retry(self, episode_id: str | None = None) -> tuple[str, ...]:
        """Let one episode (whatever its state) or all failed ones go again; returns their ids, newest first.

        Raises UnknownEpisode.
        """
        which = episode.c.state == EpisodeState.FAILED.value if episode_id is None else episode.c.id == episode_id
        async with self._db.writing() as connection:
            chosen = select(episode.c.id).where(which).order_by(episode.c.came_out.desc(), episode.c.id)
            ids = tuple((await connection.execute(chosen)).scalars())
            if episode_id is not None and not ids:
                raise UnknownEpisode(episode_id)
            await revive(connection, ids)
        return ids

    async def release(self, feed_id: str, *, newest: int) -> tuple[str, ...]:
        """Let that many of the feed's held episodes go, the newest first; returns their ids. Raises UnknownFeed."""
        held = (
            select(episode.c.id)
            .where(episode.c.feed_id == feed_id, episode.c.state == EpisodeState.HELD.value)
            .order_by(episode.c.came_out.desc(), episode.c.id)
            .limit(newest)
        )
        async with self._db.writing() as connection:
            known = select(feed.c.id).where(feed.c.id == feed_id)
            if (await connection.execute(known)).scalar_one_or_none() is None:
                raise UnknownFeed(feed_id)
            ids = tuple((await connection.execute(held)).scalars())
            await revive(connection, ids)
        return ids
