"""The pipeline's view of the feeds, and how a reading is stored."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Insert, Row, Update, bindparam, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from pipeline.adapters.catalog.codecs import pack_items, unpack_items
from pipeline.adapters.catalog.database import CatalogDb
from pipeline.adapters.catalog.intake import Plan, Reading, count_known, plan_intake, select_known
from pipeline.adapters.catalog.revival import put_back, revive, take_out
from pipeline.adapters.catalog.rows import feed_values, select_feeds, to_feed
from pipeline.adapters.catalog.tables import episode, episode_identity, feed_listing, follow
from pipeline.adapters.catalog.tables import feed as feeds
from pipeline.domain.errors import UnknownFeed
from pipeline.domain.feed import Feed, FeedState, FoundEpisode, Listing, SeenItem, feed_id
from pipeline.ports import Clock

_BATCH: Final = 200
"""Rows sent at once: between two batches the event loop gets its turn."""


class SqlFeedLedger:
    """FeedLedger and FeedHistory in the catalogue."""

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

    async def record(
        self,
        feed: Feed,
        found: Sequence[FoundEpisode],
        *,
        hold_after: int | None = None,
        listing: Listing | None = None,
    ) -> int:
        """Store a reading, all or nothing; returns how many episodes are new.

        What an episode is, `identity_rules` say; what is wanted of a backlog, `backlog`; what goes again because the
        feed now offers more, `another_try`. Nothing is ever deleted: with a `listing`, what is missing is marked.
        Raises UnknownFeed.
        """
        now = self._clock.now()
        async with self._db.writing() as connection:
            before = await _store_feed(connection, feed)
            if not found and listing is None:  # it failed or had not changed, as nearly every reading: no episode moves
                return 0
            rows = (await connection.execute(select_known(feed.id, now=now))).all()
            reading = Reading(feed.id, before.audience, found, now, hold_after, listing, last_read=before.last_read)
            plan = await asyncio.to_thread(plan_intake, reading, rows)
            await _carry_out(connection, plan, now)
            if listing is not None:
                await self._keep_seen(connection, listing.items, feed_id=feed.id, audience=before.audience)
        return len(plan.inserts)

    async def seen(self, feed_id: str) -> tuple[SeenItem, ...]:
        """The feed's items as the last reading saw them; empty where everything has to be read."""
        query = select(feed_listing.c.seen).where(feed_listing.c.feed_id == feed_id)
        async with self._db.reading() as connection:
            packed = (await connection.execute(query)).scalar_one_or_none()
        return () if packed is None else await asyncio.to_thread(unpack_items, packed)

    async def count_known(self, feed_id: str, found: Sequence[FoundEpisode]) -> int:
        """How many of these are episodes that we have of the feed; all, when we have none at all."""
        async with self._db.reading() as connection:
            rows = (await connection.execute(select_known(feed_id, now=self._clock.now()))).all()
        return await asyncio.to_thread(count_known, feed_id, found, rows) if rows else len(found)

    async def _keep_seen(
        self, connection: AsyncConnection, items: Sequence[SeenItem], *, feed_id: str, audience: str
    ) -> None:
        packed = await asyncio.to_thread(pack_items, items)
        new = self._db.insert(feed_listing).values(feed_id=feed_id, audience=audience, seen=packed)
        await connection.execute(new.on_conflict_do_update(index_elements=["feed_id"], set_={"seen": packed}))


async def _store_feed(connection: AsyncConnection, value: Feed) -> Row[Any]:
    """Returns the feed's row as it was. Two readings of one feed take turns from here on."""
    locked = select(feeds).where(feeds.c.id == value.id).with_for_update()
    before = (await connection.execute(locked)).one_or_none()
    if before is None:
        raise UnknownFeed(value.id)
    values = feed_values(value)
    address = feed_id(value.url, value.audience)
    taken = select(feeds.c.id).where(feeds.c.address == address, feeds.c.id != value.id)
    if (await connection.execute(taken)).scalar_one_or_none() is None:
        values |= {"url": value.url, "address": address}
    await connection.execute(update(feeds).where(feeds.c.id == value.id).values(values))
    return before


async def _carry_out(connection: AsyncConnection, plan: Plan, now: datetime) -> None:
    await _in_batches(connection, insert(episode), plan.inserts)
    await _in_batches(connection, insert(episode_identity), plan.identities)
    await _in_batches(connection, update(episode).where(episode.c.id == bindparam("row_id")), plan.changes)
    await revive(connection, plan.revived)
    await put_back(connection, plan.came_back)
    await take_out(connection, plan.left, now)


async def _in_batches(connection: AsyncConnection, statement: Insert | Update, values: list[dict[str, Any]]) -> None:
    for start in range(0, len(values), _BATCH):
        await connection.execute(statement, values[start : start + _BATCH])
