"""The board of the local channel."""

from typing import Any

from sqlalchemy import Row, select

from pipeline.adapters.catalog.database import CatalogDb
from pipeline.adapters.catalog.tables import local_message
from pipeline.domain.audience import WorkspaceId
from pipeline.domain.local_message import LocalMessage
from pipeline.ports import Clock


class LocalMessages:
    """What was posted on this machine. A key is posted once in a workspace."""

    def __init__(self, db: CatalogDb, *, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def post(self, key: str, *, workspace: WorkspaceId, channel_id: str, body: str) -> LocalMessage:
        """Put a message (JSON text) on the board; the one that is there when the key was posted before."""
        new = self._db.insert(local_message).values(
            key=key, workspace=workspace, channel_id=channel_id, body=body, posted=self._clock.now()
        )
        there = select(local_message).where(local_message.c.workspace == workspace, local_message.c.key == key)
        async with self._db.writing() as connection:
            await connection.execute(new.on_conflict_do_nothing())
            return _to_message((await connection.execute(there)).one())

    async def find(self, key: str, *, workspace: WorkspaceId) -> LocalMessage | None:
        """The message with this key, None when it was not posted."""
        query = select(local_message).where(local_message.c.workspace == workspace, local_message.c.key == key)
        async with self._db.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else _to_message(row)

    async def latest(
        self, *, workspace: WorkspaceId, channel_id: str, limit: int = 20, before: int | None = None
    ) -> tuple[LocalMessage, ...]:
        """The channel's last messages (with a number less than `before`), oldest first."""
        query = (
            select(local_message)
            .where(local_message.c.workspace == workspace, local_message.c.channel_id == channel_id)
            .order_by(local_message.c.number.desc())
            .limit(limit)
        )
        if before is not None:
            query = query.where(local_message.c.number < before)
        async with self._db.reading() as connection:
            newest_first = (await connection.execute(query)).all()
        return tuple(map(_to_message, reversed(newest_first)))


def _to_message(row: Row[Any]) -> LocalMessage:
    return LocalMessage(row.number, row.key, row.channel_id, row.body, row.posted)
