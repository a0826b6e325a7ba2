"""The pipeline's view of the feeds, and how a reading is stored."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Insert, Update, bindparam, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from pipeline.adapters.catalog.database import CatalogDb
from pipeline.adapters.catalog.intake import Plan, Reading, plan_intake, select_known
from pipeline.adapters.catalog.revival import revive
from pipeline.adapters.catalog.rows import feed_values, select_feeds, to_feed
from pipeline.adapters.catalog.tables import episode, episode_identity, follow
from pipeline.adapters.catalog.tables import feed as feeds
from pipeline.domain.errors import UnknownFeed
from pipeline.domain.feed import Feed, FeedState, FoundEpisode, feed_id
from pipeline.ports import Clock

_BATCH: Final = 200
"""Rows sent at once: between two batches the event loop gets its turn."""


class SqlFeedLedger:
    """FeedLedger in the catalogue."""

    def __init__(self, db: CatalogDb, *, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def get(self, feed_id: str) -> Feed:
        """The feed with this id. Raises UnknownFeed."""
        async with self._db.reading() as connection:
            row = (await connection.execute(select_feeds().where(feeds.c.id == feed_id))).one_or_none()
        if row is None:
            raise UnknownFeed(feed_id)
        return to_feed(row)

    async def due(self, now: datetime, *, limit: int = 100) -> tuple[str, ...]:
        """Feeds that somebody follows, are not paused, and whose next reading is due; the longest overdue first."""
        query = (
            select(feeds.c.id)
            .where(
                exists().where(follow.c.feed_id == feeds.c.id),
                feeds.c.state != FeedState.PAUSED.value,
                feeds.c.next_read.is_(None) | (feeds.c.next_read <= now),
            )
            .order_by(feeds.c.next_read.asc().nulls_first(), feeds.c.id)
            .limit(limit)
        )
        async with self._db.reading() as connection:
            return tuple((await connection.execute(query)).scalars())

    async def record(self, feed: Feed, found: Sequence[FoundEpisode], *, hold_after: int | None = None) -> int:
        """Store a reading, all or nothing; returns how many episodes are new.

        What an episode is, `identity_rules` say; what is wanted of a backlog, `backlog`. A known episode that failed
        without a transcript waits again when the feed now offers another one, or other audio. Nothing is ever
        deleted. Raises UnknownFeed.
        """
        now = self._clock.now()
        async with self._db.writing() as connection:
            audience = await _store_feed(connection, feed)
            rows = (await connection.execute(select_known(feed.id))).all()
            reading = Reading(feed_id=feed.id, audience=audience, found=found, now=now, hold_after=hold_after)
            plan = await asyncio.to_thread(plan_intake, reading, rows)
            await _carry_out(connection, plan)
        return len(plan.inserts)


async def _store_feed(connection: AsyncConnection, value: Feed) -> str:
    """Returns the feed's audience. Two readings of one feed take turns from here on."""
    locked = select(feeds.c.audience).where(feeds.c.id == value.id).with_for_update()
    audience = (await connection.execute(locked)).scalar_one_or_none()
    if audience is None:
        raise UnknownFeed(value.id)
    values = feed_values(value)
    address = feed_id(value.url, value.audience)
    taken = select(feeds.c.id).where(feeds.c.address == address, feeds.c.id != value.id)
    if (await connection.execute(taken)).scalar_one_or_none() is None:
        values |= {"url": value.url, "address": address}
    await connection.execute(update(feeds).where(feeds.c.id == value.id).values(values))
    return str(audience)


async def _carry_out(connection: AsyncConnection, plan: Plan) -> None:
    await _in_batches(connection, insert(episode), plan.inserts)
    await _in_batches(connection, insert(episode_identity), plan.identities)
    await _in_batches(connection, update(episode).where(episode.c.id == bindparam("row_id")), plan.changes)
    await revive(connection, plan.revived)


async def _in_batches(connection: AsyncConnection, statement: Insert | Update, values: list[dict[str, Any]]) -> None:
    for start in range(0, len(values), _BATCH):
        await connection.execute(statement, values[start : start + _BATCH])
