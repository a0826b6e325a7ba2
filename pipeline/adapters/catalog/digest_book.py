"""Digests, frozen as they were built."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from pipeline.adapters.catalog import tables
from pipeline.adapters.catalog.codecs import digest_from_json, digest_to_json
from pipeline.adapters.catalog.database import CatalogDb
from pipeline.adapters.catalog.delivery_book import to_delivery
from pipeline.domain.audience import WorkspaceId
from pipeline.domain.digest import Delivery, DeliveryState, Digest, Shown
from pipeline.domain.errors import UnknownChannel
from pipeline.ports import Clock


class SqlDigestBook:
    """DigestBook in the catalogue."""

    def __init__(self, db: CatalogDb, *, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def load(
        self, channel_id: str, day: date, *, workspace: WorkspaceId
    ) -> tuple[Digest, Delivery | None] | None:
        """The stored digest of that local date and its delivery, None when none was built."""
        async with self._db.reading() as connection:
            payload = await _payload(connection, channel_id, day, workspace)
            if payload is None:
                return None
            found = await connection.execute(
                select(tables.delivery).where(
                    tables.delivery.c.channel_id == channel_id,
                    tables.delivery.c.local_date == day,
                    tables.delivery.c.workspace == workspace,
                )
            )
            sent = found.one_or_none()
        return await asyncio.to_thread(digest_from_json, payload), None if sent is None else to_delivery(sent)

    async def save(self, digest: Digest, *, workspace: WorkspaceId) -> Digest:
        """Store it unless there is one already; returns the one that is stored. Raises UnknownChannel."""
        new = self._db.insert(tables.digest).values(
            channel_id=digest.channel_id,
            local_date=digest.day,
            workspace=workspace,
            payload=await asyncio.to_thread(digest_to_json, digest),
            built_at=self._clock.now(),
        )
        owner = select(tables.channel.c.workspace).where(tables.channel.c.id == digest.channel_id)
        async with self._db.writing() as connection:
            if (await connection.execute(owner)).scalar_one_or_none() != workspace:
                raise UnknownChannel(digest.channel_id)
            await connection.execute(new.on_conflict_do_nothing())
            payload = await _payload(connection, digest.channel_id, digest.day, workspace)
        return digest if payload is None else await asyncio.to_thread(digest_from_json, payload)

    async def shown(self, channel_id: str, *, workspace: WorkspaceId, since: datetime) -> tuple[Shown, ...]:
        """What this channel was sent (or may have been: claimed) on that day or later, oldest first."""
        query = (
            select(tables.digest.c.payload)
            .join_from(
                tables.digest,
                tables.delivery,
                (tables.delivery.c.channel_id == tables.digest.c.channel_id)
                & (tables.delivery.c.local_date == tables.digest.c.local_date),
            )
            .where(
                tables.digest.c.channel_id == channel_id,
                tables.digest.c.workspace == workspace,
                tables.digest.c.local_date >= since.date(),
                tables.delivery.c.state.in_((DeliveryState.SENT.value, DeliveryState.CLAIMED.value)),
            )
            .order_by(tables.digest.c.local_date)
        )
        async with self._db.reading() as connection:
            payloads = (await connection.execute(query)).scalars().all()
        return await asyncio.to_thread(_shown_in, payloads)


async def _payload(connection: AsyncConnection, channel_id: str, day: date, workspace: WorkspaceId) -> str | None:
    query = select(tables.digest.c.payload).where(
        tables.digest.c.channel_id == channel_id,
        tables.digest.c.local_date == day,
        tables.digest.c.workspace == workspace,
    )
    payload: str | None = (await connection.execute(query)).scalar_one_or_none()
    return payload


def _shown_in(payloads: Sequence[str]) -> tuple[Shown, ...]:
    return tuple(
        Shown(pick.candidate.insight.id, pick.candidate.insight.text, one.day, pick.number)
        for one in map(digest_from_json, payloads)
        for pick in one.picks
    )
