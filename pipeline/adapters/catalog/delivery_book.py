"""Deliveries: who sends which digest, and how it ended."""

from collections import defaultdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, not_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from pipeline.adapters.catalog import tables
from pipeline.adapters.catalog.database import CatalogDb
from pipeline.domain.audience import WorkspaceId
from pipeline.domain.digest import Claim, Delivery, DeliveryState
from pipeline.domain.errors import UnknownChannel
from pipeline.ports import Clock


class SqlDeliveryBook:
    """DeliveryBook in the catalogue: the primary key (channel, local date) decides who may send."""

    def __init__(self, db: CatalogDb, *, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def claim(self, channel_id: str, day: date, *, workspace: WorkspaceId, at: datetime) -> Claim:
        """Say that we are about to send it, unless somebody said so before. Raises UnknownChannel.

        A day that was skipped later than `at` was skipped by a clock that went wrong, and may be claimed.
        """
        claimed = Delivery(channel_id, day, DeliveryState.CLAIMED, at=at)
        async with self._db.writing() as connection:
            if await _owner(connection, channel_id) != workspace:
                raise UnknownChannel(channel_id)
            new = self._db.insert(tables.delivery).values(**_values(claimed, at=at), workspace=workspace)
            won = new.on_conflict_do_update(
                index_elements=[tables.delivery.c.channel_id, tables.delivery.c.local_date],
                set_=_how_it_stands(claimed, at=at),
                where=_is_skipped_after(at),
            ).returning(tables.delivery.c.channel_id)
            is_new = (await connection.execute(won)).scalar_one_or_none() is not None
            query = select(tables.delivery).where(
                tables.delivery.c.channel_id == channel_id, tables.delivery.c.local_date == day
            )
            row = (await connection.execute(query)).one()
        return Claim(is_new, to_delivery(row))

    async def settle(self, delivery: Delivery) -> None:
        """Store how it ended, whether or not it was claimed; what was sent stays sent. Raises UnknownChannel."""
        values = _values(delivery, at=delivery.at or self._clock.now())
        async with self._db.writing() as connection:
            workspace = await _owner(connection, delivery.channel_id)
            if workspace is None:
                raise UnknownChannel(delivery.channel_id)
            new = self._db.insert(tables.delivery).values(**values, workspace=workspace)
            await connection.execute(
                new.on_conflict_do_update(
                    index_elements=[tables.delivery.c.channel_id, tables.delivery.c.local_date],
                    set_=_how_it_stands(delivery, at=values["at"]),
                    where=tables.delivery.c.state != DeliveryState.SENT.value,
                )
            )

    async def settled_days(self, *, since: date) -> dict[str, frozenset[date]]:
        """For each channel id the local dates from `since` on whose digest was sent, skipped or given up.

        What was skipped in the future, by a clock that went wrong, is still to be sent. One question for all channels:
        a tick asks it every half minute.
        """
        query = select(tables.delivery.c.channel_id, tables.delivery.c.local_date).where(
            tables.delivery.c.local_date >= since,
            tables.delivery.c.state != DeliveryState.CLAIMED.value,
            not_(_is_skipped_after(self._clock.now())),
        )
        days: defaultdict[str, set[date]] = defaultdict(set)
        async with self._db.reading() as connection:
            for channel_id, day in await connection.execute(query):
                days[channel_id].add(day)
        return {channel_id: frozenset(found) for channel_id, found in days.items()}


def to_delivery(row: Row[Any]) -> Delivery:
    """A row of the delivery table."""
    return Delivery(row.channel_id, row.local_date, DeliveryState(row.state), row.reference, row.note, row.at)


def _is_skipped_after(moment: datetime) -> ColumnElement[bool]:
    return and_(tables.delivery.c.state == DeliveryState.SKIPPED.value, tables.delivery.c.at > moment)


async def _owner(connection: AsyncConnection, channel_id: str) -> str | None:
    query = select(tables.channel.c.workspace).where(tables.channel.c.id == channel_id)
    owner: str | None = (await connection.execute(query)).scalar_one_or_none()
    return owner


def _values(value: Delivery, *, at: datetime) -> dict[str, Any]:
    return {"channel_id": value.channel_id, "local_date": value.day, **_how_it_stands(value, at=at)}


def _how_it_stands(value: Delivery, *, at: datetime) -> dict[str, Any]:
    return {"state": value.state.value, "reference": value.reference, "note": value.note, "at": at}
