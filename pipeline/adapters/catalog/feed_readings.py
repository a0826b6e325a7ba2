"""Readings of feeds, stored in one transaction: the feeds' new state, and the episodes of those that said something."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Insert, Row, Select, Update, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from pipeline.adapters.catalog.codecs import pack_items
from pipeline.adapters.catalog.database import CatalogDb
from pipeline.adapters.catalog.feed_addresses import address_name, address_values
from pipeline.adapters.catalog.found_episodes import kept_listing, with_kept_guids
from pipeline.adapters.catalog.intake import KNOWN, Plan, Reading, going_again, plan_intake, select_tried
from pipeline.adapters.catalog.merging import merge_feeds
from pipeline.adapters.catalog.revival import put_back, revive, take_out
from pipeline.adapters.catalog.rows import feed_values
from pipeline.adapters.catalog.tables import episode, episode_identity, feed, feed_listing
from pipeline.adapters.sealing import Seal
from pipeline.domain.feed import Feed, FoundEpisode, Listing

_BATCH: Final = 200
"""Rows sent at once: between two batches the event loop gets its turn."""

# Made once: to put a statement together costs more than to run it. The locks are taken in one order, so that no two
# processes ever wait for each other.
_LOCKED: Final[Select[Any]] = (
    select(feed.c.id, feed.c.audience, feed.c.address, feed.c.last_read)
    .where(feed.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(feed.c.id)
    .with_for_update()
)
_CHANGED: Final = update(feed).where(feed.c.id == bindparam("row_id"))


@dataclass(frozen=True, slots=True)
class ReadFeed:
    """A feed after a reading, with its columns and the name of its address, and what was found.

    Without a `listing` nobody can say what else is in the feed.
    """

    feed: Feed
    values: dict[str, Any]
    address: str
    found: Sequence[FoundEpisode]
    hold_after: int | None
    listing: Listing | None

    @classmethod
    def of(
        cls,
        feed: Feed,
        found: Sequence[FoundEpisode],
        hold_after: int | None,
        listing: Listing | None,
        *,
        seal: Seal | None,
    ) -> "ReadFeed":
        """Raises SettingsError without the seal that a private feed needs."""
        address = address_name(feed.url, feed.audience, seal=seal)
        key = feed.audience.key
        known_as = with_kept_guids(found, audience=key, seal=seal)
        kept = kept_listing(listing, audience=key, seal=seal)
        return cls(feed, feed_values(feed, seal=seal), address, known_as, hold_after, kept)

    @property
    def has_episodes(self) -> bool:
        """Whether any episode may change: not when it failed or had not changed, as nearly every reading."""
        return bool(self.found) or self.listing is not None

    @property
    def weight(self) -> int:
        """How much work it is: the items of the feed."""
        return 1 + max(len(self.found), 0 if self.listing is None else len(self.listing.items))


async def store_readings(db: CatalogDb, read: Sequence[ReadFeed], *, now: datetime) -> tuple[int | None, ...]:
    """Store readings of different feeds, all or nothing; the number of new episodes of each, None for unknown feeds."""
    async with db.writing() as connection:
        before = await _lock(connection, [one.feed.id for one in read])
        known = [one for one in read if one.feed.id in before]
        merging = await _store_feeds(connection, known, before, seal=db.seal)
        news = [one for one in known if one.has_episodes and one.feed.id not in merging]
        new = await _take_in(db, connection, news, before, now=now) if news else {}
        for gone, into in merging.items():
            await merge_feeds(db, connection, gone, into, now=now)
    return tuple(new.get(one.feed.id, 0) if one.feed.id in before else None for one in read)


async def _lock(connection: AsyncConnection, feed_ids: Collection[str]) -> dict[str, Any]:
    """The feeds' rows as they were. Two readings of one feed take turns from here on."""
    rows = (await connection.execute(_LOCKED, {"ids": feed_ids})).all()
    return {row.id: row for row in rows}


