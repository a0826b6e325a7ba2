"""What a chat platform told us: kept before it is acknowledged, worked off once, taken up again after a crash."""

from datetime import datetime

from sqlalchemy import delete, select, update

from pipeline.adapters.catalog.conversation_tables import inbox
from pipeline.adapters.catalog.database import CatalogDb
from pipeline.domain.audience import WorkspaceId
from pipeline.domain.conversation import Arrived
from pipeline.ports import Clock


class Inbox:
    """Events of every workspace, each kept once."""

    def __init__(self, db: CatalogDb, *, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def put(self, arrived: Arrived) -> bool:
        """Keep it; False when it was kept before, and so is somebody's already."""
        new = self._db.insert(inbox).values(
            workspace=arrived.workspace,
            event_id=arrived.event_id,
            body=arrived.body,
            attempt=arrived.attempt,
            received_at=self._clock.now(),
        )
        async with self._db.writing() as connection:
            kept = await connection.execute(new.on_conflict_do_nothing().returning(inbox.c.event_id))
            return kept.scalar_one_or_none() is not None

    async def finish(self, arrived: Arrived) -> None:
        """It is dealt with."""
        await self._change(arrived, done_at=self._clock.now())

    async def take_again(self, arrived: Arrived) -> Arrived | None:
        """What `open_since` gave, for another attempt; None when somebody else took it or finished it meanwhile."""
        taken = await self._change(arrived, attempt=arrived.attempt + 1)
        if not taken:
            return None
        return Arrived(arrived.workspace, arrived.event_id, arrived.body, arrived.attempt + 1)

    async def open_since(self, since: datetime, *, platform: str) -> tuple[Arrived, ...]:
        """What arrived on this platform (`slack`) since then and nobody finished, oldest first."""
        query = (
            select(inbox)
            .where(
                inbox.c.done_at.is_(None),
                inbox.c.received_at >= since,
                inbox.c.workspace.startswith(f"{platform}:", autoescape=True),
            )
            .order_by(inbox.c.received_at, inbox.c.event_id)
        )
        async with self._db.reading() as connection:
            rows = (await connection.execute(query)).all()
        return tuple(Arrived(WorkspaceId(row.workspace), row.event_id, row.body, row.attempt) for row in rows)

    async def forget(self, before: datetime) -> None:
        """Drop what arrived before then: no platform delivers it again."""
        async with self._db.writing() as connection:
            await connection.execute(delete(inbox).where(inbox.c.received_at < before))

    async def _change(self, arrived: Arrived, **values: object) -> bool:
        change = (
            update(inbox)
            .where(
                inbox.c.workspace == arrived.workspace,
                inbox.c.event_id == arrived.event_id,
                inbox.c.attempt == arrived.attempt,
                inbox.c.done_at.is_(None),
            )
            .values(**values)
            .returning(inbox.c.event_id)
        )
        async with self._db.writing() as connection:
            return (await connection.execute(change)).scalar_one_or_none() is not None
