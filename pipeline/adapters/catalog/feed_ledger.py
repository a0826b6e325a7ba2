"""The pipeline's view of the feeds, and how a reading is stored."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BindParameter, Row, bindparam, select, update

from pipeline.adapters.catalog.codecs import unpack_items
from pipeline.adapters.catalog.database import CatalogDb
from pipeline.adapters.catalog.due_feeds import DUE, DUE_BUCKETS
from pipeline.adapters.catalog.feed_readings import ReadFeed, store_readings
from pipeline.adapters.catalog.intake import KNOWN, count_known
from pipeline.adapters.catalog.rows import select_feeds, to_feed
from pipeline.adapters.catalog.tables import feed as feeds
from pipeline.adapters.catalog.tables import feed_listing
from pipeline.adapters.catalog.together import Together
from pipeline.domain.errors import UnknownFeed
from pipeline.domain.feed import DueFeed, Feed, FoundEpisode, Listing, SeenItem
from pipeline.domain.intake.polling import FARTHEST
from pipeline.ports import Clock

_MOST_ASKED: Final = 200
_MOST_STORED: Final = 1_000
"""Feeds, and items of feeds, in one transaction: nobody else may write on SQLite for as long as it takes."""
_LARGE: Final = 20_000
"""Bytes of a listing that are not unpacked on the event loop."""


# Made once: to put a statement together costs more than to run it.
_THESE: Final[BindParameter[Any]] = bindparam("ids", expanding=True)
_FEEDS: Final = select_feeds().where(feeds.c.id.in_(_THESE))
_LISTINGS: Final = select(feed_listing.c.feed_id, feed_listing.c.seen).where(feed_listing.c.feed_id.in_(_THESE))
_BEGIN: Final = (
    update(feeds)
    .where(feeds.c.id.in_(_THESE))
    .values(unfinished=feeds.c.unfinished + 1)
    .returning(feeds.c.id, feeds.c.unfinished)
)


class SqlFeedLedger:
    """FeedLedger, FeedLine and FeedHistory in the catalogue.

    What many ask for at the same time is one transaction; everybody is answered when it is kept.
    """

    def __init__(self, db: CatalogDb, *, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._begun = Together(self._begin, most=_MOST_ASKED)
        self._rows = Together(self._select_feeds, most=_MOST_ASKED)
        self._listings = Together(self._select_listings, most=_MOST_ASKED)
        self._readings = Together(self._store, most=_MOST_STORED)

    async def get(self, feed_id: str) -> Feed:
        """The feed with this id. Raises UnknownFeed."""
        row = await self._rows.ask(feed_id, key=feed_id)
        if row is None:
            raise UnknownFeed(feed_id)
        return to_feed(row, seal=self._db.seal)

    async def due_buckets(self, now: datetime) -> tuple[int, ...]:
        """The buckets in which `due` finds a feed."""
        async with self._db.reading() as connection:
            return tuple((await connection.execute(DUE_BUCKETS, {"now": now, "farthest": now + FARTHEST})).scalars())

    async def due(self, now: datetime, *, bucket: int, limit: int = 100) -> tuple[DueFeed, ...]:
        """Feeds of this bucket that somebody follows, are not paused, and whose next reading is due.

        Some of each host in turn, the longest overdue first: one that has many and does not answer delays no other.
        """
        async with self._db.reading() as connection:
            asked = {"now": now, "farthest": now + FARTHEST, "bucket": bucket, "limit": limit}
            rows = await connection.execute(DUE, asked)
            return tuple(DueFeed(row.id, row.url, row.unfinished) for row in rows)

    async def begin(self, feed_id: str) -> int:
        """Note that a reading begins; returns how many before it were begun since the last that came to an end.

        Raises UnknownFeed.
        """
        begun = await self._begun.ask(feed_id, key=feed_id)
        if begun is None:
            raise UnknownFeed(feed_id)
        return begun - 1

    async def put_off(self, feed_id: str, *, until: datetime) -> None:
        """Read the feed next at that time; the reading that was begun is at its end. Unknown feeds do not matter."""
        later = update(feeds).where(feeds.c.id == feed_id).values(next_read=until, unfinished=0)
        async with self._db.writing() as connection:
            await connection.execute(later)

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
        A feed that moved to the address of another one becomes part of it, which is read next: then nothing is new.
        Raises UnknownFeed.
        """
        read = ReadFeed.of(feed, found, hold_after, listing, seal=self._db.seal)
        new = await self._readings.ask(read, key=feed.id, weight=read.weight)
        if new is None:
            raise UnknownFeed(feed.id)
        return new

    async def seen(self, feed_id: str) -> tuple[SeenItem, ...]:
        """The feed's items as the last reading saw them; empty where everything has to be read."""
        packed = await self._listings.ask(feed_id, key=feed_id)
        if packed is None:
            return ()
        return unpack_items(packed) if len(packed) < _LARGE else await asyncio.to_thread(unpack_items, packed)

    async def count_known(self, feed_id: str, found: Sequence[FoundEpisode]) -> int:
        """How many of these are episodes that we have of the feed; all, when we have none at all."""
        async with self._db.reading() as connection:
            rows = (await connection.execute(KNOWN, {"feed_ids": [feed_id]})).all()
        if not rows:
            return len(found)
        return await asyncio.to_thread(count_known, feed_id, found, rows, seal=self._db.seal)

    async def _begin(self, feed_ids: Sequence[str]) -> list[int | None]:
        async with self._db.writing() as connection:
            begun = {row.id: row.unfinished for row in await connection.execute(_BEGIN, {"ids": feed_ids})}
        return [begun.get(one) for one in feed_ids]

    async def _select_feeds(self, feed_ids: Sequence[str]) -> list[Row[Any] | None]:
        async with self._db.reading() as connection:
            rows = (await connection.execute(_FEEDS, {"ids": feed_ids})).all()
        by_id = {row.id: row for row in rows}
        return [by_id.get(one) for one in feed_ids]

    async def _select_listings(self, feed_ids: Sequence[str]) -> list[bytes | None]:
        async with self._db.reading() as connection:
            rows = (await connection.execute(_LISTINGS, {"ids": feed_ids})).all()
        by_id = {row.feed_id: row.seen for row in rows}
        return [by_id.get(one) for one in feed_ids]

    async def _store(self, read: Sequence[ReadFeed]) -> tuple[int | None, ...]:
        return await store_readings(self._db, read, now=self._clock.now())