async def _store_feeds(
    connection: AsyncConnection, read: Sequence[ReadFeed], before: Mapping[str, Any], *, seal: Seal | None
) -> dict[str, str]:
    """Returns the feeds that moved to the address of another one, with that one."""
    if read:
        await connection.execute(_CHANGED, [{"row_id": one.feed.id, **one.values} for one in read])
    merging = {}
    for one in read:
        if one.address == before[one.feed.id].address:
            continue
        taken = select(feed.c.id, feed.c.merged_into).where(feed.c.address == one.address)
        other = (await connection.execute(taken)).one_or_none()
        if other is None:
            values = address_values(one.feed.url, one.feed.audience, seal=seal)
            await connection.execute(update(feed).where(feed.c.id == one.feed.id).values(values))
        elif other.merged_into is None:
            merging[one.feed.id] = other.id
    return merging


async def _take_in(
    db: CatalogDb,
    connection: AsyncConnection,
    read: Sequence[ReadFeed],
    before: Mapping[str, Any],
    *,
    now: datetime,
) -> dict[str, int]:
    """Store the episodes of these feeds; returns how many are new, by feed."""
    readings = [
        Reading(one.feed.id, was.audience, one.found, now, one.hold_after, one.listing, was.last_read, seal=db.seal)
        for one in read
        for was in (before[one.feed.id],)
    ]
    rows = (await connection.execute(KNOWN, {"feed_ids": [one.feed_id for one in readings]})).all()
    plans, listings = await asyncio.to_thread(_plan, readings, rows)
    await _carry_out(connection, _joined(plans), now, seal=db.seal)
    if listings:
        new = db.insert(feed_listing)
        upsert = new.on_conflict_do_update(index_elements=["feed_id"], set_={"seen": new.excluded.seen})
        await connection.execute(upsert, listings)
    return {one.feed_id: len(plan.inserts) for one, plan in zip(readings, plans, strict=True)}


def _plan(readings: Sequence[Reading], rows: Sequence[Row[Any]]) -> tuple[list[Plan], list[dict[str, Any]]]:
    """What is to be done for each feed, and their listings as rows."""
    known: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        known[row.feed_id].append(row)
    listings = [
        {"feed_id": one.feed_id, "audience": one.audience, "seen": pack_items(one.listing.items)}
        for one in readings
        if one.listing is not None
    ]
    return [plan_intake(one, known[one.feed_id]) for one in readings], listings


def _joined(plans: Sequence[Plan]) -> Plan:
    """One plan for all: the feeds have no episode in common."""
    if len(plans) == 1:
        return plans[0]
    return Plan(**{part.name: [row for plan in plans for row in getattr(plan, part.name)] for part in fields(Plan)})


async def _carry_out(connection: AsyncConnection, plan: Plan, now: datetime, *, seal: Seal | None) -> None:
    # Asked before the changes: what an episode offered is in the row that changes.
    again = await _going_again(connection, plan.offered, now, seal=seal)
    await _in_batches(connection, insert(episode), plan.inserts)
    await _in_batches(connection, insert(episode_identity), plan.identities)
    await _in_batches(connection, update(episode).where(episode.c.id == bindparam("row_id")), plan.changes)
    await revive(connection, again)
    await put_back(connection, plan.came_back)
    await take_out(connection, plan.left, now)


async def _going_again(
    connection: AsyncConnection, offered: Sequence[tuple[str, FoundEpisode]], now: datetime, *, seal: Seal | None
) -> list[str]:
    again: list[str] = []
    for start in range(0, len(offered), _BATCH):
        some = offered[start : start + _BATCH]
        rows = (await connection.execute(select_tried([one for one, _ in some], now=now))).all()
        again += await asyncio.to_thread(going_again, some, rows, seal=seal) if rows else []
    return again


async def _in_batches(connection: AsyncConnection, statement: Insert | Update, values: list[dict[str, Any]]) -> None:
    for start in range(0, len(values), _BATCH):
        await connection.execute(statement, values[start : start + _BATCH])
